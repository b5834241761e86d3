"""Numbers, dates and times as whole numbers of a common unit, so that they can be bounded and compared.

A number is counted in units of its last digit (or a finer one that it shares with columns it is compared
with), a date or time in microseconds. ``unit`` says how many of these make one step of the column.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Literal

import numpy as np

from pgproof.rows.model.tables import Space, Value
from pgproof.rows.values.blocks import DAY, Moments, Numbers, Values
from pgproof.rows.values.draws import Floats, Ints

NUMBERS = ("integer", "numeric", "float", "money")
TIMES = ("date", "timestamp", "timestamptz", "time")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FLOAT_SCALE = 4
FINEST = 6  # digits after the point: more would not fit 64 bits, and nobody looks at them
LOWEST, HIGHEST = -(2**62), 2**62
Family = Literal["number", "time"]


@dataclass(frozen=True, slots=True)
class Measure:
    """How a column is counted: ``scale`` digits after the point, or microseconds; steps of ``unit``."""

    kind: str
    scale: int = 0
    unit: int = 1

    @property
    def family(self) -> Family:
        """What it can be compared with."""
        return "number" if self.kind in NUMBERS else "time"


def measure_of(space: Space) -> Measure | None:
    """How values of this space are counted; None if they are not numbers, dates or times."""
    if space.kind == "integer":
        return Measure("integer")
    if space.kind in NUMBERS:
        return Measure(space.kind, scale=_scale(space))
    if space.kind == "date":
        return Measure("date", unit=DAY)
    if space.kind in TIMES:
        return Measure(space.kind, unit=10 ** (6 - min(6, 6 if space.scale is None else space.scale)))
    return None


def finer(measure: Measure, scale: int) -> Measure:
    """The same column counted with ``scale`` digits."""
    if measure.family == "time":
        return measure
    return Measure(measure.kind, scale, measure.unit * 10 ** (scale - measure.scale))


def counted(measure: Measure, value: Value) -> Fraction:
    """A constant in the units of ``measure``; exact, so not always whole."""
    if isinstance(value, bool) or not isinstance(value, (date, time, timedelta, int, float, Decimal)):
        raise ValueError(f"{value!r} is not a {measure.kind}")
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return _micros(aware - EPOCH)
    if isinstance(value, date):
        return Fraction((value - EPOCH.date()).days * DAY)
    if isinstance(value, time):
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return Fraction(seconds * 1_000_000 + value.microsecond)
    if isinstance(value, timedelta):
        return _micros(value)
    factor: int = 10**measure.scale
    return Fraction(value) * factor


def limits(measure: Measure, space: Space) -> tuple[int, int]:
    """The lowest and the highest multiple of the unit in ``space``."""
    low, high = LOWEST, HIGHEST
    if space.low is not None:
        low = at_least(measure, counted(measure, space.low), open_=space.low_open)
    if space.high is not None:
        high = at_most(measure, counted(measure, space.high), open_=space.high_open)
    bound = _type_bound(measure, space)
    return max(low, -bound), min(high, bound)


def at_least(measure: Measure, bound: Fraction, *, open_: bool = False) -> int:
    """The first step at ``bound`` or above it; above it if ``open_``."""
    steps = -((-bound / measure.unit).__floor__())
    return (steps + (1 if open_ and steps * measure.unit == bound else 0)) * measure.unit


def at_most(measure: Measure, bound: Fraction, *, open_: bool = False) -> int:
    """The last step at ``bound`` or below it; below it if ``open_``."""
    steps = (bound / measure.unit).__floor__()
    return (steps - (1 if open_ and steps * measure.unit == bound else 0)) * measure.unit


def excluded(measure: Measure, space: Space) -> Ints:
    """The counts that are not in ``space`` though its bounds let them in, lowest first."""
    finite = (v for v in space.excluded if not isinstance(v, (str, float, Decimal)) or _is_finite(v))
    return np.array(sorted(int(counted(measure, value)) for value in finite), dtype=np.int64)


def _is_finite(value: str | float | Decimal) -> bool:
    return not isinstance(value, str) and isfinite(value)


def beside(counts: Ints, gone: Ints, unit: int, floor: Ints, ceiling: Ints) -> Ints:
    """``counts`` moved to the next step that is not ``gone``: upwards, at the ceiling downwards."""
    for each in gone.tolist():
        moved = np.where(counts + unit <= ceiling, counts + unit, counts - unit)
        counts = np.where(counts == each, moved, counts)
    for each in gone[::-1].tolist():
        moved = np.where(counts - unit >= floor, counts - unit, counts)
        counts = np.where(counts == each, moved, counts)
    return counts


def replaced(counts: Ints, gone: Ints, others: Ints) -> Ints:
    """``counts`` with each of ``gone`` replaced by the one of ``others`` at its place."""
    for each, other in zip(gone.tolist(), others.tolist(), strict=True):
        counts = np.where(counts == each, other, counts)
    return counts


def between(measure: Measure, draw: Floats, low: Ints, high: Ints) -> Ints:
    """For draws in [0, 1) a step between ``low`` and ``high``, both in; ``low`` where there is none."""
    first = -(-low // measure.unit)
    steps = np.maximum(high // measure.unit - first, 0)
    chosen = first + np.minimum((draw * (steps + 1.0)).astype(np.int64), steps)
    return np.asarray(chosen * measure.unit)


def written(measure: Measure, counts: Ints) -> Values:
    """Counted values as the values of the column."""
    if measure.family == "time":
        return Moments(counts, measure.kind)
    if measure.kind == "integer":
        return Numbers(counts // measure.unit)
    scale = measure.scale - len(str(measure.unit)) + 1
    return Numbers(counts // measure.unit, scale)


def _scale(space: Space) -> int:
    if space.kind == "float":
        return FLOAT_SCALE
    return 2 if space.scale is None or space.kind == "money" else min(max(space.scale, 0), FINEST)


def _type_bound(measure: Measure, space: Space) -> int:
    if space.kind == "time":
        return DAY - measure.unit
    if space.kind == "numeric" and space.precision is not None:
        digits = space.precision - (space.scale or 0) + measure.scale
        largest = 10 ** min(digits, 18) - measure.unit
        return int(min(largest, HIGHEST))
    return HIGHEST


def _micros(span: timedelta) -> Fraction:
    return Fraction((span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds)
