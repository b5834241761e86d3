"""What a database has already: the keys that new rows must keep clear of, and how far its numbers have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pgproof.database import Connection, sql
from pgproof.rows.model.tables import TableModel

MOST = 1000  # rows that are looked at: who has more uses an empty database


@dataclass(frozen=True)
class Existing:
    """Rows of a table, every value in PostgreSQL's own syntax, and the highest number of each counted column."""

    rows: tuple[Mapping[str, Any], ...] = ()
    highest: Mapping[str, int] = field(default_factory=dict)


def read_existing(connection: Connection, table: TableModel) -> Existing:
    """The columns of keys and exclusion constraints of the rows there are."""
    columns = {name for unique in table.uniques for name in unique.columns}
    columns |= {
        name
        for each in table.exclusions
        for part in each.parts
        for name in part.columns or (part.column,)
        if name
    }
    columns |= {name for unique in table.uniques for name in unique.predicate_columns}
    names = [column.name for column in table.columns if column.name in columns]
    counted = [column.name for column in table.columns if column.filling in ("identity", "sequence")]
    where = sql.Identifier(table.name.schema, table.name.name)
    rows: list[Any] = []
    if names:
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)
        rows = connection.execute(
            sql.SQL("select {} from {} limit %s").format(texts, where), (MOST,)
        ).fetchall()
    highest: dict[str, int] = {}
    for name in counted:
        found = connection.execute(
            sql.SQL("select max({}) from {}").format(sql.Identifier(name), where)
        ).fetchone()
        highest[name] = max(0, (found[0] if found else 0) or 0)
    return Existing(tuple(dict(zip(names, row, strict=True)) for row in rows), highest)
