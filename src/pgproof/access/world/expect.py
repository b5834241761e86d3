"""What the contract lets an actor do to a relation, worked out on the rows that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pgproof.access.actors.kinds import Actor, bind
from pgproof.access.attempts.perform import canonical
from pgproof.access.contract.model import COMMANDS, Cell, Command, Contract
from pgproof.access.relations.subjects import Subject, rendered
from pgproof.database import Connection, errors, sql
from pgproof.errors import UsageError

ON_ROWS: tuple[Command, ...] = ("select", "update", "delete")
INTO: tuple[Command, ...] = ("insert", "becomes")


@dataclass(frozen=True)
class Expectation:
    """Per command the cell, its condition with the actor's values in it, and the keys of the rows it lets through
    (for an insert, of those that might be inserted if they were not there).

    ``cascade`` are the rows that may go or change because others do; ``parts`` the columns that may be set on some
    rows, and which these are, where the contract makes columns depend on the row.
    """

    cells: Mapping[Command, Cell]
    conditions: Mapping[Command, sql.Composed]
    reach: Mapping[Command, frozenset[str]]
    cascade: frozenset[str]
    parts: tuple[tuple[tuple[str, ...] | None, frozenset[str]], ...] = ()

    def may_set(self, column: str) -> frozenset[str]:
        """The keys of the rows on which the actor may set ``column``."""
        parts = self.parts or ((self.cells["update"].columns, self.reach["update"]),)
        found = [keys for columns, keys in parts if columns is None or column in columns]
        return frozenset[str]().union(*found)

    @property
    def everywhere(self) -> tuple[str, ...] | None:
        """The columns that may be set on every row that may be updated (None: all of them)."""
        columns = self.cells["update"].columns
        if not self.parts or columns is None:
            return columns
        return tuple(each for each in columns if self.may_set(each) == self.reach["update"])

    def observation(self, subject: Subject, rows: int) -> sql.Composed:
        """The query that tells which of ``rows`` rows were changed, and what the actor may do with these."""
        return subject.changes(
            rows, self.conditions["select"], self.conditions["insert"], self.conditions["becomes"]
        )


def expect(
    connection: Connection, contract: Contract, subject: Subject, actors: Sequence[Actor]
) -> list[Expectation]:
    """Ask the database, as superuser, what each actor may do. Raises ``UsageError`` with the contract's line for a
    condition that does not run.
    """
    asked = [_questions(contract, subject, each) for each in actors]
    keys = iter(_reach(connection, contract, subject, [each for one in asked for each in one.values()]))
    return [
        _expectation(contract, subject, actor, {place: next(keys) for place in one})
        for actor, one in zip(actors, asked, strict=True)
    ]


Question = tuple[Cell, sql.Composed]
Asked = Command | int | None  # a command, a part of the update, or what passes away


def _questions(contract: Contract, subject: Subject, actor: Actor) -> dict[Asked, Question]:
    """What is asked of every row: whether each command may reach it; under numbers, whether each part of the update
    may; and, under None, whether it may pass away.
    """
    asked: dict[Asked, Cell] = {
        each: contract.cell(subject.root, each, actor.kind)
        for each in (*ON_ROWS, *(INTO if subject.is_table else ()))
    }
    update = contract.cell(subject.root, "update", actor.kind)
    asked |= {place: replace(update, condition=where) for place, (where, _) in enumerate(update.parts)}
    passing = contract.cascades.get((subject.root, actor.kind), "")
    asked[None] = Cell(subject.root, "delete", actor.kind, passing, contract.relations[subject.root])
    return {place: (cell, condition_of(contract, cell, actor)) for place, cell in asked.items()}


def _expectation(
    contract: Contract, subject: Subject, actor: Actor, keys: Mapping[Asked, frozenset[str]]
) -> Expectation:
    cells = {command: contract.cell(subject.root, command, actor.kind) for command in COMMANDS}
    conditions = {command: condition_of(contract, cell, actor) for command, cell in cells.items()}
    reach = {command: each for command, each in keys.items() if isinstance(command, str)}
    said = (subject.root, actor.kind) in contract.cascades
    cascade = keys[None] if said else frozenset[str]().union(*(reach[command] for command in ON_ROWS))
    parts = tuple((columns, keys[place]) for place, (_, columns) in enumerate(cells["update"].parts))
    return Expectation(cells, conditions, reach, cascade, parts)


def _reach(
    connection: Connection, contract: Contract, subject: Subject, asked: Sequence[Question]
) -> list[frozenset[str]]:
    """The keys of the rows that meet each condition, all in one query."""
    if not any(cell.condition for cell, _ in asked):
        return [frozenset() for _ in asked]
    columns = sql.SQL(", ").join(sql.SQL("({})::boolean").format(condition) for _, condition in asked)
    query = sql.SQL("select {}, array[{}] from {} as t").format(subject.key, columns, subject.origin)
    try:
        with connection.transaction(force_rollback=True):
            rows = connection.execute(query).fetchall()
    except errors.Error:  # one by one, to name the line
        return [_keys(connection, contract, subject, cell, condition) for cell, condition in asked]
    known = [(canonical(row[0]), row[1]) for row in rows]
    return [frozenset(key for key, meets in known if meets[place]) for place in range(len(asked))]


def widened(
    connection: Connection,
    contract: Contract,
    subject: Subject,
    actor: Actor,
    expected: Expectation,
    more: Cell,
) -> Expectation:
    """The expectation where, besides, rows that meet the condition of ``more`` may be written in any way."""
    condition = condition_of(contract, more, actor)
    keys = _keys(connection, contract, subject, more, condition)
    either: dict[Command, sql.Composed] = {
        command: sql.SQL("({}) or ({})").format(each, condition) if command != "select" else each
        for command, each in expected.conditions.items()
    }
    reach = {
        command: each if command == "select" else each | keys for command, each in expected.reach.items()
    }
    return replace(expected, conditions=either, reach=reach, parts=())


def _keys(
    connection: Connection, contract: Contract, subject: Subject, cell: Cell, condition: sql.Composed
) -> frozenset[str]:
    if not cell.condition:
        return frozenset()
    query = sql.SQL("select {} from {} as t where ({})").format(subject.key, subject.origin, condition)
    return frozenset(canonical(key) for (key,) in ask(connection, query, contract, cell))


def condition_of(contract: Contract, cell: Cell, actor: Actor) -> sql.Composed:
    """The condition of a cell for one actor; false where the contract is silent."""
    bound = bind(cell.condition or "false", actor.values, f"{contract.path}:{cell.line}")
    return sql.Composed([rendered(bound)])


def ask(connection: Connection, query: sql.Composed, contract: Contract, cell: Cell) -> list[tuple[Any, ...]]:
    """Run a query made of a condition. Raises ``UsageError`` with the contract's line if the condition is at fault."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(query).fetchall()
    except errors.Error as error:
        raise UsageError(
            f"{contract.path}:{cell.line}: the condition {cell.condition!r} on {cell.relation} does not run: {error}"
        ) from error
