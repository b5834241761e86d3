"""Databases in memory: a tablespace for what lasts as long as a test and is gone with the server.

Its folder vanishes with the server, the tablespace itself stays in the cluster; whoever comes next makes it anew.
"""

from __future__ import annotations

from pgproof.database import Connection, sql
from pgproof.servers import Server
from pgproof.servers.places import make_memory_folder
from pgproof.servers.sharing import IN_MEMORY
from pgproof.template import names

MEMORY_LOCK = 7_021_954_120  # held while the tablespace is made; any constant that is ours
FIND = "select pg_catalog.pg_tablespace_location(oid) from pg_catalog.pg_tablespace where spcname = %s"


def tablespace(connection: Connection, server: Server) -> str:
    """The tablespace for databases that need not outlive the server, made if missing; else ``pg_default``."""
    if server.memory is None:
        return "pg_default"
    if not is_there(connection, server):
        connection.execute("select pg_catalog.pg_advisory_lock(%s)", (MEMORY_LOCK,))
        try:
            if not is_there(connection, server):  # somebody may have been faster
                make(connection, server)
        finally:
            connection.execute("select pg_catalog.pg_advisory_unlock(%s)", (MEMORY_LOCK,))
    return names.MEMORY


def is_there(connection: Connection, server: Server) -> bool:
    """Whether the cluster has the tablespace and its folder exists."""
    row = connection.execute(FIND, (names.MEMORY,)).fetchone()
    return (
        row is not None
        and row[0] == str(server.memory)
        and server.memory is not None
        and server.memory.is_dir()
    )


def make(connection: Connection, server: Server) -> None:
    """Make the tablespace; one of an earlier server lost its folder, and with it every database that was in it."""
    assert server.memory is not None
    assert server.folder is not None
    (server.folder / IN_MEMORY).touch()
    name = sql.Identifier(names.MEMORY)
    connection.execute(sql.SQL("drop tablespace if exists {}").format(name))
    make_memory_folder(server.memory)
    connection.execute(
        sql.SQL("create tablespace {} location {}").format(name, sql.Literal(str(server.memory)))
    )
