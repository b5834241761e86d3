"""A connection -> ``Catalog`` and ``Cluster``.

The queries (``queries/``, one file per kind of object) run in a transaction or savepoint of their own, with
settings that make PostgreSQL print the same text for everybody, and leave no trace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from pgproof.catalog import assemble
from pgproof.catalog import object_records as objects
from pgproof.catalog.answers import CATALOG, CLUSTER, JOBS, OTHERS, Answers, sql
from pgproof.catalog.assemble_cluster import cluster
from pgproof.catalog.model import Catalog, Cluster
from pgproof.catalog.records import SettingsRecord
from pgproof.catalog.scope import only

# How expressions are printed depends on all of these; every name is qualified when no schema is searched.
# Without jit = off an older server compiles queries that run once.
_SAME_FOR_EVERYBODY = """
select
    pg_catalog.set_config('search_path', '', true),
    pg_catalog.set_config('datestyle', 'ISO, YMD', true),
    pg_catalog.set_config('intervalstyle', 'postgres', true),
    pg_catalog.set_config('timezone', 'UTC', true),
    pg_catalog.set_config('bytea_output', 'hex', true),
    pg_catalog.set_config('extra_float_digits', '1', true),
    pg_catalog.set_config('quote_all_identifiers', 'off', true),
    pg_catalog.set_config('jit', 'off', true)
"""


class Rows(Protocol):
    """What ``execute`` returns: a cursor whose rows are tuples."""

    def fetchall(self) -> Sequence[Any]:
        """All rows."""
        ...


class Connection(Protocol):
    """An open connection, such as psycopg's, that returns rows as tuples.

    Where it has a ``pipeline()``, as psycopg's does, that is used to save round trips.
    """

    def execute(self, query: Any, /) -> Rows:
        """Run one statement."""
        ...

    def transaction(self, *, force_rollback: bool) -> AbstractContextManager[Any]:
        """A transaction, or a savepoint inside one, that is rolled back at the end."""
        ...


def read(conn: Connection, schemas: Collection[str] | None = None) -> Catalog:
    """Everything in the database that is not PostgreSQL's own, or of what lives in a schema only ``schemas``.

    Raises whatever the connection raises. The connection must be able to run statements: not in a failed
    transaction, and its rows must be tuples.
    """
    with conn.transaction(force_rollback=True):
        conn.execute(_SAME_FOR_EVERYBODY)
        rows = _ask(conn, CATALOG)
        found = Answers(rows).of(SettingsRecord)[0]
        rarely = {**(JOBS if found.has_jobs else {}), **(OTHERS if found.has_others else {})}
        rows |= _ask(conn, rarely) if rarely else {}
    catalog = assemble.catalog(Answers(rows))
    return catalog if schemas is None else only(catalog, schemas)


def read_roles(conn: Connection) -> Cluster:
    """The roles of the server, their memberships and settings, and the settings of this database."""
    with conn.transaction(force_rollback=True):
        conn.execute(_SAME_FOR_EVERYBODY)
        answers = Answers(_ask(conn, CLUSTER))
    return cluster(
        answers.of(objects.RoleRecord),
        answers.of(objects.MembershipRecord),
        answers.of(objects.RoleSettingsRecord),
    )


def _ask(conn: Connection, queries: Mapping[type[Any], str]) -> dict[type[Any], Sequence[Any]]:
    """Send all queries, then collect all answers."""
    with getattr(conn, "pipeline", nullcontext)():
        cursors = {record: conn.execute(sql(name)) for record, name in queries.items()}
        return {record: cursor.fetchall() for record, cursor in cursors.items()}
