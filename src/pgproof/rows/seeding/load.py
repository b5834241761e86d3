"""Rows of a population into a table by COPY: one thread draws the next block while the last one travels."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import perf_counter

from pgproof.database import Connection, errors, sql
from pgproof.rows.model.tables import TableName
from pgproof.rows.model.troubles import told
from pgproof.rows.population.world import Population
from pgproof.rows.values.encode import encode
from pgproof.rows.values.forms import TEXT, Form
from pgproof.rows.values.wire import HEAD, TAIL, WIRED, encode_binary

AHEAD = 2  # blocks that may wait: enough to keep both sides busy, few enough to stay small

Written = Callable[[int, float], None]


def load(
    connection: Connection,
    population: Population,
    written: Written,
    into: TableName | None = None,
    *,
    binary: bool = False,
) -> int:
    """COPY the new rows of a population; returns how many the server kept, which may be fewer: triggers drop rows.

    ``written`` hears rows and seconds after every block. Raises ``RowsRefused`` or ``ServerError`` with what the
    server said; where it is ``binary``, ``Unknown`` or ``Refused`` for a constant that has to travel as text.
    """
    columns = list(population.makers)
    if population.count == population.existing:
        return 0
    started, done = perf_counter(), 0
    statement = copy_statement(into or population.model.name, columns, binary=binary)
    made = binary_blocks(population, columns) if binary else blocks(population, columns, TEXT)
    try:
        with closing(ahead(made)) as source, connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for rows, data in source:
                    copy.write(data)
                    done += rows
                    written(done, perf_counter() - started)
            return cursor.rowcount
    except errors.Error as error:
        raise told(error, population.model) from error


def copy_statement(table: TableName, columns: Sequence[str], *, binary: bool = False) -> sql.Composed:
    """COPY ... FROM STDIN for these columns."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    relation, tail = (
        sql.Identifier(table.schema, table.name),
        sql.SQL(" with (format binary)" if binary else ""),
    )
    return sql.SQL("copy {} ({}) from stdin{}").format(relation, names, tail)


def has_binary(population: Population) -> bool:
    """Whether every column that is written is of a type that we write in binary."""
    return all(population.model.column(column).base in WIRED for column in population.makers)


def blocks(population: Population, columns: Sequence[str], form: Form) -> Iterator[tuple[int, bytes]]:
    """The new rows of a population as COPY reads them, a block at a time with its number of rows."""
    for block in population.blocks():
        yield len(block), encode([block.values(column) for column in columns], form)


def binary_blocks(population: Population, columns: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """The same in binary, with what comes before the first block and after the last."""
    bases = [population.model.column(column).base for column in columns]
    yield 0, HEAD
    for block in population.blocks():
        yield len(block), encode_binary([block.values(column) for column in columns], bases)
    yield 0, TAIL


def ahead(source: Iterator[tuple[int, bytes]]) -> Generator[tuple[int, bytes], None, None]:
    """The same items, drawn by a thread of their own a little before they are wanted.

    An error in the source is raised here. Whoever stops early stops the thread too.
    """
    queue: Queue[tuple[int, bytes] | BaseException | None] = Queue(AHEAD)
    stopped = Event()

    def offer(item: tuple[int, bytes] | BaseException | None) -> None:
        while not stopped.is_set():
            with suppress(Full):
                queue.put(item, timeout=0.1)
                return

    def draw() -> None:
        try:
            for item in source:
                offer(item)
                if stopped.is_set():
                    return
            offer(None)
        except BaseException as error:
            offer(error)

    thread = Thread(target=draw, name="pgproof rows", daemon=True)
    thread.start()
    try:
        while (item := queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        with suppress(Empty):
            queue.get_nowait()
        thread.join()
