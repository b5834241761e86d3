"""Fill the tables of a database as planned: everything, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from pgproof.database import Connection, errors, rolled_back
from pgproof.rows.checks.learn import asker
from pgproof.rows.checks.solving import solver
from pgproof.rows.model.ghosts import is_ghost, real_tables
from pgproof.rows.model.needed import columns_needed
from pgproof.rows.model.tables import SchemaModel, TableModel, TableName
from pgproof.rows.model.troubles import CannotFill, RowsRefused, lost, told
from pgproof.rows.plan.make import SeedPlan
from pgproof.rows.population.assemble import Assembler
from pgproof.rows.population.existing import Present, read_present, read_table
from pgproof.rows.population.lessons import lesson, sample_of
from pgproof.rows.population.work import Circumstances, Work
from pgproof.rows.population.world import Population, World
from pgproof.rows.seeding.became import dropped, has_to_be_read_back, sieve, trial
from pgproof.rows.seeding.explain import explain
from pgproof.rows.seeding.files import write_files
from pgproof.rows.seeding.load import Written, has_binary, load
from pgproof.rows.seeding.postpone import put_off
from pgproof.rows.seeding.progress import Progress, Step, silent
from pgproof.rows.seeding.queried import with_queried_values
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


def write(connection: Connection, plan: SeedPlan, folder: Path, progress: Progress = silent) -> SeedReport:
    """Write the rows of a plan as CSV files with a psql script; the database is only looked at.

    Raises ``CannotFill``, and ``UsageError`` if the folder is not empty or cannot be written.
    """
    started = perf_counter()
    with rolled_back(connection):
        seeding = Seeding(connection, plan, progress)
        assembler = seeding.prepare()
        rows = write_files(connection, assembler, folder, progress)
    return SeedReport(rows, perf_counter() - started, tuple(seeding.notes))


def plan_in_words(connection: Connection, plan: SeedPlan) -> str:
    """What ``seed`` would do: order, counts and, for every column, what it will get and why."""
    with rolled_back(connection):
        assembler = Seeding(connection, plan, silent).prepare()
        tables = [
            explain(work, plan.counts[name]) for name, work in assembler.works.items() if not is_ghost(name)
        ]
    total = sum(table.rows for table in tables)
    head = f"{total:,} rows from seed {plan.seed}, in this order, in one transaction:"
    return "\n\n".join([head, *map(str, tables)])


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
        self.progress = progress
        self.started = perf_counter()
        self.rows: dict[TableName, int] = {}
        self.notes: list[str] = []
        self.used: list[tuple[TableModel, int]] = []
        self.careful: set[TableName] = set()  # whose rows were refused: one by one
        self.as_text: set[TableName] = set()  # which hold what only the server can read
        self.present = dict[TableName, Present]()
        self.made: dict[TableName, int] = {}
        self.judged = False

    def run(self) -> SeedReport:
        """Everything, in one transaction."""
        try:
            while not self._run_once():
                pass
        except errors.OperationalError as error:
            raise lost(error) from error
        return SeedReport(self.rows, perf_counter() - self.started, tuple(self.notes))

    def _run_once(self) -> bool:
        """One attempt; says whether it went through, or found a table that needs care next time."""
        self.rows, self.notes, self.used, self.made, self.judged = {}, [], [], {}, False
        try:
            with self.connection.transaction():
                assembler = self.prepare()
                self.connection.execute("set constraints all deferred")
                with put_off(self.connection, self.plan.model) if self.fast else nullcontext():
                    self._fill(assembler)
                self._settle()
        except StartOver:
            return False
        return True

    def prepare(self) -> Assembler:
        """Look at the database and decide what every row will be."""
        self.connection.execute(_SETTINGS)
        self.present = read_present(self.connection, self.plan.model)
        assembler = self._assembler()
        assembler.assemble()
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
        if now.total == before:
            return
        self.made[table.name] = made = now.total - before
        self.notes.append(f"{table.name}: {made:,} rows were made by triggers of other tables")
        assembler.circumstances.starts.update(read_starts(self.connection, SchemaModel((table,))))
        assembler.assemble_again(table, now, made)

    def _table(self, population: Population, assembler: Assembler) -> None:
        name, total = population.model.name, population.count - population.existing
        began, earlier = perf_counter(), sum(self.rows.values())
        later = [t.name for t in real_tables(self.plan.model) if t.name not in self.rows and t.name != name]
        behind = sum(self.plan.counts[each].rows for each in later)

        def written(done: int, seconds: float, of: int = total) -> None:
            elapsed = perf_counter() - self.started
            self.progress(Step(name, done, of, seconds, earlier + done, behind + of - done, elapsed))

        self._check_room(name, total)
        self.used.append((population.model, total))
        self.rows[name] = kept = self._load(population, written, assembler)
        written(kept, perf_counter() - began, kept)
        self.judged = self.judged or bool(population.model.judges)

    def _load(self, population: Population, written: Written, assembler: Assembler) -> int:
        """COPY, and where the server may refuse rows for reasons of its own, one by one what it refuses.

        Returns how many rows are there then.
        """
        table, refused = population.model, 0
        if table.judges:
            self._learn(population, assembler)
        if table.name in self.careful:
            sieved = sieve(self.connection, population)
            arrived, refused = sieved.arrived, sieved.refused
            self.notes.append(f"{table.name}: {refused:,} rows were refused: {sieved.said}")
        else:
            arrived = self._copy(population, written, assembler.works[table.name])
        note = dropped(self.plan.model, assembler.counts, population, arrived, refused)
        self.notes += [note] if note else []
        lost = bool(refused or note)
        if arrived and (lost or has_to_be_read_back(self.connection, self.plan.model, population)):
            needed = columns_needed(self.plan.model)[table.name]
            present = read_table(self.connection, table, sorted(needed))
            assembler.assemble_again(table, present, assembler.counts[table.name])
        return arrived

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
            self.notes.append(f"{population.model.name}: {told} are refused ({sieved.said}): none are made")

    def _may_be_refused(self, work: Work) -> bool:
        """Whether a refusal tells of a trigger or of a CHECK or key that nobody could see through."""
        unsure = any(group.trouble or group.learned for group in work.solved.solution.groups)
        return bool(work.table.judges or work.keys.open or unsure or work.own.existing)

    def _check_room(self, name: TableName, total: int) -> None:
        asked, total = self.plan.counts[name], total + self.made.get(name, 0)
        if total >= asked.rows:
            return
        more = " more" if name in self.present else ""
        if not asked.firm:
            self.notes.append(
                f"{name}: its keys have room for {total:,}{more} rows, and not for {asked.rows:,}"
            )
            return
        raise CannotFill(
            f"{name}: {asked.rows:,} rows are asked for, and its keys have room for {total:,}{more};"
            " ask for fewer, or for more rows of the tables that it refers to"
        )

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
