"""What CHECKs leave to a table, in a form that whole columns can be drawn from at once.

A ``Solution`` is a product of ``Group``s over disjoint columns. In each group a row follows one ``Option``:
it draws every column of ``cells`` from its space and keeps the relations between columns. An option is
sufficient: a row that keeps it passes every CHECK of the group. All options together are what the CHECKs
allow, unless ``complete`` is false.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pgproof.rows.model.tables import Space
from pgproof.rows.syntax.expression import Expression

Nulls = Literal["allowed", "required", "forbidden"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column holds in one option: NULL where ``nulls`` lets it, else a value of ``space``."""

    column: str
    space: Space
    nulls: Nulls = "allowed"


@dataclass(frozen=True, slots=True)
class Order:
    """Unless either is NULL: ``low + gap <= high``, or ``<`` when ``strict``.

    ``gap`` is an int, Decimal or float for numbers, an int of days for dates, a timedelta for the other
    times. The orders of an option are closed: whatever follows from two of them, or from one and a space, is
    written out. So its columns can be drawn one after another in any order, each between the bounds that
    those before it set, and never run into a dead end.
    """

    low: str
    high: str
    gap: Any = 0
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Same:
    """All these columns hold equal values, those apart that are NULL. They share one space."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differ:
    """Unless either is NULL, the two columns hold different values."""

    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Bound:
    """``column operator expression`` (``=``, ``<``, ``<=``, ``>``, ``>=``) over columns drawn before it.

    Unless one of them is NULL. The expression is arithmetic: ``+ - *`` over columns and constants.
    """

    column: str
    operator: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Pool:
    """These columns together hold one of these rows: found by trying, for what no rule above can say."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One way of passing. Columns of a ``Pool`` are in no other relation; bounds come in drawing order."""

    cells: tuple[Cell, ...]
    orders: tuple[Order, ...] = ()
    same: tuple[Same, ...] = ()
    differ: tuple[Differ, ...] = ()
    bounds: tuple[Bound, ...] = ()
    pools: tuple[Pool, ...] = ()

    def cell(self, column: str) -> Cell:
        """The cell of that column; raises ``KeyError``."""
        for cell in self.cells:
            if cell.column == column:
                return cell
        raise KeyError(column)


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that CHECKs tie together, directly or through others, and the ways they may pass.

    ``checks`` are the names of those CHECKs. ``options`` are simplest first; none means that ``trouble``
    says why. ``learned`` says in words what was tried on a server, empty where nothing had to be.
    """

    columns: tuple[str, ...]
    checks: tuple[str, ...]
    options: tuple[Option, ...]
    complete: bool = True
    trouble: str = ""
    learned: str = ""


@dataclass(frozen=True, slots=True)
class Solution:
    """All groups of a table; columns of no group are bound by their own space alone."""

    groups: tuple[Group, ...]

    def group_of(self, column: str) -> Group | None:
        """The group that column belongs to, or None."""
        return next((group for group in self.groups if column in group.columns), None)
