"""Many clients at once, each retrying as a client has to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg import IsolationLevel

from pgproof.database import Connection

RETRY = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
ATTEMPTS = 2_000  # far more than any test needs; an endless retry would hang instead of failing

Work = Callable[[Connection], Any]


def in_transaction(connection: Connection, work: Work) -> Any:
    """Do ``work`` in one transaction, again from the start after a serialization failure or a deadlock."""
    for _ in range(ATTEMPTS):
        try:
            with connection.transaction():
                return work(connection)
        except RETRY:
            continue
    raise AssertionError(f"no success in {ATTEMPTS} attempts")


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
