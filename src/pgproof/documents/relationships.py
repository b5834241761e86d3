"""What a foreign key says about how many rows there may be on each side."""

from __future__ import annotations

from collections.abc import Iterable

from pgproof.catalog.model import ForeignKey, Table


def is_unique(table: Table, columns: Iterable[str]) -> bool:
    """Whether at most one row has the same values in these columns: they include all of some unique key."""
    given = set(columns)
    keys = (index for index in table.unique_keys if index.predicate is None)
    return any(None not in index.columns and given.issuperset(index.columns) for index in keys)


def is_required(table: Table, key: ForeignKey) -> bool:
    """Whether every row must point to a row on the other side."""
    return all(table.column(name).not_null for name in key.columns)
