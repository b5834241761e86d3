"""What a refusal of PostgreSQL is about: its messages have names without schemas and arguments. Pure."""

from __future__ import annotations

import re

from pgproof.catalog import Catalog
from pgproof.catalog.objects import Routine

DENIED = re.compile(
    r"^permission denied for (schema|table|view|sequence|function|procedure|column|materialized view) (.+)$"
)
ROUTINES = ("function", "procedure")


def in_full(catalog: Catalog, kind: str, name: str, role: str, near: str = "") -> str:
    """An object as statements name it, ``private.my_tenants()``; all that it may be where several have the name.

    ``near`` is the relation that was acted upon, which it is first of all.
    """
    if kind in ROUTINES:
        return " or ".join(each.signature for each in routines(catalog, name, role)) or name
    if kind == "schema":
        return name
    known = {**catalog.relations_by_name, **catalog.sequences_by_name}
    found = [label for label, each in known.items() if each.name == name]
    return near if near in found else " or ".join(found) or name


def routines(catalog: Catalog, name: str, role: str) -> list[Routine]:
    """The functions of a name, those alone that a role may not call where there are such."""
    found = [each for each in catalog.routines if each.name == name]
    everybody = {role, "public"}
    closed = [
        each
        for each in found
        if not any(grant.privilege == "execute" and grant.grantee in everybody for grant in each.grants)
    ]
    return closed or found
