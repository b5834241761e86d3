"""The code that decides who may do what: the conditions of policies, and the bodies of functions. Pure."""

from __future__ import annotations

import re

from pgproof.catalog import Catalog
from pgproof.catalog.model import Routine


def conditions(catalog: Catalog) -> list[str]:
    """What the policies of all tables ask."""
    policies = [each for table in catalog.tables for each in table.policies]
    return [text for each in policies for text in (each.using, each.check) if text]


def bodies(catalog: Catalog) -> list[str]:
    """What the functions do that are not an extension's."""
    return [each.source for each in catalog.routines if each.extension is None]


def asks_for(catalog: Catalog, *names: str) -> bool:
    """Whether a policy, or a function that is no trigger's, speaks of all of ``names``: that is where power is read."""
    texts = [*conditions(catalog), *(each.source for each in catalog.routines if not _is_triggers(each))]
    words = [re.compile(rf"\b{re.escape(name)}\b") for name in names]
    return any(all(word.search(text) for word in words) for text in texts)


def _is_triggers(routine: Routine) -> bool:
    return routine.extension is not None or (
        routine.returns is not None and routine.returns.name == "trigger"
    )
