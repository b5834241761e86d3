"""The ways in which groups of columns may be filled, partitions and special wishes minded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pgproof.rows.checks.conditions import Condition, Court
from pgproof.rows.checks.solve import cell_of, connected, explain, find
from pgproof.rows.checks.solved import Cell, Option
from pgproof.rows.checks.spaces import is_empty, meet
from pgproof.rows.model.tables import Space, TableModel

MOST_PARTITIONS = 8

Ways = tuple[tuple[Option, ...], ...]


class Contradiction(Exception):
    """Conditions that no row can meet; the message says which."""


def ways_of(
    table: TableModel, conditions: Sequence[Condition], court: Court, cells: Iterable[Cell] = ()
) -> Ways:
    """For every group of columns the options in which ``conditions`` hold and ``cells`` are kept to.

    Raises ``Contradiction``.
    """
    wished = {cell.column: cell for cell in cells}
    found: list[tuple[Option, ...]] = []
    about = about_partitions(table, conditions)
    if table.partition is not None and table.partition.cells:
        found.append(_in_partitions(table, about, court, wished))
    for group in connected([condition for condition in conditions if condition not in about]):
        names = {name for condition in group for name in condition.columns}
        options = find(table, group, court, [cell for name, cell in wished.items() if name in names]).options
        if not options:
            raise Contradiction(explain(table, group, court, wished.values()))
        if names:
            found.append(options)
    covered = {cell.column for options in found for cell in options[0].cells}
    return (*found, *((Option((cell,)),) for name, cell in wished.items() if name not in covered))


def changed_ways(
    table: TableModel,
    court: Court,
    before: tuple[Ways, Sequence[Condition]],
    after: tuple[Sequence[Condition], Sequence[Cell]],
) -> Ways:
    """The ways where only some conditions or cells are others than before. Raises ``Contradiction``."""
    (ways, old), (conditions, cells) = before, after
    changed = [c for c in (*old, *conditions) if (c in old) is not (c in conditions)]
    columns = {cell.column for cell in cells}.union(*(c.columns for c in changed))
    touched = [c for c in (*conditions, *changed) if c in conditions or c in changed]
    for group in connected(list(dict.fromkeys(touched))):
        names = {name for c in group for name in c.columns}
        columns |= names if names & columns else set()
    partition = set(table.partition.columns) if table.partition is not None else set()
    mixed = partition.union(*(c.columns for c in about_partitions(table, conditions)))
    columns |= mixed if mixed & columns else set()
    again = [c for c in conditions if set(c.columns) & columns]
    inside = table if mixed & columns else replace(table, partition=None)
    kept = tuple(options for options in ways if not columns & {cell.column for cell in options[0].cells})
    return (*kept, *ways_of(inside, again, court, cells))


def about_partitions(table: TableModel, conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions that are tied to the partition key."""
    if table.partition is None or not table.partition.cells:
        return []
    key = set(table.partition.columns)
    about = [c for c in conditions if set(c.columns) & key]
    while more := [c for c in conditions if c not in about and _touches(c, about)]:
        about += more
    return about


def _in_partitions(
    table: TableModel, about: Sequence[Condition], court: Court, wished: Mapping[str, Cell]
) -> tuple[Option, ...]:
    """The options of the columns around the partition key, for partitions from all over the list."""
    assert table.partition is not None
    boxes = table.partition.cells
    step = max(1, len(boxes) // MOST_PARTITIONS)
    found: dict[Option, None] = {}
    for box in boxes[::-step][:MOST_PARTITIONS]:
        found |= dict.fromkeys(_in_box(table, about, court, (dict(box), wished)))
    if not found:
        names = ", ".join(table.partition.columns)
        raise Contradiction(f"{table.name}: no partition takes a row that passes ({names}); create one")
    return tuple(found)


def _in_box(
    table: TableModel,
    about: Sequence[Condition],
    court: Court,
    limits: tuple[Mapping[str, Space], Mapping[str, Cell]],
) -> Iterator[Option]:
    box, wished = limits
    cells = dict(wished)
    for name, space in box.items():
        cell = wished.get(name) or cell_of(table.column(name), court)
        if cell.nulls == "required" or is_empty(narrow := meet(cell.space, space)):
            return
        cells[name] = replace(cell, space=narrow, nulls="forbidden")
    if not about:
        yield Option(tuple(cells[name] for name in box))
        return
    for option in find(table, about, court, cells.values()).options:
        covered = {cell.column for cell in option.cells}
        yield replace(option, cells=(*option.cells, *(cells[name] for name in box if name not in covered)))


def _touches(condition: Condition, others: Sequence[Condition]) -> bool:
    return any(set(condition.columns) & set(other.columns) for other in others)
