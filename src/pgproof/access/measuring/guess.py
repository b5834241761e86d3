"""Who acts in a project, guessed from its keys to the users of Supabase. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pgproof.access.contract.model import NOBODY, SERVICE, STRANGER, ActorKind
from pgproof.access.relations.code import asks_for
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table
from pgproof.catalog.names import quoted

USERS = "auth.users"
ROLE = "authenticated"
ROLE_COLUMN = re.compile(r"(user_|account_)?(role|kind)")
POWER = re.compile(r"(?:is_)?(admin|staff|superuser|superadmin|moderator)")
WORD = re.compile(r"'([a-z][a-z0-9_]*)'")
RESERVED = (NOBODY, STRANGER, SERVICE, "inactive")
ACTIVE = re.compile(r"(is_)?(active|enabled)")
NAMED = re.compile(r"auth_?(user_?)?u?id$")  # how people call the column where no foreign key says it


def guess_actors(catalog: Catalog, schemas: tuple[str, ...]) -> tuple[ActorKind, ...]:
    """Everybody who is signed in or, where the application has a table of its own for its people, is in there; those
    apart whom it marks as not active, gives a role in a column or in a table of roles, or names in a table that nobody
    is offered.

    Nobody and a stranger act in every contract anyway.
    """
    people = [each for each in catalog.tables if each.schema in schemas and _is_of_people(catalog, each)]
    listing = _listing(people[0]) if people else "select id from auth.users"
    kinds: Kinds = _apart(catalog, people[0]) if people else [("user", ())]
    signed = (_signed_in_by(people[0]) if people else None) or "id"
    for name, among in _named_elsewhere(catalog, schemas):
        if name in {known for known, _ in kinds}:
            continue
        others = [(each, (*where, f"{quoted(signed)} not {among}")) for each, where in kinds]
        kinds = [*others, (name, (f"{quoted(signed)} {among}",))]
    return tuple(_kind(name, _query(listing, where)) for name, where in kinds)


def _named_elsewhere(catalog: Catalog, schemas: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The kinds of people whom another table names, and the condition that they are among these."""
    for table in catalog.tables:
        for column in _naming(table, schemas):
            yield _singular(table.name), _among(column, table)
        for user, where in _with_roles(catalog, table):
            for word, condition in where:
                yield word, _among(user, table, "where", condition)


def _among(column: str, table: Table, *rest: str) -> str:
    return " ".join(("in", "(select", f"s.{quoted(column)}", "from", table.qualified, "as", "s", *rest)) + ")"


def _with_roles(catalog: Catalog, table: Table) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The column of the user, and roles with their conditions, where a table gives users roles in the application.

    Roles in a group are none of these: there the key has the group as well. Who has several is the first of them,
    and who has none, or that of a user, is a user.
    """
    users = sorted(key.columns[0] for key in table.foreign_keys if key.references == USERS)
    keys = {frozenset(each.columns) for each in table.constraints if each.kind in ("primary key", "unique")}
    for column in table.columns if table.schema != "auth" else ():
        user = next(
            (each for each in users if {frozenset((each, column.name)), frozenset((each,))} & keys), None
        )
        found: list[tuple[str, str]] = []
        if flag := POWER.fullmatch(column.name) if column.type.name == "bool" else None:
            found = [(flag[1], f"s.{quoted(column.name)}")]
        elif ROLE_COLUMN.fullmatch(column.name):
            words = [each for each in _words(catalog, table, column.name) if each != "user"]
            found = [(word, f"s.{quoted(column.name)} = '{word}'") for word in reversed(words)]
        if found and user and asks_for(catalog, table.name, column.name):
            yield user, found


def _query(listing: str, where: Sequence[str]) -> str:
    return listing + (f" where {' and '.join(where)}" if where else "") + " order by 1"


Kinds = list[tuple[str, tuple[str, ...]]]


def _apart(catalog: Catalog, people: Table) -> Kinds:
    """The kinds of people that the columns of their table tell apart, with the conditions that do."""
    flag = next((quoted(each.name) for each in people.columns if ACTIVE.fullmatch(each.name)), None)
    column = next((each.name for each in people.columns if ROLE_COLUMN.fullmatch(each.name)), None)
    active = (flag,) if flag else ()
    roles = _words(catalog, people, column) if column else []
    kinds: Kinds = [(word, (*active, f"{quoted(column)} = '{word}'")) for word in roles if column]
    return [*(kinds or [("user", active)]), *([("inactive", (f"not {flag}",))] if flag else [])]


def _words(catalog: Catalog, table: Table, column: str) -> list[str]:
    """What a column may hold, as its type or a CHECK lists it, where these could be names of actors."""
    checks = [
        each.expression or ""
        for each in table.constraints
        if each.kind == "check" and each.columns == (column,)
    ]
    kind = table.columns_by_name[column].type
    labels = [each.labels for each in catalog.enums if (each.schema, each.name) == (kind.schema, kind.name)]
    listed = [word for each in checks for word in WORD.findall(each)]
    words = list(dict.fromkeys([*(label for each in labels for label in each), *listed]))
    return [each for each in words if each not in RESERVED]


def _naming(table: Table, schemas: tuple[str, ...]) -> Iterator[str]:
    """The key of a table that nobody is offered and that does nothing but name some of the users."""
    key = table.primary_key
    pointing = {each.columns for each in table.foreign_keys if each.references == USERS}
    if key and len(key.columns) == 1 and key.columns in pointing and table.schema not in (*schemas, "auth"):
        yield key.columns[0]


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


def _listing(people: Table) -> str:
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
    return " ".join(("select", ", ".join(named), "from", people.qualified))


def _singular(name: str) -> str:
    plain = "".join(each if each.isalnum() else "_" for each in name.lower())
    return plain.removesuffix("s") or "own"
