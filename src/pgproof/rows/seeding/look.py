"""What needs a database to look at and not to write to: the plan in words, and rows as files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from pgproof.database import Connection, rolled_back
from pgproof.rows.model.ghosts import is_ghost
from pgproof.rows.model.tables import TableName
from pgproof.rows.plan.counts import Count
from pgproof.rows.plan.make import SeedPlan
from pgproof.rows.population.assemble import Assembler
from pgproof.rows.population.lessons import Lesson
from pgproof.rows.seeding.explain import explain
from pgproof.rows.seeding.files import SCRIPT, write_files
from pgproof.rows.seeding.progress import Progress, silent
from pgproof.rows.seeding.seed import Seeding, SeedReport

REHEARSED = 3_000  # rows that are tried before files are written

Lessons: TypeAlias = "Sequence[tuple[TableName, Lesson]]"


def rehearse(connection: Connection, plan: SeedPlan) -> Lessons:
    """What triggers teach when few rows are written; the database is changed and of no more use.

    Raises what ``seed`` raises: no file helps where every row is refused.
    """
    if not any(table.judges for table in plan.model.tables):
        return ()
    share = min(1.0, REHEARSED / max(plan.total, 1))
    counts = {name: Count(ceil(each.rows * share), "tried") for name, each in plan.counts.items()}
    seeding = Seeding(connection, replace(plan, counts=counts), silent)
    seeding.run()
    return seeding.lessons


def write(
    connection: Connection,
    plan: SeedPlan,
    folder: Path,
    progress: Progress = silent,
    lessons: Lessons = (),
) -> SeedReport:
    """Write the rows of a plan as CSV files with a psql script; the database is only looked at.

    ``lessons`` are what a rehearsal taught. Raises ``CannotFill``, and ``UsageError`` if the folder is not empty or
    cannot be written.
    """
    started = perf_counter()
    with rolled_back(connection):
        seeding = Seeding(connection, plan, progress)
        assembler = seeding.prepare()
        for name, told in lessons:
            assembler.heed(plan.model.table(name), told)
        for population in assembler.world.populations.values():
            seeding.check_room(population, population.count - population.existing)
        notes = (*seeding.notes, *(_avoided(name, told) for name, told in lessons), *_unproven(assembler))
        rows = write_files(connection, assembler, folder, progress)
    return SeedReport(rows, perf_counter() - started, notes)


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


def _avoided(name: TableName, told: Lesson) -> str:
    return f"{name}: {told} are refused: none are made"


def _unproven(assembler: Assembler) -> Iterator[str]:
    """What only a server can say of rows: none has seen all of them before they are loaded."""
    found = []
    for name, work in assembler.works.items():
        names = [check for group in work.solved.solution.groups if group.learned for check in group.checks]
        names += [*work.keys.open, *(judge.rpartition(" (")[0] for judge in work.table.judges)]
        if names and work.own.count > work.own.existing:
            found.append(f"{', '.join(dict.fromkeys(names))} on {name}")
    if found:
        yield f"{SCRIPT} will show whether every row is taken, and keep nothing if not, by: {'; '.join(found)}"
