"""What one atom means for a branch: a smaller space, a relation between columns, or something left over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pgproof.rows.checks.branch import Branch
from pgproof.rows.checks.containers import container
from pgproof.rows.checks.scope import is_citext
from pgproof.rows.checks.solved import Bound, Differ
from pgproof.rows.checks.spaces import INFINITIES, matching, only, without
from pgproof.rows.checks.strictness import array_items
from pgproof.rows.checks.sums import Present, narrow_sum
from pgproof.rows.checks.terms import NotLinear, difference, stripped
from pgproof.rows.checks.texts import alternatives, position_pattern, unwrapped
from pgproof.rows.checks.ways import Atom, negated
from pgproof.rows.evaluate.compute import Scope, compile_expression, tag_of
from pgproof.rows.evaluate.datum import STRINGS, from_datum
from pgproof.rows.model.tables import Space
from pgproof.rows.patterns.regex import Pattern
from pgproof.rows.syntax.expression import (
    Binary,
    Call,
    Column,
    Constant,
    Expression,
    IsNull,
    Quantified,
    TypeName,
    columns_of,
)
from pgproof.rows.syntax.signals import Refused, Unknown

_FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ARITHMETIC = frozenset("+-*")


@dataclass(frozen=True, slots=True)
class Narrower:
    """Applies atoms to branches, for rows of one scope that are checked at one present."""

    scope: Scope
    present: Present

    def narrow(self, branch: Branch, atom: Atom) -> list[Branch]:
        """The branches in which ``atom`` holds too; none if it cannot, several if it can in several ways."""
        for method in _METHODS:
            found = method(self, branch, atom)
            if found is not None:
                return found
        return [replace(branch, residue=(*branch.residue, atom))]

    def _of_null(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        node = atom.expression
        if not isinstance(node, IsNull) or not isinstance(node.operand, Column):
            return None
        name = node.operand.name
        null = atom.truth is not node.negated
        return _listed(branch.null(name) if null else branch.not_null(name))

    def _of_boolean(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        if not isinstance(atom.expression, Column):
            return None
        return _listed(branch.narrow(atom.expression.name, lambda s: only(s, (atom.truth,)), null=atom.null))

    def _of_list(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        """``column = constant``, IN and NOT IN, through functions that leave some texts alone."""
        found = _listed_values(atom.expression, self.scope)
        if found is None:
            return None
        side, values, equal = found
        wrapped = unwrapped(side)
        if wrapped is None:
            return None
        column, patterns = wrapped
        change: Callable[[Space], Space] = (
            (lambda space: only(space, values))
            if equal is atom.truth
            else (lambda space: without(space, values))
        )
        narrowed = branch.narrow(
            column.name,
            lambda space: change(matching(space, patterns) if patterns else space),
            null=atom.null,
        )
        return _listed(narrowed and narrowed.inexact() if patterns else narrowed)

    def _of_sum(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        node = atom.expression
        if not isinstance(node, Binary) or node.operator not in _FLIPPED or node.schema is not None:
            return None
        operator = node.operator if atom.truth else negated(node.operator)
        try:
            total = difference(node.left, node.right, self.scope)
            columns = columns_of(node)
            return narrow_sum(branch, total, operator, self.present, columns=columns, null=atom.null)
        except (NotLinear, Unknown, Refused):
            return None

    def _of_columns(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        """Equality of two columns that are not numbers or times."""
        node = atom.expression
        if not isinstance(node, Binary) or node.operator not in ("=", "<>") or node.schema is not None:
            return None
        left, right = stripped(node.left), stripped(node.right)
        if not (isinstance(left, Column) and isinstance(right, Column)) or left == right:
            return None
        if self.scope.columns.get(left.name, "").removesuffix(" varying") == "character":
            return None
        start: Branch | None = branch if atom.null else branch.not_null(left.name, right.name)
        if start is None:
            return []
        if (node.operator == "=") is atom.truth:
            return _listed(start.unify(left.name, right.name))
        return [replace(start, differ=(*start.differ, Differ(left.name, right.name)))]

    def _of_text(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        try:
            found = alternatives(atom.expression, atom.truth) or _position(atom)
        except Unknown:
            return None
        if found is None or branch.cells[found[0]].space.kind != "text":
            return None
        column, wanted = found
        tag = self.scope.columns.get(column, "")
        if tag not in STRINGS and not is_citext(tag):
            return None
        return [
            each
            for patterns in wanted
            for each in _listed(branch.narrow(column, _matching(patterns), null=atom.null))
        ]

    def _of_enum(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        """An enum column before or behind a label."""
        node = atom.expression
        if (
            not isinstance(node, Binary)
            or node.operator not in _FLIPPED
            or not isinstance(node.right, Constant)
        ):
            return None
        labels = self.scope.enums.get(tag_of(node.right.type))
        if labels is None or not isinstance(node.left, Column) or node.right.text not in labels:
            return None
        program = compile_expression(atom.expression, self.scope)
        kept = [label for label in labels if program({node.left.name: label}) is atom.truth]
        return _listed(branch.narrow(node.left.name, lambda space: only(space, kept), null=atom.null))

    def _of_product(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        """A column held against arithmetic over others: ``total = price * quantity``."""
        node = atom.expression
        if not isinstance(node, Binary) or node.operator not in _FLIPPED or node.schema is not None:
            return None
        operator = node.operator if atom.truth else negated(node.operator)
        if operator == "<>":
            return None
        for side, other, sign in (
            (node.left, node.right, operator),
            (node.right, node.left, _FLIPPED[operator]),
        ):
            column = _number_column(side, self.scope)
            if column is None or column in columns_of(other) or not _is_arithmetic(other, self.scope):
                continue
            start = branch if atom.null else branch.not_null(column, *columns_of(other))
            if start is None:
                return []
            return [replace(start, bounds=(*start.bounds, Bound(column, sign, other))).inexact()]
        return None

    def _of_container(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        return container(branch, atom, self.scope)

    def _of_finite(self, branch: Branch, atom: Atom) -> list[Branch] | None:
        """``isfinite``: spaces of times hold infinity only where they list it."""
        node = atom.expression
        if not isinstance(node, Call) or node.name != "isfinite" or node.schema is not None:
            return None
        column = stripped(node.arguments[0])
        if not isinstance(column, Column):
            return None
        change = _without_infinity if atom.truth else _only_infinity
        return _listed(branch.narrow(column.name, change, null=atom.null))


def _without_infinity(space: Space) -> Space:
    return space if space.allowed is None else without(space, INFINITIES)


def _only_infinity(space: Space) -> Space:
    return only(space, INFINITIES)


def _listed(found: Branch | None) -> list[Branch]:
    return [] if found is None else [found]


def _listed_values(node: Expression, scope: Scope) -> tuple[Expression, Sequence[Any], bool] | None:
    if isinstance(node, Binary) and node.operator in ("=", "<>") and node.schema is None:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if not columns_of(other) and columns_of(side):
                value = _value(other, side, scope)
                return None if value is None else (side, (value,), node.operator == "=")
    if isinstance(node, Quantified) and (node.operator, node.every) in (("=", False), ("<>", True)):
        items = array_items(node.right)
        values = [_value(item, node.left, scope) for item in items or ()]
        if items is None or None in values:
            return None
        return node.left, values, not node.every
    return None


def _value(node: Expression, side: Expression, scope: Scope) -> Any:
    """The constant as a row holds it in the column at ``side``; None where that is not certain."""
    program = compile_expression(node, scope)
    column = stripped(side)
    found = unwrapped(column)
    tag = scope.columns.get(found[0].name) if found else None
    try:
        value = program.step({})
    except (Unknown, Refused):
        return None
    if tag is None or value is None:
        return None
    if not (tag == program.tag or ({tag, program.tag} <= set(STRINGS)) or is_citext(tag)):
        return None
    if tag in ("json", "jsonb", "interval") or tag.endswith(("[]", "range")):
        return None
    return value.rstrip(" ") if "character" in (tag, program.tag) else from_datum(tag, value)


def _matching(patterns: tuple[Pattern, ...]) -> Callable[[Space], Space]:
    return lambda space: matching(space, patterns)


def _position(atom: Atom) -> tuple[str, list[tuple[Pattern, ...]]] | None:
    node = atom.expression
    if not isinstance(node, Binary) or node.operator not in _FLIPPED or not isinstance(node.right, Constant):
        return None
    if node.right.text is None or not node.right.text.isdigit():
        return None
    operator = node.operator if atom.truth else negated(node.operator)
    found = position_pattern(node.left, operator, int(node.right.text))
    return None if found is None else (found[0], [(found[1],)])


def _number_column(node: Expression, scope: Scope) -> str | None:
    tag = scope.columns.get(node.name) if isinstance(node, Column) else None
    numeric = tag in ("smallint", "integer", "bigint", "numeric")
    return node.name if numeric and isinstance(node, Column) else None


def _is_arithmetic(node: Expression, scope: Scope) -> bool:
    if isinstance(node, Column):
        return scope.columns.get(node.name) in ("smallint", "integer", "bigint", "numeric")
    if isinstance(node, Constant):
        return node.text is not None and tag_of(node.type) in ("integer", "numeric", "bigint", "smallint")
    if isinstance(node, Binary):
        return (
            node.operator in _ARITHMETIC
            and _is_arithmetic(node.left, scope)
            and _is_arithmetic(node.right, scope)
        )
    widening = getattr(node, "type", None) in (TypeName("numeric"), TypeName("bigint"))
    return widening and _is_arithmetic(node.operand, scope)  # type: ignore[union-attr]


_METHODS = (
    Narrower._of_null,
    Narrower._of_boolean,
    Narrower._of_list,
    Narrower._of_sum,
    Narrower._of_columns,
    Narrower._of_enum,
    Narrower._of_text,
    Narrower._of_finite,
    Narrower._of_container,
    Narrower._of_product,
)
