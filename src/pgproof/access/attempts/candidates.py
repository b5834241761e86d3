"""Rows to insert: copies of rows that are there, with new keys, and with every owner that there is. Pure."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pgproof.access.attempts.statements import Row
from pgproof.access.relations.subjects import Subject

OTHERS = 4  # values that a deciding column is given
SPACE = uuid.UUID("5f0c6b2e-6d3c-4c39-9d2c-9a3f1c3a7b10")
WHOLE = ("smallint", "integer", "bigint", "numeric")


def candidates(
    subject: Subject,
    bases: Sequence[Row],
    rows: Sequence[Row],
    free: Mapping[str, Sequence[Any]],
    *,
    changed: bool = True,
    own: Collection[str] = (),
) -> Iterator[Mapping[str, Any]]:
    """Copies of ``bases``, as they are and, if ``changed``, with each deciding column changed to what ``rows`` have.

    ``own`` are values that the actor brings, which are tried before others; ``free`` are values for unique columns
    that point elsewhere.
    """
    number = 0
    for row in bases:
        for content in (row.content, *(_with_other_owners(subject, row, rows, own) if changed else ())):
            number += 1
            yield fresh(subject, content, rows, free, number)


def spread(rows: Sequence[Row], most: int) -> Sequence[Row]:
    """At most ``most`` rows, evenly over all of them."""
    if len(rows) <= most or most == 1:
        return rows[:most]
    return [rows[number * (len(rows) - 1) // (most - 1)] for number in range(most)]


def distinct(rows: Sequence[Row], column: str) -> list[Any]:
    """The values of a column, each once, in order of appearance."""
    seen = {json.dumps(row.content.get(column), sort_keys=True): row.content.get(column) for row in rows}
    return list(seen.values())


def as_own(values: Mapping[str, Any], row: Row) -> Row:
    """A row with everything that its columns and an actor's ``values`` have names in common for."""
    mine = {name: value for name, value in values.items() if name in row.content}
    return Row(row.key, {**row.content, **json.loads(json.dumps(mine, default=str))}, row.place)


def _with_other_owners(
    subject: Subject, row: Row, rows: Sequence[Row], own: Collection[str]
) -> Iterator[Mapping[str, Any]]:
    for column in subject.deciding:
        if column not in subject.writable:
            continue
        found = sorted(distinct(rows, column), key=lambda each: str(each) not in own)
        for value in [*found[:OTHERS], None]:
            if value != row.content.get(column):
                yield {**row.content, column: value}


def fresh(
    subject: Subject,
    content: Mapping[str, Any],
    rows: Sequence[Row],
    free: Mapping[str, Sequence[Any]],
    number: int,
) -> dict[str, Any]:
    """``content`` with values in its unique columns that no row has, as far as one can tell without trying."""
    made = dict(content)
    for columns in subject.unique:
        if not _taken(made, columns, rows):
            continue
        changed = next(
            (each for each in columns if each not in subject.deciding or len(columns) == 1), columns[0]
        )
        if changed not in made:
            continue
        if changed in free and len(columns) > 1:
            others = ({**made, changed: value} for value in free[changed])
            made = next((each for each in others if not _taken(each, columns, rows)), made)
            continue
        made[changed] = new_value(subject.columns[changed], made[changed], changed, rows, free, number)
    return made


def _taken(content: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Row]) -> bool:
    return any(all(row.content.get(each) == content.get(each) for each in columns) for row in rows)


def new_value(
    kind: str, value: Any, column: str, rows: Sequence[Row], free: Mapping[str, Sequence[Any]], number: int
) -> Any:
    """A value for a column that must be unique, the ``number``-th; the one that it has where none can be made up."""
    if column in free:
        choices = free[column]
        return choices[number % len(choices)] if choices else value
    if kind == "uuid":
        return str(uuid.uuid5(SPACE, f"{column} {number}"))
    if kind.startswith(WHOLE):
        return (
            max((row.content[column] for row in rows if row.content.get(column) is not None), default=0)
            + number
        )
    if isinstance(value, str) and kind.startswith(("text", "character", "citext")):
        return f"{value[:20]}{number}"
    return value
