"""Which parent a child gets: skewed, from the right group, or the one that another path already leads to.

A chooser takes a block of children and returns a parent's row number for each, ``NONE`` for no parent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.population.world import BLOCK, NONE, Block, Chooser, Population
from pgproof.rows.values.draws import Floats, Ints, Permutation, chance, unit

Hops: TypeAlias = "tuple[str, ...]"

ACTIVE = 0.85  # the share of parents that have children at all
STEEPNESS = 3  # children of the most popular parents: density falls with rank as rank ** (1/3 - 1)


def popularity(draw: Floats, shape: str) -> Floats:
    """A uniform draw as a position among parents ranked by popularity, both in [0, 1)."""
    if shape == "uniform":
        return draw
    skewed: Floats = draw * draw * draw * ACTIVE
    return skewed


@dataclass(frozen=True, slots=True)
class Free:
    """Any parent of ``candidates`` (all when None): a few get very many children, some get none."""

    key: np.uint64
    target: Population
    shape: str = "skewed"
    candidates: Ints | None = None

    def __call__(self, block: Block) -> Ints:
        """The parents."""
        size = self.target.count if self.candidates is None else len(self.candidates)
        if not size:
            return np.full(len(block), NONE, dtype=np.int64)
        ranked = (popularity(unit(self.key, block.rows), self.shape) * size).astype(np.int64)
        chosen = Permutation(self.key, size)(np.minimum(ranked, size - 1))
        return chosen if self.candidates is None else self.candidates[chosen]


class Nobody:
    """No parent."""

    def __call__(self, block: Block) -> Ints:
        """``NONE`` for every child."""
        return np.full(len(block), NONE, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Once:
    """Every parent at most once: one to one. Only for as many children as there are candidates."""

    key: np.uint64
    target: Population
    candidates: Ints | None = None

    def __call__(self, block: Block) -> Ints:
        """Every parent once, in another order."""
        size = self.target.count if self.candidates is None else len(self.candidates)
        numbers = block.rows - block.population.existing
        chosen = Permutation(self.key, size)(np.minimum(numbers, max(size - 1, 0)))
        return chosen if self.candidates is None else self.candidates[chosen]


@dataclass(frozen=True, slots=True)
class Determined:
    """The row that other paths lead to; the first of them that leads anywhere."""

    paths: tuple[Hops, ...]
    otherwise: Chooser

    def __call__(self, block: Block) -> Ints:
        """Where the paths lead."""
        found = np.full(len(block), NONE, dtype=np.int64)
        for path in self.paths:
            found = np.where(found < 0, block.follow(path).numbers(), found)
        missing = np.flatnonzero(found < 0)
        if missing.size:
            found[missing] = self.otherwise(block.only(missing))
        return found


@dataclass(slots=True)
class Grouping:
    """The rows of a population sorted by the ancestors that ``paths`` lead to; made when first needed."""

    population: Population
    paths: tuple[Hops, ...]
    _order: NDArray[np.int32] | None = None
    _place: NDArray[np.int32] | None = None
    _codes: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    _starts: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))

    def sizes(self, codes: Ints) -> tuple[Ints, Ints]:
        """Where the group of every code starts in ``members``, and how many rows it has."""
        self._make()
        if not self._codes.size:
            return np.zeros_like(codes), np.zeros_like(codes)
        at = np.minimum(np.searchsorted(self._codes, codes), self._codes.size - 1)
        known = (self._codes[at] == codes) & (codes >= 0)
        size = np.where(known, self._starts[at + 1] - self._starts[at], 0)
        return np.where(known, self._starts[at], 0), size

    def members(self, positions: Ints) -> Ints:
        """The rows at these positions of the sorted order; where there are no rows at all, none."""
        self._make()
        assert self._order is not None
        if not self._order.size:
            return np.full(len(positions), NONE, dtype=np.int64)
        return self._order[positions].astype(np.int64)

    def places(self, rows: Ints) -> Ints:
        """Where these rows stand in the sorted order."""
        self._make()
        assert self._order is not None
        if self._place is None:
            self._place = np.empty(len(self._order), dtype=np.int32)
            self._place[self._order] = np.arange(len(self._order), dtype=np.int32)
        return self._place[rows].astype(np.int64)

    def _make(self) -> None:
        if self._order is not None:
            return
        whole = np.empty(self.population.count, dtype=np.int64)
        for start in range(0, self.population.count, BLOCK):
            rows = np.arange(start, min(start + BLOCK, self.population.count), dtype=np.int64)
            whole[start : start + len(rows)] = code_of(Block(self.population, rows), self.paths)
        order = np.argsort(whole, kind="stable").astype(np.int32)
        self._codes, starts = np.unique(whole[order], return_index=True)
        self._starts = np.append(starts, len(whole)).astype(np.int64)
        self._order = order


def code_of(block: Block, paths: Sequence[Hops]) -> Ints:
    """One number for the ancestors at the ends of ``paths``; negative where one of them is missing."""
    code = np.zeros(len(block), dtype=np.int64)
    missing = np.zeros(len(block), dtype=np.bool_)
    for path in paths:
        end = block.follow(path)
        numbers = end.numbers()
        missing |= numbers < 0
        code = code * end.population.count + numbers
    return np.where(missing, NONE, code)


@dataclass(frozen=True, slots=True)
class Grouped:
    """Any parent that shares ancestors with what the child already has: a user of the same tenant.

    ``own`` are the child's paths to those ancestors, in the order of the grouping's. A child for which one of
    them leads nowhere takes any parent; a child whose group is empty takes none.
    """

    key: np.uint64
    grouping: Grouping
    own: tuple[Hops, ...]
    otherwise: Chooser
    shape: str = "skewed"

    def __call__(self, block: Block) -> Ints:
        """Members of the groups."""
        codes = code_of(block, self.own)
        start, size = self.grouping.sizes(codes)
        draw = popularity(unit(self.key, block.rows), self.shape)
        position = start + np.minimum((draw * size).astype(np.int64), np.maximum(size - 1, 0))
        chosen = np.where(size > 0, self.grouping.members(position), NONE)
        unbound = np.flatnonzero(codes < 0)
        if unbound.size:
            chosen[unbound] = self.otherwise(block.only(unbound))
        return chosen


@dataclass(frozen=True, slots=True)
class Rather:
    """The parent that ``inner`` proposes, and where it has none, another one."""

    inner: Chooser
    otherwise: Chooser

    def __call__(self, block: Block) -> Ints:
        """Everybody has a parent, if there is one."""
        chosen = self.inner(block)
        missing = np.flatnonzero(chosen < 0)
        if missing.size:
            chosen[missing] = self.otherwise(block.only(missing))
        return chosen


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier row of the same table that ``inner`` proposes; the row itself, or none, where it is not earlier."""

    inner: Chooser
    own_row: bool

    def __call__(self, block: Block) -> Ints:
        """Earlier rows."""
        proposed = self.inner(block)
        fallback = block.rows if self.own_row else np.full(len(block), NONE, dtype=np.int64)
        return np.where((proposed >= 0) & (proposed < block.rows), proposed, fallback)


@dataclass(frozen=True, slots=True)
class Sometimes:
    """No parent for a share of the children, unless ``demand`` says 1 (none) or -1 (there must be one)."""

    key: np.uint64
    share: float
    inner: Chooser
    demand: Callable[[Block], Ints] | None = None

    def __call__(self, block: Block) -> Ints:
        """The parents, and none."""
        chosen = self.inner(block)
        without = chance(self.key, block.rows, self.share)
        if self.demand is not None:
            wanted = self.demand(block)
            without = np.where(wanted == 0, without, wanted > 0)
        return np.where(without, NONE, chosen)
