"""Many clients at once, each retrying as a client has to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import IsolationLevel

from pgproof.database import Connection

RETRY = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
ATTEMPTS = 2_000  # far more than any test needs; an endless retry would hang instead of failing

Work = Callable[[Connection], Any]


def level_name(level: IsolationLevel | None) -> str:
    """How a test names an isolation level."""
    return level.name.lower() if level else "default"


def in_transaction(connection: Connection, work: Work) -> Any:
    """Do ``work`` in one transaction, again from the start after a serialization failure or a deadlock.

    Any other error of the server is an ``AssertionError``: no client may meet one.
    """
    for _ in range(ATTEMPTS):
        try:
            with connection.transaction():
                return work(connection)
        except RETRY:
            continue
        except psycopg.Error as error:
            raise AssertionError(f"a client failed: {error.sqlstate} {error}") from error
    raise AssertionError(f"no success in {ATTEMPTS} attempts")


def wait_until_blocked(watcher: Connection, waiting: Connection, is_done: Callable[[], bool]) -> None:
    """Return as soon as a connection waits for a lock, or its work is done without."""
    blocked = "select count(*) from pg_locks where pid = %s and not granted"
    for _ in range(6 * ATTEMPTS):
        if is_done() or watcher.execute(blocked, (waiting.info.backend_pid,)).fetchone() != (0,):
            return
        time.sleep(0.005)
    raise AssertionError("the second neither finished nor waited for the first")


def meanwhile(
    own: Any, first: Work, second: Work, isolation: IsolationLevel | None = None, then: Work | None = None
) -> Any:
    """Do ``second`` while the transaction of ``first`` is open, as far as it gets before it has to wait.

    ``then`` happens on a third connection before the first transaction ends. Returns what ``second`` returned.
    """
    watcher, earlier, later = own.connect(), own.connect(), own.connect()
    earlier.isolation_level = later.isolation_level = isolation
    with ThreadPoolExecutor(1) as pool:
        with earlier.transaction():
            first(earlier)
            done = pool.submit(in_transaction, later, second)
            wait_until_blocked(watcher, later, done.done)
            if then is not None:
                then(watcher)
        return done.result()


def all_at_once(
    own: Any, clients: Sequence[Sequence[Work]], isolation: IsolationLevel | None = None
) -> list[Any]:
    """Each client does its works one after the other, in a connection of its own, all starting together.

    Returns what the works returned, client by client.
    """
    start = threading.Barrier(len(clients), timeout=60)
    connections = [own.connect() for _ in clients]

    def client(connection: Connection, works: Sequence[Work]) -> list[Any]:
        connection.execute("set deadlock_timeout = '20ms'")  # a test need not wait a second for each
        connection.isolation_level = isolation
        start.wait()
        return [in_transaction(connection, work) for work in works]

    with ThreadPoolExecutor(len(clients)) as pool:
        jobs = [pool.submit(client, *each) for each in zip(connections, clients, strict=True)]
        return [done.result() for done in jobs]
