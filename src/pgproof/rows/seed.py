"""Fill the tables of a database as planned: everything, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from pgproof.database import Connection, errors
from pgproof.rows.assemble import Assembler, Circumstances, Work
from pgproof.rows.became import has_to_be_read_back, sieve
from pgproof.rows.existing import Present, columns_needed, read_present, read_table
from pgproof.rows.ghosts import real_tables
from pgproof.rows.load import Written, load
from pgproof.rows.model import SchemaModel, TableModel, TableName
from pgproof.rows.plan import SeedPlan
from pgproof.rows.progress import Progress, Step, silent
from pgproof.rows.second_pass import second_pass, waiting
from pgproof.rows.sequences import move_statements, read_starts
from pgproof.rows.solving import solver
from pgproof.rows.troubles import CannotFill, RowsRefused, told
from pgproof.rows.world import Population, World

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
        self.present = dict[TableName, Present]()
        self.judged = False

    def run(self) -> SeedReport:
        """Everything, in one transaction."""
        with self.connection.transaction():
            self.connection.execute(_SETTINGS)
            self.connection.execute("set constraints all deferred")
            self.present = read_present(self.connection, self.plan.model)
            assembler = self._assembler()
            world = assembler.assemble()
            for table in real_tables(self.plan.model):
                self._meet_what_triggers_made(table, assembler)
                self._table(world.populations[table.name], assembler)
            for population in world.populations.values():
                if waiting(population.model):
                    second_pass(self.connection, population)
            starts = assembler.circumstances.starts
            for statement in move_statements(self.connection, world.populations.values(), starts):
                self.connection.execute(statement)
            self._settle()
        return SeedReport(self.rows, perf_counter() - self.started, tuple(self.notes))

    def _assembler(self) -> Assembler:
        plan = self.plan
        world = World(plan.seed, plan.until, plan.since, {})
        counts = {name: count.rows for name, count in plan.counts.items()}
        circumstances = Circumstances(dict(self.present), read_starts(self.connection, plan.model))
        return Assembler(plan.model, counts, world, solver(plan.until), plan.overrides, circumstances)

    def _meet_what_triggers_made(self, table: TableModel, assembler: Assembler) -> None:
        """Rows that triggers of the tables before have put in here count, and are nobody's to repeat."""
        if not self.judged:
            return
        before = self.present.get(table.name, Present()).total
        needed = columns_needed(self.plan.model)[table.name]
        now = read_table(self.connection, table, sorted(needed))
        if now.total == before:
            return
        made = now.total - before
        self.notes.append(f"{table.name}: {made:,} rows were made by triggers of other tables")
        assembler.circumstances.starts.update(read_starts(self.connection, SchemaModel((table,))))
        assembler.assemble_again(table, now, made)

    def _table(self, population: Population, assembler: Assembler) -> None:
        name, total = population.model.name, population.count - population.existing
        began, earlier = perf_counter(), sum(self.rows.values())
        later = [t.name for t in real_tables(self.plan.model) if t.name not in self.rows and t.name != name]
        behind = sum(self.plan.counts[each].rows for each in later)

        def written(done: int, seconds: float) -> None:
            elapsed = perf_counter() - self.started
            self.progress(Step(name, done, total, seconds, earlier + done, behind + total - done, elapsed))

        self._check_room(name, population, total)
        self.rows[name] = self._load(population, written, assembler)
        written(self.rows[name], perf_counter() - began)
        self.judged = self.judged or bool(population.model.judges)

    def _load(self, population: Population, written: Written, assembler: Assembler) -> int:
        """COPY, and where the server may refuse rows for reasons of its own, one by one what it refuses."""
        table = population.model
        refused = 0
        try:
            with self.connection.transaction():
                arrived = load(self.connection, population, written)
        except RowsRefused:
            if not self._may_be_refused(assembler.works[table.name]):
                raise
            arrived, refused, said = sieve(self.connection, population)
            self.notes.append(f"{table.name}: {refused:,} rows were refused: {said}")
        if arrived and (refused or has_to_be_read_back(self.connection, self.plan.model, population)):
            needed = columns_needed(self.plan.model)[table.name]
            present = read_table(self.connection, table, sorted(needed))
            assembler.assemble_again(table, present, assembler.counts[table.name])
        return arrived

    def _may_be_refused(self, work: Work) -> bool:
        """Whether a refusal tells of a trigger or of a CHECK or key that nobody could see through."""
        unsure = any(group.trouble or group.learned for group in work.solved.solution.groups)
        return bool(work.table.judges or work.keys.open or unsure)

    def _check_room(self, name: TableName, population: Population, total: int) -> None:
        asked = self.plan.counts[name]
        if asked.why == "asked for" and total < asked.rows and name not in self.present:
            raise CannotFill(
                f"{name}: {asked.rows:,} rows are asked for, and its keys have room for {total:,};"
                " ask for fewer, or for more rows of the tables that it refers to"
            )

    def _settle(self) -> None:
        """Let deferred constraints speak now, while the transaction can still say whose fault it is."""
        try:
            self.connection.execute("set constraints all immediate")
        except errors.Error as error:
            name = error.diag.table_name
            table = next((t for t in self.plan.model.tables if t.name.name == name), self.plan.model.tables[0])
            raise told(error, table) from error

