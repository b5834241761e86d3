"""``pgproof seed``: its arguments, and what to do with them once there is a connection."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pgproof.catalog.model import Catalog
from pgproof.database import Connection
from pgproof.errors import UsageError
from pgproof.rows.plan import SeedPlan, make_plan
from pgproof.rows.progress import Progress, silent
from pgproof.rows.seed import SeedReport, plan_in_words, seed, write


@dataclass(frozen=True, slots=True)
class SeedOptions:
    """What the command line of ``pgproof seed`` asked for; None where it said nothing."""

    rows: Mapping[str, int] = field(default_factory=dict)
    scale: float | None = None
    total: int | None = None
    seed: int | None = None
    locale: str | None = None
    until: date | None = None
    out: Path | None = None
    dry_run: bool = False
    fast: bool = False


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The arguments of ``pgproof seed`` that are about rows; the project and the server are the caller's."""
    command.add_argument(
        "--rows", action="append", default=[], metavar="TABLE=N", help="rows of one table; may be given again"
    )
    command.add_argument("--scale", type=float, metavar="X", help="times the usual number of rows everywhere (1)")
    command.add_argument("--total", type=int, metavar="N", help="so many rows in all, shared out among the tables")
    command.add_argument("--seed", type=int, metavar="N", help="another seed gives other rows, the same one the same")
    command.add_argument("--locale", metavar="NAME", help="names and texts as in ar_SA, de_DE ... (en_US)")
    command.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="when the newest rows were made")
    command.add_argument("--out", type=Path, metavar="DIR", help="write CSV files and a psql script, no database")
    command.add_argument("--dry-run", action="store_true", help="say what would be written, and why")
    command.add_argument(
        "--fast", action="store_true", help="build plain indexes afterwards and leave triggers out meanwhile"
    )


def seed_options(arguments: argparse.Namespace) -> SeedOptions:
    """What was parsed, checked. Raises ``UsageError``."""
    return SeedOptions(
        rows=dict(_row_count(text) for text in arguments.rows),
        scale=arguments.scale,
        total=arguments.total,
        seed=arguments.seed,
        locale=arguments.locale,
        until=arguments.until,
        out=arguments.out,
        dry_run=arguments.dry_run,
        fast=arguments.fast,
    )


def run_seed(
    connection: Connection,
    catalog: Catalog,
    settings: Mapping[str, Any],
    options: SeedOptions,
    progress: Progress = silent,
    say: Callable[[str], None] = print,
) -> SeedReport | None:
    """Plan, and then show the plan, write files, or fill the database, as the options say.

    ``settings`` is the project's ``[rows]``. Returns the report, or None after a dry run. Raises what
    ``make_plan``, ``seed`` and ``write`` raise.
    """
    plan = plan_for(catalog, settings, options)
    if options.dry_run:
        say(plan_in_words(connection, plan))
        return None
    if options.out is not None:
        return write(connection, plan, options.out, progress)
    return seed(connection, plan, progress, fast=options.fast)


def plan_for(catalog: Catalog, settings: Mapping[str, Any], options: SeedOptions) -> SeedPlan:
    """The plan that settings and options make together; options go first."""
    locale = {"locale": options.locale} if options.locale else {}
    return make_plan(
        catalog,
        {**settings, **locale},
        rows=options.rows,
        scale=options.scale,
        total=options.total,
        seed=options.seed,
        until=options.until,
    )


def report_lines(report: SeedReport) -> Iterable[str]:
    """A report in words, a line per table that got rows."""
    for name, rows in report.rows.items():
        if rows:
            yield f"{name}: {rows:,} rows"
    yield f"{report.total:,} rows in {report.seconds:.1f} s"
    yield from (f"note: {note}" for note in report.notes)


def _row_count(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if not name or not count.isdecimal():
        raise UsageError(f"--rows {text}: expected a table and a number, such as --rows users=1000")
    return name, int(count)
