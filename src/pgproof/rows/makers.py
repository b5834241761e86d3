"""What every column of a table holds: a parent's key, a turn spelled out, or a value drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pgproof.rows.draws import Ints, below, stream
from pgproof.rows.literals import text_of
from pgproof.rows.measures import limits, measure_of, written
from pgproof.rows.model import ReferenceModel, Space
from pgproof.rows.naming import usual_range
from pgproof.rows.runs import ENDLESS, Run
from pgproof.rows.rules import GroupRule
from pgproof.rows.scalars import Scalar
from pgproof.rows.values import DAY, SECOND, Choice, Numbers, Pool, Values, nullable, nulls, scattered
from pgproof.rows.world import Block


@dataclass(frozen=True, slots=True)
class FromParents:
    """A column of foreign keys: the key of the first parent that the row has."""

    sources: tuple[tuple[str, str], ...]

    def __call__(self, block: Block) -> Values:
        """The parents' keys."""
        parts: list[tuple[Ints, Values]] = []
        missing = np.arange(len(block), dtype=np.int64)
        for name, column in self.sources:
            part = block if len(missing) == len(block) else block.only(missing)
            has = part.parents(name) >= 0
            if has.all() and part is block:
                return part.up(name).values(column)
            found = np.flatnonzero(has)
            if found.size:
                parts.append((missing[found], part.only(found).up(name).values(column)))
            missing = missing[~has]
        return scattered(len(block), parts)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A column that no CHECK ties to another."""

    scalar: Scalar
    space: Space

    def __call__(self, block: Block) -> Values:
        """Values of the column's space, NULL now and then."""
        return nullable(self.scalar.draw(block, self.space), self.scalar.nulls(block.rows))


@dataclass(frozen=True, slots=True)
class ByRule:
    """A column of a group that CHECKs tie together."""

    rule: GroupRule
    column: str

    def __call__(self, block: Block) -> Values:
        """What the row's option gives the column."""
        return self.rule.values(block, self.column)


@dataclass(frozen=True, slots=True)
class Sequential:
    """A number that a sequence would give: it goes on from where the sequence stands."""

    start: int
    step: int = 1

    def __call__(self, block: Block) -> Values:
        """Consecutive numbers."""
        numbers = block.rows - block.population.existing
        return Numbers(self.start + numbers * self.step)


class Nothing:
    """A column that stays NULL until a second pass."""

    def __call__(self, block: Block) -> Values:
        """NULL."""
        return nulls(len(block))


@dataclass(frozen=True, slots=True)
class Spelled:
    """A column that spells a part of a run's turn: the next number, the next day, the next label."""

    run: Run
    spelling: int
    number: int
    scalar: Scalar
    space: Space

    def __call__(self, block: Block) -> Values:
        """The part's own value for every turn."""
        measure = measure_of(self.space)
        if measure is not None and self.space.allowed is None:
            return written(measure, self.counts(block))
        digit, size = self.run.digit(block, self.spelling, self.number)
        if self.space.kind == "boolean" and self.space.allowed is None:
            return Choice(Pool(("false", "true")), digit)
        turned = (digit + below(self.scalar.key, self.run.place(block)[0], size)) % size
        return Choice(Pool(tuple(text_of(value) for value in self.space.allowed or ())), turned)

    def counts(self, block: Block) -> Ints:
        """The part as a number or time."""
        measure = measure_of(self.space)
        assert measure is not None
        digit, _ = self.run.digit(block, self.spelling, self.number)
        if measure.family == "time":
            first = self.run.of_drivers(self.run.place(block)[0], self._first)
            return first + digit * max(measure.unit, DAY)
        return start_of(self.scalar, self.space) + digit * measure.unit

    def radix(self, above: Block) -> Ints:
        """How many values there are for the children of every driver."""
        measure = measure_of(self.space)
        if measure is None or self.space.allowed is not None:
            size = 2 if self.space.allowed is None else len(self.space.allowed)
            return np.full(len(above), size, dtype=np.int64)
        _, most = limits(measure, self.space)
        if measure.family == "time":
            last = min(most, self.scalar.clockwork.until * SECOND)
            return np.maximum((last - self._first(above)) // max(measure.unit, DAY) + 1, 0)
        steps = (most - start_of(self.scalar, self.space)) // measure.unit + 1
        return np.full(len(above), min(steps, ENDLESS), dtype=np.int64)

    def _first(self, above: Block) -> Ints:
        """The first day for every driver's children: the day after it came to be."""
        least = limits_low(self.space)
        if above.population is self.run.owner or above.population.born is None:
            base = np.full(len(above), self.scalar.clockwork.since * SECOND, dtype=np.int64)
        else:
            base = above.born() * SECOND
        return np.maximum(base - base % DAY, least)


def limits_low(space: Space) -> int:
    """The lowest count of a space."""
    measure = measure_of(space)
    assert measure is not None
    return limits(measure, space)[0]


def start_of(scalar: Scalar, space: Space) -> int:
    """Where counting starts in a space: at its usual low end, or at 1."""
    measure = measure_of(space)
    assert measure is not None
    least, most = limits(measure, space)
    usual = usual_range(scalar.model.name)
    first = int((usual.low if usual else 1) * 10**measure.scale)
    return min(max(first, least), most)


def sources(references: Sequence[ReferenceModel], column: str) -> tuple[tuple[str, str], ...]:
    """The foreign keys a column belongs to, each with the column that it refers to; the simplest first."""
    found = sorted((r for r in references if column in r.columns), key=lambda r: (bool(r.breaking), len(r.columns)))
    return tuple((r.name, r.target_columns[r.columns.index(column)]) for r in found)


__all__ = ["ByRule", "Drawn", "FromParents", "Nothing", "Sequential", "Spelled", "sources", "stream"]
