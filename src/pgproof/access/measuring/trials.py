"""The few statements that show which rows one actor reaches, on one relation and by one command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts import statements
from pgproof.access.attempts.candidates import as_own, candidates, spread
from pgproof.access.attempts.perform import Outcome, canonical, perform
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.measuring.rule import Rule
from pgproof.access.measuring.rules import WORDS, Vocabulary, is_word
from pgproof.access.relations.held import Held
from pgproof.access.relations.subjects import Subject
from pgproof.access.world.survey import free_keys, unblocking
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.database import Connection, sql

OWN, BASES, VALUES = 2, 3, 4  # rows that are moved, rows that are copied, owners that a row is given


Touched = Mapping[str, "Mapping[str, Any] | None"]  # by the key of a row, what it was after an attempt


@dataclass(frozen=True, slots=True)
class Trial:
    """One row that an actor with ``values`` reached, made, or did not: ``content`` is the row.

    ``columns`` holds, of those that it was tried to set on this row, whether they could be, but for those of which that
    did not tell; ``became`` is what it was afterwards, each time that one was.
    """

    values: Mapping[str, Any]
    content: Mapping[str, Any]
    done: bool
    columns: Mapping[str, bool] = field(default_factory=dict)
    became: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Setting:
    """A column and what it is given: ``values`` on all rows at once, each with the keys of the rows to which it is new,
    and ``alone``, by the key of a row, what that one is given by itself.
    """

    column: str
    values: tuple[tuple[sql.Composable, frozenset[str]], ...]
    alone: Mapping[str, sql.Composable] = field(default_factory=dict)

    @property
    def telling(self) -> frozenset[str]:
        """The keys of the rows to which one of the ``values`` is new."""
        return frozenset[str]().union(*(rows for _, rows in self.values))


@dataclass(frozen=True)
class Place:
    """A relation while it is measured; ``looking`` is what a superuser asks afterwards, the same each time,
    ``settable`` and ``states`` what columns are given.
    """

    relation: Table | View
    subject: Subject
    rows: tuple[Row, ...]
    looking: sql.Composed
    settable: Sequence[Setting] = ()
    states: dict[str, list[Any]] = field(default_factory=dict)


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


def deleted(connection: Connection, catalog: Catalog, place: Place, actor: Actor) -> Iterator[Trial]:
    """Which rows a DELETE without a WHERE takes away."""
    subject = place.subject
    statement = sql.SQL("delete from {} as t").format(subject.name)
    unblock = unblocking(catalog, subject.label, "on_delete")
    attempt = Attempt(actor, subject.label, "delete", "blind", statement, place.looking, prepare=unblock)
    (outcome,) = perform(connection, [attempt])
    gone = touched(place, place.rows, outcome)
    for row in place.rows:
        yield Trial(actor.values, row.content, gone[row.key] == {})


def touched(place: Place, rows: Sequence[Row], outcome: Outcome) -> Touched:
    """What each of these rows was after an attempt, empty if it was gone; None if it was left alone."""
    if not outcome.ran:
        return {row.key: None for row in rows}
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for each in outcome.observed.get(place.subject.label, ()):
        key, content = json.loads(each.key)
        found[canonical(key)] = (each.place, content)
    after = {row.key: found.get(row.key, ("", {})) for row in rows}
    return {row.key: None if after[row.key][0] == row.place else after[row.key][1] for row in rows}


def moved(connection: Connection, place: Place, actor: Actor, own: Sequence[Trial]) -> Iterator[Trial]:
    """Give rows that may be changed another owner or state: blind, so that no policy on reading narrows what may be
    written; a state also with the other rows beside them, which may be what makes the actor somebody.
    """
    subject = place.subject
    owners = {column: _distinct(place.rows, column)[:VALUES] for column in subject.deciding}
    tries = []
    for column, values in (place.states | owners).items():
        state = column in place.states
        free = [each.content for each in own if (each.columns.get(column, each.done) if state else each.done)]
        rows = [row for row in place.rows if row.content in free][:OWN]
        if column in subject.writable:
            made = statements.moves(subject, actor, rows, column, values, place.looking, None)
            ways = ("move", "move alone") if state else ("move alone",)
            tries += [(column, each) for each in made if each.variant in ways]
    yield from _compared(connection, subject, actor, tries)


def states(relation: Table | View, rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Columns that say which state a row is in, with what they may say."""
    found: dict[str, list[Any]] = {}
    for column in relation.columns:
        values = [True, False] if column.type.name == "bool" else _distinct(rows, column.name)
        few = column.type.name == "bool" or (1 < len(values) <= WORDS and 2 * len(values) <= len(rows))
        if few and is_word(column.type):
            found[column.name] = values
    return found


def inserted(
    connection: Connection, place: Place, actor: Actor, words: Vocabulary, held: Held
) -> Iterator[Trial]:
    """Rows like those there are inserted, with other owners, with what the actor brings, and new keys; and themselves,
    after they were taken away: where each has a place of its own, as the one answer to a question, no copy finds one.
    """
    subject = place.subject
    assert isinstance(place.relation, Table)
    near = somehow_own(place.rows, words.own(subject.label), actor.values)[:OWN]
    bases = [*near, *spread([row for row in place.rows if row not in near], max(2, BASES - len(near)))]
    brought = {str(each) for each in actor.values.values()}
    as_mine = [each for row in bases[:1] if (each := as_own(actor.values, row)).content != row.content]
    free = free_keys(connection, place.relation)
    copies = list(candidates(subject, [*bases, *as_mine], place.rows, free, own=brought))
    granted = held.readable.get((subject.label, "insert"), ())
    named = [each for each in subject.writable if each in granted]
    some = copies if named else copies[:1]  # without the privilege one attempt says it all
    nameable = named or subject.writable
    made = [*statements.inserts(subject, actor, some, nameable, place.looking)]
    if named:
        made += statements.again(subject, actor, bases, nameable, place.looking)
    yield from _compared(connection, subject, actor, [("", each) for each in made])


def somehow_own(rows: Sequence[Row], rules: Sequence[Rule], values: Mapping[str, Any]) -> list[Row]:
    """Rows that are somebody's in as many ways as possible, those first: whoever may copy any may copy these."""
    ways = {row.key: sum(rule.holds(row.content, values) for rule in rules) for row in rows}
    return sorted((row for row in rows if ways[row.key]), key=lambda row: -ways[row.key])


def _compared(
    connection: Connection, subject: Subject, actor: Actor, tries: Sequence[tuple[str, Attempt]]
) -> Iterator[Trial]:
    """The row that each attempt made, or, where it made none, the row that a superuser makes by the same statement.
    Each comes with the column that it sets, if it sets one.

    What a superuser cannot do either proves nothing, unless somebody was refused or got as far as a constraint.
    """
    before = {canonical(each) for each in _contents(connection, subject)}
    failed = []
    outcomes = perform(connection, [each for _, each in tries])
    moved = {(each.attempt.aim, each.attempt.change) for each in outcomes if each.ran and each.attempt.aim}
    for (column, _), outcome in zip(tries, outcomes, strict=True):
        became = _new(outcome, subject, before)
        if became is None and (outcome.attempt.aim, outcome.attempt.change) not in moved:
            failed.append((column, outcome))
        elif became is not None:
            yield Trial(actor.values, became, True, _set(column, True))
    asked = perform(connection, [each.attempt for _, each in failed], as_superuser=True)
    for (column, outcome), possible in zip(failed, asked, strict=True):
        told = outcome.refused or outcome.constrained  # a policy speaks before any constraint does
        content = _new(possible, subject, before) or (outcome.attempt.row if told else None)
        if content is not None:
            yield Trial(actor.values, content, outcome.constrained, _set(column, outcome.constrained))


def _set(column: str, done: bool) -> Mapping[str, bool]:
    return {column: done} if column else {}


def _new(outcome: Outcome, subject: Subject, before: set[str]) -> Mapping[str, Any] | None:
    """The first row after an attempt that was not there before, or that it had taken away and is there again."""
    if not outcome.ran:
        return None
    rows = [json.loads(each.key) for each in outcome.observed.get(subject.label, ())]
    new = (content for _, content in rows if content is not None and canonical(content) not in before)
    aimed = outcome.attempt.aim if outcome.attempt.variant == "again" else None
    return next(new, None) or next((content for key, content in rows if canonical(key) == aimed), None)


def _contents(connection: Connection, subject: Subject) -> list[Mapping[str, Any]]:
    found = connection.execute(sql.SQL("select to_jsonb(t) from {} as t").format(subject.name)).fetchall()
    return [content for (content,) in found]


def looking_at(subject: Subject) -> sql.Composed:
    """Every row afterwards: its key, together with its content where it was written since, and its place."""
    return sql.SQL(
        "select coalesce(jsonb_agg(jsonb_build_array(jsonb_build_array({}, case when {} then to_jsonb(t) end), {})), '[]')"
        " from {} as t"
    ).format(subject.key, subject.written, subject.place, subject.name)


def _distinct(rows: Sequence[Row], column: str) -> list[Any]:
    found = {json.dumps(row.content.get(column)): row.content.get(column) for row in rows}
    return [each for each in found.values() if each is not None]
