"""Attempts -> outcomes: each in one round trip, all of them in one transaction that leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, NamedTuple

from pgproof.access.attempts import Attempt
from pgproof.database import Connection, sql

BATCH = 200  # attempts on their way at once
CALL = "select pgproof.attempt(%s, %s, %s, %s, %s, %s)"


class Seen(NamedTuple):
    """A row as a superuser sees it afterwards, and what the actor may do with such a row."""

    key: str
    place: str
    may_select: bool | None = None
    may_insert: bool | None = None
    may_become: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. ``sqlstate`` is ``00000`` if the statement ran.

    ``returned`` is what the actor was told, ``observed`` what a superuser saw afterwards, by relation.
    """

    attempt: Attempt
    sqlstate: str = "00000"
    message: str = ""
    detail: str = ""
    constraint: str = ""
    returned: Any = None
    observed: Mapping[str, tuple[Seen, ...]] = field(default_factory=dict)

    @property
    def ran(self) -> bool:
        """Whether the statement ran without an error."""
        return self.sqlstate == "00000"

    @property
    def refused(self) -> bool:
        """Whether the database said that this actor may not (42501 insufficient_privilege)."""
        return self.sqlstate == "42501"

    @property
    def constrained(self) -> bool:
        """Whether a constraint spoke (class 23), so that rows were within reach."""
        return self.sqlstate.startswith("23")


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
    texts: dict[int, str] = {}  # what is looked at is the same for many attempts

    def text(piece: sql.Composed | None) -> str | None:
        if piece is None:
            return None
        if id(piece) not in texts:
            texts[id(piece)] = piece.as_string(connection)
        return texts[id(piece)]

    with connection.pipeline():
        for attempt in attempts:
            cursor = connection.cursor()
            role, claims = ("none", "") if as_superuser else (attempt.actor.role, attempt.actor.claims)
            pieces = (text(attempt.prepare), text(attempt.statement), text(attempt.observe))
            cursor.execute(CALL, (role, claims, attempt.reads, *pieces))
            cursors.append(cursor)
    return [_outcome(attempt, cursor.fetchone()) for attempt, cursor in zip(attempts, cursors, strict=True)]


def _outcome(attempt: Attempt, row: tuple[Any, ...] | None) -> Outcome:
    assert row is not None
    said = row[0]
    observed = said["observed"] or {}
    by_relation = observed if isinstance(observed, dict) else {attempt.relation: observed}
    return Outcome(
        attempt=attempt,
        sqlstate=said["sqlstate"],
        message=said["message"] or "",
        detail=said["detail"] or "",
        constraint=said["constraint"] or "",
        returned=said["returned"],
        observed={
            name: tuple(Seen(canonical(key), *rest) for key, *rest in rows)
            for name, rows in by_relation.items()
        },
    )


def canonical(key: Any) -> str:
    """A key as text that compares: JSON with sorted names."""
    return json.dumps(key, sort_keys=True, ensure_ascii=False)
