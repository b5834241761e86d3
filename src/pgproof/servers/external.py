"""A server that somebody else runs, given by its URL: only with permission, and only in databases of our own.

Refused, permission or not, where the name of the host or database looks like production: what cannot happen by
accident is worth more than the convenience.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

from pgproof import database
from pgproof.database import sql
from pgproof.errors import UsageError
from pgproof.servers.installed import wheel
from pgproof.servers.server import Server
from pgproof.servers.sharing import Lease

PRODUCTION = re.compile(
    r"(^|[^a-z])(prod|production|live|primary|master)([^a-z]|$)"
    r"|\.supabase\.(co|com|net)$|\.rds\.amazonaws\.com$|\.database\.azure\.com$|\.neon\.tech$",
    re.IGNORECASE,
)
MARK = "made by pgproof for one run; drop it when no run is going on"
LOOPBACK = re.compile(r"^(localhost|127\.\d+\.\d+\.\d+|::1|/.*)$")


def lease(url: str, *, allowed: bool, owner: str, prepare: Callable[[Server], None] | None) -> Lease:
    """A share in the server at ``url``, whose user must be a superuser: roles and databases are made there.

    Raises ``UsageError`` without permission, where the URL looks like production, or where ``owner`` asks for a
    cluster of its own; ``ServerError`` if it cannot be reached.
    """
    server = parse(url)
    refuse_production(server, database_of(url))
    if not allowed:
        raise UsageError(
            f"{shown(server)} is not a server of pgproof's own; it makes and drops databases and roles there. "
            "If that is what you want, say so: --allow-url, or allow_url = true in pgproof.toml"
        )
    if owner:
        raise UsageError(
            f"the project changes roles or settings of its whole cluster, and {shown(server)} is not ours to change; "
            "use --server embedded, container or local"
        )
    found = replace(server, version_num=require_superuser(server))
    if prepare:
        with database.connect(found.dsn()) as connection:
            before = role_names(connection)
            prepare(found)
            mark_roles(connection, role_names(connection) - before)
    return Lease(found, fresh=False, temporary=True, release=lambda: drop_marked_roles(found))


def require_superuser(server: Server) -> int:
    """The server's version number. Raises ``UsageError`` if its user is not a superuser."""
    with database.connect(server.dsn()) as connection:
        row = connection.execute(
            "select current_setting('server_version_num')::int, rolsuper from pg_catalog.pg_roles"
            " where rolname = current_user"
        ).fetchone()
    assert row is not None
    if not row[1]:
        raise UsageError(
            f"user {server.user!r} of {shown(server)} is not a superuser; expected one: roles are made"
        )
    version: int = row[0]
    return version


def role_names(connection: database.Connection) -> set[str]:
    """Every role of the cluster."""
    return {name for (name,) in connection.execute("select rolname from pg_catalog.pg_roles").fetchall()}


def mark_roles(connection: database.Connection, made: set[str]) -> None:
    """Write on the roles that we made that we did, so that a later run can drop them if this one is killed."""
    for name in sorted(made):
        connection.execute(
            sql.SQL("comment on role {} is {}").format(sql.Identifier(name), sql.Literal(MARK))
        )


def drop_marked_roles(server: Server) -> None:
    """Drop the roles that pgproof made, as far as no database (of another run) still needs them."""
    with database.connect(server.dsn()) as connection:
        made = connection.execute(
            "select rolname from pg_catalog.pg_roles"
            " where pg_catalog.shobj_description(oid, 'pg_authid') = %s order by rolname",
            (MARK,),
        ).fetchall()
        for (name,) in made:
            with contextlib.suppress(database.errors.DependentObjectsStillExist):
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def parse(url: str) -> Server:
    """The parts of a connection URL. Raises ``UsageError`` for one that names no host or is not PostgreSQL's."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    if parts.scheme not in ("postgresql", "postgres") or not host:
        raise UsageError(
            f"{parts.scheme}://... is not a PostgreSQL URL; expected postgresql://user:password@host:port/"
        )
    port = int(options.pop("port", 0) or parts.port or 5432)
    password = unquote(parts.password) if parts.password else None
    user = unquote(parts.username) if parts.username else "postgres"
    return Server(
        "url", 0, host, port, wheel() / "bin" / "psql", user, password, options=tuple(options.items())
    )


def database_of(url: str) -> str:
    """The database that a URL names; empty if it names none."""
    return unquote(urlsplit(url).path.lstrip("/"))


def refuse_production(server: Server, dbname: str) -> None:
    """Raise ``UsageError`` if host, user or database sound like production, or the host is not this machine."""
    for what, name in (("host", server.host), ("database", dbname), ("user", server.user)):
        if PRODUCTION.search(name):
            raise UsageError(
                f"the {what} {name!r} looks like production; pgproof does not connect there. "
                "Point it at a local or disposable server"
            )
    if not LOOPBACK.match(server.host):
        raise UsageError(
            f"the host {server.host!r} is not this machine; pgproof talks to loopback addresses and sockets only. "
            f"Forward a port if it must be that server: ssh -L {server.port}:localhost:{server.port} {server.host}"
        )


def shown(server: Server) -> str:
    """The server as it may be printed."""
    return f"{server.host}:{server.port}"
