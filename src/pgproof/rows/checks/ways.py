"""The ways in which a condition can come out: alternatives, each a list of atoms that must all hold.

AND, OR, NOT, CASE, IS NULL, COALESCE and their like disappear here; what is left in an ``Atom`` compares or
calls something. Alternatives are exact unless a ``Ways`` says that it left some out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from pgproof.rows.checks.lift import lifted
from pgproof.rows.checks.strictness import array_items, is_strict
from pgproof.rows.evaluate.compute import Program
from pgproof.rows.syntax.expression import (
    And,
    Binary,
    Call,
    Case,
    Column,
    Constant,
    Distinct,
    Expression,
    IsNull,
    IsTruth,
    Not,
    Or,
    Quantified,
    columns_of,
)
from pgproof.rows.syntax.signals import Refused, Unknown

MOST = 256

Compile: TypeAlias = Callable[[Expression], Program]
_TRUTHS = ("true", "false", "unknown")
_NEGATED = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition without logic in it, and how it must come out: ``truth``, or NULL where ``null``."""

    expression: Expression
    truth: bool = True
    null: bool = False


Way: TypeAlias = tuple[Atom, ...]


class TooManyWays(Exception):
    """More alternatives than anybody wants to look at."""


class Splitter:
    """Takes conditions apart. ``exact`` turns false when an alternative was left out."""

    def __init__(self, compiler: Compile) -> None:
        self.compiler = compiler
        self.exact = True

    def ways(self, node: Expression, truth: bool = True, null: bool = False) -> list[Way]:
        """How ``node`` can come out as ``truth`` (or NULL, where ``null``)."""
        if isinstance(node, Not):
            return self.ways(node.operand, not truth, null)
        if isinstance(node, (And, Or)):
            together = isinstance(node, And) is truth
            parts = [self.ways(item, truth, null) for item in node.items]
            return self._product(parts) if together else [way for part in parts for way in part]
        method = _METHODS.get(type(node))
        found = method(self, node, truth, null) if method else None
        return self._atom(node, truth, null) if found is None else found

    def nulls(self, node: Expression, null: bool) -> list[Way]:
        """How a value can come out NULL, or not."""
        if isinstance(node, Column):
            return [(Atom(IsNull(node, negated=not null)),)]
        if isinstance(node, (IsNull, Distinct)) or (isinstance(node, IsTruth) and node.truth in _TRUTHS):
            return [] if null else [()]
        if isinstance(node, Constant):
            return [()] if (node.text is None) is null else []
        if not is_strict(node):
            return self.ways(IsNull(node, negated=not null))
        columns = [Column(name) for name in columns_of(node)]
        if null:
            return [(Atom(IsNull(column)),) for column in columns]
        return [tuple(Atom(IsNull(column, negated=True)) for column in columns)]

    def _product(self, parts: Iterable[list[Way]]) -> list[Way]:
        found: list[Way] = [()]
        for part in parts:
            if len(found) * len(part) > MOST * 16:
                raise TooManyWays
            found = [(*a, *(atom for atom in b if atom not in a)) for a, b in product(found, part)]
        return found

    def _sequence(self, *wanted: tuple[Expression, bool, bool]) -> list[Way]:
        return self._product([self.ways(*each) for each in wanted])

    def _atom(self, node: Expression, truth: bool, null: bool) -> list[Way]:
        if not columns_of(node) and (outcome := self._constant(node)) is not None:
            return [()] if outcome is truth or (outcome is NULL and null) else []
        alternatives = lifted(node, self._boolean)
        if alternatives is None:
            return [(Atom(node, truth, null),)]
        found: list[Way] = []
        for conditions, replacement in alternatives:
            found += self._product(
                [*(self.ways(*each) for each in conditions), self.ways(replacement, truth, null)]
            )
        return found

    def _constant(self, node: Expression) -> object:
        """True, False or ``NULL`` for a condition over no column; None where that takes a row."""
        program = self.compiler(node)
        try:
            value = program.step({})
        except (Unknown, Refused):
            return None
        return NULL if value is None else value

    def _boolean(self, node: Expression) -> bool:
        if isinstance(node, (And, Or, Not, IsNull, IsTruth, Distinct, Quantified)):
            return True
        program = self.compiler(node)
        return program.tag == "boolean" and not program.unknown

    def _comparison(self, node: Binary, truth: bool, null: bool) -> list[Way] | None:
        if node.operator not in ("=", "<>") or not self._boolean(node.left) or not self._boolean(node.right):
            return None
        left, right = node.left, node.right
        same = truth is (node.operator == "=")
        found = self._sequence((left, True, False), (right, same, False))
        found += self._sequence((left, False, False), (right, not same, False))
        if null:
            found += [*self.nulls(left, True), *self.nulls(right, True)]
        return found

    def _distinct(self, node: Distinct, truth: bool, _: bool) -> list[Way]:
        left, right = node.left, node.right
        equal = Binary("=", left, right)
        if not truth:
            both = self._product([self.nulls(left, True), self.nulls(right, True)])
            return [*self.ways(equal), *both]
        one = self._product([self.nulls(left, True), self.nulls(right, False)])
        other = self._product([self.nulls(left, False), self.nulls(right, True)])
        return [*self.ways(equal, False), *one, *other]

    def _is_null(self, node: IsNull, truth: bool, _: bool) -> list[Way] | None:
        wanted = truth is not node.negated
        if isinstance(node.operand, Column):
            return [(Atom(IsNull(node.operand, negated=not wanted)),)]
        if is_strict(node.operand):
            return self.nulls(node.operand, wanted)
        lifts = lifted(node.operand, self._boolean)
        return None if lifts is None else self._lifted_null(lifts, wanted)

    def _lifted_null(self, lifts: list[tuple[Conditions, Expression]], wanted: bool) -> list[Way]:
        found: list[Way] = []
        for conditions, replacement in lifts:
            parts = [self.ways(*each) for each in conditions]
            found += self._product([*parts, self.ways(IsNull(replacement, negated=not wanted))])
        return found

    def _is_truth(self, node: IsTruth, truth: bool, _: bool) -> list[Way] | None:
        wanted = truth is not node.negated
        if node.truth == "unknown":
            return self.nulls(node.operand, wanted)
        if node.truth not in ("true", "false"):
            return None
        value = node.truth == "true"
        return self.ways(node.operand, value if wanted else not value, not wanted)

    def _quantified(self, node: Quantified, truth: bool, null: bool) -> list[Way] | None:
        items = array_items(node.right)
        if items is None or (node.operator in ("=", "<>") and all(isinstance(i, Constant) for i in items)):
            return None
        parts = tuple(Binary(node.operator, node.left, item, node.schema) for item in items)
        return self.ways(And(parts) if node.every else Or(parts), truth, null)

    def _case(self, node: Case, truth: bool, null: bool) -> list[Way] | None:
        found: list[Way] = []
        before: list[tuple[Expression, bool, bool]] = []
        for when, then in node.whens:
            condition = Binary("=", node.subject, when) if node.subject is not None else when
            found += self._sequence(*before, (condition, True, False), (then, truth, null))
            before.append((condition, False, True))
        otherwise = node.otherwise
        if otherwise is not None:
            found += self._sequence(*before, (otherwise, truth, null))
        elif null:
            found += self._sequence(*before)
        return found

    def _call(self, node: Call, truth: bool, null: bool) -> list[Way] | None:
        if node.name != "coalesce" or not node.keyword:
            return None
        first, *rest = node.arguments
        if not rest:
            return self.ways(first, truth, null)
        following = self.ways(Call("coalesce", tuple(rest), keyword=True), truth, null)
        return [*self.ways(first, truth), *self._product([self.nulls(first, True), following])]


NULL = object()
Conditions: TypeAlias = "tuple[tuple[Expression, bool, bool], ...]"

_METHODS: dict[type, Callable[..., list[Way] | None]] = {
    Binary: Splitter._comparison,
    Distinct: Splitter._distinct,
    IsNull: Splitter._is_null,
    IsTruth: Splitter._is_truth,
    Quantified: Splitter._quantified,
    Case: Splitter._case,
    Call: Splitter._call,
}


def negated(operator: str) -> str:
    """The comparison that is true where this one is false."""
    return _NEGATED[operator]
