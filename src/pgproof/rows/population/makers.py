"""What every column of a table holds: a parent's key, a turn spelled out, or a value drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pgproof.rows.model.tables import ReferenceModel, Space
from pgproof.rows.population.bindings import Window
from pgproof.rows.population.rules import GroupRule
from pgproof.rows.population.scalars import Scalar
from pgproof.rows.population.world import Block
from pgproof.rows.values.blocks import Numbers, Values, nullable, nulls, scattered
from pgproof.rows.values.draws import Ints
from pgproof.rows.values.measures import measure_of, written


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
        return nullable(self.scalar.draw(block, self.space), self.scalar.nulls(block))


@dataclass(frozen=True, slots=True)
class Within:
    """A number or time that no CHECK ties to another, bounded row by row."""

    scalar: Scalar
    space: Space
    window: Window

    def __call__(self, block: Block) -> Values:
        """Values within the window; never NULL."""
        measure = measure_of(self.space)
        assert measure is not None
        return written(measure, self.scalar.counts(block, self.space, measure, *self.window(block)))


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


def sources(references: Sequence[ReferenceModel], column: str) -> tuple[tuple[str, str], ...]:
    """The foreign keys a column belongs to, each with the column that it refers to; the simplest first."""
    found = sorted(
        (r for r in references if column in r.columns), key=lambda r: (bool(r.breaking), len(r.columns))
    )
    return tuple((r.name, r.target_columns[r.columns.index(column)]) for r in found)
