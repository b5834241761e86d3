"""Everything that drawing a row of a table needs to know, found once: ways to pass its CHECKs, keys, partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pgproof.catalog.model import Catalog
from pgproof.database import Connection
from pgproof.errors import UsageError
from pgproof.rows.checks.conditions import Condition, Court
from pgproof.rows.checks.learn import asker
from pgproof.rows.checks.scope import scope_of
from pgproof.rows.checks.solve import condition_of, written_out
from pgproof.rows.checks.solved import Cell, Option
from pgproof.rows.checks.sums import Present
from pgproof.rows.evaluate.compute import UNKNOWN_FUNCTION, Failure, Program, Scope, compile_expression
from pgproof.rows.evaluate.datum import Tag, to_datum
from pgproof.rows.evaluate.datum_times import Interval
from pgproof.rows.evaluate.operators import find_operator
from pgproof.rows.model.ghosts import is_ghost, real_tables
from pgproof.rows.model.tables import (
    ColumnModel,
    ExclusionModel,
    KeyPart,
    SchemaModel,
    TableModel,
    TableName,
    UniqueModel,
)
from pgproof.rows.plan.build import build, split_name
from pgproof.rows.strategies.existing import Existing, read_existing
from pgproof.rows.strategies.ways import Contradiction, changed_ways, ways_of
from pgproof.rows.syntax.expression import Column, Expression
from pgproof.rows.syntax.reading import read
from pgproof.rows.syntax.signals import Refused, Unknown

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
        if part.column is not None and program is None:
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
            if part.column is not None and program is None:
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
    generated: tuple[tuple[str, Program], ...]
    keys: tuple[Key, ...]
    exclusions: tuple[Exclusion, ...]
    existing: Existing = field(default_factory=Existing)

    @cached_property
    def columns(self) -> dict[str, ColumnModel]:
        """The columns that are written, by name."""
        return {column.name: column for column in self.table.columns if column.filling != "generated"}

    def shown(self, row: Mapping[str, Any]) -> Row:
        """The row as others see it: with generated columns that can be computed."""
        return {
            **row,
            **{
                name: value
                for name, program in self.generated
                if (value := _result(program, row)) is not None
            },
        }

    @cached_property
    def grouped(self) -> frozenset[str]:
        """The columns that some group decides about."""
        return frozenset(cell.column for options in self.ways for cell in options[0].cells)

    @cached_property
    def referring(self) -> frozenset[str]:
        """The columns of foreign keys."""
        return frozenset(name for reference in self.table.references for name in reference.columns)

    def varied(self, conditions: Sequence[Condition], cells: Sequence[Cell] = ()) -> TablePlan:
        """The same table under other conditions, with ``cells`` kept to. Raises ``Contradiction``."""
        before = (self.ways, self.conditions)
        ways = changed_ways(self.table, self.court, before, (conditions, cells))
        return replace(self, ways=ways, conditions=tuple(conditions))

    def accepts(self, row: Mapping[str, Any]) -> bool:
        """Whether nothing that can be computed here speaks against the row."""
        if any(self.court.outcome(condition, row) == "bad" for condition in self.conditions):
            return False
        return not any(isinstance(_value(program, row), Refused) for _, program in self.generated)


class SchemaPlan:
    """The tables of a catalog, each planned when it is first asked for.

    With a ``connection`` to a database of that schema, CHECKs that only a server can compute are tried there,
    and new rows keep clear of the keys of those that it has.
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

    def ordinal(self, name: TableName) -> int:
        """The place of a table in the filling order, from 1."""
        return next(n for n, table in enumerate(self.model.tables, 1) if table.name == name)

    def plan(self, name: TableName) -> TablePlan:
        """The plan of a table. Raises ``UsageError`` if its CHECKs contradict each other."""
        if name not in self._plans:
            self._plans[name] = plan_table(self.model.table(name), self._connection, self._present)
        return self._plans[name]


def plan_table(table: TableModel, connection: Connection | None, present: Present) -> TablePlan:
    """What drawing rows of ``table`` needs. Raises ``UsageError`` if no row can pass its CHECKs."""
    ask = None if connection is None else asker(connection, table)
    court = Court(scope_of(table), present, ask)
    conditions = tuple(condition_of(table, check, court.scope) for check in table.checks)
    try:
        ways = ways_of(table, conditions, court)
    except Contradiction as contradiction:
        raise UsageError(f"{contradiction}; change one of them, or give the row by hand") from contradiction
    scope = court.scope
    return TablePlan(
        table,
        court,
        ways,
        conditions,
        tuple(_generated(table, scope)),
        tuple(Key(u, *_programs(table, u, scope), scope.columns) for u in table.uniques),
        tuple(Exclusion(e, *_programs(table, e, scope), scope.columns) for e in table.exclusions),
        Existing() if connection is None or is_ghost(table.name) else read_existing(connection, table),
    )


def _generated(table: TableModel, scope: Scope) -> Iterator[tuple[str, Program]]:
    for column in table.columns:
        expression = read(column.expression) if column.filling == "generated" else None
        if expression is not None:
            yield column.name, compile_expression(written_out(table, expression), scope)


def _programs(
    table: TableModel, key: UniqueModel | ExclusionModel, scope: Scope
) -> tuple[tuple[Program | None, ...], Program | None]:
    """What computes each part that is no column of the row, and the predicate."""

    def compiled(expression: Expression | None) -> Program | None:
        return None if expression is None else compile_expression(written_out(table, expression), scope)

    return tuple(compiled(part.expression or _generated_part(table, part)) for part in key.parts), compiled(
        key.predicate
    )


def _generated_part(table: TableModel, part: KeyPart) -> Expression | None:
    generated = part.column is not None and table.column(part.column).filling == "generated"
    return Column(part.column) if generated and part.column is not None else None


def _included(predicate: Program | None, row: Mapping[str, Any]) -> bool:
    """Whether a partial index has the row; one whose predicate cannot be computed is taken to."""
    return predicate is None or bool(predicate.unknown) or _value(predicate, row) is True


def _result(program: Program, row: Mapping[str, Any]) -> Any:
    """The value as a row holds it; None where there is none or nobody knows."""
    value = program(row)
    return None if value is UNKNOWN_FUNCTION or isinstance(value, Failure) else value


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
