"""Databases of a server copied and renamed, whoever is connected to them. Names come from ``names``."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TypeAlias

from pgproof import database
from pgproof.database import Connection, sql
from pgproof.errors import ServerError

Defaults: TypeAlias = (
    "tuple[tuple[str, str], ...]"  # settings that each connection starts with: name, value as SQL
)

TRIES = 100


def create(
    connection: Connection,
    name: str,
    template: str = "template0",
    defaults: Defaults = (),
    tablespace: str = "pg_default",
) -> None:
    """Create database ``name`` as a copy of ``template``, by copying files, which is the fastest way here.

    A copy does not inherit its template's ``defaults``. What is made anew holds UTF-8, as Supabase's do.
    """
    encoding = utf8(connection) if template == "template0" else ""
    copy = sql.SQL("create database {} template {} strategy file_copy tablespace {}" + encoding)
    parts = map(sql.Identifier, (name, template, tablespace))
    with database.needing_room(f"database {name}"):
        undisturbed(connection, [template], copy.format(*parts))
    for setting, value in defaults:
        change = sql.SQL("alter database {} set {} to " + value)
        connection.execute(change.format(sql.Identifier(name), sql.Identifier(setting)))


def utf8(connection: Connection) -> str:
    """How a new database is told to hold UTF-8 where the server's own hold something else; no locale forbids C."""
    query = "select pg_catalog.pg_encoding_to_char(encoding) from pg_catalog.pg_database where datname = 'template0'"
    return "" if connection.execute(query).fetchone() == ("UTF8",) else " encoding 'UTF8' locale 'C'"


def rename(connection: Connection, *pairs: tuple[str, str]) -> None:
    """Rename databases (from, to), all at once: others never see a name missing that was there."""
    change = sql.SQL("alter database {} rename to {}")
    statements = [change.format(*map(sql.Identifier, pair)) for pair in pairs]
    undisturbed(connection, [name for name, _ in pairs], *statements)


def to_disk(connection: Connection, name: str) -> None:
    """Move database ``name`` to where the cluster's other databases are."""
    move = sql.SQL("alter database {} set tablespace pg_default")
    undisturbed(connection, [name], move.format(sql.Identifier(name)))


def undisturbed(connection: Connection, databases: Sequence[str], *statements: sql.Composed) -> None:
    """Run statements that nobody may be connected to ``databases`` for, ending whoever is; several in one transaction.

    pg_cron's launcher comes back within a second, hence the repetition. Raises ``ServerError`` if somebody always does.
    """
    for _ in range(TRIES):
        connection.execute(
            "select pg_catalog.pg_terminate_backend(pid, 5000)"
            " from pg_catalog.pg_stat_activity where datname = any(%s)",
            (list(databases),),
        )
        together = connection.transaction() if len(statements) > 1 else contextlib.nullcontext()
        with contextlib.suppress(database.errors.ObjectInUse), together:
            for statement in statements:
                connection.execute(statement)
            return
    raise ServerError(
        f"somebody connected to {' or '.join(databases)} again after each of {TRIES} attempts to be alone there, "
        "which copying and renaming take; stop that program, then try again"
    )
