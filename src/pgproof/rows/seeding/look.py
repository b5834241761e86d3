"""What needs a database to look at and not to write to: the plan in words, and rows as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from pgproof.database import Connection, rolled_back
from pgproof.rows.model.ghosts import is_ghost
from pgproof.rows.plan.make import SeedPlan
from pgproof.rows.population.assemble import Assembler
from pgproof.rows.seeding.explain import explain
from pgproof.rows.seeding.files import SCRIPT, write_files
from pgproof.rows.seeding.progress import Progress, silent
from pgproof.rows.seeding.seed import Seeding, SeedReport


def write(connection: Connection, plan: SeedPlan, folder: Path, progress: Progress = silent) -> SeedReport:
    """Write the rows of a plan as CSV files with a psql script; the database is only looked at.

    Raises ``CannotFill``, and ``UsageError`` if the folder is not empty or cannot be written.
    """
    started = perf_counter()
    with rolled_back(connection):
        seeding = Seeding(connection, plan, progress)
        assembler = seeding.prepare()
        notes = (*seeding.notes, *_unproven(assembler))
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


def _unproven(assembler: Assembler) -> Iterator[str]:
    """What only a server can say of rows, for tables with such: no server has seen them before they are loaded."""
    for name, work in assembler.works.items():
        if work.own.count == work.own.existing:
            continue
        names = [check for group in work.solved.solution.groups if group.learned for check in group.checks]
        names += [*work.keys.open, *(judge.rpartition(" (")[0] for judge in work.table.judges)]
        if names:
            yield (
                f"{name}: whether {', '.join(dict.fromkeys(names))} takes every row shows when {SCRIPT} is run;"
                " it keeps nothing if not"
            )
