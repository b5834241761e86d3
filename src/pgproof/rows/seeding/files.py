"""Rows as files: a CSV per table and a psql script that loads them, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from time import perf_counter

from pgproof.database import Connection, sql
from pgproof.errors import UsageError
from pgproof.rows.model.ghosts import is_ghost
from pgproof.rows.model.tables import TableName
from pgproof.rows.population.assemble import Assembler
from pgproof.rows.population.world import Population
from pgproof.rows.seeding import second_pass
from pgproof.rows.seeding.load import blocks
from pgproof.rows.seeding.progress import Course, Progress
from pgproof.rows.seeding.sequences import move_statements
from pgproof.rows.values.forms import CSV

SCRIPT = "load.sql"
_HEAD = """\
-- Loads the CSV files beside it in one transaction: everything or nothing.
-- psql -v ON_ERROR_STOP=1 -f load.sql  (run it in this folder)
\\set ON_ERROR_STOP on
set client_encoding to 'UTF8';
begin;
set constraints all deferred;
"""
_ALONE = """\
-- Without triggers, as they would make rows again that are in the files: {makers}.
set local session_replication_role = replica;
"""


def write_files(
    connection: Connection, assembler: Assembler, folder: Path, progress: Progress
) -> dict[TableName, int]:
    """Write every population of an assembled world into ``folder``; returns rows by table.

    Raises ``UsageError`` if the folder has files in it or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; give --out a folder that is new or empty")
        with _all_or_nothing(folder):
            return _write(connection, assembler, folder, progress)
    except OSError as error:
        raise UsageError(
            f"cannot write to {folder}: {error.strerror or error}; no file was left there: free space,"
            " or give --out another folder"
        ) from error


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Take every file of a folder that was empty away again if not all of them could be written."""
    try:
        yield
    except BaseException:
        for file in folder.iterdir():
            file.unlink()
        raise


def _write(
    connection: Connection, assembler: Assembler, folder: Path, progress: Progress
) -> dict[TableName, int]:
    script = [_HEAD]
    rows: dict[TableName, int] = {}
    populations = [p for p in assembler.world.populations.values() if not is_ghost(p.model.name)]
    course = Course(progress, {p.model.name: p.count - p.existing for p in populations})
    for population in populations:
        name = population.model.name
        rows[name] = _table(population, folder, course)
        if rows[name]:
            script.append(_copy(connection, name, list(population.makers), file_name(str(name))))
    for population in populations:
        script += _later(connection, population, folder)
    used = [(population.model, population.count - population.existing) for population in populations]
    moves = move_statements(connection, used, assembler.circumstances.starts)
    script += [statement.as_string(connection) + " \\gset\n" for statement in moves]  # says nothing
    script.append("commit;\n")
    makers = sorted(
        {trigger for each in populations if rows[each.model.name] for trigger in each.model.made_by}
    )
    script[1:1] = [_ALONE.format(makers="; ".join(makers))] if makers else []
    (folder / SCRIPT).write_text("".join(script), "utf-8")
    return rows


def _table(population: Population, folder: Path, course: Course) -> int:
    name, total = population.model.name, population.count - population.existing
    started, done = perf_counter(), 0
    if not total:
        return 0
    with (folder / file_name(str(name))).open("wb") as file:
        for rows, data in blocks(population, list(population.makers), CSV):
            file.write(data)
            done += rows
            course.step(name, done, total, perf_counter() - started)
    return done


def file_name(text: str) -> str:
    """A name for a file that every system takes; what had to be left out is told apart by a digest."""
    plain = re.sub(r"[^\w.-]+", "_", text)
    mark = "" if plain == text else f"-{blake2b(text.encode(), digest_size=4).hexdigest()}"
    return f"{plain}{mark}.csv"


def _copy(connection: Connection, table: TableName, columns: Sequence[str], file: str) -> str:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    relation = sql.Identifier(table.schema, table.name)
    text = sql.SQL("{} ({})").format(relation, names).as_string(connection)
    return f"\\copy {text} from '{file}' with (format csv)\n"


def _later(connection: Connection, population: Population, folder: Path) -> list[str]:
    """The second pass of a table: a CSV per waiting foreign key, and the UPDATE that takes it over."""
    script = []
    table = population.model
    for reference in second_pass.waiting(table):
        key, columns = second_pass.key_of(table), second_pass.own_columns(table, reference)
        file = file_name(f"{table.name}.{reference.name}")
        with (folder / file).open("wb") as target:
            for data in second_pass.blocks(population, reference, key, columns, CSV):
                target.write(data)
        script += [
            second_pass.create_statement(table, (*key, *columns)).as_string(connection) + ";\n",
            _copy(connection, TableName("pg_temp", second_pass.LATER), (*key, *columns), file),
            second_pass.update_statement(table, key, columns).as_string(connection) + ";\n",
            f"drop table pg_temp.{second_pass.LATER};\n",
        ]
    return script
