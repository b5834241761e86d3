"""Where sequences go on, and moving them past the numbers that were written. Tables keep working afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from pgproof.database import Connection, sql
from pgproof.rows.model.tables import ColumnModel, SchemaModel, TableModel, TableName

Starts = dict[tuple[TableName, str], tuple[int, int]]

_STATE = """
select last_value, is_called,
    (select seqincrement from pg_catalog.pg_sequence where seqrelid = %s::pg_catalog.regclass)
from {}
"""


def numbered_columns(table: TableModel) -> tuple[ColumnModel, ...]:
    """The columns that a sequence numbers; of a table that gets no rows, none."""
    if table.denied:
        return ()
    return tuple(column for column in table.columns if column.filling in ("identity", "sequence"))


def read_starts(connection: Connection, model: SchemaModel) -> Starts:
    """For every numbered column the next number and the step, past what sequence and column have reached."""
    found: Starts = {}
    for table in model.tables:
        for column in numbered_columns(table):
            name = sequence_of(connection, table, column)
            if name is not None:
                found[table.name, column.name] = _start(connection, table, column, name)
    return found


def sequence_of(connection: Connection, table: TableModel, column: ColumnModel) -> TableName | None:
    """The sequence behind a column."""
    if column.sequence is not None:
        return column.sequence
    qualified = sql.Identifier(table.name.schema, table.name.name).as_string(connection)
    row = connection.execute(
        "select n.nspname, c.relname from pg_catalog.pg_class c"
        " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where c.oid = pg_catalog.pg_get_serial_sequence(%s, %s)::pg_catalog.regclass",
        (qualified, column.name),
    ).fetchone()
    return TableName(*row) if row else None


def _start(
    connection: Connection, table: TableModel, column: ColumnModel, name: TableName
) -> tuple[int, int]:
    sequence = sql.Identifier(name.schema, name.name)
    row = connection.execute(sql.SQL(_STATE).format(sequence), (sequence.as_string(connection),)).fetchone()
    assert row is not None
    last, called, step = row
    relation = sql.Identifier(table.name.schema, table.name.name)
    query = sql.SQL("select {}({}) from {}").format(
        sql.SQL("max" if step > 0 else "min"), sql.Identifier(column.name), relation
    )
    reached = connection.execute(query).fetchone()
    start = last + step if called else last
    if reached is not None and reached[0] is not None:
        start = max(start, reached[0] + step) if step > 0 else min(start, reached[0] + step)
    return start, step


def move_statements(
    connection: Connection, used: Iterable[tuple[TableModel, int]], starts: Starts
) -> list[sql.Composed]:
    """``setval`` for every sequence of these tables, of which so many numbers were used."""
    found = []
    for table, new in used:
        for column in numbered_columns(table):
            name = sequence_of(connection, table, column)
            if name is None or not new:
                continue
            start, step = starts[table.name, column.name]
            sequence = sql.Identifier(name.schema, name.name).as_string(connection)
            found.append(
                sql.SQL("select pg_catalog.setval({}::pg_catalog.regclass, {})").format(
                    sql.Literal(sequence), sql.Literal(start + step * (new - 1))
                )
            )
    return found
