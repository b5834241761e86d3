"""Ask a server what conditions come out as: for functions and operators that only it knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pgproof.database import Connection, errors, sql
from pgproof.rows.checks.conditions import Ask
from pgproof.rows.checks.spaces import frozen
from pgproof.rows.evaluate.compute import Failure
from pgproof.rows.model.literals import text_of
from pgproof.rows.model.tables import Space, TableModel

_BATCH = 200


def asker(connection: Connection, table: TableModel) -> Ask:
    """What answers questions about rows of ``table`` on this connection; whatever it does is undone."""
    spaces = {column.name: column.space for column in table.columns}

    def ask(conditions: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(rows), _BATCH):
            found += _answers(connection, spaces, conditions, rows[start : start + _BATCH])
        return found

    return ask


def _answers(
    connection: Connection,
    spaces: Mapping[str, Space],
    conditions: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> list[tuple[Any, ...]]:
    """The answers for rows; where one of them fails the others still get theirs."""
    columns = [name for name in rows[0] if name in spaces]
    query = _question(spaces, columns, conditions, len(rows))
    values = [text_of(frozen(spaces[name], row.get(name))) for row in rows for name in columns]
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(query, values).fetchall()
    except errors.Error as error:
        if len(rows) == 1:
            return [(Failure(error.sqlstate or "XX000"),) * len(conditions)]
    half = len(rows) // 2
    return [
        *_answers(connection, spaces, conditions, rows[:half]),
        *_answers(connection, spaces, conditions, rows[half:]),
    ]


def _question(
    spaces: Mapping[str, Space], columns: Sequence[str], conditions: Sequence[str], count: int
) -> sql.Composed:
    """One query: what each of the conditions is for each of ``count`` rows, in order."""
    # Conditions and types are the catalog's own text, printed by PostgreSQL with everything qualified.
    asked = sql.SQL(", ").join(_own(f"({condition})") for condition in conditions)
    casts = [sql.SQL("%s::text::{}").format(_own(spaces[name].type_name)) for name in columns]
    rows = [
        sql.SQL("({})").format(sql.SQL(", ").join([sql.Literal(place), *casts])) for place in range(count)
    ]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("select {} from (values {}) as r(place_, {}) order by r.place_").format(
        asked, sql.SQL(", ").join(rows), names
    )


def _own(text: str) -> sql.SQL:
    # A percent sign would be a parameter; SQL() takes text that is known to be ours.
    return sql.SQL(text.replace("%", "%%"))
