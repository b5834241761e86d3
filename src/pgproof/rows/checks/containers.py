"""What conditions on arrays, ranges and documents mean for the spaces of their elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pgproof.rows.checks.bounds import narrowed
from pgproof.rows.checks.branch import Branch
from pgproof.rows.checks.spaces import at_least, at_most, counted, is_empty, only, sized, without
from pgproof.rows.checks.ways import Atom
from pgproof.rows.evaluate.compute import Scope, compile_expression
from pgproof.rows.evaluate.datum import RANGE_ELEMENTS, Range, from_datum
from pgproof.rows.model.tables import Space
from pgproof.rows.syntax.expression import (
    Binary,
    Call,
    Column,
    Constant,
    Expression,
    IsNull,
    Quantified,
    columns_of,
)
from pgproof.rows.syntax.signals import Refused, Unknown

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}


def container(branch: Branch, atom: Atom, scope: Scope) -> list[Branch] | None:
    """The branches in which a condition on an array, range or document holds; None if it is none we know."""
    node = atom.expression
    if _holds_of_every_draw(node, atom.truth):
        column = columns_of(node)[0]
        found = branch.narrow(column, lambda space: space, null=atom.null)
        return [] if found is None else [found]
    if isinstance(node, Quantified) and isinstance(node.right, Column):
        return _every_element(branch, atom, node, scope)
    if isinstance(node, Binary) and node.schema is None and isinstance(node.left, Column):
        return _against_constant(branch, atom, node, scope)
    return None


def _holds_of_every_draw(node: Expression, truth: bool) -> bool:
    """Values are drawn with both bounds, not empty; arrays without NULL; documents as objects."""
    if isinstance(node, Call) and node.schema is None and len(node.arguments) == 1:
        return (
            not truth and node.name in ("isempty", "lower_inf", "upper_inf") and _is_column(node.arguments[0])
        )
    if isinstance(node, IsNull) and isinstance(node.operand, Call):
        call = node.operand
        if call.name in ("lower", "upper") and len(call.arguments) == 1 and _is_column(call.arguments[0]):
            return truth is node.negated
        null = len(call.arguments) == 2 and getattr(call.arguments[1], "text", "") is None
        return (
            call.name == "array_position"
            and null
            and _is_column(call.arguments[0])
            and truth is not node.negated
        )
    if isinstance(node, Binary) and node.operator == "=" and truth and isinstance(node.left, Call):
        typed = node.left.name in ("jsonb_typeof", "json_typeof") and _is_column(node.left.arguments[0])
        return typed and isinstance(node.right, Constant) and node.right.text == "object"
    return False


def _is_column(node: Expression) -> bool:
    return isinstance(node, Column)


def _every_element(branch: Branch, atom: Atom, node: Quantified, scope: Scope) -> list[Branch] | None:
    """``0 < ALL (column)``: every element is bounded."""
    if not node.every or not atom.truth or node.operator not in _FLIPPED or columns_of(node.left):
        return None
    value = _constant(node.left, scope)
    if value is None or not isinstance(node.right, Column):
        return None
    operator = _FLIPPED[node.operator]

    def bounded(element: Space) -> Space:
        if operator == "<>":
            return without(element, (value,))
        if operator == "=":
            return only(element, (value,))
        strict = operator in ("<", ">")
        change = at_most if operator in ("<", "<=") else at_least
        return change(element, value, strict=strict)

    return _elements(branch, node.right.name, bounded, null=atom.null)


def _elements(
    branch: Branch, column: str, change: Callable[[Space], Space], *, null: bool
) -> list[Branch] | None:
    def changed(space: Space) -> Space | None:
        if space.element is None:
            return None
        element = change(space.element)
        # Where no element is possible, the empty array still is.
        return sized(space, 0, 0) if is_empty(element) else replace(space, element=element)

    found = branch.narrow(column, changed, null=null)
    return [] if found is None else [found.inexact()]


def _constant(node: Expression, scope: Scope) -> Any:
    program = compile_expression(node, scope)
    try:
        value = program.step({})
    except (Unknown, Refused):
        return None
    return None if value is None else from_datum(program.tag, value)


def _against_constant(branch: Branch, atom: Atom, node: Binary, scope: Scope) -> list[Branch] | None:
    column = node.left
    assert isinstance(column, Column)
    tag = scope.columns.get(column.name, "")
    if columns_of(node.right):
        return None
    if tag.endswith("[]") and node.operator == "<@" and atom.truth:
        values = _constant(node.right, scope)
        if values is None or None in values:
            return None
        return _elements(branch, column.name, lambda element: only(element, values), null=atom.null)
    if tag in RANGE_ELEMENTS:
        return _range(branch, atom, column.name, node, scope)
    return None


def _range(branch: Branch, atom: Atom, column: str, node: Binary, scope: Scope) -> list[Branch] | None:
    program = compile_expression(node.right, scope)
    try:
        value = program.step({})
    except (Unknown, Refused):
        return None
    if not isinstance(value, Range) or value.empty:
        return None
    element = RANGE_ELEMENTS[scope.columns[column]]
    if node.operator == "<@" and atom.truth:
        return _inside(branch, column, element, value, null=atom.null)
    if node.operator == "&&" and not atom.truth:
        before = replace(value, lower=None, upper=value.lower)
        behind = replace(value, lower=value.upper, upper=None)
        sides = [side for side in (before, behind) if side.lower is not None or side.upper is not None]
        return [b for side in sides for b in _inside(branch, column, element, side, null=atom.null)]
    return None


def _inside(branch: Branch, column: str, tag: str, outer: Range, *, null: bool) -> list[Branch]:
    """The range lies inside ``outer``. Its own bounds stay off the outer ones that may be exclusive."""

    def change(space: Space) -> Space | None:
        element = space.element
        if element is not None and outer.lower is not None:
            element = narrowed(element, counted(from_datum(tag, outer.lower)), upper=False, strict=False)
        if element is not None and outer.upper is not None:
            element = narrowed(element, counted(from_datum(tag, outer.upper)), upper=True, strict=True)
        return None if element is None or is_empty(element) else replace(space, element=element)

    found = branch.narrow(column, change, null=null)
    return [] if found is None else [found.inexact()]
