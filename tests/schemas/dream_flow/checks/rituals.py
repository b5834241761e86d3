"""Promises about rituals and which of them is the default."""

from __future__ import annotations

import threading
import time
from uuid import UUID

import psycopg

from pgproof.database import Connection
from pgproof.harness import OwnDatabase

from ..world import new_ritual, new_user, refused

TRIES = 200
RETRY = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
)


def check_a_user_has_one_default_ritual(pg: Connection) -> None:
    """A second default is refused; another user's default, and none at all, are fine."""
    user = new_user(pg)
    new_ritual(pg, user, is_default=True)
    new_ritual(pg, user)
    new_ritual(pg, new_user(pg), is_default=True)
    with refused(pg, "23505", "rituals_one_default_per_user_key"):
        new_ritual(pg, user, is_default=True)


def switch_default(connection: Connection, user: UUID, ritual: UUID) -> None:
    """Make ``ritual`` the default as a client does: clear, set, and again if another was in the way."""
    for _ in range(TRIES):
        try:
            with connection.transaction():
                connection.execute(
                    "update public.rituals set is_default = false where user_id = %s and is_default", (user,)
                )
                connection.execute("update public.rituals set is_default = true where id = %s", (ritual,))
            return
        except RETRY:
            continue
    raise AssertionError(f"could not switch the default ritual in {TRIES} tries")


def default_rituals(connection: Connection, user: UUID) -> list[UUID]:
    """The rituals that are the default."""
    query = "select id from public.rituals where user_id = %s and is_default"
    return [row[0] for row in connection.execute(query, (user,))]


def check_two_switches_at_once_leave_one_default(clone: OwnDatabase) -> None:
    """Each sees no default and sets its own; when both are done there is one."""
    one, two, watcher = (clone.connect() for _ in range(3))
    user = new_user(one)
    rituals = [new_ritual(one, user), new_ritual(one, user)]
    second = threading.Thread(target=switch_default, args=(two, user, rituals[1]))
    with one.transaction():
        one.execute("update public.rituals set is_default = true where id = %s", (rituals[0],))
        second.start()
        _wait_until_done_or_blocked(second, watcher, two.info.backend_pid)
    second.join()
    assert len(default_rituals(watcher, user)) == 1


def _wait_until_done_or_blocked(thread: threading.Thread, watcher: Connection, pid: int) -> None:
    blocked = "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s"
    for _ in range(2_000):
        if not thread.is_alive() or watcher.execute(blocked, (pid,)).fetchone() == (True,):
            return
        time.sleep(0.005)
    raise AssertionError("the second switch neither finished nor waited for the first")
