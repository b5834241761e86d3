"""Values that the settings take from a query of the database that is filled."""

from __future__ import annotations

from dataclasses import replace

from pgproof.database import Connection, errors, sql
from pgproof.errors import UsageError
from pgproof.rows.model.tables import TableName
from pgproof.rows.plan.overrides import ColumnOverride, Overrides

MOST = 100_000


def with_queried_values(connection: Connection, overrides: Overrides) -> Overrides:
    """``overrides`` with every query replaced by what it gives, in its order.

    Raises ``UsageError`` for a query that fails, gives nothing, or does not give one column.
    """
    columns: dict[tuple[TableName, str], ColumnOverride] = dict(overrides.columns)
    for (table, column), override in overrides.columns.items():
        if override.query is not None:
            where = f'[rows."{table}".{column}]'
            values = _values(connection, override.query, where)
            columns[table, column] = replace(override, values=values, query=None)
    return replace(overrides, columns=columns)


def _values(connection: Connection, query: str, where: str) -> tuple[str | None, ...]:
    # The query is the settings' own text, wrapped so that it can only read and every value comes as text.
    wrapped = sql.SQL("select q::text from ({}) as q (q) limit {}").format(
        sql.SQL(query.strip().rstrip(";")), sql.Literal(MOST)
    )
    try:
        with connection.transaction():
            cursor = connection.execute(wrapped)
            found = tuple(row[0] for row in cursor.fetchall())
    except errors.Error as error:
        said = " ".join((error.diag.message_primary or str(error)).split())
        raise UsageError(f"{where}: the query failed: {said}; it has to be a select of one column") from error
    if not found:
        raise UsageError(f"{where}: the query gave no rows; give one that does, or values = [...]")
    return found
