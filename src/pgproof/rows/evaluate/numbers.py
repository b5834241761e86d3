"""Arithmetic as PostgreSQL does it: integers that overflow, division that truncates, numeric's scales."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any

from pgproof.rows.evaluate.datum import INTEGER_BITS, Tag, fits
from pgproof.rows.evaluate.scalars import to_real
from pgproof.rows.syntax.signals import Refused, Unknown

EXACT = Context(prec=2000)  # more digits than sums and products of column values ever have
_FLOATS = ("real", "double precision")


def number_operator(operator: str, left: Tag, right: Tag) -> tuple[Tag, Callable[..., Any]] | None:
    """The operator between two types of numbers, or None if there is none or it is not computed."""
    if left in INTEGER_BITS and right in INTEGER_BITS:
        tag = max(left, right, key=lambda each: INTEGER_BITS[each])
        if operator in _INTEGER:
            function = _INTEGER[operator]
            return tag, lambda a, b: fits(tag, function(a, b))
        return (tag, _BITS[operator]) if operator in _BITS and left == right else None
    if left == right == "numeric" and operator in _NUMERIC:
        return "numeric", _NUMERIC[operator]
    if left in _FLOATS and right in _FLOATS and operator in _FLOAT:
        tag = left if left == right else "double precision"
        real = _FLOAT[operator]
        return tag, lambda a, b: _checked(tag, a, b, real)
    return None


def round_numeric(value: Decimal, digits: int = 0, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Half away from zero, as ``round(numeric)`` does."""
    return value if not value.is_finite() else value.quantize(Decimal(1).scaleb(-digits), rounding, EXACT)


def ceiling(value: Decimal) -> Decimal:
    """The least whole number that is not less."""
    return round_numeric(value, 0, ROUND_CEILING)


def floor(value: Decimal) -> Decimal:
    """The greatest whole number that is not greater."""
    return round_numeric(value, 0, ROUND_FLOOR)


def truncate(value: Decimal, digits: int = 0) -> Decimal:
    """Towards zero."""
    return round_numeric(value, digits, ROUND_DOWN)


def _divide_integers(a: int, b: int) -> int:
    if b == 0:
        raise Refused("22012")
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def remainder(a: int, b: int) -> int:
    """``a % b`` with the sign of ``a``."""
    return a - b * _divide_integers(a, b)


def _special(a: Decimal, b: Decimal) -> bool:
    return not (a.is_finite() and b.is_finite())


def _exact(method: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Decimal, Decimal], Decimal]:
    def compute(a: Decimal, b: Decimal) -> Decimal:
        if _special(a, b):
            raise Unknown("arithmetic with NaN or infinity")
        # The server keeps at most 131072 digits before the point; nobody gets there with columns and CHECKs.
        return method(a, b)

    return compute


def divide_numeric(a: Decimal, b: Decimal) -> Decimal:
    """Division to the scale that ``select_div_scale`` in PostgreSQL's numeric.c chooses."""
    if b == 0:
        raise Refused("22012")
    (weight_a, first_a), (weight_b, first_b) = _leading(a), _leading(b)
    weight = weight_a - weight_b - (first_a <= first_b)
    scale = max(16 - weight * 4, _scale(a), _scale(b), 0)
    return round_numeric(EXACT.divide(a, b), min(scale, 1000))


def _scale(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _leading(value: Decimal) -> tuple[int, int]:
    """Weight and value of the first digit in base 10000, as numeric stores it."""
    if value == 0:
        return 0, 0
    weight = math.floor(value.adjusted() / 4)
    return weight, int(abs(value).scaleb(-4 * weight, EXACT))


def _remainder_numeric(a: Decimal, b: Decimal) -> Decimal:
    if b == 0:
        raise Refused("22012")
    return EXACT.remainder(a, b)


def _divide_floats(a: float, b: float) -> float:
    if b == 0:
        raise Refused("22012")
    return a / b


def _checked(tag: Tag, a: float, b: float, function: Callable[[float, float], float]) -> float:
    found = function(a, b)
    found = to_real(found) if tag == "real" and math.isfinite(found) else found
    if math.isinf(found) and not (math.isinf(a) or math.isinf(b)):
        raise Refused("22003")
    if found == 0 and a != 0 and b != 0 and function in (_multiply, _divide_floats) and not math.isinf(b):
        raise Refused("22003")
    return found


def _multiply(a: float, b: float) -> float:
    return a * b


_INTEGER: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide_integers,
    "%": remainder,
}
_BITS: dict[str, Callable[[int, int], int]] = {
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "#": lambda a, b: a ^ b,
}
_NUMERIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _exact(EXACT.add),
    "-": _exact(EXACT.subtract),
    "*": _exact(EXACT.multiply),
    "/": _exact(divide_numeric),
    "%": _exact(_remainder_numeric),
}
_FLOAT: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": _multiply,
    "/": _divide_floats,
}
