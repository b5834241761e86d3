"""Take choices out of values: an atom with COALESCE in it becomes several, each on a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import TypeAlias

from pgproof.rows.syntax.expression import (
    Binary,
    Call,
    Case,
    Cast,
    Constant,
    Expression,
    IsNull,
    TypeName,
    rewrite,
    walk,
)

Condition: TypeAlias = "tuple[Expression, bool, bool]"
Alternative: TypeAlias = "tuple[tuple[Condition, ...], Expression]"
IsBoolean: TypeAlias = Callable[[Expression], bool]

INTEGER = TypeName("integer")
MOST_COUNTED = 6
_SHARED = ("coalesce", "nullif", "greatest", "least")


def lifted(node: Expression, is_boolean: IsBoolean) -> list[Alternative] | None:
    """``node`` without the first choice inside it, once per way that choice can go; None if there is none.

    A condition is ``(expression, truth, whether NULL will do)``.
    """
    for inner in walk(node):
        alternatives = list(_alternatives(inner)) if _is_choice(inner, is_boolean) else []
        if alternatives:
            return [(when, _replaced(node, inner, value)) for when, value in alternatives]
    return None


def _is_choice(node: Expression, is_boolean: IsBoolean) -> bool:
    if isinstance(node, Call):
        counts = node.name in ("num_nulls", "num_nonnulls") and not node.variadic
        return (counts and len(node.arguments) <= MOST_COUNTED) or (node.keyword and node.name in _SHARED)
    if isinstance(node, Cast):
        return node.type == INTEGER and is_boolean(node.operand)
    return isinstance(node, Case)


def _alternatives(node: Expression) -> Iterator[Alternative]:
    if isinstance(node, Cast):
        yield ((node.operand, True, False),), Constant("1", INTEGER)
        yield ((node.operand, False, False),), Constant("0", INTEGER)
        yield ((IsNull(node.operand), True, False),), Constant(None, INTEGER)
    elif isinstance(node, Case):
        yield from _of_case(node)
    elif isinstance(node, Call):
        yield from _CALLS[node.name](node)


def _replaced(whole: Expression, old: Expression, new: Expression) -> Expression:
    return rewrite(whole, lambda node: new if node == old else node)


def _of_case(node: Case) -> Iterator[Alternative]:
    before: list[Condition] = []
    for when, then in node.whens:
        condition = Binary("=", node.subject, when) if node.subject is not None else when
        yield (*before, (condition, True, False)), then
        before.append((condition, False, True))
    yield tuple(before), node.otherwise or Constant(None, TypeName("unknown"))


def _of_coalesce(node: Call) -> Iterator[Alternative]:
    first, *rest = node.arguments
    if not rest:
        yield (), first
        return
    yield ((IsNull(first, negated=True), True, False),), first
    yield ((IsNull(first), True, False),), Call("coalesce", tuple(rest), keyword=True)


def _of_nullif(node: Call) -> Iterator[Alternative]:
    first, second = node.arguments
    equal = Binary("=", first, second)
    yield ((equal, False, True),), first
    yield ((equal, True, False),), Constant(None, TypeName("unknown"))


def _of_extreme(node: Call) -> Iterator[Alternative]:
    first, *rest = node.arguments
    if not rest:
        yield (), first
        return
    others = Call(node.name, tuple(rest), keyword=True) if len(rest) > 1 else rest[0]
    wins = ">=" if node.name == "greatest" else "<="
    yield ((Binary(wins, first, others), True, False),), first
    yield ((Binary(wins, first, others), False, False),), others
    yield ((IsNull(first), True, False),), others
    yield ((IsNull(others), True, False),), first


def _of_count(node: Call) -> Iterator[Alternative]:
    for pattern in product((False, True), repeat=len(node.arguments)):
        conditions = tuple(
            (IsNull(argument, negated=not null), True, False)
            for argument, null in zip(node.arguments, pattern, strict=True)
        )
        count = sum(pattern) if node.name == "num_nulls" else len(pattern) - sum(pattern)
        yield conditions, Constant(str(count), INTEGER)


_CALLS: dict[str, Callable[[Call], Iterator[Alternative]]] = {
    "coalesce": _of_coalesce,
    "nullif": _of_nullif,
    "greatest": _of_extreme,
    "least": _of_extreme,
    "num_nulls": _of_count,
    "num_nonnulls": _of_count,
}
