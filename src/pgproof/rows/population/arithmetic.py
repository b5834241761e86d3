"""Arithmetic over columns that have been drawn, for CHECKs such as ``total = price * quantity``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from pgproof.rows.syntax.expression import Binary, Cast, Column, Constant, Expression, Unary
from pgproof.rows.values.blocks import Mask
from pgproof.rows.values.draws import Ints
from pgproof.rows.values.measures import Measure

Counts: TypeAlias = "Mapping[str, tuple[Measure, Ints, Mask]]"


def computed(expression: Expression, drawn: Counts, scale: int, size: int) -> tuple[Ints, Mask]:
    """The value of ``expression`` in units of 10 ** -``scale``, and where it is NULL.

    Raises ``ValueError`` for anything but ``+ - *`` over columns and constants.
    """
    if isinstance(expression, Cast):
        return computed(expression.operand, drawn, scale, size)
    if isinstance(expression, Column):
        _, counts, null = drawn[expression.name]
        return counts, null
    if isinstance(expression, Constant) and expression.text is not None:
        value = int(Decimal(expression.text).scaleb(scale))
        return np.full(size, value, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    if isinstance(expression, Unary) and expression.operator == "-":
        value_, null = computed(expression.operand, drawn, scale, size)
        return -value_, null
    if isinstance(expression, Binary) and expression.operator in "+-*":
        left, none = computed(expression.left, drawn, scale, size)
        right, null = computed(expression.right, drawn, scale, size)
        return _applied(expression.operator, left, right, scale), none | null
    raise ValueError(f"{expression} is not arithmetic over columns and constants")


def _applied(operator: str, left: Ints, right: Ints, scale: int) -> Ints:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    return np.asarray(left * right // 10**scale)
