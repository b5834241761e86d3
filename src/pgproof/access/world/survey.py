"""What there is before anybody acts: relations with their rows, and what a column may be set to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.perform import canonical, marked, perform
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.contract.model import Contract
from pgproof.access.relations.rights import Rights
from pgproof.access.relations.subjects import Subject, root_of, subject_of
from pgproof.access.relations.watch import behind_relation
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.database import Connection, errors, sql
from pgproof.errors import UsageError

# Constants by type that a column may be set to without reading it; the first that a superuser can set is used.
CONSTANTS = {
    "timestamp with time zone": "now()",
    "text": "'touched'",
    "character varying": "'touched'",
    "jsonb": "'{}'",
    "boolean": "true",
    "integer": "1",
    "bigint": "1",
    "smallint": "1",
    "numeric": "1",
    "date": "now()::date",
}


SUPERUSER = Actor("superuser", "superuser", "none", "", {})
# Supabase's storage service says this before it deletes for somebody; without it a trigger refuses, whoever asks.
STORED = ("storage.objects", "storage.buckets")
AS_STORAGE = "select set_config('storage.allow_delete_query', 'true', true)"
QUOTED = re.compile(r'(?<![.:\w])"((?:[^"]|"")+)"')
Copied = tuple[Mapping[str, Any], sql.Composed]  # a row to insert, and the statement


@dataclass(frozen=True)
class Survey:
    """One relation before anybody acts: its rows in the order of their keys.

    ``free`` are keys elsewhere that a unique column may still point at; ``behind`` the relations whose rows may change
    with these; ``unblock_...`` is what keeps other tables' foreign keys
    from stopping an attempt at everything; ``works`` are the columns that every row may be set to a constant in;
    ``copies`` remembers which rows were made to be inserted.
    """

    subject: Subject
    rows: tuple[Row, ...]
    free: Mapping[str, tuple[Any, ...]]
    behind: frozenset[str]
    unblock_moves: sql.Composed | None
    unblock_deletes: sql.Composed | None
    writable_view: bool = False
    works: frozenset[str] = frozenset()
    copies: dict[tuple[object, ...], Sequence[Copied]] = field(default_factory=dict, compare=False)


def survey(connection: Connection, contract: Contract, catalog: Catalog) -> list[Survey]:
    """Every relation that the contract covers, and its partitions. Raises ``UsageError`` for one that does not exist."""
    known = {name: each for name, each in catalog.relations_by_name.items() if each.extension is None}
    for name, line in contract.relations.items():
        if name not in known:
            offered = sorted(name for name, each in known.items() if each.schema in contract.exposed)
            raise UsageError(
                f"{contract.path}:{line}: there is no relation {name}; expected one of {', '.join(offered)}"
            )
    mark = marked(connection)
    return [
        _surveyed(connection, contract, catalog, relation, mark)
        for relation in sorted(known.values(), key=lambda each: each.qualified)
        if root_of(catalog, relation) in contract.relations
    ]


def _surveyed(
    connection: Connection, contract: Contract, catalog: Catalog, relation: Table | View, mark: str
) -> Survey:
    root = root_of(catalog, relation)
    deciding = deciding_columns(contract, root, set(relation.columns_by_name))
    subject = replace(subject_of(relation, deciding, root, contract.sources.get(root, "")), mark=mark)
    return Survey(
        subject=subject,
        rows=_rows(connection, contract, subject),
        free=free_keys(connection, relation) if isinstance(relation, Table) else {},
        behind=behind_relation(catalog, relation.qualified),
        unblock_moves=unblocking(catalog, relation.qualified, "on_update"),
        unblock_deletes=unblocking(catalog, relation.qualified, "on_delete"),
        writable_view=isinstance(relation, View) and _writable(relation),
        works=working(connection, subject) if subject.is_table else frozenset(),
    )


def _writable(view: View) -> bool:
    """Whether anything can be written through a view, by itself or by INSTEAD OF triggers or rules."""
    return view.insertable or view.updatable or view.deletable or bool(view.triggers or view.rules)


def unblocking(
    catalog: Catalog, label: str, action: Literal["on_update", "on_delete"]
) -> sql.Composed | None:
    """Drops the foreign keys elsewhere that forbid to delete or move rows: what is theirs hides what policies allow."""
    drops = [
        sql.SQL("alter table {} drop constraint {}").format(
            sql.Identifier(table.schema, table.name), sql.Identifier(key.name)
        )
        for table in catalog.tables
        for key in table.foreign_keys
        if key.references == label and not key.inherited and getattr(key, action) in ("no action", "restrict")
    ]
    if label in STORED and action == "on_delete":
        drops.append(sql.Composed([sql.SQL(AS_STORAGE)]))
    return sql.SQL("; ").join(drops) if drops else None


def deciding_columns(contract: Contract, relation: str, columns: set[str]) -> tuple[str, ...]:
    """The columns that conditions on the relation mention: those that make a row somebody's."""
    conditions = " ; ".join(each.condition for each in contract.cells.values() if each.relation == relation)
    return tuple(sorted(mentioned(conditions) & columns))


def mentioned(condition: str) -> set[str]:
    """The words of a condition that may be columns of the relation itself, those in quotes as they are."""
    quoted = {each.replace('""', '"') for each in QUOTED.findall(condition)}
    return quoted | set(re.findall(r"(?<![.:\w])[a-z_][a-z0-9_]*", QUOTED.sub(" ", condition)))


def _rows(connection: Connection, contract: Contract, subject: Subject) -> tuple[Row, ...]:
    try:
        with connection.transaction(force_rollback=True):
            return read_rows(connection, subject)
    except errors.Error as error:
        line = contract.relations[subject.root]
        raise UsageError(
            f"{contract.path}:{line}: the rows of {subject.label} cannot be read: {error}"
        ) from error


def read_rows(connection: Connection, subject: Subject) -> tuple[Row, ...]:
    """Every row: key, content and place."""
    place = subject.place if subject.is_table else sql.SQL("''")
    query = sql.SQL("select {}, to_jsonb(t), {} from {} as t").format(subject.key, place, subject.origin)
    found = connection.execute(query).fetchall()
    return tuple(
        sorted(
            (Row(canonical(key), content, place) for key, content, place in found), key=lambda row: row.key
        )
    )


def free_keys(connection: Connection, table: Table) -> dict[str, tuple[Any, ...]]:
    """For each column of a unique key that points elsewhere: keys over there, if it is unique alone those still free."""
    alone = {
        each.columns[0]
        for each in table.constraints
        if each.kind in ("primary key", "unique") and len(each.columns) == 1
    }
    among = {
        column
        for each in table.constraints
        if each.kind in ("primary key", "unique")
        for column in each.columns
    }
    found = {}
    for key in table.foreign_keys:
        if len(key.columns) != 1 or key.columns[0] not in among:
            continue
        column, target = key.columns[0], key.referenced_columns[0]
        query = sql.SQL(
            "select to_jsonb(p.{target}) from {parent} as p"
            " where not {alone} or not exists (select from {child} as c where c.{column} = p.{target}) order by 1 limit 8"
        ).format(
            target=sql.Identifier(target),
            parent=sql.SQL(key.references),
            child=sql.Identifier(table.schema, table.name),
            column=sql.Identifier(column),
            alone=sql.Literal(column in alone),
        )
        found[column] = tuple(value for (value,) in connection.execute(query).fetchall())
    return found


def settable(
    surveyed: Survey, rights: Rights, allowed: tuple[str, ...] | None = None
) -> tuple[str, sql.Composable]:
    """A column and a constant that every row of the relation may be set to: one that may be set, and that the role
    has the right to, if any.
    """
    subject = surveyed.subject
    fitting = [each for each in _constants(subject) if allowed is None or each[0] in allowed]
    for column, value in sorted(fitting, key=lambda each: each[0] not in rights.update):
        if column in surveyed.works:
            return column, value
    column = next(
        (each for each in subject.columns if allowed is None or each in allowed), next(iter(subject.columns))
    )
    return column, sql.Identifier("t", column)


def _constants(subject: Subject) -> list[tuple[str, sql.Composable]]:
    """The columns that make a row nobody's, with a constant of their type."""
    found = [(column, CONSTANTS.get(kind.split("(")[0])) for column, kind in subject.columns.items()]
    return [
        (column, sql.SQL(constant))
        for column, constant in found
        if constant is not None
        and column not in (*subject.key_columns, *subject.deciding)
        and column in subject.writable
    ]


def nameable(subject: Subject, rights: Rights) -> tuple[str, ...]:
    """The columns that an INSERT should name: those that the role has the right to, all if it has none.

    Naming another one is refused by the privilege alone, before any policy is asked. Without the right to a column
    that needs a value no row can be made, and the refusal is the answer.
    """
    if not rights.insert:
        return subject.writable
    return tuple(each for each in subject.writable if each in rights.insert or each in subject.required)


def working(connection: Connection, subject: Subject) -> frozenset[str]:
    """The columns that a superuser can set to their constant in every row."""
    ways = _constants(subject)
    tries = [
        Attempt(
            SUPERUSER,
            subject.label,
            "update",
            "blind",
            sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value),
        )
        for column, value in ways
    ]
    done = perform(connection, tries, as_superuser=True)
    return frozenset(column for (column, _), each in zip(ways, done, strict=True) if each.ran)
