"""What binds a column row by row: the turn of a run, a stretch of its own, a partition.

A ``Window`` bounds numbers and times; a ``Pin`` names the one value of a list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pgproof.rows.model.literals import text_of
from pgproof.rows.model.tables import Space, Value
from pgproof.rows.population.runs import ENDLESS, Run
from pgproof.rows.population.scalars import Scalar
from pgproof.rows.population.world import Block
from pgproof.rows.values.blocks import DAY, SECOND, Choice, Joined, Pool, Values
from pgproof.rows.values.draws import Ints, below, unit
from pgproof.rows.values.measures import Measure, limits, measure_of, written

Window: TypeAlias = "Callable[[Block], tuple[Ints, Ints]]"

STRETCH = {"number": 10, "date": 8 * DAY, "time": DAY}


@dataclass(frozen=True, slots=True)
class Pin:
    """The values a column can be pinned to, and which of them each row has."""

    values: tuple[Value, ...]
    which: Callable[[Block], Ints]

    def __call__(self, block: Block) -> Values:
        """The value of every row."""
        return Choice(Pool(tuple(text_of(value) for value in self.values)), self.which(block))


@dataclass(slots=True)
class Spelled:
    """A column that spells a part of a run's turn: the next number, the next day, the next label."""

    run: Run | None
    spelling: int
    number: int
    scalar: Scalar
    space: Space

    @property
    def measure(self) -> Measure | None:
        """How the column is counted; None if its values are listed."""
        return None if self.space.allowed is not None else measure_of(self.space)

    @property
    def values(self) -> tuple[Value, ...]:
        """The values of a listed column."""
        return (False, True) if self.space.allowed is None else self.space.allowed

    def radix(self, above: Block) -> Ints:
        """How many values there are for the children of every driver."""
        measure = self.measure
        if measure is None:
            return np.full(len(above), len(self.values), dtype=np.int64)
        _, most = limits(measure, self.space)
        if measure.family == "time":
            last = min(most, self.scalar.clockwork.until * SECOND)
            return np.maximum((last - self._first_day(above)) // _step(measure) + 1, 0)
        steps = (most - start_of(self.scalar, self.space)) // measure.unit + 1
        return np.full(len(above), min(steps, ENDLESS), dtype=np.int64)

    def window(self, block: Block) -> tuple[Ints, Ints]:
        """The one count of every row, as bounds."""
        assert self.run is not None
        assert self.measure is not None
        digit, _ = self.run.digit(block, self.spelling, self.number)
        if self.measure.family == "time":
            counts = self.run.of_drivers(self.run.place(block)[0], self._first_day) + digit * _step(
                self.measure
            )
        else:
            counts = start_of(self.scalar, self.space) + digit * self.measure.unit
        return counts, counts

    def which(self, block: Block) -> Ints:
        """Which of the listed values every row has; every driver starts somewhere else."""
        assert self.run is not None
        digit, size = self.run.digit(block, self.spelling, self.number)
        return (digit + below(self.scalar.key, self.run.place(block)[0], size)) % size

    def _first_day(self, above: Block) -> Ints:
        return first_day(self.run, self.scalar, self.space, above)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The turn's own stretch of time or numbers, for an exclusion constraint: nobody else's overlaps it.

    ``part`` is 0 for the column that starts it, 1 for the one that ends it; a range holds the whole.
    """

    run: Run
    scalar: Scalar
    space: Space
    part: int = 0

    def window(self, block: Block) -> tuple[Ints, Ints]:
        """The first half of the stretch for its start, the second half for its end."""
        first, size = self._bounds(block, self.space)
        half = first + size // 2
        return (half, first + size - 1) if self.part else (first, half - 1)

    def ranges(self, block: Block) -> Values:
        """The stretch as a value of the range type."""
        element = self.space.element or self.space
        measure = measure_of(element)
        assert measure is not None
        first, size = self._bounds(block, element)
        early, late = (unit(self.scalar.key + np.uint64(number), block.rows) for number in range(2))
        low = first + (early * (size // 4)).astype(np.int64)
        high = low + size // 8 + (late * (size // 2)).astype(np.int64)
        low, high = low - low % measure.unit, high - high % measure.unit + measure.unit
        around = ("{[", ")}") if self.space.kind == "multirange" else ("[", ")")
        return Joined((around[0], written(measure, low), ",", written(measure, high), around[1]))

    def _bounds(self, block: Block, space: Space) -> tuple[Ints, int]:
        measure = measure_of(space)
        assert measure is not None
        drivers, turns = self.run.place(block)
        if measure.family == "number":
            size = STRETCH["number"] * 10**measure.scale
            return start_of(self.scalar, space) + turns * size, size
        size = STRETCH["date" if measure.kind == "date" else "time"]
        first = self.run.of_drivers(drivers, lambda above: first_day(self.run, self.scalar, space, above))
        return first + turns * size, size


def first_day(run: Run | None, scalar: Scalar, space: Space, above: Block) -> Ints:
    """The first day for every driver's children, in microseconds: not before the driver came to be."""
    measure = measure_of(space)
    assert measure is not None
    least, _ = limits(measure, space)
    since = scalar.clockwork.since
    if above.population.born is None or (run is not None and above.population is run.owner):
        base = np.full(len(above), since * SECOND, dtype=np.int64)
    else:
        base = np.maximum(above.born(), since) * SECOND
    return np.asarray(np.maximum(base - base % DAY, least))


def start_of(scalar: Scalar, space: Space) -> int:
    """Where counting starts in a space: at its usual low end, or at 1."""
    measure = measure_of(space)
    assert measure is not None
    least, most = limits(measure, space)
    usual = scalar.range
    first = int((usual.low if usual else 1) * 10**measure.scale)
    return min(max(first, least), most)


def _step(measure: Measure) -> int:
    return max(measure.unit, DAY)
