"""What there is before anybody acts: rows, what each actor may reach by the contract, what a column may be set to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgproof.access.actors import Actor, bind
from pgproof.access.attempts import Row
from pgproof.access.contract import COMMANDS, Cell, Command, Contract
from pgproof.access.perform import canonical
from pgproof.access.subjects import Subject, exposed, subject_of
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table
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


@dataclass(frozen=True)
class Survey:
    """One relation before anybody acts: its rows in the order of their keys."""

    subject: Subject
    rows: tuple[Row, ...]
    free: Mapping[str, tuple[Any, ...]]


def survey(connection: Connection, contract: Contract, catalog: Catalog) -> list[Survey]:
    """Every relation that the contract covers, with its rows. Raises ``UsageError`` for one that does not exist."""
    known = {each.qualified: each for each in exposed(catalog, contract.exposed)}
    found = []
    for name, line in contract.relations.items():
        if name not in known:
            raise UsageError(
                f"{contract.path}:{line}: there is no relation {name}; expected one of {', '.join(known)}"
            )
        subject = subject_of(known[name], deciding_columns(contract, name, set(known[name].columns_by_name)))
        relation = known[name]
        free = free_keys(connection, relation) if isinstance(relation, Table) else {}
        found.append(Survey(subject, read_rows(connection, subject), free))
    return found


def deciding_columns(contract: Contract, relation: str, columns: set[str]) -> tuple[str, ...]:
    """The columns that conditions on the relation mention: those that make a row somebody's."""
    words = {
        word
        for cell in contract.cells.values()
        if cell.relation == relation
        for word in re.findall(r"(?<![.:\w])[a-z_][a-z0-9_]*", cell.condition)
    }
    return tuple(sorted(words & columns))


def read_rows(connection: Connection, subject: Subject) -> tuple[Row, ...]:
    """Every row: key, content and place."""
    query = sql.SQL("select {}, to_jsonb(t), {} from {} as t").format(
        subject.key, subject.place, subject.name
    )
    found = connection.execute(query).fetchall()
    return tuple(
        sorted(
            (Row(canonical(key), content, place) for key, content, place in found), key=lambda row: row.key
        )
    )


def free_keys(connection: Connection, table: Table) -> dict[str, tuple[Any, ...]]:
    """For each column that is unique and points elsewhere: keys over there that nothing here points at."""
    alone = {
        each.columns[0]
        for each in table.constraints
        if each.kind in ("primary key", "unique") and len(each.columns) == 1
    }
    found = {}
    for key in table.foreign_keys:
        if len(key.columns) != 1 or key.columns[0] not in alone:
            continue
        column, target = key.columns[0], key.referenced_columns[0]
        query = sql.SQL(
            "select to_jsonb(p.{target}) from {parent} as p"
            " where not exists (select from {child} as c where c.{column} = p.{target}) order by 1 limit 8"
        ).format(
            target=sql.Identifier(target),
            parent=sql.SQL(key.references),
            child=sql.Identifier(table.schema, table.name),
            column=sql.Identifier(column),
        )
        found[column] = tuple(value for (value,) in connection.execute(query).fetchall())
    return found


def allowed(
    connection: Connection, contract: Contract, surveyed: Survey, actor: Actor
) -> dict[Command, frozenset[str]]:
    """The keys of the rows that the contract lets the actor reach, per command that has a condition on rows."""
    found = {}
    for command in COMMANDS:
        cell = contract.cell(surveyed.subject.label, command, actor.kind)
        if command in ("insert", "becomes") or not cell.condition:
            found[command] = frozenset[str]()
            continue
        query = sql.SQL("select {} from {} as t where ({})").format(
            surveyed.subject.key, surveyed.subject.name, condition_of(contract, cell, actor)
        )
        found[command] = frozenset(canonical(key) for (key,) in ask(connection, query, contract, cell))
    return found


def condition_of(contract: Contract, cell: Cell, actor: Actor) -> sql.Composed:
    """The condition of a cell for one actor; false where the contract is silent."""
    return bind(cell.condition or "false", actor.values, f"{contract.path}:{cell.line}")


def ask(connection: Connection, query: sql.Composed, contract: Contract, cell: Cell) -> list[tuple[Any, ...]]:
    """Run a query made of a condition. Raises ``UsageError`` with the contract's line if the condition is at fault."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(query).fetchall()
    except errors.Error as error:
        raise UsageError(
            f"{contract.path}:{cell.line}: the condition {cell.condition!r} on {cell.relation} does not run: {error}"
        ) from error


def settable(connection: Connection, subject: Subject, role: str) -> tuple[str, sql.Composable]:
    """A column and a constant that every row of the relation may be set to, one that ``role`` has the right to if any."""
    granted: list[tuple[str, sql.Composable]] = []
    others: list[tuple[str, sql.Composable]] = []
    for column, kind in subject.columns.items():
        constant = CONSTANTS.get(kind.split("(")[0])
        if (
            constant is None
            or column in subject.key_columns
            or column in subject.deciding
            or column not in subject.writable
        ):
            continue
        may = connection.execute(
            sql.SQL("select has_column_privilege({}, {}, {}, 'update')").format(
                sql.Literal(role), sql.Literal(subject.label), sql.Literal(column)
            )
        ).fetchone()
        (granted if may and may[0] else others).append((column, sql.SQL(constant)))
    for column, value in [*granted, *others]:
        if _works(connection, subject, column, value):
            return column, value
    column = next(iter(subject.columns))
    return column, sql.Identifier("t", column)


def _works(connection: Connection, subject: Subject, column: str, value: sql.Composable) -> bool:
    statement = sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value)
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except errors.Error:
        return False
    return True


def samples(rows: Sequence[Row], keys: frozenset[str], most: int = 2) -> list[Row]:
    """The first few rows among ``keys``."""
    return [row for row in rows if row.key in keys][:most]
