"""The few statements that show which rows one actor reaches, on one relation and by one command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgproof.access import attempts
from pgproof.access.actors import Actor
from pgproof.access.attempts import Attempt, Row
from pgproof.access.candidates import candidates, spread
from pgproof.access.held import Held
from pgproof.access.perform import Outcome, canonical, perform
from pgproof.access.rules import Rule, Vocabulary
from pgproof.access.subjects import Subject
from pgproof.access.survey import CONSTANTS, SUPERUSER, free_keys, unblocking
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.database import Connection, sql

OWN, BASES, VALUES = 2, 3, 4  # rows that are moved, rows that are copied, owners that a row is given
COLUMNS = 6  # columns that are set


@dataclass(frozen=True, slots=True)
class Trial:
    """One row that an actor with ``values`` reached, made, or did not: ``content`` is the row."""

    values: Mapping[str, Any]
    content: Mapping[str, Any]
    done: bool


@dataclass(frozen=True)
class Place:
    """A relation while it is measured; ``looking`` is what a superuser asks afterwards, the same each time."""

    relation: Table | View
    subject: Subject
    rows: tuple[Row, ...]
    looking: sql.Composed
    settable: Sequence[tuple[str, sql.Composable]] = ()


def read(connection: Connection, place: Place, actor: Actor, held: Held) -> Iterator[Trial]:
    """Which rows the actor is shown."""
    subject = place.subject
    readable = held.readable.get((subject.label, "select"), ())
    named = sql.SQL(", ").join([sql.SQL("{} as key").format(subject.key), *map(_column, readable)])
    if not set(subject.key_columns or subject.columns) <= set(readable):
        named = sql.Composed([sql.SQL("null as key")])  # without a key nobody can say which rows they were
    statement = sql.SQL(
        "select coalesce(jsonb_agg(r.key), '[]') as seen from (select {} from {} as t) as r"
    ).format(named, subject.name)
    (outcome,) = perform(connection, [Attempt(actor, subject.label, "select", "read", statement)])
    returned = outcome.returned or () if outcome.ran else ()
    seen = {canonical(key) for key in returned}
    everything = len(returned) >= len(place.rows) > 0
    for row in place.rows:
        yield Trial(actor.values, row.content, row.key in seen or (everything and "null" in seen))


def _column(name: str) -> sql.Composable:
    return sql.Identifier("t", name)


def changed(connection: Connection, place: Place, actor: Actor, held: Held) -> Iterator[Trial]:
    """Set columns, one after the other: a trigger may let one be changed and another not."""
    subject = place.subject
    granted = held.readable.get((subject.label, "update"), ())
    ways = [(column, value) for column, value in place.settable if column in granted] or place.settable[:1]
    settings = [
        sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value)
        for column, value in ways[:COLUMNS]
    ]
    tries = [Attempt(actor, subject.label, "update", "blind", each, place.looking) for each in settings]
    yield from _touched(place, actor, perform(connection, tries))


def settable_columns(
    connection: Connection, subject: Subject, owning: Sequence[str]
) -> list[tuple[str, sql.Composable]]:
    """Columns with a value that a superuser can give to every row; the first column and its own value if none has."""
    if not subject.is_table:
        return []
    found = []
    for column, kind in subject.columns.items():
        constant = CONSTANTS.get(kind.split("(")[0])
        free = column in subject.writable and column not in (*subject.key_columns, *owning)
        if constant and free:
            found.append((column, sql.SQL(constant)))
    tries = [
        Attempt(
            SUPERUSER,
            subject.label,
            "update",
            "blind",
            sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value),
        )
        for column, value in found
    ]
    works = [each.ran for each in perform(connection, tries, as_superuser=True)]
    ways: list[tuple[str, sql.Composable]] = [way for way, ran in zip(found, works, strict=True) if ran]
    return ways or [(each, sql.Identifier("t", each)) for each in subject.columns]


def deleted(connection: Connection, catalog: Catalog, place: Place, actor: Actor) -> Iterator[Trial]:
    """Which rows a DELETE without a WHERE takes away."""
    subject = place.subject
    statement = sql.SQL("delete from {} as t").format(subject.name)
    unblock = unblocking(catalog, subject.label, "on_delete")
    attempt = Attempt(actor, subject.label, "delete", "blind", statement, place.looking, prepare=unblock)
    yield from _touched(place, actor, perform(connection, [attempt]))


def _touched(place: Place, actor: Actor, outcomes: Sequence[Outcome]) -> Iterator[Trial]:
    """Which rows are not where they were after one of the attempts."""
    after = [
        {(_key(each.key), each.place) for each in outcome.observed.get(place.subject.label, ())}
        for outcome in outcomes
        if outcome.ran
    ]
    for row in place.rows:
        yield Trial(actor.values, row.content, any((row.key, row.place) not in now for now in after))


def moved(
    connection: Connection, place: Place, actor: Actor, own: Sequence[Mapping[str, Any]]
) -> Iterator[Trial]:
    """Give rows that may be changed another owner, blind, so that no policy on reading narrows what may be written."""
    subject = place.subject
    rows = [row for row in place.rows if row.content in own][:OWN]
    tries = []
    for column in subject.deciding if rows else ():
        if column in subject.writable:
            values = _distinct(place.rows, column)[:VALUES]
            made = attempts.moves(subject, actor, rows, column, values, place.looking, None)
            tries += [(column, each) for each in made if each.variant == "move alone"]
    yield from _compared(connection, subject, actor, [each for _, each in tries])


def inserted(
    connection: Connection, place: Place, actor: Actor, words: Vocabulary, held: Held
) -> Iterator[Trial]:
    """Rows like those there are, with other owners and new keys, inserted."""
    subject = place.subject
    assert isinstance(place.relation, Table)
    near = somehow_own(place.rows, words.own(subject.label), actor.values)[:OWN]
    bases = [*near, *spread([row for row in place.rows if row not in near], max(2, BASES - len(near)))]
    brought = {str(each) for each in actor.values.values()}
    copies = list(candidates(subject, bases, place.rows, free_keys(connection, place.relation), own=brought))
    granted = held.readable.get((subject.label, "insert"), ())
    named = [each for each in subject.writable if each in granted]
    some = copies if named else copies[:1]  # without the privilege one attempt says it all
    made = attempts.inserts(subject, actor, some, named or subject.writable, place.looking)
    yield from _compared(connection, subject, actor, list(made))


def somehow_own(rows: Sequence[Row], rules: Sequence[Rule], values: Mapping[str, Any]) -> list[Row]:
    """Rows that are somebody's in as many ways as possible, those first: whoever may copy any may copy these."""
    ways = {row.key: sum(rule.holds(row.content, values) for rule in rules) for row in rows}
    return sorted((row for row in rows if ways[row.key]), key=lambda row: -ways[row.key])


def _compared(
    connection: Connection, subject: Subject, actor: Actor, tries: Sequence[Attempt]
) -> Iterator[Trial]:
    """The row that each attempt made, or, where it made none, the row that a superuser makes by the same statement.

    What a superuser cannot do either proves nothing, unless somebody was refused or got as far as a constraint.
    """
    before = {canonical(each) for each in _contents(connection, subject)}
    failed = []
    for outcome in perform(connection, tries):
        became = _new(outcome, subject, before)
        if became is None:
            failed.append(outcome)
        else:
            yield Trial(actor.values, became, True)
    asked = perform(connection, [each.attempt for each in failed], as_superuser=True)
    for outcome, possible in zip(failed, asked, strict=True):
        told = outcome.refused or outcome.constrained  # a policy speaks before any constraint does
        content = _new(possible, subject, before) or (outcome.attempt.row if told else None)
        if content is not None:
            yield Trial(actor.values, content, outcome.constrained)


def _new(outcome: Outcome, subject: Subject, before: set[str]) -> Mapping[str, Any] | None:
    """The first row after an attempt that was not there before."""
    if not outcome.ran:
        return None
    rows = (json.loads(each.key)[1] for each in outcome.observed.get(subject.label, ()))
    return next((row for row in rows if canonical(row) not in before), None)


def _contents(connection: Connection, subject: Subject) -> list[Mapping[str, Any]]:
    found = connection.execute(sql.SQL("select to_jsonb(t) from {} as t").format(subject.name)).fetchall()
    return [content for (content,) in found]


def looking_at(subject: Subject) -> sql.Composed:
    """Every row afterwards: its key together with its content, and its place."""
    return sql.SQL(
        "select coalesce(jsonb_agg(jsonb_build_array(jsonb_build_array({}, to_jsonb(t)), {})), '[]') from {} as t"
    ).format(subject.key, subject.place, subject.name)


def _key(seen: str) -> str:
    return canonical(json.loads(seen)[0])


def _distinct(rows: Sequence[Row], column: str) -> list[Any]:
    found = {json.dumps(row.content.get(column)): row.content.get(column) for row in rows}
    return [each for each in found.values() if each is not None]
