"""Conditions on citext as the conditions on text that they are: in lower case, matched in any case."""

from __future__ import annotations

from dataclasses import replace

from pgproof.rows.checks.scope import is_citext
from pgproof.rows.evaluate.compute import Scope
from pgproof.rows.syntax.expression import (
    Array,
    Binary,
    Call,
    Cast,
    Column,
    Constant,
    Expression,
    Quantified,
    TypeName,
    rewrite,
)

_TEXT = TypeName("text")
_COMPARED = ("=", "<>", "<", "<=", ">", ">=")
_MATCHED = {
    "~": "~*",
    "!~": "!~*",
    "~~": "~~*",
    "!~~": "!~~*",
    "~*": "~*",
    "!~*": "!~*",
    "~~*": "~~*",
    "!~~*": "!~~*",
}


def as_text(expression: Expression, scope: Scope) -> Expression:
    """``expression`` with every operator on citext replaced by what it does to text."""
    return rewrite(expression, lambda node: _rewritten(node, scope))


def _rewritten(node: Expression, scope: Scope) -> Expression:
    if isinstance(node, Binary) and (_is_citext(node.left, scope) or _is_citext(node.right, scope)):
        if node.operator in _COMPARED:
            return Binary(node.operator, _lowered(node.left), _lowered(node.right))
        if node.operator in _MATCHED:
            return Binary(_MATCHED[node.operator], _texted(node.left), _texted(node.right))
    if isinstance(node, Quantified) and _is_citext(node.left, scope) and isinstance(node.right, Array):
        lowered = Array(tuple(_lowered(item) for item in node.right.items))
        return replace(node, left=_lowered(node.left), right=lowered, schema=None)
    return node


def _is_citext(node: Expression, scope: Scope) -> bool:
    if isinstance(node, Column):
        return is_citext(scope.columns.get(node.name, ""))
    return isinstance(node, (Constant, Cast)) and is_citext(node.type.name) and not node.type.array


def _texted(node: Expression) -> Expression:
    return replace(node, type=_TEXT) if isinstance(node, Constant) else Cast(node, _TEXT)


def _lowered(node: Expression) -> Expression:
    if isinstance(node, Constant):
        return Constant(node.text.lower() if node.text is not None else None, _TEXT)
    return Call("lower", (Cast(node, _TEXT),))
