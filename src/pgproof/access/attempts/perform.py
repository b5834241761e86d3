"""Attempts -> outcomes: many in one round trip, all of them in one transaction that leaves nothing.

Sending and fetching are apart, so that the server is at some while others are written down or judged.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from pgproof.access.attempts.statements import Attempt
from pgproof.database import Connection, text_of

SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
BATCH = 100  # attempts in one call: while the server makes them, the next are written down
CALL = "select pgproof.attempts(%s, %s::json)"


class Seen(NamedTuple):
    """A row as a superuser sees it afterwards, and what the actor may do with such a row."""

    key: str
    place: str
    may_select: bool | None = None
    may_insert: bool | None = None
    may_become: bool | None = None


class Changes(NamedTuple):
    """What became of a relation's rows: those that were written, and the places of those that were left alone."""

    kept: frozenset[str]
    written: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. ``sqlstate`` is ``00000`` if the statement ran.

    ``returned`` is what the actor was told; what a superuser saw afterwards is, by relation, in ``observed``, all
    the rows, or in ``changes``, depending on what was asked. A relation in neither is as it was. ``context`` says in
    which functions an error was raised, the innermost first.
    """

    attempt: Attempt
    sqlstate: str = "00000"
    message: str = ""
    detail: str = ""
    constraint: str = ""
    returned: Any = None
    observed: Mapping[str, tuple[Seen, ...]] = field(default_factory=dict)
    changes: Mapping[str, Changes] = field(default_factory=dict)
    context: str = ""

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

    @property
    def checked(self) -> bool:
        """Whether it was a constraint of a table that spoke, and not a trigger that borrows its words."""
        return self.constrained and (bool(self.constraint) or self.sqlstate == "23502")


def install(connection: Connection) -> None:
    """Put ``attempt.sql`` into a disposable database."""
    connection.execute(files("pgproof.access.attempts").joinpath("attempt.sql").read_bytes())


def marked(connection: Connection) -> str:
    """The transaction number that rows written since ``install`` are told by."""
    ((mark,),) = connection.execute("select pgproof.mark()::text").fetchall()
    return str(mark)


@contextmanager
def performing(connection: Connection) -> Iterator[None]:
    """What ``send`` needs around it: a transaction that leaves nothing, and a pipeline."""
    with connection.transaction(force_rollback=True), connection.pipeline():
        yield


def perform(
    connection: Connection, attempts: Iterable[Attempt], *, as_superuser: bool = False
) -> list[Outcome]:
    """Do every attempt, each from the same state. ``as_superuser`` shows what the statement does if nobody objects."""
    with performing(connection):
        return send(connection, attempts, as_superuser=as_superuser).outcomes()


@dataclass
class Sent:
    """Attempts that the server is at. ``calls`` are cursors with the places, in ``attempts``, of what they answer."""

    attempts: list[Attempt] = field(default_factory=list)
    calls: list[tuple[Any, list[int]]] = field(default_factory=list)

    def arriving(self) -> Iterator[Outcome]:
        """What came of the attempts, in their order, each as soon as its answer is there."""
        answers: dict[int, Mapping[str, Any]] = {}
        calls = iter(self.calls)
        for place, attempt in enumerate(self.attempts):
            while place not in answers:
                cursor, places = next(calls)
                answers |= zip(places, (row[0] for row in cursor.fetchall()), strict=True)
            yield _outcome(attempt, answers.pop(place))

    def outcomes(self) -> list[Outcome]:
        """What came of the attempts, in their order; waits for all of it."""
        return list(self.arriving())


def send(connection: Connection, attempts: Iterable[Attempt], *, as_superuser: bool = False) -> Sent:
    """Have attempts made, in a ``performing`` block: those that need the same preparation together, after the others."""
    sent = Sent()
    batch: list[int] = []
    prepared: dict[str | None, list[int]] = {}
    for place, attempt in enumerate(attempts):
        sent.attempts.append(attempt)
        if attempt.prepare is not None:
            prepared.setdefault(text_of(attempt.prepare), []).append(place)
            continue
        batch.append(place)
        if len(batch) == BATCH:
            _call(connection, sent, {None: batch}, as_superuser)
            batch = []
    for groups in _batches({**({None: batch} if batch else {}), **prepared}):
        _call(connection, sent, groups, as_superuser)
    return sent


def _batches(groups: Mapping[str | None, list[int]]) -> Iterator[dict[str | None, list[int]]]:
    """Groups put together until they are a batch."""
    batch: dict[str | None, list[int]] = {}
    for prepare, places in groups.items():
        batch[prepare] = places
        if sum(map(len, batch.values())) >= BATCH:
            yield batch
            batch = {}
    if batch:
        yield batch


def _call(
    connection: Connection, sent: Sent, groups: Mapping[str | None, list[int]], as_superuser: bool
) -> None:
    looks = Looks.of([sent.attempts[place] for places in groups.values() for place in places])
    said = [
        {
            "prepare": prepare,
            "attempts": [_said(sent.attempts[place], looks, as_superuser) for place in places],
        }
        for prepare, places in groups.items()
    ]
    cursor = connection.execute(CALL, (looks.prepared, json.dumps(said)))
    sent.calls.append((cursor, [place for places in groups.values() for place in places]))


class Looks(NamedTuple):
    """What is looked at in one call. Queries that several attempts share are prepared, to be planned once."""

    prepared: list[str]
    said: Mapping[int, str]  # by the id of the query

    @classmethod
    def of(cls, attempts: Iterable[Attempt]) -> Looks:
        """What these attempts look at."""
        asked = [each.observe for each in attempts if each.observe is not None]
        texts = {place: text_of(each) for place, each in {id(each): each for each in asked}.items()}
        uses = Counter(texts[id(each)] for each in asked)
        prepared = [text for text, times in uses.items() if times > 1]
        calls = {text: f"execute pgproof_observe_{number}" for number, text in enumerate(prepared, 1)}
        return cls(prepared, {place: calls.get(text, text) for place, text in texts.items()})


def _said(attempt: Attempt, looks: Looks, as_superuser: bool) -> dict[str, Any]:
    """An attempt as ``attempt.sql`` takes it."""
    return {
        "role": "none" if as_superuser else attempt.actor.role,
        "claims": "" if as_superuser else attempt.actor.claims,
        "settings": None if as_superuser else attempt.actor.settings or None,
        "reads": attempt.reads,
        "statement": text_of(attempt.statement),
        "observe": None if attempt.observe is None else looks.said[id(attempt.observe)],
    }


def _outcome(attempt: Attempt, said: Mapping[str, Any]) -> Outcome:
    seen = said["observed"] or {}
    by_relation = seen if isinstance(seen, dict) else {attempt.relation: seen}
    return Outcome(
        attempt=attempt,
        sqlstate=said.get("sqlstate", "00000"),
        message=said.get("message") or "",
        detail=said.get("detail") or "",
        constraint=said.get("constraint") or "",
        returned=said["returned"],
        observed={name: _seen(each) for name, each in by_relation.items() if isinstance(each, list)},
        changes=changes_seen(by_relation),
        context=said.get("context") or "",
    )


def changes_seen(by_relation: Mapping[str, Any] | None) -> dict[str, Changes]:
    """What an observation says, by relation; a relation without changes is not in it."""
    return {name: _changes(each) for name, each in (by_relation or {}).items() if isinstance(each, dict)}


def _seen(rows: Iterable[Sequence[Any]]) -> tuple[Seen, ...]:
    return tuple(Seen(canonical(key), *rest) for key, *rest in rows)


def _changes(said: Mapping[str, Any]) -> Changes:
    written = tuple(
        Seen(canonical(key), place, *(told[each] for each in said["may"]))
        for key, place, *told in said["written"] or ()
    )
    return Changes(frozenset((said["kept"] or "").split()), written)


def canonical(key: Any) -> str:
    """A key as text that compares: JSON with sorted names."""
    # Most keys are lists of text, for which making an encoder takes longer than what it does.
    if type(key) is list and all(type(each) is str for each in key):
        return f"[{', '.join(map(encode_basestring, key))}]"
    return SORTED.encode(key)
