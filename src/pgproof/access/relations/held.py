"""The privileges that a role holds, by itself and through roles that it is in, as PostgreSQL answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pgproof.access.relations.subjects import Subject
from pgproof.catalog.names import qualified
from pgproof.database import Connection

BESIDE = ("references", "trigger", "truncate")  # privileges on a table that no policy binds
COLUMNS = """
select n.nspname, c.relname, p.privilege, array_agg(a.attname::text order by a.attnum)
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
cross join unnest(array['select', 'insert', 'update']) as p (privilege)
where n.nspname = any (%s) and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and has_column_privilege(%s, c.oid, a.attnum, p.privilege)
group by n.nspname, c.relname, p.privilege
"""
TABLES = """
select n.nspname, c.relname, array_agg(p.privilege order by p.privilege)
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
cross join unnest(%s::text[]) as p (privilege)
where n.nspname = any (%s) and c.relkind in ('r', 'p') and has_table_privilege(%s, c.oid, p.privilege)
group by n.nspname, c.relname
"""


@dataclass(frozen=True)
class Held:
    """Of one role: ``readable`` are the columns by relation and privilege, ``beside`` privileges beside those on rows."""

    readable: Mapping[tuple[str, str], tuple[str, ...]]
    beside: Mapping[str, tuple[str, ...]]

    def columns(self, label: str, privilege: str, subject: Subject) -> tuple[str, ...] | None:
        """The columns of a relation that a privilege is held on; None where it is every one that matters."""
        found = self.readable.get((label, privilege), ())
        every: Collection[str] = subject.columns if privilege == "select" else subject.writable
        return None if set(every) <= set(found) else found


def read_held(connection: Connection, schemas: Sequence[str], roles: Sequence[str]) -> dict[str, Held]:
    """What each of the roles holds on the relations of these schemas."""
    return {role: _held(connection, list(schemas), role) for role in roles}


def _held(connection: Connection, schemas: list[str], role: str) -> Held:
    columns = connection.execute(COLUMNS, (schemas, role)).fetchall()
    tables = connection.execute(TABLES, (list(BESIDE), schemas, role)).fetchall()
    return Held(
        {(qualified(schema, name), privilege): tuple(each) for schema, name, privilege, each in columns},
        {qualified(schema, name): tuple(each) for schema, name, each in tables},
    )
