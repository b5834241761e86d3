"""Attempts -> outcomes: many in one round trip, all of them in one transaction that leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, NamedTuple

from pgproof.access.attempts import Attempt
from pgproof.database import Connection, sql

BATCH = 200  # attempts in one call: while the server makes them, the next are written down
CALL = "select pgproof.attempts(%s::json)"


class Seen(NamedTuple):
    """A row as a superuser sees it afterwards, and what the actor may do with such a row."""

    key: str
    place: str
    may_select: bool | None = None
    may_insert: bool | None = None
    may_become: bool | None = None


class Changes(NamedTuple):
    """What became of a relation's rows: those that were written, and the keys of those that were left alone.

    ``kept`` is None where nothing is missing among them.
    """

    kept: frozenset[str] | None
    written: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. ``sqlstate`` is ``00000`` if the statement ran.

    ``returned`` is what the actor was told; what a superuser saw afterwards is, by relation, in ``observed``, all
    the rows, or in ``changes``, depending on what was asked. A relation in neither is as it was.
    """

    attempt: Attempt
    sqlstate: str = "00000"
    message: str = ""
    detail: str = ""
    constraint: str = ""
    returned: Any = None
    observed: Mapping[str, tuple[Seen, ...]] = field(default_factory=dict)
    changes: Mapping[str, Changes] = field(default_factory=dict)

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
    observations: dict[int, str] = {}
    cursors = []
    with connection.transaction(force_rollback=True), connection.pipeline():
        for start in range(0, len(waiting), BATCH):
            batch = [
                _said(connection, each, observations, as_superuser) for each in waiting[start : start + BATCH]
            ]
            cursors.append(connection.execute(CALL, (json.dumps(batch),)))
        for execute in observations.values():
            connection.execute(f"deallocate {execute.removeprefix('execute ')}".encode())
        answers = [row[0] for cursor in cursors for row in cursor.fetchall()]
    return [_outcome(attempt, said) for attempt, said in zip(waiting, answers, strict=True)]


def _said(
    connection: Connection, attempt: Attempt, observations: dict[int, str], as_superuser: bool
) -> dict[str, Any]:
    """An attempt as ``attempt.sql`` takes it."""
    return {
        "role": "none" if as_superuser else attempt.actor.role,
        "claims": "" if as_superuser else attempt.actor.claims,
        "reads": attempt.reads,
        "prepare": attempt.prepare.as_string(connection) if attempt.prepare else None,
        "statement": attempt.statement.as_string(connection),
        "observe": _observation(connection, attempt.observe, observations),
    }


def _observation(
    connection: Connection, observe: sql.Composed | None, observations: dict[int, str]
) -> str | None:
    """The call of a prepared query: what is looked at is the same for many attempts, and is planned once."""
    if observe is None:
        return None
    if id(observe) not in observations:
        name = f"pgproof_observe_{len(observations)}"
        connection.execute(sql.SQL("prepare {} as {}").format(sql.Identifier(name), observe), prepare=False)
        observations[id(observe)] = f"execute {name}"
    return observations[id(observe)]


def _outcome(attempt: Attempt, said: Mapping[str, Any]) -> Outcome:
    seen = said["observed"] or {}
    by_relation = seen if isinstance(seen, dict) else {attempt.relation: seen}
    return Outcome(
        attempt=attempt,
        sqlstate=said["sqlstate"],
        message=said["message"] or "",
        detail=said["detail"] or "",
        constraint=said["constraint"] or "",
        returned=said["returned"],
        observed={name: _seen(each) for name, each in by_relation.items() if isinstance(each, list)},
        changes={name: _changes(each) for name, each in by_relation.items() if isinstance(each, dict)},
    )


def _seen(rows: Iterable[Sequence[Any]]) -> tuple[Seen, ...]:
    return tuple(Seen(canonical(key), *rest) for key, *rest in rows)


def _changes(said: Mapping[str, Any]) -> Changes:
    kept = said["kept"]
    return Changes(None if kept is None else frozenset(map(canonical, kept)), _seen(said["written"] or ()))


def canonical(key: Any) -> str:
    """A key as text that compares: JSON with sorted names."""
    return json.dumps(key, sort_keys=True, ensure_ascii=False)
