"""Spaces made smaller by bounds, lists, lengths and patterns; and whether any value is left.

Every function gives the smaller space. ``is_empty`` is exact for what it can count and says no when in doubt.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta, timezone
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from pgproof.rows.model.fits import language_of
from pgproof.rows.model.tables import Space
from pgproof.rows.patterns.regex import Pattern
from pgproof.rows.syntax.signals import Unknown

ORDERED = ("integer", "numeric", "float", "date", "time", "timestamp", "timestamptz", "interval", "money")
SIZED = ("text", "bytes", "bit", "array", "vector")
INFINITIES = ("-infinity", "infinity")
_WIDE = Context(prec=1100)  # more digits than any numeric(p, s) has
_MICRO = timedelta(microseconds=1)
_MOST_COUNTED = 1000


def at_least(space: Space, low: Any, *, strict: bool = False) -> Space:
    """Values not below ``low``, or above it."""
    if space.allowed is not None:
        return only(space, (v for v in space.allowed if _is_above(v, low, strict=strict)))
    if space.low is not None and (space.low > low or (space.low == low and space.low_open >= strict)):
        return space
    return replace(space, low=low, low_open=strict)


def at_most(space: Space, high: Any, *, strict: bool = False) -> Space:
    """Values not above ``high``, or below it."""
    if space.allowed is not None:
        return only(space, (v for v in space.allowed if _is_below(v, high, strict=strict)))
    if space.high is not None and (space.high < high or (space.high == high and space.high_open >= strict)):
        return space
    return replace(space, high=high, high_open=strict)


def only(space: Space, values: Iterable[Any]) -> Space:
    """Those of ``values`` that are in the space."""
    return replace(space, allowed=tuple(dict.fromkeys(v for v in map(_hashable, values) if holds(space, v))))


def without(space: Space, values: Iterable[Any]) -> Space:
    """Other values than these."""
    gone = tuple(map(_hashable, values))
    if space.allowed is not None:
        return replace(space, allowed=tuple(value for value in space.allowed if value not in gone))
    return replace(space, excluded=(*space.excluded, *(v for v in gone if v not in space.excluded)))


def sized(space: Space, least: int = 0, most: int | None = None) -> Space:
    """Values of a length between these."""
    limits = [limit for limit in (space.max_length, most) if limit is not None]
    found = replace(space, min_length=max(space.min_length, least), max_length=min(limits, default=None))
    return found if space.allowed is None else only(found, space.allowed)


def matching(space: Space, patterns: Iterable[Pattern]) -> Space:
    """Texts that have these patterns too."""
    found = replace(space, patterns=tuple(dict.fromkeys((*space.patterns, *patterns))))
    return found if space.allowed is None else only(found, space.allowed)


def meet(left: Space, right: Space) -> Space:
    """What is in both, the type being that of ``left``."""
    found = left
    if right.low is not None:
        found = at_least(found, right.low, strict=right.low_open)
    if right.high is not None:
        found = at_most(found, right.high, strict=right.high_open)
    found = matching(sized(found, right.min_length, right.max_length), right.patterns)
    if right.excluded:
        found = without(found, right.excluded)
    return only(found, right.allowed) if right.allowed is not None else found


def holds(space: Space, value: Any) -> bool:
    """Whether ``value`` is in the space. A value that only the server can place is taken to be outside."""
    if value in space.excluded or (space.allowed is not None and value not in space.allowed):
        return False
    try:
        return _within(space, value) and (space.kind != "text" or _is_text(space, value))
    except (TypeError, Unknown):
        return False


def is_empty(space: Space) -> bool:
    """Whether no value is left."""
    if space.allowed is not None:
        return not space.allowed
    if space.kind in SIZED and space.max_length is not None and space.min_length > space.max_length:
        return True
    if space.kind == "text":
        return bool(space.patterns or space.excluded) and _no_text(space)
    if space.kind == "boolean":
        return {True, False} <= set(space.excluded)
    if space.kind in ORDERED:
        return _no_number(space)
    return (
        space.kind == "array"
        and space.min_length > 0
        and space.element is not None
        and is_empty(space.element)
    )


def grid(space: Space) -> Fraction:
    """The step between values, in their own unit or microseconds; 0 where there is none."""
    if space.kind == "integer":
        return Fraction(1)
    if space.kind == "numeric":
        return Fraction(1, 10**space.scale) if space.scale is not None else Fraction(0)
    if space.kind == "date":
        return Fraction(86_400_000_000)
    if space.kind in ("timestamp", "timestamptz", "time"):
        return Fraction(10 ** (6 - min(6 if space.scale is None else space.scale, 6)))
    return Fraction(1) if space.kind == "interval" else Fraction(0)


def limits(space: Space) -> Space:
    """The space with the bounds that a numeric's precision means written out."""
    if space.kind != "numeric" or space.precision is None:
        return space
    scale = space.scale or 0
    most = Decimal(10**space.precision - 1).scaleb(-scale, _WIDE)
    return at_most(at_least(space, most.copy_negate()), most)  # a minus would round


def frozen(space: Space, value: Any) -> Any:
    """``value`` as a space can list it: a document as its text, an array as a tuple."""
    if space.kind == "json" and isinstance(value, (dict, list)):
        return json.dumps(value, default=float)
    if space.kind == "array" and space.element is not None and isinstance(value, (list, tuple)):
        return tuple(frozen(space.element, item) for item in value)
    return _hashable(value)


def thawed(value: Any) -> Any:
    """The value as a row holds it."""
    return list(value) if isinstance(value, tuple) else value


def _is_above(value: Any, low: Any, *, strict: bool) -> bool:
    if value in INFINITIES:
        return bool(value == INFINITIES[1])
    return bool(value > low or (value == low and not strict))


def _is_below(value: Any, high: Any, *, strict: bool) -> bool:
    if value in INFINITIES:
        return bool(value == INFINITIES[0])
    return bool(value < high or (value == high and not strict))


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def _within(space: Space, value: Any) -> bool:
    if space.kind in SIZED:
        size = len(value)
        return space.min_length <= size and (space.max_length is None or size <= space.max_length)
    if space.kind not in ORDERED:
        return True
    if isinstance(value, str):
        return _reaches(space, value)
    if value != value:
        return space.high is None  # NaN is greater than any number
    bounded = limits(space)
    low, high = bounded.low, bounded.high
    above = low is None or value > low or (value == low and not space.low_open)
    below = high is None or value < high or (value == high and not space.high_open)
    return above and below and (space.kind != "numeric" or _is_on_grid(space, value))


def _is_on_grid(space: Space, value: Any) -> bool:
    """Whether a numeric keeps its digits: PostgreSQL would round others away."""
    step = grid(space)
    return not step or (Fraction(value) / step).denominator == 1


def _is_text(space: Space, value: str) -> bool:
    return not space.patterns or language_of(replace(space, excluded=())).accepts(value)


def _no_text(space: Space) -> bool:
    """Whether every text that the patterns leave is excluded: a machine for those is built if it must be."""
    try:
        language = language_of(replace(space, excluded=()))
        lengths = language.lengths(len(space.excluded) + 1)
        if len(lengths) > len(space.excluded) or sum(map(language.count, lengths)) > len(space.excluded):
            return False
        return not lengths or language_of(space).shortest is None
    except Unknown:
        return False


def _no_number(space: Space) -> bool:
    bounded, step = limits(space), grid(space)
    if bounded.low is None or bounded.high is None:
        return False
    if bounded.low > bounded.high or (
        bounded.low == bounded.high and (bounded.low_open or bounded.high_open)
    ):
        return True
    if not step:
        return bool(bounded.low == bounded.high and bounded.low in space.excluded)
    first, last = counted(bounded.low), counted(bounded.high)
    least = -(-first // step) + (bounded.low_open and first % step == 0)
    most = last // step - (bounded.high_open and last % step == 0)
    count = most - least + 1
    if count <= 0 or count > _MOST_COUNTED:
        return count <= 0
    gone = {counted(value) / step for value in space.excluded if is_finite(value)}
    return all(Fraction(place) in gone for place in range(int(least), int(most) + 1))


def _reaches(space: Space, text: str) -> bool:
    """Whether a value without a number is in the space: NaN and infinity are where only the type is a bound."""
    if text not in ("NaN", *INFINITIES):
        return True
    bound = space.low if text == INFINITIES[0] else space.high
    return bound is None or (isinstance(bound, date) and bound.year in (MINYEAR, MAXYEAR))


def is_finite(value: Any) -> bool:
    """NaN and infinity, which is a text where it is a time, lie between no two values."""
    if isinstance(value, (Decimal, float)):
        return math.isfinite(value)
    return not isinstance(value, str)


def counted(value: Any) -> Fraction:
    """A number, date or time as a fraction: the number, or microseconds since 2000-01-01 or midnight."""
    if isinstance(value, datetime):
        start = datetime(2000, 1, 1, tzinfo=timezone.utc if value.tzinfo else None)
        return Fraction((value - start) // _MICRO)
    if isinstance(value, date):
        return Fraction((value - date(2000, 1, 1)) // _MICRO)
    if isinstance(value, time):
        return Fraction(((value.hour * 60 + value.minute) * 60 + value.second) * 10**6 + value.microsecond)
    return Fraction(value // _MICRO) if isinstance(value, timedelta) else Fraction(value)
