"""Write the rows that strategies made. The server has the last word: its errors are not caught."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pgproof.database import Connection, sql
from pgproof.rows.checks.spaces import frozen
from pgproof.rows.model.literals import text_of
from pgproof.rows.model.tables import Space, TableModel, TableName
from pgproof.rows.strategies.plan import SchemaPlan
from pgproof.rows.strategies.population import Population


def insert(connection: Connection, schema: SchemaPlan, table: str, row: Mapping[str, Any]) -> None:
    """Insert one row into ``table``, ``schema.name``; identity columns take the value that the row has."""
    model = schema.model.table(schema.named(table))
    values = [_parameter(model.column(name).space, value) for name, value in row.items()]
    connection.execute(_statement(model.name, tuple(row)), values)


def insert_population(
    connection: Connection, schema: SchemaPlan, population: Population, *, triggers: bool = True
) -> None:
    """Insert all rows, parents first, and move the sequences behind what was inserted.

    Without ``triggers`` those that users created do not fire (constraints are checked all the same): this
    takes the owner of the tables and a transaction that is rolled back.
    """
    if not triggers:
        disable_triggers(connection, schema, population)
    if population.deferred:
        connection.execute("set constraints all deferred")
    for table, rows in population.rows.items():
        for row in rows:
            insert(connection, schema, table, row)
        _move_sequences(connection, schema.model.table(schema.named(table)), rows)


def disable_triggers(connection: Connection, schema: SchemaPlan, tables: Iterable[str]) -> None:
    """Keep the triggers that users created from firing; PostgreSQL's own go on checking foreign keys."""
    for table in tables:
        name = schema.named(table)
        connection.execute(
            sql.SQL("alter table {} disable trigger user").format(sql.Identifier(name.schema, name.name))
        )


def _statement(table: TableName, columns: tuple[str, ...]) -> sql.Composed:
    target = sql.Identifier(table.schema, table.name)
    if not columns:
        return sql.SQL("insert into {} default values").format(target)
    return sql.SQL("insert into {} ({}) overriding system value values ({})").format(
        target,
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.SQL("%s") for _ in columns),
    )


def _parameter(space: Space, value: Any) -> str | None:
    """Everything travels as text of no type, so that PostgreSQL reads it as the column's type."""
    return text_of(frozen(space, value))


def _move_sequences(connection: Connection, table: TableModel, rows: list[dict[str, Any]]) -> None:
    for column in table.columns:
        if column.filling not in ("identity", "sequence"):
            continue
        most = max((row[column.name] for row in rows if row.get(column.name) is not None), default=None)
        if most is None:
            continue
        connection.execute(
            sql.SQL("select setval(pg_get_serial_sequence(%s, %s), greatest(%s, 1))"),
            (sql.Identifier(table.name.schema, table.name.name).as_string(connection), column.name, most),
        )
