"""Everything that drawing a row of a table needs to know, found once: ways to pass its CHECKs, keys, partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pgproof.catalog.model import Catalog
from pgproof.database import Connection
from pgproof.errors import UsageError
from pgproof.rows.build import build, split_name
from pgproof.rows.datum import Tag, to_datum
from pgproof.rows.datum_times import Interval
from pgproof.rows.evaluate import Program, Scope, compile_expression
from pgproof.rows.evaluate_operators import find_operator
from pgproof.rows.expression import Expression
from pgproof.rows.ghosts import is_ghost, real_tables
from pgproof.rows.model import (
    ColumnModel,
    ExclusionModel,
    KeyPart,
    SchemaModel,
    TableModel,
    TableName,
    UniqueModel,
)
from pgproof.rows.reading import read
from pgproof.rows.scope import scope_of
from pgproof.rows.signals import Refused, Unknown
from pgproof.rows.solve import cell_of, condition_of, find, solve, written_out
from pgproof.rows.solve_conditions import Condition, Court
from pgproof.rows.solve_learn import asker
from pgproof.rows.solve_spaces import is_empty, meet
from pgproof.rows.solve_sums import Present
from pgproof.rows.solved import Option

MOST_PARTITIONS = 8

Row = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """A unique index, and what it holds of a row."""

    model: UniqueModel
    programs: tuple[Program | None, ...]
    predicate: Program | None
    tags: Mapping[str, Tag]

    def of(self, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """What has to be unique; None if the index leaves the row alone."""
        if not _included(self.predicate, row):
            return None
        found = tuple(
            self._part(part, program, row)
            for part, program in zip(self.model.parts, self.programs, strict=True)
        )
        return None if self.model.nulls_distinct and None in found else found

    def _part(self, part: KeyPart, program: Program | None, row: Mapping[str, Any]) -> Any:
        if part.column is not None:
            return comparable(self.tags.get(part.column, ""), row.get(part.column))
        if program is not None and not program.unknown:
            return comparable(program.tag, _value(program, row))
        return tuple(comparable(self.tags.get(name, ""), row.get(name)) for name in part.columns)


@dataclass(frozen=True)
class Exclusion:
    """An exclusion constraint, and whether two rows break it."""

    model: ExclusionModel
    programs: tuple[Program | None, ...]
    predicate: Program | None
    tags: Mapping[str, Tag]

    def broken_by(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        """Whether every operator says yes to these rows; what we cannot compute is taken to say yes."""
        if not (_included(self.predicate, one) and _included(self.predicate, other)):
            return False
        pairs = zip(self.model.parts, self.programs, strict=True)
        return all(self._meet(part, program, one, other) for part, program in pairs)

    def _meet(
        self, part: KeyPart, program: Program | None, one: Mapping[str, Any], other: Mapping[str, Any]
    ) -> bool:
        try:
            if part.column is not None:
                tag = self.tags.get(part.column, "")
                values = [to_datum(tag, row.get(part.column)) for row in (one, other)]
            elif program is not None:
                tag, values = program.tag, [program.datum(row) for row in (one, other)]
            else:
                return True
            if None in values:
                return False
            return bool(find_operator(part.operator, tag, tag)[1](*values))
        except (Unknown, Refused):
            return True


@dataclass(frozen=True)
class TablePlan:
    """A table, and the ways in which each group of its columns may be filled."""

    table: TableModel
    court: Court
    ways: tuple[tuple[Option, ...], ...]
    conditions: tuple[Condition, ...]
    generated: tuple[Program, ...]
    keys: tuple[Key, ...]
    exclusions: tuple[Exclusion, ...]

    @cached_property
    def columns(self) -> dict[str, ColumnModel]:
        """The columns that are written, by name."""
        return {column.name: column for column in self.table.columns if column.filling != "generated"}

    @cached_property
    def grouped(self) -> frozenset[str]:
        """The columns that some group decides about."""
        return frozenset(cell.column for options in self.ways for cell in options[0].cells)

    @cached_property
    def referring(self) -> frozenset[str]:
        """The columns of foreign keys."""
        return frozenset(name for reference in self.table.references for name in reference.columns)

    def accepts(self, row: Mapping[str, Any]) -> bool:
        """Whether nothing that can be computed here speaks against the row."""
        if any(self.court.outcome(condition, row) == "bad" for condition in self.conditions):
            return False
        return not any(isinstance(_value(program, row), Refused) for program in self.generated)


class SchemaPlan:
    """The tables of a catalog, each planned when it is first asked for.

    With a ``connection`` to a database of that schema, CHECKs that only a server can compute are tried there.
    """

    def __init__(
        self, catalog: Catalog, connection: Connection | None = None, present: Present | None = None
    ) -> None:
        self.catalog = catalog
        self.model: SchemaModel = build(catalog)
        self._connection = connection
        self._present = present or Present()
        self._plans: dict[TableName, TablePlan] = {}

    def named(self, qualified: str) -> TableName:
        """The table of that name. Raises ``UsageError`` if the catalog has none that can be filled."""
        name = split_name(qualified)
        if name not in self.model or is_ghost(name):
            known = ", ".join(str(table.name) for table in real_tables(self.model))
            raise UsageError(f"{qualified}: the catalog has no such table to fill; it has {known}")
        return name

    def plan(self, name: TableName) -> TablePlan:
        """The plan of a table. Raises ``UsageError`` if its CHECKs contradict each other."""
        if name not in self._plans:
            self._plans[name] = plan_table(self.model.table(name), self._connection, self._present)
        return self._plans[name]


def plan_table(table: TableModel, connection: Connection | None, present: Present) -> TablePlan:
    """What drawing rows of ``table`` needs. Raises ``UsageError`` if no row can pass its CHECKs."""
    ask = None if connection is None else asker(connection, table)
    court = Court(scope_of(table), present, ask)
    solution = solve(table, ask, present)
    for group in solution.groups:
        if not group.options:
            raise UsageError(f"{group.trouble}; change one of them, or give the row by hand")
    conditions = tuple(condition_of(table, check, court.scope) for check in table.checks)
    ways = [group.options for group in solution.groups if group.columns]
    scope = court.scope
    return TablePlan(
        table,
        court,
        tuple(_in_partitions(table, conditions, court, ways)),
        conditions,
        tuple(_generated(table, scope)),
        tuple(Key(u, *_programs(u.parts, u.predicate, scope), scope.columns) for u in table.uniques),
        tuple(Exclusion(e, *_programs(e.parts, e.predicate, scope), scope.columns) for e in table.exclusions),
    )


def _generated(table: TableModel, scope: Scope) -> Iterator[Program]:
    for column in table.columns:
        expression = read(column.expression) if column.filling == "generated" else None
        if expression is not None:
            yield compile_expression(written_out(table, expression), scope)


def _programs(
    parts: Sequence[KeyPart], predicate: Expression | None, scope: Scope
) -> tuple[tuple[Program | None, ...], Program | None]:
    of_parts = tuple(_compiled(part.expression, scope) for part in parts)
    return of_parts, _compiled(predicate, scope)


def _compiled(expression: Expression | None, scope: Scope) -> Program | None:
    return None if expression is None else compile_expression(expression, scope)


def _in_partitions(
    table: TableModel, conditions: Sequence[Condition], court: Court, ways: list[tuple[Option, ...]]
) -> Iterator[tuple[Option, ...]]:
    """The ways, those that touch the partition key solved again for every partition there is."""
    boxes = table.partition.cells if table.partition is not None else ()
    if table.partition is None or not boxes:
        yield from ways
        return
    key = set(table.partition.columns)
    about = [c for c in conditions if set(c.columns) & key]
    while more := [c for c in conditions if c not in about and _touches(c, about)]:
        about += more
    mixed = key.union(*(c.columns for c in about))
    found: dict[Option, None] = {}
    step = max(1, len(boxes) // MOST_PARTITIONS)
    for box in boxes[::-step][:MOST_PARTITIONS]:
        found |= dict.fromkeys(_in_box(table, about, court, dict(box)))
    if not found:
        raise UsageError(
            f"{table.name}: no partition takes a row that passes its CHECKs; create one that does"
        )
    yield tuple(found)
    yield from (options for options in ways if not mixed & {cell.column for cell in options[0].cells})


def _in_box(
    table: TableModel, about: Sequence[Condition], court: Court, box: Mapping[str, Any]
) -> Iterator[Option]:
    cells = []
    for name, space in box.items():
        cell = cell_of(table.column(name), court)
        cells.append(replace(cell, space=meet(cell.space, space), nulls="forbidden"))
    if any(is_empty(cell.space) for cell in cells):
        return
    if not about:
        yield Option(tuple(cells))
    for option in find(table, about, court, cells).options if about else ():
        missing = [cell for cell in cells if cell.column not in {each.column for each in option.cells}]
        yield replace(option, cells=(*option.cells, *missing))


def _touches(condition: Condition, others: Sequence[Condition]) -> bool:
    return any(set(condition.columns) & set(other.columns) for other in others)


def _included(predicate: Program | None, row: Mapping[str, Any]) -> bool:
    """Whether a partial index has the row; one whose predicate cannot be computed is taken to."""
    return predicate is None or bool(predicate.unknown) or _value(predicate, row) is True


def _value(program: Program, row: Mapping[str, Any]) -> Any:
    """The value as it is computed with; None where nobody knows, the ``Refused`` where it fails."""
    try:
        return program.datum(row)
    except Unknown:
        return None
    except Refused as refused:
        return refused


def comparable(tag: Tag, value: Any) -> Any:
    """A value so that what is equal to PostgreSQL is equal and hashable here."""
    if value is None or isinstance(value, Refused):
        return None
    try:
        datum = to_datum(tag, value)
    except (Unknown, Refused):
        datum = value
    if isinstance(datum, Interval):
        return datum.length
    if isinstance(datum, str):
        return (
            datum.lower()
            if tag.rpartition(".")[2] == "citext"
            else datum.rstrip(" ")
            if tag == "character"
            else datum
        )
    if isinstance(datum, float) and datum != datum:
        return "NaN"
    try:
        hash(datum)
    except TypeError:
        return repr(datum)
    return datum
