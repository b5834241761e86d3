"""Many clients at once, each retrying as a client has to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg import IsolationLevel

from pgproof.database import Connection

RETRY = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
ATTEMPTS = 2_000  # far more than any test needs; an endless retry would hang instead of failing

Work = Callable[[Connection], object]


def level_name(level: IsolationLevel | None) -> str:
    """How a test names an isolation level."""
    return level.name.lower() if level else "default"


def in_transaction(connection: Connection, work: Work) -> object:
    """Do ``work`` in one transaction; again from the start after a serialization failure or a deadlock."""
    for _ in range(ATTEMPTS):
        try:
            with connection.transaction():
                return work(connection)
        except RETRY:
            continue
        except psycopg.Error as error:
            raise AssertionError(f"a client failed: {error.sqlstate} {error}") from error
    raise AssertionError(f"no success in {ATTEMPTS} attempts")


def meanwhile(own, first: Work, second: Work, isolation: IsolationLevel | None = None) -> None:
    """Do ``second`` while the transaction of ``first`` is open, as far as it gets before it has to wait."""
    watcher, earlier, later = own.connect(), own.connect(), own.connect()
    earlier.isolation_level = later.isolation_level = isolation
    waiting = "select count(*) from pg_locks where pid = %s and not granted"
    with ThreadPoolExecutor(1) as pool:
        with earlier.transaction():
            first(earlier)
            done = pool.submit(in_transaction, later, second)
            while not done.done() and watcher.execute(waiting, (later.info.backend_pid,)).fetchone() == (0,):
                time.sleep(0.001)
        done.result()


def all_at_once(own, clients: Sequence[Sequence[Work]], isolation: IsolationLevel | None = None) -> None:
    """Each client does its works one after the other, in a connection of its own, all starting together."""
    start = threading.Barrier(len(clients), timeout=60)
    connections = [own.connect() for _ in clients]

    def client(connection: Connection, works: Sequence[Work]) -> None:
        connection.isolation_level = isolation
        start.wait()
        for work in works:
            in_transaction(connection, work)

    with ThreadPoolExecutor(len(clients)) as pool:
        for done in [pool.submit(client, *each) for each in zip(connections, clients, strict=True)]:
            done.result()
