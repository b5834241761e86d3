"""``pgproof seed``: what to do with its arguments once there is a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pgproof.catalog.model import Catalog
from pgproof.database import Connection
from pgproof.errors import UsageError
from pgproof.rows.model.ghosts import real_tables
from pgproof.rows.plan.make import SeedPlan, make_plan
from pgproof.rows.plan.privileges import Writer
from pgproof.rows.seeding.arguments import SeedOptions
from pgproof.rows.seeding.look import Lessons, plan_in_words, write
from pgproof.rows.seeding.progress import Progress, silent
from pgproof.rows.seeding.seed import SeedReport, seed


def run_seed(
    connection: Connection,
    catalog: Catalog,
    settings: Mapping[str, Any],
    options: SeedOptions,
    progress: Progress = silent,
    say: Callable[[str], None] = print,
    writer: Writer | None = None,
    lessons: Lessons = (),
) -> SeedReport | None:
    """Plan, and then show the plan, write files, or fill the database, as the options say.

    ``settings`` is the project's ``[rows]``, ``writer`` whom the connection acts as, None if they may do all,
    ``lessons`` what a rehearsal of files taught. Returns the report, or None after a dry run. Raises what
    ``make_plan``, ``seed`` and ``write`` raise.
    """
    plan = plan_for(catalog, settings, options, writer)
    if options.dry_run:
        say(plan_in_words(connection, plan))
        return None
    if options.out is not None:
        return write(connection, plan, options.out, progress, lessons)
    return seed(connection, plan, progress, fast=options.fast)


def plan_for(
    catalog: Catalog, settings: Mapping[str, Any], options: SeedOptions, writer: Writer | None = None
) -> SeedPlan:
    """The plan that settings and options make together; options go first.

    Raises what ``make_plan`` raises, and ``UsageError`` where there are no tables, or none that may be filled.
    """
    locale = {"locale": options.locale} if options.locale else {}
    plan = make_plan(
        catalog,
        {**settings, **locale},
        rows=options.rows,
        loosely=options.loosely,
        scale=options.scale,
        total=options.total,
        seed=options.seed,
        until=options.until,
        writer=writer,
    )
    if not plan.counts:
        raise UsageError("there are no tables to fill in this database; apply the migrations to it first")
    tables = real_tables(plan.model)
    if all(table.denied for table in tables):
        why = "; ".join(f"{table.name}: {table.denied}" for table in tables)
        raise UsageError(f"there is no table that may be filled; {why}")
    return plan


def report_lines(report: SeedReport) -> Iterable[str]:
    """A report in words, a line per table that got rows."""
    for name, rows in report.rows.items():
        if rows:
            yield f"{name}: {rows:,} rows"
    yield f"{report.total:,} rows in {report.seconds:.1f} s"
    yield from (f"note: {note}" for note in report.notes)
