"""Both sides of a comparison as one sum of terms: ``end - start <= '1 day'`` is ``end - start - 1 day <= 0``.

A term is a column times a number, or a measure of a column (its length, a bound of its range). Times are in
microseconds, dates among themselves in days.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from pgproof.rows.evaluate.compute import Scope, tag_of
from pgproof.rows.evaluate.datum import (
    INTEGER_BITS,
    RANGE_ELEMENTS,
    STRINGS,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    Tag,
    to_datum,
)
from pgproof.rows.evaluate.datum_times import MICROS_PER_DAY, TIME_INFINITY, Interval
from pgproof.rows.syntax.expression import (
    Binary,
    Call,
    Cast,
    Collate,
    Column,
    Constant,
    Expression,
    TypeName,
    Unary,
)

Measure: TypeAlias = Literal["value", "length", "bytes", "elements", "lower", "upper"]
Unit: TypeAlias = Literal["number", "days", "micros", "clock", "span"]

_NUMBERS = (*INTEGER_BITS, "numeric", "real", "double precision")
_UNITS: dict[Tag, Unit] = {
    "date": "days",
    TIMESTAMP: "micros",
    TIMESTAMPTZ: "micros",
    TIME: "clock",
    "interval": "span",
}
_LENGTHS: dict[str, Measure] = {
    "length": "length",
    "char_length": "length",
    "character_length": "length",
    "octet_length": "bytes",
    "cardinality": "elements",
}
_NOW = ("now", "current_timestamp", "transaction_timestamp", "localtimestamp")


@dataclass(frozen=True, slots=True)
class Term:
    """A measure of a column; ``strict``: of an empty array it is NULL."""

    column: str
    measure: Measure = "value"
    strict: bool = False


@dataclass(frozen=True)
class Sum:
    """Terms with their factors, a constant, and how often the present time is in it.

    ``slack`` is how much the constant may be wrong in either direction: a month is 28 to 31 days.
    """

    unit: Unit
    terms: dict[Term, Fraction] = field(default_factory=dict)
    constant: Fraction = Fraction(0)
    now: int = 0
    slack: Fraction = Fraction(0)

    def plus(self, other: Sum, sign: int = 1) -> Sum:
        """The two added, or subtracted."""
        terms = dict(self.terms)
        for term, factor in other.terms.items():
            terms[term] = terms.get(term, Fraction(0)) + sign * factor
        return Sum(
            self.unit,
            {term: factor for term, factor in terms.items() if factor},
            self.constant + sign * other.constant,
            self.now + sign * other.now,
            self.slack + other.slack,
        )

    def times(self, factor: Fraction, unit: Unit | None = None) -> Sum:
        """The sum times a number, perhaps in another unit."""
        terms = {term: each * factor for term, each in self.terms.items()}
        return Sum(unit or self.unit, terms, self.constant * factor, self.now, self.slack * abs(factor))


class NotLinear(Exception):
    """The expression is no sum of terms."""


def difference(left: Expression, right: Expression, scope: Scope) -> Sum:
    """``left - right``. Raises ``NotLinear``."""
    a, b = _aligned(_sum(left, scope), _sum(right, scope))
    return a.plus(b, -1)


def _sum(node: Expression, scope: Scope) -> Sum:
    if isinstance(node, Column):
        return _column(node, scope)
    if isinstance(node, Constant):
        return _constant(node, scope)
    if isinstance(node, Cast):
        return _cast(node, scope)
    if isinstance(node, Collate):
        return _sum(node.operand, scope)
    if isinstance(node, Unary) and node.operator == "-":
        return _sum(node.operand, scope).times(Fraction(-1))
    if isinstance(node, Binary) and node.schema is None:
        return _binary(node, scope)
    if isinstance(node, Call) and node.schema is None:
        return _call(node, scope)
    raise NotLinear


def _column(node: Column, scope: Scope) -> Sum:
    tag = scope.columns.get(node.name, "")
    unit: Unit | None = "number" if tag in _NUMBERS else _UNITS.get(tag)
    if unit is None:
        raise NotLinear
    return Sum(unit, {Term(node.name): Fraction(1)})


def _constant(node: Constant, scope: Scope) -> Sum:
    tag = tag_of(node.type)
    if node.text is None or tag in scope.enums:
        raise NotLinear
    if tag in _NUMBERS:
        value = to_datum(tag, node.text)
        if value != value or abs(value) in (Decimal("Infinity"), float("inf")):
            raise NotLinear
        return Sum("number", constant=Fraction(value))
    if tag == "interval":
        return _interval(to_datum(tag, node.text))
    if tag in _UNITS:
        value = to_datum(tag, node.text)
        if abs(value) >= TIME_INFINITY or (tag == "date" and abs(value) >= 2**31 - 1):
            raise NotLinear
        return Sum(_UNITS[tag], constant=Fraction(value))
    raise NotLinear


def _interval(value: Interval) -> Sum:
    """A month counts 29.5 days, give or take one and a half; twelve of them 365.5, give or take a half."""
    years, months = divmod(abs(value.months), 12)
    sign = 1 if value.months >= 0 else -1
    days = Fraction(731, 2) * years + Fraction(59, 2) * months
    slack = (Fraction(1, 2) + years if years else Fraction(0)) + Fraction(3, 2) * months
    constant = (sign * days + value.days) * MICROS_PER_DAY + value.micros
    return Sum("span", constant=constant, slack=slack * MICROS_PER_DAY)


def _cast(node: Cast, scope: Scope) -> Sum:
    found = _sum(node.operand, scope)
    target = tag_of(node.type)
    if node.type.modifiers:
        raise NotLinear
    if found.unit == "number" and target in _NUMBERS:
        if target in INTEGER_BITS and not _whole(node.operand, scope):
            raise NotLinear
        return found
    if found.unit == "days" and target in (TIMESTAMP, TIMESTAMPTZ):
        return found.times(Fraction(MICROS_PER_DAY), "micros")
    if target in _UNITS and _UNITS[target] == found.unit:
        return found
    raise NotLinear


def _whole(node: Expression, scope: Scope) -> bool:
    if isinstance(node, Column):
        return scope.columns.get(node.name) in INTEGER_BITS
    if isinstance(node, Constant):
        return tag_of(node.type) in INTEGER_BITS
    if isinstance(node, Binary):
        return _whole(node.left, scope) and _whole(node.right, scope)
    return isinstance(node, Cast) and tag_of(node.type) in INTEGER_BITS


def _binary(node: Binary, scope: Scope) -> Sum:
    if node.operator not in ("+", "-", "*"):
        raise NotLinear
    left, right = _sum(node.left, scope), _sum(node.right, scope)
    if node.operator == "*":
        return _product(left, right)
    sign = 1 if node.operator == "+" else -1
    unit = _result_unit(left, right, sign)
    if {left.unit, right.unit} == {"days", "span"}:
        left, right = (
            each.times(Fraction(MICROS_PER_DAY)) if each.unit == "days" else each for each in (left, right)
        )
    return Sum(unit).plus(left).plus(right, sign)


def _product(left: Sum, right: Sum) -> Sum:
    if right.terms or right.now:
        left, right = right, left
    if right.terms or right.now or right.unit != "number":
        raise NotLinear
    return left.times(right.constant)


def _result_unit(left: Sum, right: Sum, sign: int) -> Unit:
    key = (left.unit, right.unit) if sign == 1 or left.unit != "number" else ("", "")
    if left.unit == right.unit == "number":
        return "number"
    if sign == -1 and left.unit == right.unit and left.unit in ("days", "micros"):
        return "number" if left.unit == "days" else "span"
    found = _SUMS.get(key) or (_SUMS.get((key[1], key[0])) if sign == 1 else None)
    if found is None:
        raise NotLinear
    return found


_SUMS: dict[tuple[str, str], Unit] = {
    ("days", "number"): "days",
    ("days", "span"): "micros",
    ("micros", "span"): "micros",
    ("span", "span"): "span",
}


def _call(node: Call, scope: Scope) -> Sum:
    if node.name in _NOW and not node.arguments:
        return Sum("micros", now=1)
    if node.name == "current_date":
        return Sum("days", now=1)
    if not node.arguments:
        raise NotLinear
    operand = stripped(node.arguments[0])
    if node.name in _LENGTHS and isinstance(operand, Binary) and operand.operator == "||":
        left, right = (
            _call(replace(node, arguments=(side,)), scope) for side in (operand.left, operand.right)
        )
        return left.plus(right)
    if node.name in _LENGTHS and (text := literal_text(operand)) is not None:
        return Sum("number", constant=Fraction(len(text)))
    if not isinstance(operand, Column):
        raise NotLinear
    tag = scope.columns.get(operand.name, "")
    if node.name in ("lower", "upper") and tag.endswith("range"):
        return _bound_of(operand, "lower" if node.name == "lower" else "upper", tag)
    measure = _LENGTHS.get(node.name)
    strict = node.name == "array_length"
    if strict and node.arguments[1:] == (Constant("1", TypeName("integer")),):
        measure = "elements"
    if tag == "bytea" and measure:
        measure = "length"
    if measure is None:
        raise NotLinear
    return Sum("number", {Term(operand.name, measure, strict): Fraction(1)})


def _bound_of(column: Column, measure: Measure, tag: Tag) -> Sum:
    unit: Unit = "number" if RANGE_ELEMENTS[tag] in _NUMBERS else _UNITS[RANGE_ELEMENTS[tag]]
    return Sum(unit, {Term(column.name, measure): Fraction(1)})


def literal_text(node: Expression) -> str | None:
    """The text of an ASCII constant: as many characters as bytes."""
    textual = isinstance(node, Constant) and tag_of(node.type) in STRINGS
    return node.text if textual and isinstance(node, Constant) and (node.text or "").isascii() else None


def stripped(node: Expression) -> Expression:
    """``node`` without what does not change a text: casts between text types, collations."""
    while isinstance(node, (Cast, Collate)):
        if isinstance(node, Cast) and (tag_of(node.type) not in STRINGS or node.type.modifiers):
            break
        node = node.operand
    return node


def _aligned(left: Sum, right: Sum) -> tuple[Sum, Sum]:
    """Both in one unit."""
    if left.unit == right.unit:
        return left, right
    if {left.unit, right.unit} == {"days", "micros"}:
        micros = [
            each.times(Fraction(MICROS_PER_DAY), "micros") if each.unit == "days" else each
            for each in (left, right)
        ]
        return micros[0], micros[1]
    raise NotLinear
