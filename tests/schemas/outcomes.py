"""What came of a statement: refused as it should be, accepted as it should be, or how many rows it changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pgproof.database import Connection


@contextmanager
def refused(pg: Connection, sqlstate: str, constraint: str | None = None) -> Iterator[None]:
    """The statements inside fail with ``sqlstate`` (and ``constraint``), else ``AssertionError``."""
    failure: psycopg.Error | None = None
    try:
        with pg.transaction():
            yield
    except psycopg.Error as error:
        failure = error
    assert failure is not None, f"nothing was refused, expected {sqlstate}"
    assert failure.sqlstate == sqlstate, f"expected {sqlstate}, got {failure.sqlstate}: {failure}"
    seen = failure.diag.constraint_name
    assert constraint in (None, seen), f"expected {constraint} to refuse, it was {seen}: {failure}"


@contextmanager
def accepted(claim: str) -> Iterator[None]:
    """The statements inside raise nothing of the server's, else ``AssertionError``."""
    try:
        yield
    except psycopg.Error as error:
        raise AssertionError(f"{claim}: {error.sqlstate} {error}") from error


def touched(pg: Connection, statement: str, values: tuple[object, ...] = ()) -> int:
    """How many rows a statement changed; 0 if a privilege, a policy or a foreign key refused it."""
    try:
        with pg.transaction():
            return pg.execute(statement.encode(), values).rowcount
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ForeignKeyViolation):
        return 0
