"""Who acts in a project, guessed from its keys to the users of Supabase. Pure."""

from __future__ import annotations

import re

from pgproof.access.contract import ActorKind
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table
from pgproof.catalog.names import quoted

USERS = "auth.users"
ROLE = "authenticated"
ACTIVE = re.compile(r"(is_)?(active|enabled)")
NAMED = re.compile(r"auth_?(user_?)?u?id$")  # how people call the column where no foreign key says it


def guess_actors(catalog: Catalog, schemas: tuple[str, ...]) -> tuple[ActorKind, ...]:
    """Everybody who is signed in or, where the application has a table of its own for its people, is in there; those
    apart who are marked there as not active.

    Nobody and a stranger act in every contract anyway.
    """
    people = [each for each in catalog.tables if each.schema in schemas and _is_of_people(catalog, each)]
    if not people:
        return (_kind("user", "select id from auth.users order by id"),)
    flag = next((each.name for each in people[0].columns if ACTIVE.fullmatch(each.name)), None)
    if flag is None:
        return (_kind("user", _listing(people[0])),)
    return (
        _kind("user", _listing(people[0], f" where {quoted(flag)}")),
        _kind("inactive", _listing(people[0], f" where not {quoted(flag)}")),
    )


def _kind(name: str, each: str) -> ActorKind:
    return ActorKind(name, ROLE, each, {"sub": ":id", "role": ROLE})


def _is_of_people(catalog: Catalog, table: Table) -> bool:
    """Whether rows of other tables name somebody by a key of this table instead of the one of ``auth.users``."""
    key, signed = table.primary_key, _signed_in_by(table)
    if key is None or len(key.columns) != 1 or signed is None:
        return False
    return any(
        pointer.references == table.qualified and pointer.referenced_columns == key.columns
        for other in catalog.tables
        for pointer in other.foreign_keys
    )


def _signed_in_by(table: Table) -> str | None:
    """The column that says as whom of ``auth.users`` a person signs in: a key beside the primary one."""
    pointing = {each.columns for each in table.foreign_keys if each.references == USERS}
    alone = [each.columns for each in table.constraints if each.kind == "unique" and len(each.columns) == 1]
    return next((each[0] for each in alone if each in pointing or NAMED.match(each[0])), None)


def _listing(people: Table, where: str = "") -> str:
    """One row per person: the id they sign in with, the one that rows name them by, and the groups they are in."""
    signed = _signed_in_by(people)
    assert people.primary_key is not None
    assert signed is not None
    (key,) = people.primary_key.columns
    groups = [
        each.columns[0]
        for each in people.foreign_keys
        if len(each.columns) == 1 and each.references not in (USERS, people.qualified)
    ]
    named = [f"{quoted(signed)} as id", f"{quoted(key)} as {_singular(people.name)}_id", *map(quoted, groups)]
    return " ".join(("select", ", ".join(named), "from", f"{people.qualified}{where}", "order by 1"))


def _singular(name: str) -> str:
    plain = "".join(each if each.isalnum() else "_" for each in name.lower())
    return plain.removesuffix("s") or "own"
