"""Which operator stands between two types, and what it gives."""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from typing import Any, TypeAlias

from pgproof.rows.evaluate.datum import (
    INTEGER_BITS,
    RANGE_ELEMENTS,
    STRINGS,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    Tag,
)
from pgproof.rows.evaluate.json import JSON_OPERATORS, json_equal
from pgproof.rows.evaluate.numbers import number_operator
from pgproof.rows.evaluate.ranges import range_operator
from pgproof.rows.evaluate.texts import TEXT_OPERATORS
from pgproof.rows.evaluate.times import MOMENTS, time_operator, to_moment
from pgproof.rows.syntax.signals import Unknown

Function: TypeAlias = Callable[..., Any]
NUMBERS = (*INTEGER_BITS, "numeric", "real", "double precision")

COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "=": python.eq,
    "<>": python.ne,
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
}


def find_operator(
    operator: str,
    left: Tag | None,
    right: Tag,
    schema: str | None = None,
    labels: tuple[str, ...] | None = None,
) -> tuple[Tag, Function]:
    """The type of the result and a function of two values that are not NULL (of one where ``left`` is None).

    ``labels`` are those of an enum, in order. Raises ``Unknown``.
    """
    if schema not in (None, "pg_catalog"):
        raise Unknown(f"operator {schema}.{operator}")
    if left is None:
        return _unary(operator, right)
    if operator in COMPARISONS:
        compare, test = comparison(left, right, operator, labels), COMPARISONS[operator]
        return "boolean", lambda a, b: test(compare(a, b), 0)
    left, right = _plain(left, right), _plain(right, left)
    found = (
        _text(operator, left, right)
        or number_operator(operator, left, right)
        or time_operator(operator, left, right)
        or JSON_OPERATORS.get((operator, left, right))
        or _array(operator, left, right)
        or range_operator(operator, left, right)
    )
    if found is None:
        raise Unknown(f"operator {left} {operator} {right}")
    return found


def comparison(left: Tag, right: Tag, operator: str, labels: tuple[str, ...] | None = None) -> Function:
    """A function that gives -1, 0 or 1 for two values; for an equality, 0 or something else."""
    ordered = operator not in ("=", "<>")
    if (left, right) == ("unknown", "unknown"):
        left = right = "text"
    if labels is not None:
        return lambda a, b: _compare(labels.index(a), labels.index(b))
    if _strings(left, right):
        if ordered and not (left.endswith(" C") or right.endswith(" C")):
            raise Unknown("the order of texts in the database's collation")
        padded = (
            left.startswith("character") and right.startswith("character") and "varying" not in left + right
        )
        return (lambda a, b: _compare(a.rstrip(" "), b.rstrip(" "))) if padded else _compare
    left, right = _plain(left, right), _plain(right, left)
    if left in NUMBERS and right in NUMBERS:
        return _compare_numbers
    if left in MOMENTS and right in MOMENTS:
        first, second = to_moment(left), to_moment(right)
        return lambda a, b: _compare(first(a), second(b))
    if left != right:
        raise Unknown(f"{left} {operator} {right}")
    return _same_type(left, operator, ordered)


def _same_type(tag: Tag, operator: str, ordered: bool) -> Function:
    if tag in ("date", TIMESTAMP, TIMESTAMPTZ, TIME, "boolean", "bytea"):
        return _compare
    if tag == "interval":
        return lambda a, b: _compare(a.length, b.length)
    if tag == "uuid":
        return lambda a, b: _compare(a.int, b.int)
    if tag.endswith("[]"):
        return _compare_arrays(comparison(tag.removesuffix("[]"), tag.removesuffix("[]"), operator))
    if tag == "jsonb" and not ordered:
        return lambda a, b: int(not json_equal(a.value, b.value))
    if tag in RANGE_ELEMENTS and not ordered:
        return lambda a, b: int(a != b)
    raise Unknown(f"{tag} {operator} {tag}")


def _plain(tag: Tag, other: Tag) -> Tag:
    """``tag`` without its collation; an untyped literal takes the other side's type."""
    return other if tag == "unknown" else tag.removesuffix(" C")


def _strings(left: Tag, right: Tag) -> bool:
    return all(tag.removesuffix(" C") in STRINGS for tag in (left, right))


def _compare(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


def _compare_numbers(a: Any, b: Any) -> int:
    # PostgreSQL's NaN equals itself and is greater than any number.
    if a != a or b != b:
        return int(a != a) - int(b != b)
    return _compare(a, b)


def _compare_arrays(compare: Function) -> Function:
    def compared(a: tuple[Any, ...], b: tuple[Any, ...]) -> int:
        for x, y in zip(a, b, strict=False):
            null = x is None or y is None
            if found := int(x is None) - int(y is None) if null else int(compare(x, y)):
                return found
        return _compare(len(a), len(b))

    return compared


def _unary(operator: str, tag: Tag) -> tuple[Tag, Function]:
    if operator == "-" and tag in NUMBERS:
        _, minus = find_operator("-", tag, tag)
        return tag, lambda a: minus(type(a)(0), a)
    if operator == "+" and tag in NUMBERS:
        return tag, lambda a: a
    if operator == "~" and tag in INTEGER_BITS:
        return tag, python.invert
    raise Unknown(f"operator {operator} {tag}")


def _text(operator: str, left: Tag, right: Tag) -> tuple[Tag, Function] | None:
    if left not in STRINGS or right not in STRINGS:
        return None
    if operator == "||":
        padded = "character" in (left, right)
        return None if padded else ("text", python.add)
    return TEXT_OPERATORS.get(operator)


def _array(operator: str, left: Tag, right: Tag) -> tuple[Tag, Function] | None:
    if operator == "||":
        if left.endswith("[]") and left == right:
            return left, python.add
        if left == f"{right}[]":
            return left, lambda a, b: (*a, b)
        return (right, lambda a, b: (a, *b)) if right == f"{left}[]" else None
    if operator not in ("@>", "<@", "&&") or not left.endswith("[]") or left != right:
        return None
    compare = comparison(left.removesuffix("[]"), left.removesuffix("[]"), "=")

    def has(items: tuple[Any, ...], value: Any) -> bool:
        return value is not None and any(item is not None and compare(item, value) == 0 for item in items)

    tests: dict[str, Function] = {
        "@>": lambda a, b: all(has(a, item) for item in b),
        "<@": lambda a, b: all(has(b, item) for item in a),
        "&&": lambda a, b: any(has(a, item) for item in b),
    }
    return "boolean", tests[operator]
