"""Columns that are equal: what holds of one holds of all, and two of them cannot differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce

from pgproof.rows.checks.branch import Branch
from pgproof.rows.checks.solved import Differ, Same
from pgproof.rows.checks.spaces import meet


def classes(branch: Branch) -> Iterator[Same]:
    """Pairs of equal columns as classes."""
    found: list[set[str]] = []
    for left, right in branch.same:
        touched = [each for each in found if left in each or right in each]
        found = [each for each in found if each not in touched] + [{left, right}.union(*touched)]
    for each in found:
        yield Same(tuple(name for name in branch.cells if name in each))


def apart(branch: Branch) -> list[Branch]:
    """The branch with every difference told of all that is equal; several where one must be NULL for it."""
    groups = {name: same.columns for same in classes(branch) for name in same.columns}
    alive = [
        pair
        for pair in branch.differ
        if "required" not in (branch.cells[pair.left].nulls, branch.cells[pair.right].nulls)
    ]
    for pair in alive:
        if pair.left == pair.right or pair.right in groups.get(pair.left, ()):
            nulls = [branch.null(name) for name in dict.fromkeys((pair.left, pair.right))]
            return [way for found in nulls if found is not None for way in apart(found)]
    told = {
        Differ(left, right)
        for pair in alive
        for left in groups.get(pair.left, (pair.left,))
        for right in groups.get(pair.right, (pair.right,))
    }
    spread = replace(branch, differ=tuple(sorted(told, key=lambda pair: (pair.left, pair.right))))
    loose = not told <= set(alive) and any(cell.nulls == "allowed" for cell in branch.cells.values())
    return [spread.inexact() if loose else spread]


def shared(branch: Branch) -> Branch:
    """The branch with one space for columns that are equal."""
    cells = dict(branch.cells)
    loose = chained = False
    for same in classes(branch):
        alive = [name for name in same.columns if cells[name].nulls != "required"]
        spaces = {name: cells[name].space for name in alive}
        for name in alive:
            others = [space for other, space in spaces.items() if other != name]
            cells[name] = replace(cells[name], space=reduce(meet, others, spaces[name]))
        nullable = any(cells[name].nulls == "allowed" for name in alive)
        loose = loose or nullable
        # Where the one in the middle is NULL, the two that it ties together may differ.
        chained = chained or (nullable and len(same.columns) > 2)
    found = replace(branch, cells=cells)
    return found.inexact() if chained or (loose and cells != branch.cells) else found
