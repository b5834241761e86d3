"""Two foreign keys of a row to one table that a CHECK compares: white <> black, player_a < player_b."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pgproof.rows.model.tables import ReferenceModel, TableModel
from pgproof.rows.population.parents import code_of
from pgproof.rows.population.runs import Members, Run
from pgproof.rows.population.world import NONE, Block, Chooser, Elsewhere, Population
from pgproof.rows.syntax.expression import Binary, Cast, Collate, Column, Distinct, Expression, walk
from pgproof.rows.values.blocks import Mask, Moments, Numbers, Uuids, Values
from pgproof.rows.values.draws import Ints
from pgproof.rows.values.encode import texts

TRIES = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """Two foreign keys to the same table; ``ordered``: the key of the first is the lower one."""

    first: str
    second: str
    ordered: bool = False


def pairs(table: TableModel) -> tuple[Pair, ...]:
    """The foreign keys that a CHECK compares with each other, wherever in it."""
    found: dict[tuple[str, str], Pair] = {}
    for low, high, ordered in _compared(table):
        first, second = _owner(table, low), _owner(table, high)
        if first is None or second is None or first.target != second.target or first is second:
            continue
        key = (min(first.name, second.name), max(first.name, second.name))
        if ordered or key not in found:
            found[key] = Pair(first.name, second.name, ordered)
    return tuple(found.values())


def _compared(table: TableModel) -> Iterator[tuple[str, str, bool]]:
    for check in table.checks:
        for node in walk(check.expression) if check.expression else ():
            if isinstance(node, (Binary, Distinct)):
                operator = node.operator if isinstance(node, Binary) else "<>"
                left, right = _column(node.left), _column(node.right)
                if left and right and operator in ("<>", "<", "<=", ">", ">="):
                    sides = (right, left) if operator in (">", ">=") else (left, right)
                    yield *sides, operator != "<>"


def _column(node: Expression) -> str:
    while isinstance(node, (Cast, Collate)):
        node = node.operand
    return node.name if isinstance(node, Column) else ""


def _owner(table: TableModel, column: str) -> ReferenceModel | None:
    return next((r for r in table.references if r.columns == (column,)), None)


@dataclass(frozen=True, slots=True)
class Unlike:
    """Not the same parent as by another foreign key: ``others`` propose again where ``inner`` hits it."""

    inner: Chooser
    other: str
    others: tuple[Chooser, ...]

    def __call__(self, block: Block) -> Ints:
        """The parents; ``NONE`` where nobody else was found."""
        taken = block.parents(self.other)
        chosen = self.inner(block)
        for chooser in self.others:
            same = np.flatnonzero((chosen == taken) & (chosen >= 0))
            if not same.size:
                return chosen
            chosen[same] = chooser(block.only(same))
        return np.where((chosen == taken) & (chosen >= 0), NONE, chosen)


@dataclass(frozen=True, slots=True)
class Ordered:
    """One of two parents that were chosen: the one with the lower key, or the one with the higher."""

    first: Chooser
    second: Chooser
    target: Population
    column: str
    higher: bool

    def __call__(self, block: Block) -> Ints:
        """The parents in order."""
        left, right = self.first(block), self.second(block)
        both = (left >= 0) & (right >= 0)
        above = [Elsewhere(self.target, np.maximum(each, 0)).values(self.column) for each in (left, right)]
        swapped = both & less(above[1], above[0])
        return np.where(swapped, left, right) if self.higher else np.where(swapped, right, left)


@dataclass(frozen=True, slots=True)
class Partners(Members):
    """Members of the driver's own group, each unordered pair once: half of the circle that follows the driver."""

    def radix(self, block: Block) -> Ints:
        """How many partners every driver has to itself."""
        if self.grouping is None:
            return np.full(len(block), max(self.target.count - 1, 0) // 2, dtype=np.int64)
        return np.maximum(self.grouping.sizes(code_of(block, self.above))[1] - 1, 0) // 2

    def chooser(self, run: Run, number: int) -> Chooser:
        """The chooser of this foreign key, part ``number`` of the run's first key."""

        def choose(block: Block) -> Ints:
            drivers = run.place(block)[0]
            digit, _ = run.digit(block, 0, number)
            if self.grouping is None:
                return (drivers + 1 + digit) % max(self.target.count, 1)
            start, size = self.grouping.sizes(code_of(run.first_drivers(drivers), self.above))
            place = self.grouping.places(drivers) - start
            return self.grouping.members(start + (place + 1 + digit) % np.maximum(size, 1))

        return choose


def less(left: Values, right: Values) -> Mask:
    """Where the left key sorts before the right one, as PostgreSQL would."""
    if isinstance(left, Uuids) and isinstance(right, Uuids):
        below = (left.high == right.high) & (left.low < right.low)
        return np.asarray((left.high < right.high) | below)
    if isinstance(left, (Numbers, Moments)) and isinstance(right, (Numbers, Moments)):
        return np.asarray(left.values < right.values)
    pairs_ = zip(texts(left), texts(right), strict=True)
    return np.array([(a or "") < (b or "") for a, b in pairs_], dtype=np.bool_)
