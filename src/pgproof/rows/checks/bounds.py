"""From exact fractions to the values that columns hold: the nearest one inside a bound."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from pgproof.rows.checks.spaces import INFINITIES, at_least, at_most, grid, only
from pgproof.rows.model.tables import Space

_DAY = 86_400_000_000
_CONTEXT = Context(prec=1100)
_EXACT = 60  # digits after the point that are written out; a scale has fewer in practice
_DIGITS = 12  # after the point, for a bound such as 1/3 on a numeric without scale


class OutOfReach(Exception):
    """Python has no such value; ``above`` says on which side."""

    def __init__(self, *, above: bool) -> None:
        super().__init__()
        self.above = above


def narrowed(space: Space, bound: Fraction, *, upper: bool, strict: bool) -> Space | None:
    """The values of ``space`` up to (or from) ``bound``, counted as ``solve_spaces.counted`` does.

    None if there is none because the bound is beyond what Python's values reach.
    """
    step = grid(space)
    if step:
        places = bound / step
        edge = math.floor(places) if upper else math.ceil(places)
        if strict and edge == places:
            edge += -1 if upper else 1
        bound, strict = edge * step, False
    try:
        value = value_of(space.kind, bound, upper=upper)
    except OutOfReach as reach:
        return space if reach.above is upper else _infinite(space, upper=upper)
    return at_most(space, value, strict=strict) if upper else at_least(space, value, strict=strict)


def _infinite(space: Space, *, upper: bool) -> Space | None:
    """Beyond what Python's times reach there is still infinity."""
    if space.kind not in ("date", "timestamp", "timestamptz"):
        return None
    found = only(space, (INFINITIES[0 if upper else 1],))
    return found if found.allowed else None


def value_of(kind: str, bound: Fraction, *, upper: bool = True) -> Any:
    """The value at ``bound``, or the nearest on the inner side. Raises ``OutOfReach``."""
    if kind == "integer":
        return math.floor(bound) if upper else math.ceil(bound)
    if kind in ("numeric", "money"):
        return _decimal(bound, upper=upper)
    if kind == "float":
        return _float(bound, upper=upper)
    try:
        return _time(kind, math.floor(bound) if upper else math.ceil(bound))
    except OverflowError as error:
        raise OutOfReach(above=bound > 0) from error


def _decimal(bound: Fraction, *, upper: bool) -> Decimal:
    digits = _digits(bound.denominator)
    if digits is not None and digits <= _EXACT:
        return Decimal(int(bound * 10**digits)).scaleb(-digits, _CONTEXT)
    scaled = bound * 10**_DIGITS
    return Decimal(math.floor(scaled) if upper else math.ceil(scaled)).scaleb(-_DIGITS, _CONTEXT)


def _digits(denominator: int) -> int | None:
    """How many digits after the point write a fraction exactly; ``None`` if no number of them does."""
    count = 0
    while denominator % 10 == 0:
        denominator, count = denominator // 10, count + 1
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator, count = denominator // factor, count + 1
    return count if denominator == 1 else None


def _float(bound: Fraction, *, upper: bool) -> float:
    try:
        found = float(bound)
    except OverflowError as error:
        raise OutOfReach(above=bound > 0) from error
    if upper and Fraction(found) > bound:
        return math.nextafter(found, -math.inf)
    return math.nextafter(found, math.inf) if not upper and Fraction(found) < bound else found


def _time(kind: str, micros: int) -> Any:
    if kind == "interval":
        return timedelta(microseconds=micros)
    if kind == "time":
        if not 0 <= micros < _DAY:
            raise OutOfReach(above=micros > 0)
        return (datetime(2000, 1, 1) + timedelta(microseconds=micros)).time()
    if kind == "date":
        return date(2000, 1, 1) + timedelta(days=micros // _DAY)
    moment = datetime(2000, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=micros)
    return moment if kind == "timestamptz" else moment.replace(tzinfo=None)


def gap_of(low: Space, high: Space, gap: Fraction) -> Any:
    """A distance between two columns as an ``Order`` has it."""
    if low.kind == high.kind == "date":
        return int(gap / _DAY)
    if low.kind in ("date", "time", "timestamp", "timestamptz", "interval"):
        return timedelta(microseconds=int(gap))
    return int(gap) if gap.denominator == 1 else _decimal(gap, upper=False)
