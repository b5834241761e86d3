"""Attempts -> outcomes: each in one round trip, all of them in one transaction that leaves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pgproof.access.attempts import Attempt
from pgproof.database import Connection

BATCH = 200  # attempts on their way at once
CALL = "select pgproof.attempt(%s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. ``sqlstate`` is ``00000`` if the statement ran.

    ``returned`` is what the actor was told, ``observed`` what a superuser saw afterwards: key, place and verdict
    of every row.
    """

    attempt: Attempt
    sqlstate: str
    message: str
    detail: str
    returned: Any
    observed: tuple[tuple[str, str, bool | None], ...]

    @property
    def ran(self) -> bool:
        """Whether the statement ran without an error."""
        return self.sqlstate == "00000"

    @property
    def refused(self) -> bool:
        """Whether the database said that this actor may not (42501 insufficient_privilege)."""
        return self.sqlstate == "42501"


def install(connection: Connection) -> None:
    """Put ``attempt.sql`` into a disposable database."""
    connection.execute(files("pgproof.access").joinpath("attempt.sql").read_bytes())


def perform(
    connection: Connection, attempts: Iterable[Attempt], *, as_superuser: bool = False
) -> list[Outcome]:
    """Do every attempt, each from the same state. ``as_superuser`` shows what the statement does if nobody objects."""
    waiting = list(attempts)
    outcomes: list[Outcome] = []
    with connection.transaction(force_rollback=True):
        for start in range(0, len(waiting), BATCH):
            outcomes += _batch(connection, waiting[start : start + BATCH], as_superuser)
    return outcomes


def _batch(connection: Connection, attempts: Sequence[Attempt], as_superuser: bool) -> list[Outcome]:
    cursors = []
    with connection.pipeline():
        for attempt in attempts:
            cursor = connection.cursor()
            role, claims = ("none", "") if as_superuser else (attempt.actor.role, attempt.actor.claims)
            observe = attempt.observe.as_string(connection) if attempt.observe else None
            cursor.execute(
                CALL, (role, claims, attempt.reads, attempt.statement.as_string(connection), observe)
            )
            cursors.append(cursor)
    return [_outcome(attempt, cursor.fetchone()) for attempt, cursor in zip(attempts, cursors, strict=True)]


def _outcome(attempt: Attempt, row: tuple[Any, ...] | None) -> Outcome:
    assert row is not None
    said = row[0]
    return Outcome(
        attempt=attempt,
        sqlstate=said["sqlstate"],
        message=said["message"] or "",
        detail=said["detail"] or "",
        returned=said["returned"],
        observed=tuple((canonical(key), place, verdict) for key, place, verdict in said["observed"] or ()),
    )


def canonical(key: Any) -> str:
    """A key as text that compares: JSON with sorted names."""
    import json

    return json.dumps(key, sort_keys=True, ensure_ascii=False)
