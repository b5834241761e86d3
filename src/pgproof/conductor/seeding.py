"""Rows for a project: into a playground, into a database that is named, or into files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pgproof import catalog, database
from pgproof.conductor.bench import Playground, Progress, playground
from pgproof.project import Project
from pgproof.rows.plan.privileges import writer_of
from pgproof.rows.seeding.arguments import SeedOptions
from pgproof.rows.seeding.look import Lessons, rehearse
from pgproof.rows.seeding.options import plan_for, report_lines, run_seed
from pgproof.rows.seeding.progress import Progress as RowProgress
from pgproof.servers import require_testing

Say = Callable[[str], None]


@contextmanager
def seeded_playground(
    project: Project, server: str, options: SeedOptions, progress: Progress, rows: RowProgress, say: Say
) -> Iterator[Playground]:
    """A playground (``bench.playground``) filled with rows; a dry run or files only look at it.

    For files, another one shows beforehand which rows triggers refuse.
    """
    lessons: Lessons = ()
    if options.out is not None and not options.dry_run:
        with playground(project, server, seeded=False, progress=progress) as place:
            lessons = rehearsed(place.dsn, project, options)
    with playground(project, server, seeded=False, progress=progress) as place:
        fill(place.dsn, project, options, rows, say, lessons)
        yield place


def fill_named(dsn: str, project: Project, options: SeedOptions, rows: RowProgress, say: Say) -> None:
    """Fill the database at ``dsn``, which exists and has the project's tables: all rows or none.

    Raises ``UsageError`` where the URL looks like production.
    """
    require_testing(dsn)
    fill(dsn, project, options, rows, say)


def rehearsed(dsn: str, project: Project, options: SeedOptions) -> Lessons:
    """What triggers teach when some rows are written to a database, which is used up by it."""
    with database.connect(dsn) as connection:
        return rehearse(connection, plan_for(catalog.read(connection), project.settings.rows, options))


def fill(
    dsn: str,
    project: Project,
    options: SeedOptions,
    rows: RowProgress,
    say: Say,
    lessons: Lessons = (),
) -> None:
    """Run the seeding on one database and say what came of it; ``lessons`` are for files."""
    with database.connect(dsn) as connection:
        found, writer = (
            catalog.read(connection),
            writer_of(catalog.read_roles(connection), database.whoami(connection)),
        )
        report = run_seed(connection, found, project.settings.rows, options, rows, say, writer, lessons)
    if report:
        for line in report_lines(report):
            say(line)
