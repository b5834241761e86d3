"""Which extensions can be created on a server, pg_cron by name: it can be in one database only."""

from __future__ import annotations

from pgproof.database import Connection
from pgproof.template import names

# The real pg_cron can be created only where it was loaded at the server's start.
AVAILABLE = """
select name
from pg_catalog.pg_available_extensions
where name <> 'pg_cron'
    or starts_with(comment, 'pgproof stand-in')
    or (
        pg_catalog.current_setting('cron.database_name', true) = 'pgproof_cron'
        and pg_catalog.current_setting('shared_preload_libraries') ~ '\\mpg_cron\\M'
    )
"""


def available(connection: Connection) -> frozenset[str]:
    """The names of the extensions that a script may create."""
    return frozenset(name for (name,) in connection.execute(AVAILABLE).fetchall())


def has_real_cron(connection: Connection) -> bool:
    """Whether the server has loaded the real pg_cron, for the database that we keep for it."""
    row = connection.execute(
        "select pg_catalog.current_setting('cron.database_name', true) is not distinct from %s"
        " and pg_catalog.current_setting('shared_preload_libraries') ~ '\\mpg_cron\\M'",
        (names.CRON,),
    ).fetchone()
    return bool(row and row[0])
