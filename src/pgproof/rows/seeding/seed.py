"""Fill the tables of a database as planned: everything, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np

from pgproof.database import Connection, errors
from pgproof.rows.checks.learn import asker
from pgproof.rows.checks.solving import solver
from pgproof.rows.model.ghosts import real_tables
from pgproof.rows.model.needed import columns_needed
from pgproof.rows.model.tables import SchemaModel, TableModel, TableName
from pgproof.rows.model.troubles import RowsRefused, lost, told
from pgproof.rows.plan.make import SeedPlan
from pgproof.rows.population.assemble import Assembler
from pgproof.rows.population.existing import Present, read_present, read_table
from pgproof.rows.population.lessons import Lesson, lesson, sample_of
from pgproof.rows.population.work import Circumstances, Work
from pgproof.rows.population.world import Population, World
from pgproof.rows.seeding.became import has_to_be_read_back, sieve, trial
from pgproof.rows.seeding.left import changed_since, left, losses, require_parents
from pgproof.rows.seeding.load import Written, has_binary, load
from pgproof.rows.seeding.postpone import put_off
from pgproof.rows.seeding.progress import Course, Progress, silent
from pgproof.rows.seeding.queried import with_queried_values
from pgproof.rows.seeding.room import shortage, too_many
from pgproof.rows.seeding.second_pass import second_pass, waiting
from pgproof.rows.seeding.sequences import move_statements, read_starts
from pgproof.rows.syntax.signals import Refused, Unknown

LESSONS = 3  # that can be learnt of one table
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


def seed(
    connection: Connection, plan: SeedPlan, progress: Progress = silent, *, fast: bool = False
) -> SeedReport:
    """Write the rows of a plan in one transaction. ``fast`` puts off plain indexes and leaves out triggers.

    Raises ``CannotFill`` before anything is written if rows as planned cannot exist, ``RowsRefused`` if the
    server refuses them, ``ServerError`` if it is lost; nothing is kept then, nor after an interrupt.
    """
    return Seeding(connection, plan, progress, fast).run()


class StartOver(Exception):
    """Everything starts over, ``table`` being one of ``those`` now that are filled in another way."""

    def __init__(self, table: TableName, those: set[TableName]) -> None:
        super().__init__(str(table))
        those.add(table)


class Seeding:
    """One run of ``seed``."""

    def __init__(
        self, connection: Connection, plan: SeedPlan, progress: Progress, fast: bool = False
    ) -> None:
        self.connection = connection
        self.fast = fast
        self.plan = plan
        self.started = perf_counter()
        planned = {table.name: plan.counts[table.name].rows for table in real_tables(plan.model)}
        self.course = Course(progress, planned, self.started)
        self.rows: dict[TableName, int] = {}
        self.notes: list[str] = []
        self.used: list[tuple[TableModel, int]] = []
        self.careful: set[TableName] = set()  # whose rows were refused: one by one
        self.as_text: set[TableName] = set()  # which hold what only the server can read
        self.present = dict[TableName, Present]()
        self.made: dict[TableName, int] = {}
        self.lessons: list[tuple[TableName, Lesson]] = []
        self.judged = False

    def run(self) -> SeedReport:
        """Everything, in one transaction."""
        try:
            while not self._run_once():
                pass
        except errors.OperationalError as error:
            raise lost(error) from error
        except KeyboardInterrupt as interrupt:
            raise KeyboardInterrupt("no row was kept") from interrupt
        return SeedReport(self.rows, perf_counter() - self.started, tuple(self.notes))

    def _run_once(self) -> bool:
        """One attempt; says whether it went through, or found a table that needs care next time."""
        self.rows, self.notes, self.used, self.made, self.judged = {}, [], [], {}, False
        self.lessons = []
        self.course.done.clear()
        try:
            with self.connection.transaction():
                assembler = self.prepare()
                self.connection.execute("set constraints all deferred")
                with put_off(self.connection, self.plan.model) if self.fast else nullcontext():
                    self._fill(assembler)
                self._settle()
                self._look_again()
        except StartOver:
            return False
        return True

    def prepare(self) -> Assembler:
        """Look at the database and decide what every row will be."""
        self.connection.execute(_SETTINGS)
        self.present = read_present(self.connection, self.plan.model)
        closed = (table for table in real_tables(self.plan.model) if table.denied)
        self.notes += [f"{table.name}: got no rows: {table.denied}" for table in closed]
        assembler = self._assembler()
        try:
            assembler.assemble()
        except MemoryError as error:
            raise too_many(self.plan) from error
        self._check_wishes(assembler)
        return assembler

    def _fill(self, assembler: Assembler) -> None:
        world = assembler.world
        tables = real_tables(self.plan.model)
        later = [table.name for table in tables if waiting(table)]
        for number, table in enumerate(tables):
            self._meet_what_triggers_made(table, assembler)
            self._table(world.populations[table.name], assembler)
            left = [each.name for each in tables[number + 1 :]]
            world.forget_all_but([*left, *later])
            for name in {each.name for each in tables} - {*left, *later}:
                assembler.works.pop(name, None)
        for population in world.populations.values():
            if waiting(population.model):
                second_pass(self.connection, population)
        starts = assembler.circumstances.starts
        for statement in move_statements(self.connection, self.used, starts):
            self.connection.execute(statement)

    def _assembler(self) -> Assembler:
        plan = self.plan
        world = World(plan.seed, plan.until, plan.since, {})
        counts = {name: count.rows for name, count in plan.counts.items()}
        circumstances = Circumstances(dict(self.present), read_starts(self.connection, plan.model))
        solve = solver(plan.until, self.connection)
        ask = partial(asker, self.connection)
        overrides = with_queried_values(self.connection, plan.overrides)
        return Assembler(plan.model, counts, world, solve, overrides, circumstances, ask)

    def _meet_what_triggers_made(self, table: TableModel, assembler: Assembler) -> None:
        """Rows that triggers of the tables before have put in here count, and are nobody's to repeat."""
        if not self.judged:
            return
        before = self.present.get(table.name, Present()).total
        needed = columns_needed(self.plan.model)[table.name]
        now = read_table(self.connection, table, sorted(needed))
        if now.total <= before:
            return
        self.made[table.name] = made = now.total - before
        self.notes.append(f"{table.name}: {made:,} rows were made by triggers of other tables")
        assembler.circumstances.starts.update(read_starts(self.connection, SchemaModel((table,))))
        assembler.assemble_again(table, now, made)

    def _table(self, population: Population, assembler: Assembler) -> None:
        name, began = population.model.name, perf_counter()
        if population.model.judges:
            self._learn(population, assembler)
        total = population.count - population.existing
        self.check_room(population, total)
        self.used.append((population.model, total))
        written = partial(self.course.step, name)
        self.rows[name] = kept = self._load(
            population, lambda done, seconds: written(done, total, seconds), assembler
        )
        written(kept, kept, perf_counter() - began)
        self.judged = self.judged or bool(population.model.judges)

    def _load(self, population: Population, written: Written, assembler: Assembler) -> int:
        """COPY, and where the server may refuse rows for reasons of its own, one by one what it refuses.

        Returns how many rows are there then.
        """
        table, refused = population.model, 0
        if table.name in self.careful:
            sieved = sieve(self.connection, population)
            arrived, refused = sieved.arrived, sieved.refused
            self.notes.append(f"{table.name}: {refused:,} rows were refused: {sieved.said}")
        else:
            arrived = self._copy(population, written, assembler.works[table.name])
        kept = left(self.connection, population, arrived)
        if note := losses(population, arrived, refused, kept):
            require_parents(self.plan.model, assembler.counts, population, kept, note)
            self.notes.append(note)
        lost = bool(refused or note)
        if kept and (lost or has_to_be_read_back(self.connection, self.plan.model, population)):
            needed = columns_needed(self.plan.model)[table.name]
            present = read_table(self.connection, table, sorted(needed))
            assembler.assemble_again(table, present, assembler.counts[table.name])
        return kept

    def _copy(self, population: Population, written: Written, work: Work) -> int:
        # No savepoint: row locks of several subtransactions make foreign keys several times slower.
        table = population.model.name
        try:
            binary = table not in self.as_text and has_binary(population)
            return load(self.connection, population, written, binary=binary)
        except (Unknown, Refused) as error:
            raise StartOver(table, self.as_text) from error
        except RowsRefused as error:
            if self._may_be_refused(work):
                raise StartOver(table, self.careful) from error
            raise

    def _learn(self, population: Population, assembler: Assembler) -> None:
        """Try some rows where triggers look at them, and do not make more of those that are refused."""
        for _ in range(LESSONS):
            block = sample_of(population)
            if not len(block):
                return
            sieved = trial(self.connection, block)
            refused = np.zeros(len(block), dtype=np.bool_)
            refused[list(sieved.culprits)] = True
            told = lesson(block, refused)
            if told is None or not assembler.heed(population.model, told):
                return
            self.lessons.append((population.model.name, told))
            self.notes.append(f"{population.model.name}: {told} are refused ({sieved.said}): none are made")

    def _may_be_refused(self, work: Work) -> bool:
        """Whether a refusal tells of a trigger or of a CHECK or key that nobody could see through."""
        unsure = any(group.trouble or group.learned for group in work.solved.solution.groups)
        return bool(work.table.judges or work.keys.open or unsure or work.own.existing)

    def check_room(self, population: Population, total: int) -> None:
        """Note that there is no room for all rows that were planned. Raises ``CannotFill`` if they were asked for."""
        name = population.model.name
        asked, total = self.plan.counts[name], total + self.made.get(name, 0)
        if total >= asked.rows:
            return
        more = " more" if name in self.present else ""
        self.notes.append(shortage(population, asked, total, more))

    def _check_wishes(self, assembler: Assembler) -> None:
        """Refuse counts that cannot be before anything is written; where triggers make rows, only filling tells."""
        if any(table.judges for table in self.plan.model.tables):
            return
        for name, population in assembler.world.populations.items():
            if self.plan.counts[name].firm:
                self.check_room(population, population.count - population.existing)

    def _settle(self) -> None:
        """Let deferred constraints speak now, while the transaction can still say whose fault it is."""
        try:
            self.connection.execute("set constraints all immediate")
        except errors.Error as error:
            name = error.diag.table_name
            table = next(
                (t for t in self.plan.model.tables if t.name.name == name), self.plan.model.tables[0]
            )
            raise told(error, table) from error

    def _look_again(self) -> None:
        """Count what is there in the end: triggers of other tables, and those that waited, may have had a say."""
        before = {
            name: self.present.get(name, Present()).total + self.made.get(name, 0) for name in self.rows
        }
        expected = {name: before[name] + rows for name, rows in self.rows.items()}
        for name, more in changed_since(self.connection, self.plan.model, expected):
            if more < 0:
                self.rows[name] = max(self.rows[name] + more, 0)
            what = "are not there any more: triggers deleted them" if more < 0 else "were made by triggers"
            self.notes.append(f"{name}: {abs(more):,} rows {what}")
