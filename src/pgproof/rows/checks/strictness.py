"""Which expressions are NULL exactly when one of their columns is."""

from __future__ import annotations

from pgproof.rows.syntax.expression import (
    Array,
    Binary,
    Call,
    Cast,
    Collate,
    Column,
    Constant,
    Expression,
    Quantified,
    Unary,
    walk,
)


def array_items(node: Expression) -> tuple[Expression, ...] | None:
    """The items of ``ARRAY[...]``, casts of the whole pushed down; None if it is something else."""
    if isinstance(node, Array):
        return node.items
    if isinstance(node, Cast) and node.type.array and (items := array_items(node.operand)) is not None:
        element = type(node.type)(node.type.name, node.type.modifiers, False, node.type.schema)
        return tuple(_recast(item, element) for item in items)
    return None


def _recast(item: Expression, element: object) -> Expression:
    return item if isinstance(item, Constant) else Cast(item, element)  # type: ignore[arg-type]


def is_strict(node: Expression) -> bool:
    """Whether an expression is NULL exactly when one of its columns is."""
    return all(_passes_null(each) for each in walk(node))


def _passes_null(node: Expression) -> bool:
    if isinstance(node, Constant):
        return node.text is not None
    if isinstance(node, Call):
        return node.schema is None and node.name in _STRICT_CALLS
    if isinstance(node, Binary):
        return node.operator in _STRICT_OPERATORS
    if isinstance(node, Quantified):
        return array_items(node.right) is not None
    return isinstance(node, (Column, Cast, Unary, Collate, Array))


_STRICT_CALLS = frozenset(
    (
        "length", "char_length", "character_length", "octet_length", "lower", "upper", "btrim", "ltrim",
        "rtrim", "abs", "round", "floor", "ceil", "ceiling", "trunc", "left", "right", "substr", "position",
        "strpos", "replace", "md5", "cardinality", "isempty", "isfinite", "starts_with", "date_trunc",
        "jsonb_typeof", "json_typeof",
    )
)  # fmt: skip
_STRICT_OPERATORS = frozenset(
    (
        "=",
        "<>",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "||",
        "~",
        "~*",
        "!~",
        "!~*",
        "~~",
        "!~~",
        "~~*",
        "!~~*",
    )
)
