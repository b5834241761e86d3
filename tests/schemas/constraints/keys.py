"""Foreign keys on the server: which there are, what a statement leaves of some rows, and who refuses it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pgproof import catalog
from pgproof.catalog import Catalog
from pgproof.database import Connection

from .referential import Key, Outcome, Row, Rows, Schema

# Those that enforce foreign keys fire in the order of their names, which is how PostgreSQL makes up its mind.
FIRING_ORDER = """
select n.nspname || '.' || r.relname || '.' || c.conname
from pg_trigger as t
join pg_constraint as c on c.oid = t.tgconstraint
join pg_class as r on r.oid = c.conrelid
join pg_namespace as n on n.oid = r.relnamespace
where c.contype = 'f' and t.tgrelid = c.confrelid and t.tgparentid = 0 and c.conparentid = 0
order by t.tgname
"""


def schema_of(pg: Connection, schemas: Iterable[str] | None = None) -> Schema:
    """The foreign keys of a database, those of partitions left out: the partitioned table has them."""
    found = catalog.read(pg, schemas)
    order: dict[str, int] = {}
    for number, (name,) in enumerate(pg.execute(FIRING_ORDER).fetchall()):
        order.setdefault(name, number)
    keys = [key for key in _keys_of(found) if str(key) in order]
    required = {(t.qualified, c.name) for t in found.tables for c in t.columns if c.not_null}
    return Schema(
        tuple(sorted(keys, key=lambda key: order[str(key)])), frozenset(required), _defaults(pg, found)
    )


def _keys_of(found: Catalog) -> Iterable[Key]:
    for table in found.tables:
        for each in table.foreign_keys:
            if not each.inherited:
                yield Key(
                    each.name,
                    table.qualified,
                    each.columns,
                    each.references,
                    each.referenced_columns,
                    each.on_delete,
                    each.on_update,
                    each.on_delete_columns,
                )


def _defaults(pg: Connection, found: Catalog) -> Mapping[tuple[str, str], Any]:
    """The defaults that SET DEFAULT would write, as values."""
    wanted = [
        (table, name)
        for table in found.tables
        for key in table.foreign_keys
        if "set default" in (key.on_delete, key.on_update)
        for name in key.columns
    ]
    values = {}
    for table, name in wanted:
        column = table.column(name)
        value = sql.SQL(column.default or "null")
        query = sql.SQL("select to_jsonb(cast({} as {}))").format(value, sql.SQL(column.type.text))
        values[table.qualified, name] = pg.execute(query).fetchone()[0]  # type: ignore[index]
    return values


def read_rows(pg: Connection, tables: Iterable[str]) -> Rows:
    """All rows of some tables, as PostgreSQL writes them as JSON."""
    found: Rows = {}
    for table in tables:
        query = sql.SQL("select to_jsonb(t)::text from {} as t").format(_name(table))
        found[table] = [json.loads(text) for (text,) in pg.execute(query)]
    return found


@dataclass(frozen=True)
class Statement:
    """``delete`` of one row, or ``update`` of it if there are ``values``."""

    table: str
    row: Row
    values: Row | None = None

    def run(self, pg: Connection, identity: tuple[str, ...]) -> None:
        """Do it. ``identity`` are the columns that tell the row from others."""
        where = sql.SQL(" and ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(self.row[name])) for name in identity
        )
        if self.values is None:
            query = sql.SQL("delete from {} where {}").format(_name(self.table), where)
        else:
            pairs = sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value))
                for name, value in self.values.items()
            )
            query = sql.SQL("update {} set {} where {}").format(_name(self.table), pairs, where)
        assert pg.execute(query).rowcount == 1


def left(
    pg: Connection, statement: Statement, identity: tuple[str, ...], tables: Iterable[str]
) -> tuple[Rows | None, str | None]:
    """What a statement leaves of the rows, or who refuses it; it is undone."""
    try:
        with pg.transaction(force_rollback=True):
            statement.run(pg, identity)
            pg.execute("set constraints all immediate")
            return read_rows(pg, tables), None
    except psycopg.Error as error:
        return None, error.diag.constraint_name or error.diag.column_name or f"{error.sqlstate} {error}"


def differences(expected: Outcome, found: tuple[Rows | None, str | None]) -> list[str]:
    """What the server did that the model did not expect, one line for each."""
    rows, refused_by = found
    wanted = expected.refused.by if expected.refused else None
    if wanted != refused_by:
        return [f"expected {wanted or 'no refusal'}, got {refused_by or 'no refusal'}"]
    if rows is None:
        return []
    return [
        f"{table}: expected {_shown(expected.rows[table])}, got {_shown(rows[table])}"
        for table in expected.rows
        if _shown(expected.rows[table]) != _shown(rows[table])
    ]


def _shown(rows: list[Row]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
