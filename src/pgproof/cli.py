"""The command line: ``pgproof check``, ``up``, ``seed``, ``init``. Arguments in, exit code out."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pgproof
from pgproof.errors import PgproofError, UsageError
from pgproof.rows.seeding.arguments import add_arguments, seed_options

if TYPE_CHECKING:
    from pgproof.conductor import bench

EPILOG = """\
exit codes: 0 clean, 1 findings, 2 wrong use, 3 SQL did not apply, 4 no server
settings: pgproof.toml or [tool.pgproof] in a project's folder, overridden by PGPROOF_<SETTING>
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code; messages for people go to the error output."""
    options = parser().parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave by the same door as Ctrl-C
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except PgproofError as error:
        print(f"pgproof: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as interrupt:
        kept = f"{interrupt}, and " if str(interrupt) else ""
        print(f"pgproof: interrupted; {kept}everything it started is gone", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    root = argparse.ArgumentParser(
        prog="pgproof",
        description="Build a database from a folder of SQL in a disposable server, and prove what it promises.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"pgproof {pgproof.__version__}")
    commands = root.add_subparsers(metavar="COMMAND", required=True)
    add_check(commands)
    add_up(commands)
    add_seed(commands)
    add_init(commands)
    return root


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_common(command: argparse.ArgumentParser) -> None:
    """Arguments that every command takes."""
    command.add_argument(
        "--server",
        metavar="KIND",
        help="embedded (default), container[:IMAGE], local[:BINDIR] or a URL (which needs --allow-url)",
    )
    command.add_argument(
        "--allow-url",
        action="store_true",
        help="permit a server that somebody else runs; gets a database of its own",
    )
    command.add_argument(
        "--privileges",
        choices=("classic", "explicit", "both"),
        help="the default privileges of the Supabase project that the schema is meant for; default: as it says, else both",
    )


def add_check(commands: Commands) -> None:
    """``pgproof check``."""
    check = commands.add_parser(
        "check", help="apply, roll back, apply again, load seeds, act as everybody; report what is wrong"
    )
    check.set_defaults(run=run_check)
    check.add_argument("projects", nargs="*", type=Path, metavar="PROJECT", help="folders; default: sql/")
    add_common(check)
    check.add_argument(
        "--format",
        choices=("text", "json", "junit", "github", "sarif", "html"),
        default="text",
        help="how the report is written; default: text",
    )
    check.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the report there")
    check.add_argument(
        "--update",
        action="store_true",
        help="record catalog, documents and who can do what instead of comparing",
    )


def add_up(commands: Commands) -> None:
    """``pgproof up``."""
    up = commands.add_parser("up", help="a ready database to play with, gone on Ctrl-C")
    up.set_defaults(run=run_up)
    up.add_argument(
        "project", nargs="?", type=Path, default=None, metavar="PROJECT", help="folder; default: here"
    )
    add_common(up)
    up.add_argument(
        "--exec", metavar="CMD", help="run CMD with DATABASE_URL and PG* set, then stop; its exit code counts"
    )
    up.add_argument("--seed", action="store_true", help="load the project's seed data")
    up.add_argument("--database", metavar="NAME", help="open a database that a failed test kept")


def add_seed(commands: Commands) -> None:
    """``pgproof seed``."""
    seed = commands.add_parser(
        "seed", help="fill the schema with believable rows, the same ones for the same seed"
    )
    seed.set_defaults(run=run_seed)
    seed.add_argument(
        "project", nargs="?", type=Path, default=None, metavar="PROJECT", help="folder; default: here"
    )
    add_common(seed)
    seed.add_argument(
        "--dsn", metavar="URL", help="an existing database to fill, all rows or none; default: a new one"
    )
    seed.add_argument(
        "--exec", metavar="CMD", help="run CMD on the new database, then stop; its exit code counts"
    )
    add_arguments(seed)


def add_init(commands: Commands) -> None:
    """``pgproof init``."""
    init = commands.add_parser(
        "init", help="draft access.toml by measuring who can do what; overwrites nothing"
    )
    init.set_defaults(run=run_init)
    init.add_argument(
        "project", nargs="?", type=Path, default=None, metavar="PROJECT", help="folder; default: here"
    )
    add_common(init)


def run_check(options: argparse.Namespace) -> int:
    """Check every project and print or write one report."""
    from pgproof import report
    from pgproof.conductor import bench, check

    if options.output:
        require_place(options.output)
    folders = [found for path in options.projects or [Path("sql")] for found in bench.discover(path)]
    progress = progress_on_terminal()
    reports = [
        check.check(project, server, update=options.update, progress=progress)
        for project, server in (bench.load(folder, overrides(options)) for folder in folders)
    ]
    progress("")
    text = report.FORMATS[options.format](report.relative_to(reports, Path.cwd()))
    if options.output:
        write(options.output, text)
    else:
        sys.stdout.write(text)
    return report.exit_code(reports)


def run_up(options: argparse.Namespace) -> int:
    """Make a ready database and keep it until the command in ``--exec``, or the person, is done with it."""
    from pgproof.conductor import bench

    project, server = bench.load(options.project or Path(), overrides(options))
    with bench.playground(
        project, server, seeded=options.seed, kept=options.database, progress=progress_on_terminal()
    ) as place:
        return stay(place, options.exec)


def stay(place: bench.Playground, command: str | None) -> int:
    """Run ``command`` in a playground, or print its address and wait for Ctrl-C."""
    if command:
        return execute(command, place.environment)
    print(place.dsn, flush=True)
    if sys.stderr.isatty():
        print(f"{place.described}\nCtrl-C ends it.", file=sys.stderr)
    signal.pause()
    return 0


def run_init(options: argparse.Namespace) -> int:
    """Draft a contract and say what to do with it."""
    from pgproof.conductor import drafting

    folder = options.project or Path()
    made = drafting.draft(folder, overrides(options), progress_on_terminal())
    for path in made.files:
        print(f"wrote {path}")
    print(
        f"{made.lines} lines say what was measured. Read them: what you mean, confirm by deleting its mark;"
    )
    print(f"what you do not mean, correct. Then: pgproof check {folder}")
    return 0


def run_seed(options: argparse.Namespace) -> int:
    """Fill a database that is named, or a new one that lives as long as somebody uses it; or write files."""
    from pgproof.conductor import bench

    try:
        from pgproof.conductor import seeding
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed; run: pip install 'pgproof[rows]'") from error
    wanted = seed_options(options)
    project, server = bench.load(options.project or Path(), overrides(options))
    progress = progress_on_terminal()

    def rows(step: object) -> None:
        progress(str(step))

    only_looking = wanted.dry_run or wanted.out is not None
    output = sys.stdout if options.dsn or only_looking else sys.stderr

    def say(line: str) -> None:
        progress("")
        print(line, file=output)

    try:
        if options.dsn:
            seeding.fill_named(options.dsn, project, wanted, rows, say)
            return 0
        with seeding.seeded_playground(project, server, wanted, progress, rows, say) as place:
            return 0 if only_looking else stay(place, options.exec)
    finally:
        progress("")


def execute(command: str, environment: dict[str, str]) -> int:
    """Run ``command`` in a shell with the database's address in its environment; returns its exit code."""
    import subprocess

    done = subprocess.run(command, shell=True, env={**os.environ, **environment}, check=False)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def overrides(options: argparse.Namespace) -> dict[str, object]:
    """The settings that the command line sets, by name."""
    chosen = {
        "server": options.server,
        "privileges": options.privileges,
        "allow_url": options.allow_url or None,
    }
    return {name: value for name, value in chosen.items() if value is not None}


def require_place(path: Path) -> None:
    """Raise ``UsageError`` if no report can be written to ``path``: before the work, not after it."""
    if path.is_dir():
        raise UsageError(f"cannot write the report to {path}: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise UsageError(
            f"cannot write the report to {path}: there is no folder {path.parent}; make it first"
        )


def write(path: Path, text: str) -> None:
    """Write a report. Raises ``UsageError`` if that is not possible."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write the report to {path}: {error.strerror}") from error


def progress_on_terminal() -> Callable[[str], None]:
    """A line on the error output that is overwritten, if that is a terminal; otherwise silence."""
    if not sys.stderr.isatty():
        return lambda _: None

    def show(text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text[:110]}")
        sys.stderr.flush()

    return show


if __name__ == "__main__":
    sys.exit(main())
