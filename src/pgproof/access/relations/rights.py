"""What a role may do to a relation before any policy is asked: its privileges, as PostgreSQL sees them."""

from __future__ import annotations

from dataclasses import dataclass

from pgproof.access.contract.model import Command
from pgproof.access.relations.subjects import Subject
from pgproof.database import Connection, sql

# Inherited privileges and those of PUBLIC count, as they do when a statement is run.
QUERY = """
select
    coalesce(array_agg(name order by place) filter (where has_column_privilege({role}, {label}, name, 'select')), '{{}}'),
    coalesce(array_agg(name order by place) filter (where has_column_privilege({role}, {label}, name, 'insert')), '{{}}'),
    coalesce(array_agg(name order by place) filter (where has_column_privilege({role}, {label}, name, 'update')), '{{}}'),
    has_table_privilege({role}, {label}, 'delete')
from unnest({columns}::text[]) with ordinality as columns (name, place)
"""


@dataclass(frozen=True, slots=True)
class Rights:
    """The columns that a role may read, name in an INSERT, and set; and whether it may delete."""

    select: tuple[str, ...]
    insert: tuple[str, ...]
    update: tuple[str, ...]
    delete: bool

    def held(self, command: Command) -> bool:
        """Whether a statement of this kind gets as far as the policies."""
        return bool(getattr(self, "update" if command == "becomes" else command))


def read_rights(connection: Connection, subject: Subject, role: str) -> Rights:
    """Ask the database for the privileges of ``role`` on one relation."""
    query = sql.SQL(QUERY).format(
        role=sql.Literal(role),
        label=sql.Literal(subject.name.as_string(connection)),
        columns=sql.Literal(list(subject.columns)),
    )
    row = connection.execute(query).fetchone()
    assert row is not None
    return Rights(tuple(row[0]), tuple(row[1]), tuple(row[2]), row[3])
