"""Which columns an actor can set on which rows: each by itself, with a value that a superuser can give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.candidates import distinct, new_value, spread
from pgproof.access.attempts.perform import Outcome, perform
from pgproof.access.attempts.setting import another
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.measuring.trials import Place, Setting, Touched, Trial, touched
from pgproof.access.relations.held import Held
from pgproof.access.relations.subjects import Subject
from pgproof.access.world.survey import CONSTANTS, SUPERUSER
from pgproof.database import Connection, sql

VALUES = 3  # values of other rows that a column is given
SINGLE = 30  # rows on which one column is set by itself,
SINGLES, LEAST = 600, 8  # on fewer the more columns there are: all together, and each at least


def changed(connection: Connection, place: Place, actor: Actor, held: Held) -> Iterator[Trial]:
    """Set every column that the actor has the privilege on, one after the other: on all rows at once and, where that is
    refused, on single ones. A trigger may let one be changed and another not, or on some
    rows alone; it may write the row and keep the value, so what a row had already tells nothing.
    """
    granted = held.readable.get((place.subject.label, "update"), ())
    ways = [each for each in place.settable if each.column in granted] or place.settable[:1]
    told = _told(connection, place, actor, ways, granted)
    for row in place.rows:
        met = [each for each in told if row.key in each.became]
        tells = [(each.column, said) for each in met if (said := each.set_on(row)) is not None]
        columns = {column: (column, True) in tells for column, _ in tells}
        became = [each.became[row.key] for each in met]
        done = any(content is not None for content in became)
        yield Trial(actor.values, row.content, done, columns, tuple(each for each in became if each))


@dataclass(frozen=True)
class Told:
    """What became of rows as a column was set, and the rows to which its value was new."""

    column: str
    became: Touched
    telling: frozenset[str]

    def set_on(self, row: Row) -> bool | None:
        """Whether the column was set on a row; None where nobody can tell."""
        content = self.became[row.key]
        if content is None:
            return False
        if content and row.key not in self.telling:
            return None
        return not content or content.get(self.column) != row.content.get(self.column)


def _told(
    connection: Connection, place: Place, actor: Actor, ways: Sequence[Setting], granted: Sequence[str]
) -> list[Told]:
    """What became of rows as each column was set: on all of them and, where that was refused, on single ones, which are
    found by their keys and so are those alone that the actor may see.
    """
    tried = [(way, *each) for way in ways for each in way.values]
    outcomes = perform(connection, [_attempt(place, actor, way.column, value) for way, value, _ in tried])
    refused = {
        way.column
        for (way, _, _), each in zip(tried, outcomes, strict=True)
        if each.refused and way.column in granted
    }
    kept = [way for way in ways if way.column in refused or not way.values]
    rows = spread(place.rows, max(LEAST, min(SINGLE, SINGLES // max(1, len(kept)))))
    single = [(way, row, value) for way in kept for row in rows if (value := _given(way, row)) is not None]
    alone = perform(
        connection, [_attempt(place, actor, way.column, value, row) for way, row, value in single]
    )
    return [
        *(
            Told(way.column, touched(place, place.rows, each), telling)
            for (way, _, telling), each in zip(tried, outcomes, strict=True)
            if way not in kept
        ),
        *(
            Told(way.column, touched(place, [row], each), way.telling | {*way.alone})
            for (way, row, _), each in zip(single, alone, strict=True)
        ),
    ]


def _given(way: Setting, row: Row) -> sql.Composable | None:
    """What a single row is given: what is new to it, where something is."""
    values = [value for value, telling in way.values if row.key in telling]
    first = way.values[0][0] if way.values else None
    return next(iter(values), way.alone.get(row.key, first))


def _attempt(
    place: Place, actor: Actor, column: str, value: sql.Composable | None, row: Row | None = None
) -> Attempt:
    """UPDATE of one column, blind or of one row."""
    subject = place.subject
    made = sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value)
    if row is not None:
        made = sql.SQL("{} where {}").format(made, subject.at(row.key))
    return Attempt(actor, subject.label, "update", "blind", made, place.looking)


def settings_of(connection: Connection, place: Place, owning: Sequence[str]) -> list[Setting]:
    """Every column that a superuser can set, but for keys and those that make a row somebody's, which are moved; the
    first column and its own value if there is none.
    """
    subject = place.subject
    if not subject.is_table:
        return []
    free = [each for each in subject.writable if each not in (*subject.key_columns, *owning)]
    everywhere = _for_all(connection, place, free)
    found = _for_some(connection, place, [Setting(each, everywhere[each]) for each in free])
    return (
        found or [Setting(each, ((sql.Identifier("t", each), frozenset()),)) for each in subject.columns][:1]
    )


def _for_all(
    connection: Connection, place: Place, columns: Sequence[str]
) -> dict[str, tuple[tuple[sql.Composable, frozenset[str]], ...]]:
    """By column, values that every row may have: one that is new to all or, as far as there are such, some that are new
    to each other's rows.
    """
    offered = {each: list(_values(place.subject, place.rows, each)) for each in columns}
    found: dict[str, tuple[tuple[sql.Composable, frozenset[str]], ...]] = dict.fromkeys(columns, ())
    for first in (True, False):
        tries = [
            (column, value)
            for column, values in offered.items()
            if first or len(Setting(column, found[column]).telling) < len(place.rows)
            for value in (values[:1] if first else values[1:])
        ]
        for (column, value), outcome in zip(tries, _possible(connection, place, tries), strict=True):
            telling = _telling(place, place.rows, column, outcome)
            new = telling - Setting(column, found[column]).telling
            if outcome.ran and (new or not found[column]):
                found[column] = (*found[column], (value, telling))
    return found


def _values(subject: Subject, rows: Sequence[Row], column: str) -> Iterator[sql.Composable]:
    """What a column may be given on all rows: one that no row has, a constant of its type, and what some rows have."""
    alone = (column,) in subject.unique
    known = [] if alone else [each for each in distinct(rows, column) if each is not None][:VALUES]
    new = None if alone else another(subject, rows, rows, column)
    constant = CONSTANTS.get(subject.columns[column].split("(")[0])
    if new is not None:
        yield subject.constant(column, new)
    if constant:
        yield sql.SQL(constant)
    yield from (subject.constant(column, each) for each in known)


def _for_some(connection: Connection, place: Place, settings: Sequence[Setting]) -> list[Setting]:
    """The settings with values for single rows besides: where one must be unique, where what it may be depends on the
    row, and where the row has already what others are given. Without those that go for no row.
    """
    tries = [
        (each.column, place.subject.constant(each.column, value), row)
        for each in settings
        for number, row in enumerate(spread(place.rows, SINGLE), 1)
        if row.key not in each.telling
        for value in _others(place, each.column, row, number)
    ]
    alone: dict[str, dict[str, sql.Composable]] = {}
    for (column, value, row), outcome in zip(tries, _possible(connection, place, tries), strict=True):
        if outcome.ran and _telling(place, [row], column, outcome):
            alone.setdefault(column, {}).setdefault(row.key, value)
    return [
        replace(each, alone=own) for each in settings if (own := alone.get(each.column, {})) or each.values
    ]


def _others(place: Place, column: str, row: Row, number: int) -> list[Any]:
    """Values for one row that it has not."""
    subject, now = place.subject, row.content.get(column)
    found = [
        another(subject, place.rows, [row], column),
        new_value(subject.columns[column], now, column, place.rows, {}, number),
    ]
    return [each for each in found if each is not None and each != now]


def _possible(connection: Connection, place: Place, tries: Sequence[tuple[Any, ...]]) -> list[Outcome]:
    """What came of it when a superuser did."""
    return perform(connection, [_attempt(place, SUPERUSER, *each) for each in tries], as_superuser=True)


def _telling(place: Place, rows: Sequence[Row], column: str, outcome: Outcome) -> frozenset[str]:
    """The rows that have another value afterwards: on these an attempt of somebody else tells whether it was set."""
    became: Mapping[str, Any] = touched(place, rows, outcome)
    return frozenset(
        row.key for row in rows if (now := became[row.key]) and now.get(column) != row.content.get(column)
    )
