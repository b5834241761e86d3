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
from pgproof.rows.checks.strictness import is_strict
from pgproof.rows.checks.sums import Present
from pgproof.rows.evaluate.compute import UNKNOWN_FUNCTION, Failure, Program, Scope, compile_expression
from pgproof.rows.model.ghosts import is_ghost, real_tables
from pgproof.rows.model.tables import ColumnModel, SchemaModel, TableModel, TableName
from pgproof.rows.plan.build import build, split_name
from pgproof.rows.plan.privileges import Writer
from pgproof.rows.strategies.existing import Existing, read_existing
from pgproof.rows.strategies.implied import implied_references
from pgproof.rows.strategies.keys import Exclusion, Key, programs_of, value_of
from pgproof.rows.strategies.ways import Contradiction, changed_ways, ways_of
from pgproof.rows.syntax.expression import Expression, IsNull, columns_of
from pgproof.rows.syntax.reading import read
from pgproof.rows.syntax.signals import Refused
from pgproof.rows.values.exotic import knows

Row = dict[str, Any]


@dataclass(frozen=True)
class TablePlan:
    """A table, the ways in which each group of its columns may be filled, and foreign keys that others imply."""

    table: TableModel
    court: Court
    ways: tuple[tuple[Option, ...], ...]
    conditions: tuple[Condition, ...]
    generated: tuple[tuple[str, Program], ...]
    keys: tuple[Key, ...]
    exclusions: tuple[Exclusion, ...]
    existing: Existing = field(default_factory=Existing)
    implied: frozenset[str] = frozenset()

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
        made = {name: value_of(program, row) for name, program in self.generated if not program.unknown}
        return not any(
            isinstance(value, Refused) or (value is None and name in self.never_null)
            for name, value in made.items()
        )

    @cached_property
    def never_null(self) -> frozenset[str]:
        """The columns that are NOT NULL."""
        return frozenset(column.name for column in self.table.columns if not column.nullable)


class SchemaPlan:
    """The tables of a catalog, each planned when it is first asked for.

    With a ``connection`` to a database of that schema, CHECKs that only a server can compute are tried there,
    and new rows keep clear of the keys of those that it has. With a ``writer`` (``writer_of``), rows leave out
    the columns that this role may not insert.
    """

    def __init__(
        self,
        catalog: Catalog,
        connection: Connection | None = None,
        present: Present | None = None,
        writer: Writer | None = None,
    ) -> None:
        self.catalog = catalog
        self.model: SchemaModel = build(catalog, (), writer)
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
        """The plan of a table. Raises ``UsageError`` if its CHECKs contradict each other or the writer is denied it."""
        if self.model.table(name).denied:
            raise UsageError(f"{name}: {self.model.table(name).denied}")
        if name not in self._plans:
            table = self.model.table(name)
            plan = plan_table(table, self._connection, self._present)
            self._plans[name] = replace(plan, implied=implied_references(self.model, table))
        return self._plans[name]


def plan_table(table: TableModel, connection: Connection | None, present: Present) -> TablePlan:
    """What drawing rows of ``table`` needs.

    Raises ``UsageError`` if no row can pass its CHECKs, or a column needs values of a type of which none are known.
    """
    for column in table.columns:
        if column.filling == "value" and not (column.nullable or knows(column.space)):
            raise UsageError(
                f"{table.name}.{column.name}: no values of type {column.space.type_name} are known;"
                " give the row by hand"
            )
    ask = None if connection is None else asker(connection, table)
    court = Court(scope_of(table), present, ask)
    conditions = tuple(condition_of(table, check, court.scope) for check in table.checks)
    conditions += tuple(_made_not_null(table))
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
        tuple(Key(u, *programs_of(table, u, scope), scope.columns) for u in table.uniques),
        tuple(Exclusion(e, *programs_of(table, e, scope), scope.columns) for e in table.exclusions),
        Existing()
        if connection is None or is_ghost(table.name) or table.unreadable
        else read_existing(connection, table),
    )


def _made_not_null(table: TableModel) -> Iterator[Condition]:
    """What generated columns that are NOT NULL ask of those that they are made from."""
    for column in table.columns:
        expression = (
            read(column.expression) if column.filling == "generated" and not column.nullable else None
        )
        made = None if expression is None else written_out(table, expression)
        if made is not None and is_strict(made):
            yield not_null(column.name, made, wanted=True)


def not_null(name: str, made: Expression, *, wanted: bool) -> Condition:
    """The condition that a generated column is NOT NULL (or, not ``wanted``, is NULL)."""
    text = f"{name} is {'not ' if wanted else ''}null"
    return Condition(text, "", IsNull(made, negated=wanted), columns_of(made), True, False)


def _generated(table: TableModel, scope: Scope) -> Iterator[tuple[str, Program]]:
    for column in table.columns:
        expression = read(column.expression) if column.filling == "generated" else None
        if expression is not None:
            yield column.name, compile_expression(written_out(table, expression), scope)


def _result(program: Program, row: Mapping[str, Any]) -> Any:
    """The value as a row holds it; None where there is none or nobody knows."""
    value = program(row)
    return None if value is UNKNOWN_FUNCTION or isinstance(value, Failure) else value
