"""Views that show the rows that were made: of this moment, where they show nothing else, and refreshed.

What is of today has to be of today whenever it is tried, and a materialized view shows what was there when it was made.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from pgproof.access.relations.watch import behind_relation
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.database import Connection, errors, sql

MOMENTS = {
    "date": "(now() at time zone 'utc')::date",
    "timestamp": "now() at time zone 'utc'",
    "timestamptz": "now()",
}
MATERIALIZED = """\
select n.nspname, c.relname
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'm'
order by c.oid -- those that others are made of come first"""
COPY = """\
insert into {table} ({columns})
select {values} from (select distinct on ({owners}) t.* from {table} as t order by {owners}) as t
on conflict do nothing;"""


def current_rows(connection: Connection, catalog: Catalog, schemas: Sequence[str]) -> Iterator[str]:
    """Statements after which views that showed no row show some: of each owner's rows one more, dated now. They have
    been executed. A view that shows nothing then either is left alone.
    """
    for view in catalog.views:
        if view.schema in schemas and view.extension is None and not view.materialized:
            made = _for_view(connection, catalog, view)
            if made:
                yield made


def refresh_views(connection: Connection) -> None:
    """Let materialized views show what is there now; one that cannot be computed from it stays as it is."""
    for schema, name in connection.execute(MATERIALIZED).fetchall():
        with contextlib.suppress(errors.Error), connection.transaction():
            connection.execute(sql.SQL("refresh materialized view {}").format(sql.Identifier(schema, name)))


def _for_view(connection: Connection, catalog: Catalog, view: View) -> str:
    if _shows(connection, view) is not False:
        return ""
    behind = sorted(behind_relation(catalog, view.qualified))
    tables = [each for name in behind if isinstance(each := catalog.relations_by_name[name], Table)]
    for statement in (each for table in tables for each in _copies(table)):
        try:
            with connection.transaction():
                connection.execute(statement)
                if not _shows(connection, view):
                    raise Useless
        except (errors.Error, Useless):
            continue
        return statement.as_string(connection)
    return ""


class Useless(Exception):
    """A copy after which a view shows no more than before."""


def _shows(connection: Connection, view: View) -> bool | None:
    """Whether a superuser finds a row in the view; None where it needs somebody's claims."""
    query = sql.SQL("select exists (select from {})").format(sql.Identifier(view.schema, view.name))
    try:
        with connection.transaction():
            row = connection.execute(query).fetchone()
    except errors.Error:
        return None
    return bool(row and row[0])


def _copies(table: Table) -> Iterator[sql.Composed]:
    """One row of each owner again, one by one with every column that dates it set to now, and with a key of its own."""
    key = table.primary_key.columns if table.primary_key else ()
    drawn = {each.name for each in table.columns if each.name in key and (each.default or each.identity)}
    kept = [each for each in table.columns if each.generated is None and each.name not in drawn]
    owners = dict.fromkeys(name for each in table.foreign_keys for name in each.columns) or dict.fromkeys(key)
    for dated in kept if owners else ():
        if dated.type.dims or dated.type.name not in MOMENTS:
            continue
        values = [
            sql.SQL(MOMENTS[each.type.name]) if each is dated else sql.Identifier("t", each.name)
            for each in kept
        ]
        yield sql.SQL(COPY).format(
            table=sql.Identifier(table.schema, table.name),
            columns=sql.SQL(", ").join(sql.Identifier(each.name) for each in kept),
            values=sql.SQL(", ").join(values),
            owners=sql.SQL(", ").join(sql.Identifier("t", each) for each in owners),
        )
