"""Ranges: their operators, functions and constructors. An empty range contains and overlaps nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pgproof.rows.evaluate.datum import EMPTY, RANGE_ELEMENTS, Range, Tag, canonical
from pgproof.rows.syntax.signals import Refused


def range_operator(operator: str, left: Tag, right: Tag) -> tuple[Tag, Callable[..., Any]] | None:
    """The operator between a range and a range or an element, or None."""
    if left in RANGE_ELEMENTS and left == right and operator in _BETWEEN_RANGES:
        return "boolean", _BETWEEN_RANGES[operator]
    if left in RANGE_ELEMENTS and RANGE_ELEMENTS[left] == right and operator == "@>":
        return "boolean", has
    if right in RANGE_ELEMENTS and RANGE_ELEMENTS[right] == left and operator == "<@":
        return "boolean", lambda value, range_: has(range_, value)
    return None


def has(range_: Range, value: Any) -> bool:
    """Whether the range contains the element."""
    return not range_.empty and not _before(range_, value) and not _behind(range_, value)


def contains(outer: Range, inner: Range) -> bool:
    """Whether every element of ``inner`` is in ``outer``."""
    if inner.empty or outer.empty:
        return inner.empty
    return _lower(outer) <= _lower(inner) and _upper(inner) <= _upper(outer)


def overlaps(a: Range, b: Range) -> bool:
    """Whether they have an element in common."""
    return not (a.empty or b.empty or strictly_left(a, b) or strictly_left(b, a))


def strictly_left(a: Range, b: Range) -> bool:
    """Whether ``a`` ends before ``b`` begins."""
    if a.empty or b.empty or a.upper is None or b.lower is None:
        return False
    return bool(a.upper < b.lower or (a.upper == b.lower and not (a.upper_inclusive and b.lower_inclusive)))


def make_range(tag: Tag, arguments: list[Any]) -> Range:
    """The constructor function of range type ``tag``."""
    lower, upper, bounds = [*arguments, "[)"][:3]
    if bounds is None:
        raise Refused("22000")
    if bounds not in ("[)", "[]", "(]", "()"):
        raise Refused("42601")
    return canonical(tag, Range(lower, upper, bounds[0] == "[", bounds[1] == "]"))


def _before(range_: Range, value: Any) -> bool:
    low = range_.lower
    return low is not None and bool(value < low or (value == low and not range_.lower_inclusive))


def _behind(range_: Range, value: Any) -> bool:
    high = range_.upper
    return high is not None and bool(value > high or (value == high and not range_.upper_inclusive))


def _lower(range_: Range) -> tuple[Any, ...]:
    return (0,) if range_.lower is None else (1, range_.lower, not range_.lower_inclusive)


def _upper(range_: Range) -> tuple[Any, ...]:
    return (2,) if range_.upper is None else (1, range_.upper, range_.upper_inclusive)


_BETWEEN_RANGES: dict[str, Callable[[Range, Range], bool]] = {
    "@>": contains,
    "<@": lambda a, b: contains(b, a),
    "&&": overlaps,
    "<<": strictly_left,
    ">>": lambda a, b: strictly_left(b, a),
}

RANGE_FUNCTIONS: dict[str, tuple[str, Callable[[Range], Any]]] = {
    "lower": ("element", lambda r: r.lower),
    "upper": ("element", lambda r: r.upper),
    "isempty": ("boolean", lambda r: r == EMPTY),
    "lower_inc": ("boolean", lambda r: r.lower_inclusive),
    "upper_inc": ("boolean", lambda r: r.upper_inclusive),
    "lower_inf": ("boolean", lambda r: not r.empty and r.lower is None),
    "upper_inf": ("boolean", lambda r: not r.empty and r.upper is None),
}
