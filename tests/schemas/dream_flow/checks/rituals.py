"""Promises about rituals and which of them is the default."""

from __future__ import annotations

from uuid import UUID

import psycopg

from pgproof.database import Connection
from pgproof.harness import OwnDatabase

from ...concurrency import meanwhile
from ...outcomes import refused
from ..world import new_ritual, new_user

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
    watcher = clone.connect()
    user = new_user(watcher)
    rituals = [new_ritual(watcher, user), new_ritual(watcher, user)]
    first = "update public.rituals set is_default = true where id = %s"
    meanwhile(
        clone,
        lambda pg: pg.execute(first.encode(), (rituals[0],)),
        lambda pg: switch_default(pg, user, rituals[1]),
    )
    assert len(default_rituals(watcher, user)) == 1
