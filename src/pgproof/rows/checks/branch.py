"""What is known of a row on the way to an ``Option``: a branch, which every atom makes narrower."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from pgproof.rows.checks.solved import Bound, Cell, Differ
from pgproof.rows.checks.spaces import is_empty, meet
from pgproof.rows.checks.terms import Sum
from pgproof.rows.checks.ways import Atom
from pgproof.rows.model.tables import Space

Narrow: TypeAlias = "Callable[[Space], Space | None]"


@dataclass(frozen=True, slots=True)
class Gap:
    """``low + least <= high`` (``<`` when strict), in numbers or microseconds."""

    low: str
    high: str
    least: Fraction
    strict: bool = False


@dataclass(frozen=True)
class Branch:
    """One way through the conditions so far.

    ``sums`` are kept at or below zero (equal to it where the flag says so), ``bounds`` are comparisons of a
    column with an expression, ``residue`` is what nobody understood. ``exact``: no allowed row was left out.
    """

    cells: Mapping[str, Cell]
    gaps: tuple[Gap, ...] = ()
    same: tuple[tuple[str, str], ...] = ()
    differ: tuple[Differ, ...] = ()
    sums: tuple[tuple[Sum, bool], ...] = ()
    bounds: tuple[Bound, ...] = ()
    residue: tuple[Atom, ...] = ()
    exact: bool = field(default=True)

    def null(self, column: str) -> Branch | None:
        """The column is NULL; None where it cannot be."""
        cell = self.cells[column]
        return None if cell.nulls == "forbidden" else self._with(replace(cell, nulls="required"))

    def not_null(self, *columns: str) -> Branch | None:
        """These columns are not NULL; None where one has to be."""
        found = self
        for column in columns:
            cell = found.cells[column]
            if cell.nulls == "required" or is_empty(cell.space):
                return None
            found = found._with(replace(cell, nulls="forbidden"))
        return found

    def narrow(self, column: str, change: Narrow, *, null: bool) -> Branch | None:
        """The column's space made smaller; where nothing is left it must be NULL, if ``null`` lets it."""
        cell = self.cells[column]
        if not null and cell.nulls == "required":
            return None
        if cell.nulls == "required":
            return self
        space = change(cell.space)
        if space is None or is_empty(space):
            return self.null(column) if null else None
        return self._with(replace(cell, space=space, nulls=cell.nulls if null else "forbidden"))

    def inexact(self) -> Branch:
        """The same, knowing that some rows were left out."""
        return self if not self.exact else replace(self, exact=False)

    def unify(self, left: str, right: str) -> Branch | None:
        """Both columns hold equal values, so each is in both spaces."""
        a, b = self.cells[left], self.cells[right]
        found = self.narrow(left, lambda space: meet(space, b.space), null=a.nulls != "forbidden")
        found = found and found.narrow(right, lambda space: meet(space, a.space), null=b.nulls != "forbidden")
        return found and replace(found, same=(*found.same, (left, right)))

    def _with(self, cell: Cell) -> Branch:
        return replace(self, cells={**self.cells, cell.column: cell})


def covers(wide: Branch, slim: Branch) -> bool:
    """Whether every row of ``slim`` is clearly one of ``wide``."""
    for column, cell in slim.cells.items():
        other = wide.cells[column]
        if cell.nulls == "required":
            if other.nulls == "forbidden":
                return False
        elif cell.space != other.space or other.nulls not in ("allowed", cell.nulls):
            return False
    null = {column for column, cell in slim.cells.items() if cell.nulls == "required"}
    return (
        all(gap in slim.gaps or {gap.low, gap.high} & null for gap in wide.gaps)
        and all(pair in slim.same for pair in wide.same)
        and all(pair in slim.differ or {pair.left, pair.right} & null for pair in wide.differ)
        and all(each in slim.sums for each in wide.sums)
        and all(each in slim.bounds or each.column in null for each in wide.bounds)
        and all(each in slim.residue for each in wide.residue)
    )
