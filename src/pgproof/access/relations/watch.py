"""What else a statement may reach: rows of other relations, through foreign keys, triggers, views and functions. Pure.

Function bodies are read for words that name relations and other functions; a name that is put together at run time
escapes this, so a body with dynamic SQL is taken to reach everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.catalog.objects import Routine

WORD = re.compile(r"[a-z_][a-z0-9_$]*")
DYNAMIC = re.compile(r"\bexecute\b(?!\s+(?:on|function|procedure)\b)", re.IGNORECASE)
PASSING = ("cascade", "set null", "set default")


def behind_relation(catalog: Catalog, label: str) -> frozenset[str]:
    """The relations whose rows may change because rows of this one do, itself not counted."""
    return frozenset(_closure(catalog, {label}, set())) - {label}


def behind_routine(catalog: Catalog, routine: Routine) -> frozenset[str]:
    """The relations that a call may reach."""
    return frozenset(_closure(catalog, set(), {routine.signature}))


def _closure(catalog: Catalog, relations: set[str], routines: set[str]) -> set[str]:
    by_label = catalog.relations_by_name
    by_signature = catalog.routines_by_signature
    todo: list[str] = [*relations, *routines]
    while todo:
        name = todo.pop()
        found, called = (
            _of_relation(catalog, by_label[name])
            if name in by_label
            else _of_routine(catalog, by_signature[name])
        )
        todo += (found - relations) | (called - routines)
        relations |= found
        routines |= called
    return relations


def _of_relation(catalog: Catalog, relation: Table | View) -> tuple[set[str], set[str]]:
    called = {
        each.signature
        for trigger in relation.triggers
        for each in catalog.routines
        if trigger.function in (each.qualified, each.signature, f"{each.qualified}()")
    }
    ruled = _named(catalog, " ".join(each.definition for each in relation.rules))
    called |= ruled[1]
    if isinstance(relation, View):
        return _named(catalog, relation.definition)[0] | ruled[0], called
    children = {
        table.qualified
        for table in catalog.tables
        for key in table.foreign_keys
        if key.references == relation.qualified and (key.on_delete in PASSING or key.on_update in PASSING)
    }
    return children | ruled[0], called


def _of_routine(catalog: Catalog, routine: Routine) -> tuple[set[str], set[str]]:
    if DYNAMIC.search(routine.source):
        return {each.qualified for each in catalog.tables}, set()
    return _named(catalog, routine.source)


def _named(catalog: Catalog, text: str) -> tuple[set[str], set[str]]:
    words = set(WORD.findall(text.lower()))
    relations: Iterable[Table | View] = (*catalog.tables, *catalog.views)
    return (
        {each.qualified for each in relations if each.name in words},
        {each.signature for each in catalog.routines if each.name in words},
    )
