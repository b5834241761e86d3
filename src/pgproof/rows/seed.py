"""Fill the tables of a database as planned: everything, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from pgproof.database import Connection, errors, sql
from pgproof.rows.assemble import Assembler, Circumstances
from pgproof.rows.existing import Present, columns_needed, read_present, read_table
from pgproof.rows.load import load
from pgproof.rows.model import TableModel, TableName
from pgproof.rows.plan import SeedPlan
from pgproof.rows.progress import Progress, Step, silent
from pgproof.rows.second_pass import second_pass, waiting
from pgproof.rows.sequences import move_statements, read_starts
from pgproof.rows.solving import solver
from pgproof.rows.troubles import told
from pgproof.rows.world import World

_SETTINGS = """
select
    pg_catalog.set_config('timezone', 'UTC', true),
    pg_catalog.set_config('datestyle', 'ISO, YMD', true),
    pg_catalog.set_config('intervalstyle', 'postgres', true),
    pg_catalog.set_config('statement_timeout', '0', true),
    pg_catalog.set_config('client_encoding', 'UTF8', true),
    pg_catalog.set_config('bytea_output', 'hex', true)
"""


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was written: rows by table in filling order, seconds in all, and what is worth knowing."""

    rows: Mapping[TableName, int]
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())


def seed(connection: Connection, plan: SeedPlan, progress: Progress = silent) -> SeedReport:
    """Write the rows of a plan in one transaction.

    Raises ``CannotFill`` before anything is written if rows as planned cannot exist, ``RowsRefused`` if the
    server refuses them, ``ServerError`` if it is lost; nothing is kept then, nor after an interrupt.
    """
    return Seeding(connection, plan, progress).run()


class Seeding:
    """One run of ``seed``."""

    def __init__(self, connection: Connection, plan: SeedPlan, progress: Progress) -> None:
        self.connection = connection
        self.plan = plan
        self.progress = progress
        self.started = perf_counter()
        self.rows: dict[TableName, int] = {}
        self.notes: list[str] = []
        self.behind = plan.total
        self.needed = columns_needed(plan.model)

    def run(self) -> SeedReport:
        with self.connection.transaction():
            self.connection.execute(_SETTINGS)
            self.connection.execute("set constraints all deferred")
            assembler = self._assembler(read_present(self.connection, self.plan.model))
            world = assembler.assemble()
            for table in self.plan.model.tables:
                world = self._table(table, assembler, world)
            for population in world.populations.values():
                if waiting(population.model):
                    second_pass(self.connection, population)
            starts = dict(assembler.circumstances.starts)
            for statement in move_statements(self.connection, world.populations.values(), starts):
                self.connection.execute(statement)
            self._settle()
        return SeedReport(self.rows, perf_counter() - self.started, tuple(self.notes))

    def _assembler(self, present: Mapping[TableName, Present]) -> Assembler:
        starts = read_starts(self.connection, self.plan.model)
        world = World(self.plan.seed, self.plan.until, self.plan.since, {})
        counts = {name: count.rows for name, count in self.plan.counts.items()}
        circumstances = Circumstances(present, starts)
        return Assembler(
            self.plan.model, counts, world, solver(self.connection), self.plan.overrides, circumstances
        )

    def _table(self, table: TableModel, assembler: Assembler, world: World) -> World:
        population = world.populations[table.name]
        began = perf_counter()

        def written(done: int, seconds: float) -> None:
            total = population.count - population.existing
            sofar = sum(self.rows.values()) + done
            behind = max(self.behind - done, 0)
            self.progress(Step(table.name, done, total, seconds, sofar, behind, perf_counter() - self.started))

        done = load(self.connection, population, written)
        self.rows[table.name] = done
        self.behind -= self.plan.counts[table.name].rows
        if not done:
            self.progress(Step(table.name, 0, 0, perf_counter() - began))
        return world

    def _settle(self) -> None:
        """Let deferred constraints speak now, while the transaction can still say whose fault it is."""
        try:
            self.connection.execute("set constraints all immediate")
        except errors.Error as error:
            name = error.diag.table_name
            table = next((t for t in self.plan.model.tables if t.name.name == name), self.plan.model.tables[0])
            raise told(error, table) from error


__all__ = ["SeedReport", "Seeding", "read_table", "seed", "sql"]
