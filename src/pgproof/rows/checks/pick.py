"""One value of a space, by choices: ``choose(n)`` picks one of n, and 0 is always the simplest.

A test hands in Hypothesis' integers and gets values that shrink; a search hands in a random number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from pgproof.rows.checks.bounds import OutOfReach, value_of
from pgproof.rows.checks.spaces import ORDERED, counted, grid, holds, is_empty, limits, thawed
from pgproof.rows.model.fits import language_of
from pgproof.rows.model.tables import Space
from pgproof.rows.syntax.signals import Unknown
from pgproof.rows.values.exotic import knows, literal

Choose: TypeAlias = Callable[[int], int]

_NEAR = 10  # how far from the simplest value most values lie
_TRIES = 40
_LONG = 600  # nobody learns more from a longer text, and an index refuses much longer ones
_MOST_CHOICES = 200  # for one text
SPECIAL: dict[str, tuple[Any, ...]] = {
    "float": (float("inf"), float("-inf"), float("nan"), -0.0, 5e-324),
    "numeric": ("NaN", Decimal("0.0000000001"), Decimal(10) ** 30),
    "date": ("infinity", "-infinity", date(2024, 2, 29), "5874897-12-31", "4714-11-24 BC"),
    "timestamp": (
        "infinity",
        "-infinity",
        datetime(2024, 2, 29, 23, 59, 59, 999999),
        "294276-12-31 23:59:59",
    ),
    "timestamptz": ("infinity", "-infinity", datetime(2024, 3, 31, 1, tzinfo=timezone.utc)),
    "time": ("24:00:00", time(23, 59, 59, 999999)),
    "interval": ("1 mon", "-1 days", "1 year 1 mon 1 day 00:00:00.000001", timedelta(0)),
    "json": ([], "null", '""', "0", "true", [None], {"": None}, {"a": {"b": [1, "\u00e9\U0001f469"]}}),
    "bytes": (b"", b"\x00", b"\xff\xfe", bytes(range(256))),
    "range": ("empty", "(,)"),
    "inet": ("::1", "0.0.0.0/0", "fe80::1/64"),
    "cidr": ("::/0", "10.0.0.0/8"),
}


class NoValue(Exception):
    """The space has no value, or none was found."""


@dataclass(frozen=True, slots=True)
class Picker:
    """Picks values; ``awkward`` ones too where wished: those that programs stumble over."""

    choose: Choose
    awkward: bool = False

    def value(self, space: Space) -> Any:
        """A value of ``space``; an awkward one may need a last word from the CHECKs. Raises ``NoValue``."""
        if space.allowed is not None:
            return self._one(space.allowed)
        if self.awkward and self.choose(6) == 5 and (special := self._special(space)) is not None:
            return special
        for number in range(_TRIES):
            found = self._drawn(space)
            if not space.excluded:
                return found
            found = _beside(space, found, number)
            if found is not None and found not in space.excluded:
                return found
        raise NoValue(f"no value of {space.type_name} found that is not excluded")

    def null(self) -> bool:
        """Whether a column that may be NULL is."""
        return self.choose(4) == 3

    def _one(self, values: tuple[Any, ...]) -> Any:
        if not values:
            raise NoValue("none of the allowed values is left")
        return thawed(values[self.choose(len(values)) if len(values) > 1 else 0])

    def _special(self, space: Space) -> Any:
        if space.type_name == "real":
            return None
        values = [v for v in SPECIAL.get(space.kind, ()) if _may_hold(space, v)]
        return values[self.choose(len(values))] if values else None

    def _drawn(self, space: Space) -> Any:
        if space.kind == "text":
            return self._text(space)
        if space.kind in ORDERED and space.kind != "money":
            return self._number(space)
        if space.kind == "boolean":
            return bool(self.choose(2))
        if space.kind == "uuid":
            return UUID(int=self.choose(2**16) + (self.choose(2**112) << 16 if self.choose(3) else 0))
        if space.kind == "bytes":
            choose = _sparing(self.choose)
            return bytes(choose(256) for _ in range(self._length(space)))
        if space.kind == "json":
            return {} if not self.choose(2) else {"abcdef"[self.choose(6)]: self.choose(_NEAR)}
        if space.kind == "array" and space.element is not None:
            return self._array(space, space.element)
        if space.kind == "range" and space.element is not None and space.element.kind in ORDERED:
            return self._range(space.element)
        if not knows(space):
            raise NoValue(f"no values of type {space.type_name} are known")
        return literal(space, _Chance(self.choose))  # type: ignore[arg-type]

    def _array(self, space: Space, element: Space) -> list[Any]:
        size = 0 if not space.min_length and is_empty(element) else self._length(space)
        return [self.value(element) for _ in range(size)]

    def _range(self, element: Space) -> str:
        low, high = self._number(element), self._number(element)
        if low > high:
            low, high = high, low
        if low == high:
            # Whoever includes the last value of a discrete type asks for the one behind it.
            high = _stepped(element, high, 1) or high
            low = _stepped(element, low, -1) or low if low == high else low
        return f'["{low}","{high}")' if low != high else f'["{low}","{high}"]'

    def _length(self, space: Space) -> int:
        most = space.min_length + 4 if space.max_length is None else space.max_length
        if self.awkward and self.choose(8) == 7:
            return min(most, _LONG)
        return space.min_length + self.choose(min(4, most - space.min_length) + 1)

    def _text(self, space: Space) -> str:
        """A text; that some are excluded is built into the machine only when one of them was drawn."""
        found = self._written(replace(space, excluded=()))
        return self._written(space) if found in space.excluded else found

    def _written(self, space: Space) -> str:
        language, choose = language_of(space), _sparing(self.choose)
        if self.awkward and self.choose(10) == 9 and (longest := _longest(space)) is not None:
            return language.draw(longest, choose)
        lengths = language.lengths(6)
        if not lengths:
            raise NoValue(f"no text of {space.type_name} is left")
        bound = any(pattern.bound for pattern in space.patterns)
        length = lengths[self.choose(len(lengths))]
        return language.draw(length, choose, awkward=self.awkward and not bound)

    def place(self, space: Space) -> int:
        """The step at which the simplest number or time of the space is."""
        first, last, step = places(space)
        return int(min(max(_BIRTHS.get(space.kind, Fraction(0)) // step, first), last))

    def _number(self, space: Space) -> Any:
        first, last, step = places(space)
        simple = self.place(space)
        way = self.choose(10)
        if way == 8:
            place = first
        elif way == 9:
            place = last
        elif way == 7:
            place = first + self.choose(last - first + 1)
        else:
            place = simple + self.choose(min(_NEAR, last - simple) + 1)
            place = simple - self.choose(min(_NEAR, simple - first) + 1) if way == 6 else place
        try:
            return value_of(space.kind, place * step)
        except OutOfReach as reach:
            raise NoValue(f"{space.type_name} at {place * step}") from reach


# The simplest date is the first of 2024, not of 2000: what is checked against now() should be recent.
_BIRTHS = {kind: Fraction(757_382_400_000_000) for kind in ("date", "timestamp", "timestamptz")}


@lru_cache(maxsize=4096)
def places(space: Space) -> tuple[int, int, Fraction]:
    """The first and last whole step of the space, and the step."""
    bounded = limits(space)
    step = grid(space) or Fraction(1, 100)
    usual = _LIMITS.get(space.kind, _LIMITS["numeric"])
    width = usual[1] - usual[0]
    low = None if bounded.low is None else counted(bounded.low)
    high = max(usual[1], (low or 0) + width) if bounded.high is None else counted(bounded.high)
    low = min(usual[0], high - width) if low is None else low
    while high - low < 4 * step and not grid(space):
        step /= 10
        if step < Fraction(1, 10**30):
            break
    first = -(-low // step) + (bounded.low_open and low % step == 0 and bounded.low is not None)
    last = high // step - (bounded.high_open and high % step == 0 and bounded.high is not None)
    if first > last and low == high:
        return 1, 1, low
    if first > last:
        raise NoValue(f"no {space.type_name} between {bounded.low} and {bounded.high}")
    return int(first), int(last), step


_LIMITS = {  # of what has no bounds of its own
    "numeric": (Fraction(-(10**9)), Fraction(10**9)),
    "float": (Fraction(-(10**9)), Fraction(10**9)),
    "interval": (Fraction(0), Fraction(10**13)),
    "time": (Fraction(0), Fraction(86_399_999_999)),
}


def _stepped(space: Space, value: Any, steps: int) -> Any:
    step = grid(space) or Fraction(1, 100)
    try:
        found = value_of(space.kind, counted(value) + steps * step)
    except OutOfReach:
        return None
    return found if holds(space, found) else None


def _beside(space: Space, value: Any, number: int) -> Any:
    """A value near ``value``, another one for every ``number``: choices that never change must get somewhere."""
    if space.kind == "uuid":
        return UUID(int=(value.int + number) % 2**128)
    if space.kind in ORDERED and not isinstance(value, str) and number:
        return _stepped(space, value, number // 2 + 1 if number % 2 else -(number // 2))
    return not value if space.kind == "boolean" and number % 2 else value


def _sparing(choose: Choose) -> Choose:
    """The same choices, but only so many: nobody draws a text of 5000 letters one by one."""
    left = iter(range(_MOST_CHOICES))
    return lambda count: choose(count) if next(left, None) is not None else 0


def _may_hold(space: Space, value: Any) -> bool:
    """Whether a special value may be in the space: one that Python cannot write only beyond Python's limits."""
    if not isinstance(value, str):
        return holds(space, value)
    if space.kind not in ("date", "timestamp", "timestamptz"):
        return space.kind != "numeric" or holds(space, value)
    early = value.startswith("-") or value.endswith("BC")
    edge, last = (space.low, MINYEAR) if early else (space.high, MAXYEAR)
    return edge is None or edge.year == last


def _longest(space: Space) -> int | None:
    try:
        longest = language_of(replace(space, max_length=min(space.max_length or _LONG, _LONG))).longest()
    except Unknown:
        return None
    return longest


@dataclass(frozen=True, slots=True)
class _Chance:
    """What ``exotic`` asks for: numbers between 0 and 1."""

    choose: Choose

    def random(self) -> float:
        return self.choose(2**16) / 2**16
