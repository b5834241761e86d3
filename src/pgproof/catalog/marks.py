"""How a field of the model takes part in a comparison, written beside the field.

A field without a mark is an attribute: when it differs, that is one difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field
from types import MappingProxyType
from typing import Any

_ROLE = "pgproof.catalog"

#: Part of the object's identity: decides which two objects are compared.
KEY: Mapping[str, str] = MappingProxyType({_ROLE: "key"})
#: Follows from other objects or attributes and cannot change alone: never compared, still recorded.
DERIVED: Mapping[str, str] = MappingProxyType({_ROLE: "derived"})
#: The whole object as SQL: reported only when no attribute says more precisely what changed.
SUMMARY: Mapping[str, str] = MappingProxyType({_ROLE: "summary"})


def role(field: Field[Any]) -> str:
    """One of ``key``, ``derived``, ``summary`` and ``attribute``."""
    return str(field.metadata.get(_ROLE, "attribute"))
