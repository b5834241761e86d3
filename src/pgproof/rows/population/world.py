"""All rows that there will be, none of them stored: a population per table, and blocks of rows to look at.

What a row holds is computed from its number whenever somebody asks: the table itself when it is written, a
child that needs its parent's key. Only the parents' row numbers of tables that have children are kept, four
bytes each, from the first time a child asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import TableModel, TableName
from pgproof.rows.values.blocks import Mask, Values, nullable
from pgproof.rows.values.draws import Ints

BLOCK = 16_384
VECTORS = 1_048_576  # elements of vectors in a block, each of them up to eight bytes
NONE = -1

Chooser: TypeAlias = "Callable[[Block], Ints]"
Maker: TypeAlias = "Callable[[Block], Values]"
Clock: TypeAlias = "Callable[[Block], Ints]"


@dataclass(slots=True)
class Population:
    """The rows of one table, numbered from 0; the first ``existing`` were there before, ``unread`` ones too.

    ``choosers`` say which row of its target each foreign key of a row refers to (``NONE``: to nothing),
    ``makers`` what a column holds, ``born`` the second in which a row came to be. ``there`` has, per foreign
    key, the parents of the rows that were there before, ``readers`` the columns that PostgreSQL computes.
    """

    model: TableModel
    count: int
    existing: int = 0
    unread: int = 0
    choosers: dict[str, Chooser] = field(default_factory=dict)
    makers: dict[str, Maker] = field(default_factory=dict)
    readers: dict[str, Maker] = field(default_factory=dict)
    born: Clock | None = None
    targets: dict[str, Population] = field(default_factory=dict)
    there: dict[str, Ints] = field(default_factory=dict)
    kept: dict[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def nobodys(self) -> tuple[TableName, ...]:
        """The tables without a row that every row of this one would have to refer to."""
        references = (
            r for r in self.model.references if r.target != self.model.name and r.name in self.targets
        )
        required = (r for r in references if not is_nullable(self.model, r))
        return tuple(
            r.target for r in required if not self.targets[r.name].count + self.targets[r.name].unread
        )

    def maker(self, column: str) -> Maker:
        """What makes a column: one that is written, or one that PostgreSQL computed and that was read back."""
        return self.makers.get(column) or self.readers[column]

    @property
    def at_once(self) -> int:
        """How many rows make a block: fewer where each of them has vectors of thousands of bytes."""
        vectors = (each.space.max_length or 0 for each in self.model.columns if each.space.kind == "vector")
        return max(1, min(BLOCK, VECTORS // max(1, sum(vectors))))

    def blocks(self, size: int = 0) -> Iterator[Block]:
        """The rows to be written, a block of ``at_once`` at a time, or of ``size``."""
        size = size or self.at_once
        for start in range(self.existing, self.count, size):
            yield Block(self, np.arange(start, min(start + size, self.count), dtype=np.int64))

    def parents_of_all(self, name: str) -> NDArray[np.int32]:
        """For every row the row that foreign key ``name`` refers to; computed once and kept."""
        return self._keep(name, lambda block: self.choosers[name](block), np.int32)

    def births(self) -> NDArray[Any]:
        """For every row the second in which it came to be; computed once and kept."""
        assert self.born is not None
        return self._keep("born ", self.born, np.uint32)

    def forget(self) -> None:
        """Give back what was kept for children, and how they were chosen, when nobody will ask any more."""
        self.kept.clear()
        self.choosers.clear()
        self.makers.clear()

    def _keep(self, name: str, compute: Callable[[Block], Ints], kind: type[Any]) -> NDArray[Any]:
        if name not in self.kept:
            found: NDArray[Any] = np.empty(self.count, dtype=kind)
            for start in range(0, self.count, BLOCK):
                rows = np.arange(start, min(start + BLOCK, self.count), dtype=np.int64)
                part = compute(Block(self, rows))
                limits = np.iinfo(found.dtype)
                if part.min() < limits.min or part.max() > limits.max:
                    found = found.astype(np.int64)
                found[start : start + len(rows)] = part
            self.kept[name] = found
        return self.kept[name]


class Block:
    """Some rows of a population, and what has been computed of them so far.

    Rows that are ``absent`` (a child without a parent looks up) are numbered 0 and hold NULL.
    """

    __slots__ = ("_memo", "absent", "population", "rows")

    def __init__(self, population: Population, rows: Ints, absent: Mask | None = None) -> None:
        self.population = population
        self.rows = rows
        self.absent = absent
        self._memo: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What ``make`` returns, made the first time it is asked for."""
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]

    def parents(self, name: str) -> Ints:
        """The row that foreign key ``name`` of every row refers to, ``NONE`` for nothing."""
        found: Ints = self.once(("parents", name), lambda: self.population.choosers[name](self))
        return found

    def up(self, name: str) -> Block:
        """The parents by foreign key ``name`` as a block of their population."""
        found: Block = self.once(("up", name), lambda: self._up(name))
        return found

    def follow(self, hops: Sequence[str]) -> Block:
        """The ancestors at the end of a path of foreign keys; no hops: the rows themselves."""
        return self.up(hops[0]).follow(hops[1:]) if hops else self

    def values(self, column: str) -> Values:
        """What a column of every row holds."""
        found: Values = self.once(
            ("values", column), lambda: nullable(self.population.maker(column)(self), self.absent)
        )
        return found

    def born(self) -> Ints:
        """The second in which every row came to be; the beginning of time for absent ones."""
        found: Ints = self.once("born", self._born)
        return found

    def numbers(self) -> Ints:
        """The row numbers, ``NONE`` for absent rows."""
        return self.rows if self.absent is None else np.where(self.absent, NONE, self.rows)

    def only(self, positions: Ints) -> Block:
        """The rows at these positions, as a block of their own."""
        absent = None if self.absent is None else self.absent[positions]
        return type(self)(self.population, self.rows[positions], absent)

    def _up(self, name: str) -> Block:
        chosen = self.parents(name)
        absent = chosen < 0
        if self.absent is not None:
            absent = absent | self.absent
        target = self.population.targets[name]
        return Elsewhere(target, np.where(absent, 0, chosen), absent if absent.any() else None)

    def _born(self) -> Ints:
        assert self.population.born is not None
        return self.population.born(self)


class Elsewhere(Block):
    """A block of parents: rows from anywhere, so what their own parents are is looked up, not computed.

    In a population without rows all of them are absent, and there is nowhere to look.
    """

    __slots__ = ()

    def parents(self, name: str) -> Ints:
        """The row that foreign key ``name`` of every row refers to, ``NONE`` for nothing."""
        if not self.population.count:
            return np.full(len(self), NONE, dtype=np.int64)
        chosen = self.population.parents_of_all(name)[self.rows].astype(np.int64)
        return chosen if self.absent is None else np.where(self.absent, NONE, chosen)

    def _born(self) -> Ints:
        if not self.population.count:
            return np.zeros(len(self), dtype=np.int64)
        births = self.population.births()[self.rows].astype(np.int64)
        return births if self.absent is None else np.where(self.absent, 0, births)


@dataclass(slots=True)
class World:
    """Every population, in filling order, and what all of them draw from."""

    seed: int
    until: int
    since: int
    populations: dict[TableName, Population]

    def forget_all_but(self, wanted: Iterable[TableName]) -> None:
        """Forget every population that none of these tables refers to, directly or through others."""
        todo = [self.populations[name] for name in wanted]
        needed: set[int] = set()
        while todo:
            population = todo.pop()
            if id(population) not in needed:
                needed.add(id(population))
                todo += population.targets.values()
        for population in self.populations.values():
            if id(population) not in needed:
                population.forget()
