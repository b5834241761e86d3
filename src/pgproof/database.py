"""Connections to a database, and acting in them as somebody else. The only room that knows psycopg.

Names are quoted with ``psycopg.sql`` and never pasted into a statement.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import psycopg
from psycopg import errors, sql

from pgproof.errors import ServerError

__all__ = [
    "Claims",
    "Connection",
    "acting_as",
    "become",
    "connect",
    "drop_database",
    "errors",
    "filled",
    "needing_room",
    "rolled_back",
    "sql",
    "text_of",
]

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
Claims: TypeAlias = "Mapping[str, Any] | str | None"

# What psycopg logs while a lost connection is put away is said by the error itself; whoever logs still gets it.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

CLAIMS = "request.jwt.claims"  # the setting PostgREST passes a request's claims in
APPLICATION = "pgproof"


def connect(dsn: str, *, autocommit: bool = True, application: str = APPLICATION) -> Connection:
    """Open a connection to ``dsn``. Raises ``ServerError`` if the server does not take it.

    It speaks UTF-8 whatever the database holds: of one that holds SQL_ASCII psycopg would return bytes for text.
    """
    try:
        return psycopg.connect(
            dsn,
            autocommit=autocommit,
            application_name=application,
            client_encoding="UTF8",
            connect_timeout=20,
        )
    except psycopg.OperationalError as error:
        raise ServerError(f"cannot connect to {without_password(dsn)}: {str(error).strip()}") from error


def without_password(dsn: str) -> str:
    """``dsn`` as it may be printed."""
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    parts.pop("password", None)
    return psycopg.conninfo.make_conninfo("", **parts)


def text_of(piece: sql.Composable) -> str:
    """What ``piece.as_string()`` says, without encoding and decoding each of the pieces that it is made of."""
    if type(piece) is sql.Composed:  # of an abstract class isinstance takes as long as all the rest
        return "".join(map(text_of, piece))
    return piece.as_string()


def filled(template: str, *pieces: sql.Composable) -> sql.Composed:
    """What ``sql.SQL(template).format(*pieces)`` is, written out: for statements that are made by the thousand."""
    return sql.Composed([sql.SQL(template.format(*map(text_of, pieces)))])


@contextmanager
def rolled_back(connection: Connection) -> Iterator[Connection]:
    """A transaction (or, inside one, a savepoint) that is undone at the end, whatever happened in it."""
    with connection.transaction(force_rollback=True):
        yield connection


@contextmanager
def acting_as(connection: Connection, role: str, claims: Claims = None) -> Iterator[Connection]:
    """Be ``role`` with ``claims`` for the statements inside, and who one was before afterwards.

    ``claims`` is a mapping (sent as JSON), a string (sent as it is, malformed on purpose perhaps) or ``None``
    (the setting is absent, or empty where the session has had it before: PostgreSQL cannot unset a setting).
    The statements run in a savepoint: an error inside is raised and leaves the transaction usable; what was
    written without an error stays.
    """
    with connection.transaction():
        before = connection.execute(
            "select current_setting('role'), current_setting(%s, true)", (CLAIMS,)
        ).fetchone()
        become(connection, role, claims)
        yield connection
        if connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
            raise psycopg.Rollback  # the error was caught inside: only the savepoint is lost
        assert before is not None
        connection.execute(
            "select set_config('role', %s, true), set_config(%s, %s, true)",
            (before[0], CLAIMS, before[1] or ""),
        )


def become(connection: Connection, role: str, claims: Claims = None) -> None:
    """Switch to ``role`` and ``claims`` for the rest of the transaction (``set local``)."""
    text = claims if isinstance(claims, str) else "" if claims is None else json.dumps(claims, default=str)
    connection.execute("select set_config(%s, %s, true), set_config('role', %s, true)", (CLAIMS, text, role))


def whoami(connection: Connection) -> str:
    """The role that a connection acts as."""
    row = connection.execute("select current_user::text").fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def needing_room(what: str) -> Iterator[None]:
    """Raises ``ServerError`` that says what to do if the server's disk is full while ``what`` is made inside."""
    try:
        yield
    except errors.DiskFull as error:
        raise ServerError(
            f"no room on the server's disk for {what}: {str(error).strip()}; "
            "make room there, or set PGPROOF_CACHE to a folder on another disk"
        ) from error


def drop_database(connection: Connection, name: str) -> None:
    """Drop database ``name`` if it exists, ending whoever is connected to it."""
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
