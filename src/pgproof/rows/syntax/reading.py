"""Expressions of a catalog as trees, where they can be read."""

from __future__ import annotations

from pgproof.rows.syntax.expression import Expression
from pgproof.rows.syntax.parse import parse
from pgproof.rows.syntax.tokens import UnreadableExpression


def read(text: str | None) -> Expression | None:
    """An expression as a tree, or None where it cannot be read and the server has to be asked."""
    if text is None:
        return None
    try:
        return parse(text)
    except UnreadableExpression:
        return None
