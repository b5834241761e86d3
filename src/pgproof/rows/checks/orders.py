"""Orders between columns, closed: every bound that follows from others is written out, or shown to be impossible.

A system of differences ``low + gap <= high`` has a solution exactly if no cycle of gaps is positive; once
closed, it can be solved one column after the other without looking back (Floyd and Warshall's all pairs;
Dechter, Meiri and Pearl, "Temporal constraint networks", 1991).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd
from typing import TypeAlias

from pgproof.rows.checks.bounds import gap_of, narrowed
from pgproof.rows.checks.branch import Branch, Gap
from pgproof.rows.checks.solved import Order
from pgproof.rows.checks.spaces import counted, grid, is_empty, limits
from pgproof.rows.model.tables import Space

ZERO = ""  # the origin, from which bounds are measured

Edge: TypeAlias = "tuple[Fraction, bool]"  # at least so much, and whether strictly more
Edges: TypeAlias = "dict[tuple[str, str], Edge]"


@dataclass(frozen=True)
class Conflict:
    """These columns cannot all have values."""

    columns: tuple[str, ...]


def close(branch: Branch) -> list[tuple[Branch, tuple[Order, ...]]]:
    """The branch with its orders closed; several where a column that may be NULL has to be one or another."""
    found = _closed(branch)
    if not isinstance(found, Conflict):
        return [found]
    ways: list[tuple[Branch, tuple[Order, ...]]] = []
    for column in found.columns:
        without = branch.null(column)
        if without is not None and branch.cells[column].nulls != "required":
            ways += close(without)
    return ways


def _closed(branch: Branch) -> tuple[Branch, tuple[Order, ...]] | Conflict:
    gaps = [gap for gap in branch.gaps if _alive(branch, gap)]
    columns = list(dict.fromkeys(name for gap in gaps for name in (gap.low, gap.high)))
    if not columns:
        return branch, ()
    spaces = {name: branch.cells[name].space for name in columns}
    edges: Edges = {}
    for gap in gaps:
        _raise(edges, (gap.low, gap.high), _on_grid((gap.least, gap.strict), spaces, gap.low, gap.high))
    between = _all_pairs(dict(edges), columns, spaces)
    for name in columns:
        _add_bounds(edges, name, spaces[name])
    edges = _all_pairs(edges, [ZERO, *columns], spaces)
    circle = [name for name in columns if _positive(edges.get((name, name)))]
    if circle:
        return Conflict(tuple(circle))
    return _applied(branch, columns, edges), _orders(columns, between, edges, spaces)


def _alive(branch: Branch, gap: Gap) -> bool:
    return all(branch.cells[name].nulls != "required" for name in (gap.low, gap.high))


def _positive(edge: Edge | None) -> bool:
    return edge is not None and (edge[0] > 0 or (edge[0] == 0 and edge[1]))


def _raise(edges: Edges, key: tuple[str, str], edge: Edge) -> None:
    if key not in edges or edges[key] < edge:
        edges[key] = edge


def _add_bounds(edges: Edges, name: str, space: Space) -> None:
    space = limits(space)
    if space.low is not None:
        _raise(edges, (ZERO, name), (counted(space.low), space.low_open))
    if space.high is not None:
        _raise(edges, (name, ZERO), (-counted(space.high), space.high_open))


def _all_pairs(edges: Edges, names: list[str], spaces: dict[str, Space]) -> Edges:
    for middle in names:
        for low in names:
            first = edges.get((low, middle))
            if first is None:
                continue
            for high in names:
                second = edges.get((middle, high))
                if second is not None:
                    edge = (first[0] + second[0], first[1] or second[1])
                    _raise(edges, (low, high), _on_grid(edge, spaces, low, high))
    return edges


def _on_grid(edge: Edge, spaces: dict[str, Space], low: str, high: str) -> Edge:
    """A gap between two columns of whole steps is a whole number of them."""
    steps = [grid(spaces[name]) for name in (low, high) if name != ZERO]
    if not steps or not all(steps):
        return edge
    step = _common(steps)
    places = edge[0] / step
    whole = -(-places // 1)
    if edge[1] and whole == places:
        whole += 1
    return Fraction(whole) * step, False


def _common(steps: list[Fraction]) -> Fraction:
    found = steps[0]
    for step in steps[1:]:
        bottom = found.denominator * step.denominator
        found = Fraction(gcd(int(found * bottom), int(step * bottom)), bottom)
    return found


def _applied(branch: Branch, columns: list[str], edges: Edges) -> Branch:
    cells = dict(branch.cells)
    for name in columns:
        cell = cells[name]
        space: Space | None = cell.space
        if space and (edge := edges.get((ZERO, name))):
            space = narrowed(space, edge[0], upper=False, strict=edge[1])
        if space and (edge := edges.get((name, ZERO))):
            space = narrowed(space, -edge[0], upper=True, strict=edge[1])
        if space is not None and not is_empty(space):
            cells[name] = replace(cell, space=space)
    found = replace(branch, cells=cells)
    # A bound that comes from another column does not hold where that one is NULL.
    loose = cells != branch.cells and any(cells[name].nulls == "allowed" for name in columns)
    return found.inexact() if loose else found


def _orders(columns: list[str], between: Edges, edges: Edges, spaces: dict[str, Space]) -> tuple[Order, ...]:
    """What the bounds alone do not say."""
    found: list[Order] = []
    for low in columns:
        for high in columns:
            edge = between.get((low, high))
            if edge is None or low == high:
                continue
            down, up = edges.get((low, ZERO)), edges.get((ZERO, high))
            implied = down is not None and up is not None and down[0] + up[0] >= edge[0] and not edge[1]
            if not implied:
                found.append(Order(low, high, gap_of(spaces[low], spaces[high], edge[0]), edge[1]))
    return tuple(found)
