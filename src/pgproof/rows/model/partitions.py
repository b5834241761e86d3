"""Bounds of partitions as boxes that a row can be drawn into. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import repeat

from pgproof.catalog.model import Catalog, Table
from pgproof.rows.model.literals import value_of
from pgproof.rows.model.tables import PartitionModel, Space, Value

_TOKEN = re.compile(r"'((?:[^']|'')*)'|(MINVALUE|MAXVALUE|NULL|true|false|-?[\d.]+)")
_RANGE = re.compile(r"FROM \((?P<low>.*)\) TO \((?P<high>.*)\)$", re.DOTALL)
_LIST = re.compile(r"IN \((?P<values>.*)\)$", re.DOTALL)
_LIMITS = {"MINVALUE": None, "MAXVALUE": None, "NULL": None}


def partition_model(catalog: Catalog, table: Table, spaces: Mapping[str, Space]) -> PartitionModel | None:
    """Where the rows of a partitioned table can go; None if it is not partitioned.

    Where a key is an expression nothing is known and the server decides.
    """
    if table.partition_key is None:
        return None
    columns = tuple(column for column in table.partition_key.columns if column)
    found = tuple(tuple(sorted(box.items())) for box in boxes(catalog, table, spaces))
    takes_null = table.partition_key.strategy == "hash" or any(
        part.partition_key is None and _takes_null(part.partition_bound or "")
        for part in catalog.partitions(table.qualified)
    )
    return PartitionModel(table.partition_key.strategy, columns, found, takes_null)


def _takes_null(bound: str) -> bool:
    listed = _LIST.search(bound)
    named = listed is not None and any(word == "NULL" for _, word in _TOKEN.findall(listed["values"]))
    return bound == "DEFAULT" or named


def boxes(catalog: Catalog, table: Table, spaces: Mapping[str, Space]) -> Iterator[dict[str, Space]]:
    """One box per leaf that has bounds, every column in it within its space; none where all is welcome."""
    key = table.partition_key
    if key is None or None in key.columns:
        return
    columns = [column for column in key.columns if column]
    for part in catalog.partitions(table.qualified):
        for box in bound_boxes(part.partition_bound or "", columns, spaces):
            inner = {**spaces, **box}
            deeper = list(boxes(catalog, part, inner))
            yield from ({**box, **each} for each in deeper or [{}])


def bound_boxes(bound: str, columns: list[str], spaces: Mapping[str, Space]) -> Iterator[dict[str, Space]]:
    """What FOR VALUES lets in; nothing for a hash or default partition, which have no box."""
    listed = _LIST.search(bound)
    ranged = _RANGE.search(bound)
    if listed:
        space = spaces[columns[0]]
        values = tuple(v for v in _values(listed["values"], repeat(space)) if v is not None)
        if values:
            yield {columns[0]: replace(space, allowed=values)}
    elif ranged:
        kinds = [spaces[column] for column in columns]
        yield from _range_boxes(columns, kinds, _values(ranged["low"], kinds), _values(ranged["high"], kinds))


def _range_boxes(
    columns: list[str], spaces: list[Space], low: list[Value], high: list[Value]
) -> Iterator[dict[str, Space]]:
    """A row range from ``low`` (in) to ``high`` (out) as one box: equal first columns, then an interval."""
    box: dict[str, Space] = {}
    for column, space, first, last in zip(columns, spaces, low, high, strict=True):
        if first is not None and first == last:
            box[column] = replace(space, allowed=(first,))
            continue
        is_final = column == columns[-1]
        inner = _interval(space, first, last, open_low=not is_final and first is not None)
        if not is_final and _is_empty(inner):
            inner = replace(space, allowed=(first,))
            following = columns[columns.index(column) + 1 :]
            rest = zip(following, spaces[-len(following) :], low[-len(following) :], strict=True)
            box.update({name: _interval(each, bound, None) for name, each, bound in rest})
        box[column] = inner
        break
    yield box


def _interval(space: Space, first: Value, last: Value, *, open_low: bool = False) -> Space:
    low = space.low if first is None else first
    high = space.high if last is None else last
    if space.kind == "integer":
        return replace(space, low=low + 1 if open_low else low, high=high if last is None else high - 1)
    return replace(space, low=low, high=high, low_open=open_low, high_open=last is not None)


def _is_empty(space: Space) -> bool:
    return space.kind == "integer" and bool(space.low > space.high)


def _values(text: str, spaces: Iterable[Space]) -> list[Value]:
    found: list[Value] = []
    for (quoted, word), space in zip(_TOKEN.findall(text), spaces, strict=False):
        known = word in _LIMITS
        found.append(None if known else value_of(space.kind, quoted.replace("''", "'") if quoted else word))
    return found
