"""The arguments of ``pgproof seed``; light to import, since every run of the command line defines them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pgproof.errors import UsageError


@dataclass(frozen=True, slots=True)
class SeedOptions:
    """What the command line of ``pgproof seed`` asked for; None where it said nothing.

    ``loosely`` says that fewer ``rows`` will do where a table's keys have no room for as many.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    loosely: bool = False
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
    command.add_argument(
        "--scale", type=float, metavar="X", help="times the usual number of rows everywhere (1)"
    )
    command.add_argument(
        "--total", type=int, metavar="N", help="so many rows in all, shared out among the tables"
    )
    command.add_argument(
        "--seed", type=int, metavar="N", help="another seed gives other rows, the same one the same"
    )
    command.add_argument("--locale", metavar="NAME", help="names and texts as in ar_SA, de_DE ... (en_US)")
    command.add_argument("--until", type=_day, metavar="DATE", help="when the newest rows were made")
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="write CSV files and a psql script, no database"
    )
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


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; expected one such as 2026-01-31") from error


def _row_count(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if not name or not count.isdecimal():
        raise UsageError(f"--rows {text}: expected a table and a number, such as --rows users=1000")
    return name, int(count)
