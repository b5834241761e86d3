"""Rows found by trying, for conditions that no rule understands: arithmetic on hours, documents, functions.

Candidates are drawn, mixed with constants that the conditions mention, and completed where a condition says
what a column equals. A court decides which are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import product
from random import Random
from typing import Any, TypeAlias

from pgproof.rows.checks.conditions import Condition, Court
from pgproof.rows.checks.documents import documents
from pgproof.rows.checks.draw import LOOSE, Drawing
from pgproof.rows.checks.pick import SPECIAL, NoValue, Picker
from pgproof.rows.checks.solved import Option
from pgproof.rows.checks.spaces import holds
from pgproof.rows.evaluate.compute import UNKNOWN_FUNCTION, Failure, Program
from pgproof.rows.evaluate.datum import from_datum, to_datum
from pgproof.rows.syntax.expression import (
    Binary,
    Cast,
    Column,
    Constant,
    Expression,
    TypeName,
    columns_of,
    walk,
)
from pgproof.rows.syntax.signals import Refused, Unknown

TRIES = 3000
ENOUGH = 200
_ROUND = 250
_OPERATORS = ("=", "<>", "<", "<=", ">", ">=")

Row: TypeAlias = dict[str, Any]
Completion: TypeAlias = tuple[str, Program]


@dataclass(frozen=True, slots=True)
class Searched:
    """Rows that meet the conditions, the plainest first; how many were tried; whether some could not be judged."""

    rows: list[Row]
    tried: int
    unsure: bool


def search(
    option: Option, conditions: Sequence[Condition], others: Sequence[Condition], court: Court, seed: str
) -> Searched:
    """Look for rows of ``option`` that meet ``conditions``.

    ``others`` are what the option itself sees to; values that are tried beside it, such as infinity, may not.
    """
    source = Random(seed)
    mentioned = _mentioned(conditions, option, court)
    completions = list(_completions(conditions, court))
    found: dict[str, Row] = {}
    tried, idle, unsure = 0, 0, False
    while tried < TRIES and len(found) < ENOUGH and not (found and idle > 1):
        before = len(found)
        rows = list(_candidates(option, court, mentioned, completions, source))
        tried += _ROUND
        for row, outcome in zip(rows, court.judge(conditions, rows), strict=True):
            unsure = unsure or outcome == "unknown"
            if outcome == "good" and not any(court.outcome(other, row) == "bad" for other in others):
                found.setdefault(repr(sorted(row.items())), row)
        idle = idle + 1 if len(found) == before else 0
    rows = [found[key] for key in sorted(found, key=lambda key: (len(key), key))]
    return Searched(rows, tried, unsure)


def _candidates(
    option: Option,
    court: Court,
    mentioned: Mapping[str, Sequence[Any]],
    completions: Sequence[Completion],
    source: Random,
) -> Iterator[Row]:
    drawing = Drawing(option, court.scope, Picker(lambda n: source.randrange(n)))
    for _ in range(_ROUND):
        fixed = {
            column: values[source.randrange(len(values))]
            for column, values in mentioned.items()
            if values and source.random() < 0.6
        }
        try:
            row = drawing.row(fixed)
        except NoValue:
            continue
        if drawing.keeps(row):
            yield row
        for column, program in completions:
            value = program(row) if column in row else None
            known = value is not None and value is not UNKNOWN_FUNCTION and not isinstance(value, Failure)
            if known and drawing.keeps(completed := {**row, column: value}):
                yield completed


def _completions(conditions: Sequence[Condition], court: Court) -> Iterator[Completion]:
    """Columns that a condition has alone on one side of a comparison, and what they are compared with."""
    for condition in conditions:
        for node in walk(condition.expression) if condition.expression is not None else ():
            if not isinstance(node, Binary) or node.operator not in _OPERATORS:
                continue
            for side, other in ((node.left, node.right), (node.right, node.left)):
                column = _alone(side)
                if column is not None and columns_of(other) and column not in columns_of(other):
                    tag = court.scope.columns.get(column, "unknown")
                    yield column, court.compile(Cast(other, TypeName(tag)))


def _alone(node: Expression) -> str | None:
    while isinstance(node, Cast):
        node = node.operand
    return node.name if isinstance(node, Column) else None


def _mentioned(conditions: Sequence[Condition], option: Option, court: Court) -> dict[str, list[Any]]:
    """For every column, values made of the constants that conditions on it mention."""
    found: dict[str, list[Any]] = {}
    for cell in option.cells:
        about = [c for c in conditions if cell.column in c.columns and c.expression is not None]
        tag = court.scope.columns.get(cell.column, "")
        values = [value for c in about for value in _values(c.expression, tag)]
        values += _CALENDAR.get(cell.space.kind, ())
        if not all(condition.truth for condition in about):
            values += [*SPECIAL.get(cell.space.kind, ()), *([[None]] if cell.space.kind == "array" else [])]
        if tag in ("json", "jsonb"):
            values += documents([c.expression for c in about if c.expression is not None], cell.column)
        keep = [value for value in values if cell.nulls != "required" and _may_hold(cell.space, value)]
        found[cell.column] = _unique(keep)
    return found


_MONTHS = [date(2015 + n // 12, n % 12 + 1, 1) for n in range(180)]
_DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
_CALENDAR: dict[str, list[Any]] = {
    "date": [*_MONTHS, *_DAYS],
    "timestamp": [datetime(d.year, d.month, d.day, n % 24) for n, d in enumerate([*_MONTHS, *_DAYS])],
    "timestamptz": [datetime(d.year, d.month, d.day, tzinfo=timezone.utc) for d in [*_MONTHS, *_DAYS]],
    "time": [time(n // 4, n % 4 * 15) for n in range(96)],
}


def _may_hold(space: Any, value: Any) -> bool:
    return space.kind in LOOSE or holds(space, value)


def _unique(values: Sequence[Any]) -> list[Any]:
    return list({repr(value): value for value in values}.values())


def _values(expression: Expression | None, tag: str) -> Iterator[Any]:
    for node in walk(expression) if expression is not None else ():
        if not isinstance(node, Constant) or node.text is None:
            continue
        try:
            datum = to_datum(tag, node.text)
        except (Unknown, Refused, ValueError):
            continue
        yield from_datum(tag, datum)
        if tag in ("smallint", "integer", "bigint", "numeric"):
            yield from (from_datum(tag, each) for each in (datum - 1, datum + 1))
            yield from (from_datum(tag, datum * times) for times in range(-2, 20))
    if tag.endswith("[]"):
        yield from _arrays(expression, tag)


def _arrays(expression: Expression | None, tag: str) -> Iterator[list[Any]]:
    element = tag.removesuffix("[]")
    items = [value for value in _values(expression, element) if value is not None][:4] if expression else []
    yield []
    for size in (1, 2, 3):
        for combination in product(items, repeat=size):
            yield list(combination)
