"""How a field of the model takes part in a comparison, written beside the field.

A field without a mark is an attribute: when it differs, that is one difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from functools import cache
from types import MappingProxyType
from typing import Any

_ROLE = "pgproof.catalog"

#: Part of the object's identity: decides which two objects are compared.
KEY: Mapping[str, str] = MappingProxyType({_ROLE: "key"})
#: Parts that are compared one by one, each under its own name.
PARTS: Mapping[str, str] = MappingProxyType({_ROLE: "parts"})
#: Follows from other objects or attributes and cannot change alone: never compared, still recorded.
DERIVED: Mapping[str, str] = MappingProxyType({_ROLE: "derived"})
#: The whole object as SQL: reported only when no attribute says more precisely what changed.
SUMMARY: Mapping[str, str] = MappingProxyType({_ROLE: "summary"})


def role(field: Field[Any]) -> str:
    """One of ``key``, ``parts``, ``derived``, ``summary`` and ``attribute``."""
    return str(field.metadata.get(_ROLE, "attribute"))


def names_of(kind: Any, wanted: str) -> tuple[str, ...]:
    """The names of the fields of a dataclass that have a role, in the order of the class."""
    return _names_by_role(kind).get(wanted, ())


@cache
def _names_by_role(kind: Any) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for field in fields(kind):
        found[role(field)] = (*found.get(role(field), ()), field.name)
    return found


def key(item: Any) -> tuple[str, ...]:
    """What tells an object apart from its siblings, for looking up and for sorting."""
    values = (getattr(item, name) for name in names_of(type(item), "key"))
    return tuple("" if value is None else str(value) for value in values)
