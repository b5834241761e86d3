"""Rows tried on the server: what it says of each, with the triggers of the schema kept out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.types.json import Jsonb

from pgproof.catalog.model import Column, Table
from pgproof.database import Connection
from pgproof.rows.strategies import Population, SchemaPlan, disable_triggers, insert, insert_population

from .boundary import Row
from .rules import Refusal, Rule, as_declared


def draws(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Up to ``count`` values of a strategy, the simplest first, the same ones in every run."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


@dataclass(frozen=True)
class Trial:
    """A database, in a transaction that is undone, and the plan of its rows.

    Triggers that rewrite or refuse rows would hide the constraints behind them, so those of every table that
    gets rows are off. They have suites of their own.
    """

    pg: Connection
    plan: SchemaPlan

    @contextmanager
    def world(self, population: Population, *, without: str | None = None) -> Iterator[None]:
        """Inside, the rows of a population are there; of the table ``without`` all but the last."""
        rows = {table: found[:-1] if table == without else found for table, found in population.rows.items()}
        with self.pg.transaction(force_rollback=True):
            insert_population(self.pg, self.plan, Population(rows, population.deferred), triggers=False)
            self.pg.execute("set constraints all immediate")
            yield

    def verdict(self, table: str, row: Row) -> Refusal | None:
        """Who refuses the row; None if it is taken. It is not kept."""
        try:
            with self.pg.transaction(force_rollback=True):
                disable_triggers(self.pg, self.plan, [table])
                insert(self.pg, self.plan, table, row)
                self.pg.execute("set constraints all immediate")
        except psycopg.Error as error:
            return self._refusal(table, error)
        return None

    def _refusal(self, table: str, error: psycopg.Error) -> Refusal:
        diag = error.diag
        if error.sqlstate == "23502":
            return Refusal("23502", diag.column_name or "")
        where = f"{diag.schema_name}.{diag.table_name}"
        name = as_declared(self.plan.catalog, where, diag.constraint_name or "")
        return Refusal(error.sqlstate or "", name or str(error))

    def truth(self, rule: Rule) -> Callable[[Row], bool | None]:
        """What the expression of a CHECK is for a row: true, false, or None for unknown. Nothing is written."""
        table = self.plan.catalog.table(rule.table)
        assert rule.expression is not None
        typed = sql.SQL(", ").join(
            sql.SQL("cast(%s as {}) as {}").format(
                sql.SQL(table.column(name).type.text), sql.Identifier(name)
            )
            for name in rule.columns
        )
        query = sql.SQL("select ({}) from (select {}) as row").format(sql.SQL(rule.expression), typed)

        def truth_(row: Row) -> bool | None:
            values = [_sent(table, name, row.get(name)) for name in rule.columns]
            found = self.pg.execute(query, values).fetchone()
            assert found is not None
            return found[0]  # type: ignore[no-any-return]

        return truth_


def _sent(table: Table, name: str, value: Any) -> Any:
    is_json = table.column(name).type.name == "jsonb"
    return Jsonb(value) if is_json and isinstance(value, (dict, list)) else value


def scales_of(table: Table) -> Mapping[str, int]:
    """The decimal places of the numeric columns that have a fixed number of them."""
    return {column.name: column.type.scale for column in table.columns if column.type.scale is not None}


def linked(
    world: Population,
    table: str,
    target: str,
    columns: tuple[str, ...],
    referenced: tuple[str, ...],
) -> Population:
    """The population with every row of a table leading to a parent along a foreign key, where it can."""

    def leading(row: dict[str, Any]) -> dict[str, Any]:
        for parent in world.rows[target]:
            link = {here: parent.get(there) for here, there in zip(columns, referenced, strict=True)}
            if all(row.get(name) in (None, value) for name, value in link.items()):
                return {**row, **link}
        return row

    rows = {**world.rows, table: [leading(row) for row in world.rows[table]]}
    return Population(rows, world.deferred)


def fits(column: Column, value: Any) -> bool:
    """Whether a value is one of the column's type, so that the type is not what refuses it."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        bits = {"int2": 15, "int4": 31}.get(column.type.name, 63)
        return -(2**bits) <= value < 2**bits
    if isinstance(value, Decimal) and column.type.precision is not None:
        return abs(value) < 10 ** (column.type.precision - (column.type.scale or 0))
    if isinstance(value, str):
        return column.type.name in ("text", "varchar") and len(value) <= (column.type.length or len(value))
    return True
