"""Without indexes and triggers while rows are written, for those who ask: ``pgproof seed --fast``.

Indexes behind constraints stay, foreign keys are checked as always, and so are exclusion constraints.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pgproof.database import Connection, sql
from pgproof.rows.model.ghosts import real_tables
from pgproof.rows.model.tables import SchemaModel, TableModel

_INDEXES = """
select i.indexrelid::pg_catalog.regclass::text, pg_catalog.pg_get_indexdef(i.indexrelid)
from pg_catalog.pg_index as i
join pg_catalog.pg_class as c on c.oid = i.indexrelid
where i.indrelid = %s::pg_catalog.regclass
    and not i.indisunique and not i.indisexclusion and not c.relispartition and c.relkind = 'i'
    and not exists (
        select from pg_catalog.pg_constraint as o where o.conindid = i.indexrelid
    )
order by 1
"""


@contextmanager
def put_off(connection: Connection, model: SchemaModel) -> Iterator[None]:
    """Drop plain indexes and disable triggers of the tables, and undo both at the end, in the same transaction."""
    tables = [table for table in real_tables(model) if not table.partition]
    definitions = [each for table in tables for each in _drop_indexes(connection, table)]
    judged = [table for table in tables if table.judges]
    for table in judged:
        connection.execute(sql.SQL("alter table {} disable trigger user").format(_name(table)))
    yield
    for table in judged:
        connection.execute(sql.SQL("alter table {} enable trigger user").format(_name(table)))
    for definition in definitions:
        connection.execute(sql.SQL(definition))


def _drop_indexes(connection: Connection, table: TableModel) -> list[str]:
    name = _name(table).as_string(connection)
    found = connection.execute(_INDEXES, (name,)).fetchall()
    for index, _ in found:
        connection.execute(sql.SQL("drop index {}").format(sql.SQL(index)))
    return [definition for _, definition in found]


def _name(table: TableModel) -> sql.Identifier:
    return sql.Identifier(table.name.schema, table.name.name)
