"""Columns set one at a time: those that may not be, and those that may be, on some rows or on all of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.candidates import distinct
from pgproof.access.attempts.statements import Attempt, Row, Variant
from pgproof.access.relations.subjects import Subject
from pgproof.database import filled, sql

ROWS = 2  # rows on which a column is set by their keys
PAST = ("2000-01-01", "2000-01-01T00:00:00+00:00")
LATER: Mapping[str, Any] = {
    "jsonb": {"another": True},
    "json": {"another": True},
    "text": "another",
    "uuid": "5f0c6b2e-6d3c-4c39-9d2c-9a3f1c3a7b12",
    "date": PAST[0],
    "timestamp with time zone": PAST[1],
}


def settings(
    subject: Subject,
    actor: Actor,
    column: str,
    value: Any,
    own: Sequence[Row],
    may: frozenset[str],
    known: int,
) -> Iterator[Attempt]:
    """Set ``column`` to ``value``: on every row at once, and on a few of ``own`` by their keys.

    ``may`` are the keys of the rows on which the actor may; ``known`` is how many rows there are.
    """

    def trying(variant: Variant, value: Any, row: Row | None = None) -> Attempt:
        setting = filled(
            "update {} as t set {} = {}",
            subject.name,
            sql.Identifier(column),
            subject.constant(column, value),
        )
        one = filled("{} where {}", setting, subject.at(row.key)) if row else setting
        observe, said = _observation(subject, column, value, known), f"{column} = {value!r}"
        key = row.key if row else ""
        return Attempt(actor, subject.label, "update", variant, one, observe, key, said, row={column: value})

    forbidden = [row for row in own if row.key not in may]
    if forbidden or not own:
        yield trying("set column", value)
    for row in forbidden[:ROWS]:
        yield trying("set column", value, row)
    permitted = [row for row in own if row.key in may][:1]
    for row in permitted if column not in subject.deciding else ():  # those are given other values by moves
        now = row.content.get(column)
        yield trying("set allowed column", now, row)  # a value that no constraint is against
        if now != value and value not in PAST:  # what has expired is out of sight, and so refused
            yield trying("set allowed column", value, row)


def _observation(subject: Subject, column: str, value: Any, known: int) -> sql.Composed:
    """Which rows have been written, and whether each may be as it is: not if the column has the value now."""
    became = filled(
        "to_jsonb({}) is distinct from to_jsonb({})",
        sql.Identifier("t", column),
        subject.constant(column, value),
    )
    return subject.changes(known, became=became)


def another(subject: Subject, rows: Sequence[Row], own: Sequence[Row], column: str) -> Any:
    """A value of a column that rows have and ``own`` do not; one made up where there is none, or where it must be
    unique; None if there is no way.
    """
    mine, known = distinct(own, column), [each for each in distinct(rows, column) if each is not None]
    unique = any(column in each for each in subject.unique)
    found = [] if unique else [each for each in known if each not in mine]
    if found:
        return found[-1]
    kind = subject.columns[column]
    if kind == "boolean":
        return next((each for each in (True, False) if each not in mine), True)
    if kind.startswith(("smallint", "integer", "bigint", "numeric")):
        return next(
            each for each in count(1) if each not in known
        )  # the greatest may be the greatest there is
    return _made_up(kind, known)


def _made_up(kind: str, known: Sequence[Any]) -> Any:
    """A value of this kind, or, of kinds that are not known, one that there is."""
    return LATER.get(kind.split("(")[0], known[-1] if known else None)


def columns_to_set(subject: Subject) -> list[str]:
    """The columns that an UPDATE may name and that do not say which row it is."""
    return [each for each in subject.writable if each not in subject.key_columns]


def had(row: Mapping[str, Any] | None, written: Mapping[str, Any]) -> bool:
    """Whether a row was already as it was then made."""
    return row is not None and all(row.get(name) == value for name, value in written.items())
