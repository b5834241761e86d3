"""Small tables as models: ``table({"a": integer(0, 3)}, "(a > 1)")``."""

from __future__ import annotations

from datetime import date

from pgproof.rows.model.tables import CheckModel, ColumnModel, Space, TableModel, TableName
from pgproof.rows.syntax.expression import columns_of
from pgproof.rows.syntax.parse import parse


def integer(low=-(2**31), high=2**31 - 1):
    return Space("integer", "integer", low=low, high=high)


def dates():
    return Space("date", "date", low=date(1, 1, 1), high=date(9999, 12, 31))


def text(most=None):
    return Space("text", "text" if most is None else f"character varying({most})", max_length=most)


def check(expression, name=None):
    tree = parse(expression)
    return CheckModel(name or expression, expression, columns_of(tree), tree)


def table(spaces, *checks, required=()):
    """A table of these columns; those that are not ``required`` may be NULL."""
    columns = tuple(ColumnModel(name, space, name not in required) for name, space in spaces.items())
    return TableModel(TableName("public", "t"), columns, checks=tuple(check(each) for each in checks))
