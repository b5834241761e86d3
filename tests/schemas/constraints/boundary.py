"""Where a row stops being good: two rows that differ by the smallest step of one column, one on each side. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Edge:
    """``inside`` is good and ``outside`` is not; they differ in ``column`` alone, and nothing is in between."""

    column: str
    inside: Row
    outside: Row


def edge_between(
    inside: Row,
    outside: Row,
    columns: Sequence[str],
    is_good: Callable[[Row], bool],
    scales: Mapping[str, int],
) -> Edge:
    """An edge on the way from a row that is not good to one that is, column by column.

    ``scales`` are the decimal places that numeric columns have.
    """
    row = dict(outside)
    for name in columns:
        moved = {**row, name: inside.get(name)}
        if is_good(moved):
            return _narrowed(moved, row, name, is_good, scales.get(name, 6))
        row = moved
    raise AssertionError(f"{dict(inside)} is not good either")


def _narrowed(inside: Row, outside: Row, name: str, is_good: Callable[[Row], bool], scale: int) -> Edge:
    """Halve the distance until there is nothing in between."""
    while (middle := halfway(inside[name], outside.get(name), scale)) is not None:
        row = {**outside, name: middle}
        if is_good(row):
            inside = row
        else:
            outside = row
    return Edge(name, inside, outside)


def halfway(one: Any, other: Any, scale: int = 6) -> Any:
    """A value between two, or None if there is none: they are neighbours, or of a type without an order."""
    if type(one) is not type(other):
        return None
    if isinstance(one, str):
        return _halfway_in_text(one, other)
    numbers = _as_number(one, scale), _as_number(other, scale)
    if None in numbers:
        return None
    first, second = numbers
    middle = (first + second) // 2  # type: ignore[operator]
    return None if middle in (first, second) else _from_number(middle, one, scale)


def _as_number(value: Any, scale: int) -> int | None:
    """How many smallest steps a value is away from zero."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return int(value.scaleb(scale)) if value.is_finite() else None
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND if value.tzinfo else None
    if isinstance(value, date):
        return value.toordinal()
    return value // MICROSECOND if isinstance(value, timedelta) else None


def _from_number(number: int, like: Any, scale: int) -> Any:
    if isinstance(like, int):
        return number
    if isinstance(like, Decimal):
        return Decimal(number).scaleb(-scale)
    if isinstance(like, datetime):
        return EPOCH + number * MICROSECOND
    return date.fromordinal(number) if isinstance(like, date) else number * MICROSECOND


def _halfway_in_text(one: str, other: str) -> str | None:
    """On the way from one text to another, letter by letter: change what differs, or take it away and add what is missing."""
    if len(one) == len(other):
        differing = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        cut = differing[len(differing) // 2] if len(differing) > 1 else 0
        return other[:cut] + one[cut:] if cut else None
    shared = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    steps = (len(one) - shared) + (len(other) - shared)
    if steps < 2:
        return None
    taken = min(steps // 2, len(one) - shared)
    added = steps // 2 - taken
    return one[: len(one) - taken] + other[shared : shared + added]


def around(value: Any, scale: int = 6) -> list[Any]:
    """Values near a value and ever farther from it, in both directions, as far as its type has any."""
    if isinstance(value, str):
        longer = [value + "x" * 2**power for power in (0, 5, 9, 13)]
        return [
            "",
            " ",
            "\t\n",
            f"{value} ",
            f"{value}\n",
            f" {value}",
            *longer,
            value.upper(),
            value.lower(),
            value[1:],
        ]
    number = _as_number(value, scale)
    if number is None:
        return [not value] if isinstance(value, bool) else []
    unit = 1 if isinstance(value, (int, date)) and not isinstance(value, datetime) else 10**scale
    steps = [sign * size for size in (1, unit, 10 * unit, 1000 * unit) for sign in (1, -1)]
    found = []
    for step in steps:
        try:
            found.append(_from_number(number + step, value, scale))
        except (OverflowError, ValueError):  # beyond what Python's dates can be
            continue
    return found
