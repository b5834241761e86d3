"""Keys of several columns, unique by construction: every parent has a run of children, numbered from 0.

Child number ``turn`` of a parent gets its own combination of what else is in the key: another member of the
parent's group, another day, another label. So a million keys need no set to be compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.population.parents import Grouping, Hops, code_of, popularity
from pgproof.rows.population.world import BLOCK, NONE, Block, Elsewhere, Population
from pgproof.rows.values.draws import Ints, Permutation, below, unit

Radix: TypeAlias = "Callable[[Block], Ints]"
Counts: TypeAlias = "NDArray[Any]"

ENDLESS = 2**31 - 1
LATER = 0.06  # the share of children that have no first parent and belong to the second alone


@dataclass(slots=True)
class Run:
    """The children of every row of ``drivers``, one population after the other; None is a single run of nobody.

    With two drivers the children of the second are those that have no parent in the first. Every key is a
    *spelling* of the turn: its radices say for a block of drivers how many values each further part of the
    key can take there. ``closed`` are drivers, by number, that get no children: they have some. ``skipped``
    turns of a run without drivers are over.
    """

    key: np.uint64
    owner: Population
    drivers: tuple[Population | None, ...]
    spellings: Sequence[Sequence[Radix]]
    shape: str = "skewed"
    closed: Sequence[Ints] = ()
    skipped: int = 0
    _edges: NDArray[Any] = field(default_factory=lambda: np.zeros(1, dtype=np.int64))

    def share_out(self, demand: int) -> int:
        """Give every driver its children, ``demand`` in all or as many as there is room for; returns how many."""
        rooms = [self._room(driver) for driver in self.drivers]
        if self.drivers == (None,):
            rooms[0] = np.maximum(rooms[0] - self.skipped, 0)
        for room, closed in zip(rooms, self.closed, strict=False):
            room[closed[closed >= 0]] = 0
        counts = self._shared(demand, rooms)
        total = int(counts.sum(dtype=np.int64))
        self._edges = np.zeros(len(counts) + 1, dtype=narrow(total))
        np.cumsum(counts, out=self._edges[1:])
        return total

    def _shared(self, demand: int, rooms: Sequence[Counts]) -> Counts:
        """How many children every driver gets; all that they have room for where more are wanted."""
        room = _together(rooms)
        if demand >= int(room.sum(dtype=np.int64)):
            return room
        later = int(demand * LATER) if len(rooms) > 1 else 0
        amounts = (demand - later, later)
        wanted = [self._wanted(len(each), amount) for each, amount in zip(rooms, amounts, strict=False)]
        return fitted(_together(wanted), room)

    def place(self, block: Block) -> tuple[Ints, Ints]:
        """The driver of every row, counted through all drivers, and its turn among that driver's children."""
        found: tuple[Ints, Ints] = block.once(("place", id(self)), lambda: self._place(block))
        return found

    def chooser(self, number: int) -> Callable[[Block], Ints]:
        """The chooser of the foreign key to driver ``number``."""
        start = sum(map(size_of, self.drivers[:number]))
        size = size_of(self.drivers[number])

        def choose(block: Block) -> Ints:
            found = self.place(block)[0] - start
            return np.where((found >= 0) & (found < size), found, NONE)

        return choose

    def digit(self, block: Block, spelling: int, number: int) -> tuple[Ints, Ints]:
        """Which of its values part ``number`` of a key takes in every row, and of how many."""
        drivers, rest = self.place(block)
        radices = self.spellings[spelling]
        for radix in radices[:number]:
            rest = rest // self._size(radix, drivers)
        size = self._size(radices[number], drivers)
        return rest % size, size

    def first_drivers(self, drivers: Ints) -> Block:
        """Rows of the first driver."""
        assert self.drivers[0] is not None
        return Elsewhere(self.drivers[0], drivers)

    def of_drivers(self, drivers: Ints, compute: Radix) -> Ints:
        """What ``compute`` says of every driver, whichever population it is in."""
        found = np.ones(len(drivers), dtype=np.int64)
        start = 0
        for driver in self.drivers:
            size = size_of(driver)
            inside = np.flatnonzero((drivers >= start) & (drivers < start + size))
            if inside.size:
                found[inside] = compute(self._above(driver, drivers[inside] - start))
            start += size
        return found

    def _size(self, radix: Radix, drivers: Ints) -> Ints:
        return np.maximum(self.of_drivers(drivers, radix), 1)

    def _above(self, driver: Population | None, rows: Ints) -> Block:
        return Elsewhere(driver, rows) if driver else Block(self.owner, rows)

    def _place(self, block: Block) -> tuple[Ints, Ints]:
        numbers = block.rows - self.owner.existing
        if self.drivers != (None,):
            numbers = Permutation(self.key, int(self._edges[-1]))(numbers)
        drivers = (np.searchsorted(self._edges, numbers, side="right") - 1).astype(np.int64)
        return drivers, numbers - self._edges[drivers] + self.skipped

    def _room(self, driver: Population | None) -> Counts:
        size = size_of(driver)
        found = np.empty(size, dtype=np.int32)
        for start in range(0, size, BLOCK):
            rows = np.arange(start, min(start + BLOCK, size), dtype=np.int64)
            rooms = [_product(radices, self._above(driver, rows)) for radices in self.spellings]
            found[start : start + len(rows)] = np.minimum.reduce(rooms) if rooms else ENDLESS
        return found

    def _wanted(self, size: int, demand: int) -> Counts:
        counts = np.zeros(size, dtype=np.int32)
        if not size:
            return counts
        shuffle = Permutation(self.key, size)
        for start in range(0, demand, BLOCK):
            rows = np.arange(start, min(start + BLOCK, demand), dtype=np.int64)
            ranked = (popularity(unit(self.key, rows), self.shape) * size).astype(np.int64)
            np.add.at(counts, shuffle(ranked), np.int32(1))
        return counts


def _product(radices: Sequence[Radix], above: Block) -> Ints:
    room = np.ones(len(above), dtype=np.int64)
    for radix in radices:
        room = np.minimum(room * np.minimum(radix(above), ENDLESS), ENDLESS)
    return room


def size_of(driver: Population | None) -> int:
    """How many runs there are: one per row of a population."""
    return 1 if driver is None else driver.count


def narrow(most: int) -> type[Any]:
    """The smaller type of integers that holds ``most``: there can be one per row of a large table."""
    return np.int32 if most < 2**31 else np.int64


def _together(parts: Sequence[Counts]) -> Counts:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def fitted(wanted: Counts, room: Counts) -> Counts:
    """``wanted`` with nobody having more than there is room for; what is over goes where room is left.

    ``wanted`` is overwritten, and looked at piece by piece: it can be as long as a large table.
    """
    over = int(wanted.sum(dtype=np.int64))
    counts = np.minimum(wanted, room, out=wanted)
    over -= int(counts.sum(dtype=np.int64))
    while over > 0:
        roomy = int(np.count_nonzero(room > counts))
        if not roomy:
            break
        share = max(1, over // roomy)
        for start in range(0, len(counts), BLOCK):
            part = slice(start, start + BLOCK)
            added = np.cumsum(np.minimum(room[part] - counts[part], share), dtype=np.int64)
            upto = np.minimum(added, over)
            counts[part] += np.diff(upto, prepend=0).astype(counts.dtype)
            over -= int(upto[-1])
    return counts


@dataclass(frozen=True, slots=True)
class Members:
    """A further parent in the key: child ``turn`` takes the next member of the driver's group.

    ``above`` are the driver's paths to what the group has in common; with no grouping everybody is in it.
    """

    key: np.uint64
    target: Population
    grouping: Grouping | None
    above: tuple[Hops, ...]

    def radix(self, block: Block) -> Ints:
        """How many members the group of every driver has."""
        if self.grouping is None:
            return np.full(len(block), self.target.count, dtype=np.int64)
        return self.grouping.sizes(code_of(block, self.above))[1]

    def chooser(self, run: Run, number: int) -> Callable[[Block], Ints]:
        """The chooser of this foreign key, part ``number`` of the run's first key."""

        def choose(block: Block) -> Ints:
            drivers = run.place(block)[0]
            digit, size = run.digit(block, 0, number)
            turned = (digit + below(self.key, drivers, size)) % size
            if self.grouping is None:
                return Permutation(self.key, self.target.count)(turned)
            start, room = self.grouping.sizes(code_of(run.first_drivers(drivers), self.above))
            return np.where(room > 0, self.grouping.members(start + turned), NONE)

        return choose
