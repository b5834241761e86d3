"""Agreements as classes of paths through foreign keys that end in one row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import Path, ReferenceModel, TableModel, TableName

Hops: TypeAlias = "tuple[str, ...]"
Tables: TypeAlias = "Mapping[TableName, TableModel]"


@dataclass(frozen=True, slots=True)
class Meeting:
    """Paths from a row that end in the same row of ``target``, those that every row has first.

    ``column`` is set where they only end in the same value of that column, because no table has it as its key.
    """

    target: TableName
    paths: tuple[Hops, ...]
    column: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """Where a path ends: hops to take, the table that is reached, and the column there."""

    hops: Hops
    table: TableName
    column: str


def meetings(table: TableModel, tables: Tables) -> tuple[Meeting, ...]:
    """What the agreements of a table say, paths that meet directly or through others put together."""
    groups: list[dict[Hops, End]] = []
    for agreement in table.agreements:
        ends = {end.hops: end for end in (end_of(table, path, tables) for path in agreement.paths)}
        touching = [group for group in groups if group.keys() & ends.keys()]
        for group in touching:
            groups.remove(group)
            ends.update(group)
        groups.append(ends)
    return tuple(_meeting(table, list(group.values()), tables) for group in groups if len(group) > 1)


def end_of(table: TableModel, path: Path, tables: Tables) -> End:
    """Follow a path, and from the column at its end on as long as that column refers further."""
    current = table
    for hop in path.hops:
        current = tables[current.reference(hop).target]
    hops, column = path.hops, path.column
    while (reference := carrier(current, column)) is not None:
        column = reference.target_columns[reference.columns.index(column)]
        hops, current = (*hops, reference.name), tables[reference.target]
    return End(hops, current.name, column)


def carrier(table: TableModel, column: str) -> ReferenceModel | None:
    """The foreign key that decides what a column holds: one that every row has, over the fewest columns."""
    found = [r for r in table.references if column in r.columns and not r.breaking and r.target != table.name]
    return min(found, key=lambda r: (is_nullable(table, r), len(r.columns)), default=None)


def beginning_with(name: str, among: Iterable[Meeting]) -> list[tuple[Meeting, Hops]]:
    """The meetings that a foreign key takes part in, each with the rest of its path."""
    return [(meeting, path[1:]) for meeting in among for path in meeting.paths if path[:1] == (name,)]


def _gaps(table: TableModel, hops: Hops, tables: Tables) -> int:
    """How many foreign keys of a path may be NULL."""
    gaps, current = 0, table
    for hop in hops:
        reference = current.reference(hop)
        gaps += is_nullable(current, reference)
        current = tables[reference.target]
    return gaps


def _meeting(table: TableModel, ends: list[End], tables: Tables) -> Meeting:
    ends.sort(key=lambda end: (_gaps(table, end.hops, tables), len(end.hops)))
    target, column = ends[0].table, ends[0].column
    is_row = {end.table for end in ends} == {target} and any(
        unique.plain and unique.columns == (column,) for unique in tables[target].uniques
    )
    return Meeting(target, tuple(end.hops for end in ends), "" if is_row else column)
