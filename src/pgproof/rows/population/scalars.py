"""Values of one column for a block of rows: in its space, within bounds that may differ by row, believable."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timezone
from datetime import datetime as moment_type

import numpy as np

from pgproof.rows.model.literals import value_of
from pgproof.rows.model.naming import Usual, null_share, text_provider, true_share, usual_range
from pgproof.rows.model.tables import ColumnModel, Space
from pgproof.rows.model.timeline import stage
from pgproof.rows.model.troubles import CannotFill
from pgproof.rows.population.clockwork import Clockwork
from pgproof.rows.population.world import Block
from pgproof.rows.values.blocks import DAY, SECOND, Choice, Mask, Pool, Truths, Values
from pgproof.rows.values.draws import Ints, Permutation, chance, stream, unit
from pgproof.rows.values.exotic import knows, literals
from pgproof.rows.values.measures import (
    Measure,
    at_least,
    beside,
    between,
    counted,
    excluded,
    limits,
    measure_of,
    replaced,
    written,
)
from pgproof.rows.values.numbered import numbered
from pgproof.rows.values.phrases import Phrasing, uuids
from pgproof.rows.values.texts import Filler, TextNeeds, text_filler

POOL = 600
NARROW = 10_000  # a range that a CHECK sets apart from what is usual is used up to this width
BIRTHS = (counted(Measure("date"), date(1945, 1, 1)), counted(Measure("date"), date(2015, 12, 31)))


@dataclass(slots=True)
class Scalar:
    """How one column is drawn, relations to other columns apart.

    ``distinct`` is for how many rows it must differ, and differ from what is ``taken``.
    ``offset`` is the number of rows there are that no row number stands for, because there are so many;
    ``first`` the number of all that there are.
    """

    model: ColumnModel
    table: str
    seed: int
    locale: str
    clockwork: Clockwork
    distinct: int = 0
    share: float | None = None
    shape: str = ""
    provider: str = ""
    usual: Usual | None = None
    taken: tuple[str, ...] = ()
    salt: int = 0
    offset: int = 0
    first: int = 0
    _fillers: dict[Space, Filler | None] = field(default_factory=dict)

    @property
    def key(self) -> np.uint64:
        """The key of this column's numbers."""
        again = (f"again {self.salt}",) if self.salt else ()
        return stream(self.seed, self.table, self.model.name, *again)

    @property
    def range(self) -> Usual | None:
        """The usual range of its numbers: by the settings, else by its name."""
        return self.usual or usual_range(self.model.name)

    def rows(self, block: Block) -> Ints:
        """What this column draws from: a number that no other row has, there before or not."""
        return block.rows + self.offset if self.offset else block.rows

    def nulls(self, block: Block) -> Mask:
        """Which rows hold NULL, where nothing forbids it: all of them where no value is known."""
        if self.model.nullable and not knows(self.model.space):
            return np.ones(len(block), dtype=np.bool_)
        share = null_share(self.model) if self.share is None else self.share
        share = share if self.model.nullable and not self.distinct else 0.0
        return chance(stream(self.seed, self.table, self.model.name, "null"), self.rows(block), share)

    def draw(self, block: Block, space: Space) -> Values:
        """A value of ``space`` for every row; none where none is known and all are NULL."""
        if self.model.nullable and not knows(space):
            return Choice(Pool((None,)), np.zeros(len(block), dtype=np.int64))
        measure = measure_of(space)
        if measure is not None and space.allowed is None:
            return written(measure, self.counts(block, space, measure))
        return self.filler(space)(self.rows(block))

    def counts(
        self, block: Block, space: Space, measure: Measure, low: Ints | None = None, high: Ints | None = None
    ) -> Ints:
        """Numbers and times as counts of ``measure``, between ``low`` and ``high`` where they are given."""
        least, most = limits(measure, space)
        gone = excluded(measure, space)
        if self.distinct and low is None and high is None:
            counts = self._distinct(block, measure, least, most)
            return replaced(counts, gone, self._spare(measure, least, most, gone)) if gone.size else counts
        floor = np.full(len(block), least, np.int64) if low is None else np.maximum(low, least)
        ceiling = np.full(len(block), most, np.int64) if high is None else np.minimum(high, most)
        return beside(self._between(block, measure, floor, ceiling), gone, measure.unit, floor, ceiling)

    def _between(self, block: Block, measure: Measure, floor: Ints, ceiling: Ints) -> Ints:
        if measure.family == "time" and measure.kind != "time":
            return self._moments(block, measure, floor, ceiling)
        usual = self.range or Usual(0, 1000 if measure.scale == 0 else 100, 2)
        draw = unit(self.key, self.rows(block))
        steep = draw if self.shape == "uniform" else _steep(draw, usual.steep)
        if measure.kind == "time":
            return between(measure, draw, np.maximum(floor, 0), ceiling)
        return between(measure, steep, *_within(measure, usual, floor, ceiling))

    def filler(self, space: Space) -> Filler:
        """What draws values that are no numbers. Raises ``CannotFill`` when there are no such values."""
        if space not in self._fillers:
            self._fillers[space] = self._make(space)
        found = self._fillers[space]
        if found is None:
            many = f" {self.distinct} different" if self.distinct else ""
            raise CannotFill(
                f"{self.table}.{self.model.name}: no{many} values of type {space.type_name} are known;"
                f' list some in [rows."{self.table}"]'
            )
        return found

    def _make(self, space: Space) -> Filler | None:
        if not knows(space):
            return None
        if space.kind == "text":
            phrasing = Phrasing(self.seed, self.table, self.model.name, self.locale)
            provider = self.provider or text_provider(self.model, self.table.rpartition(".")[2])[0]
            return text_filler(phrasing, self._needs(space, provider))
        if space.kind == "uuid" and space.allowed is None:
            return lambda rows: uuids(self.key, rows)
        if space.kind == "boolean":
            return self._truths(space)
        if self.distinct:
            return numbered(space, self.key, self.distinct)
        return self._pooled(space)

    def _needs(self, space: Space, provider: str) -> TextNeeds:
        taken = frozenset(text.casefold() for text in self.taken)
        return TextNeeds(space, provider, self.distinct, taken, self.first, self.offset > 0)

    def _truths(self, space: Space) -> Filler:
        share = true_share(self.model.name, self.model.default)
        if space.allowed is not None:
            share = 1.0 if True in space.allowed else 0.0
            share = 0.5 if len(set(space.allowed)) > 1 else share
        if self.distinct:
            return lambda rows: Truths(rows % 2 == 1)
        return lambda rows: Truths(chance(self.key, rows, share))

    def _pooled(self, space: Space) -> Filler:
        size = 64 if space.kind == "vector" and (space.max_length or 0) > 64 else POOL
        pool = Pool(literals(space, int(self.key), size))
        return lambda rows: Choice(pool, (unit(self.key, rows) * len(pool.texts)).astype(np.int64))

    def _moments(self, block: Block, measure: Measure, floor: Ints, ceiling: Ints) -> Ints:
        if "birth" in self.model.name:
            first, last = (np.full(len(block), int(bound), np.int64) for bound in BIRTHS)
            first, last = np.maximum(first, floor), np.maximum(np.minimum(last, ceiling), floor)
            return between(measure, unit(self.key, self.rows(block)), first, np.maximum(first, last))
        if stage(self.model.name) >= 0:
            at = self.clockwork.moments(block, self.model.name)
        else:
            draw = unit(self.key, self.rows(block))
            room = self.clockwork.until - block.born()
            at = (block.born() + (draw * np.maximum(room, 0)).astype(np.int64)) * SECOND
        outside = (at < floor) | (at > ceiling)
        room = np.clip(ceiling - floor, 0, DAY)
        moved = floor + (unit(self.key, self.rows(block)) * room).astype(np.int64)
        return _stepped(measure, np.where(outside, moved, at), floor)

    def _distinct(self, block: Block, measure: Measure, least: int, most: int) -> Ints:
        if measure.family == "time" and measure.unit == 1:
            at = self._moments(block, measure, np.full(len(block), least), np.full(len(block), most))
            return at - at % SECOND + self.rows(block) % SECOND
        first, size = self._home(measure, least, most)
        return first + Permutation(self.key, size)(self.rows(block)) * measure.unit

    def _spare(self, measure: Measure, least: int, most: int, gone: Ints) -> Ints:
        """As many counts as are ``gone`` that no row has: those that the permutation left over, or behind it."""
        first, size = self._home(measure, least, most)
        left = Permutation(self.key, size)(np.arange(self.distinct, min(size, self.distinct + 2 * len(gone))))
        found = np.concatenate((left, size + np.arange(len(gone), dtype=np.int64)))
        return np.setdiff1d(first + found * measure.unit, gone, assume_unique=True)[: len(gone)]

    def _home(self, measure: Measure, least: int, most: int) -> tuple[int, int]:
        """Where distinct values begin and how many steps they are spread over: the usual range if it has room.

        Above what is taken, if there is room above it.
        """
        above = self._above_taken(measure)
        if above is not None and most - above > self.distinct * measure.unit:
            return (
                above,
                self.distinct * 4 if most - above > self.distinct * 4 * measure.unit else self.distinct,
            )
        usual = self.range
        if measure.family == "time":
            low, high = self.clockwork.since * SECOND, self.clockwork.until * SECOND
        elif usual is None:
            low, high = measure.unit, self.distinct * 4 * measure.unit
        else:
            low, high = (int(bound * 10**measure.scale) for bound in (usual.low, usual.high))
        low = min(max(low, least), most)
        high = min(max(high, low + self.distinct * measure.unit), most)
        low = max(least, min(low, high - self.distinct * measure.unit))
        low -= low % -measure.unit
        return low, max((high - low) // measure.unit + 1, 1)

    def _above_taken(self, measure: Measure) -> int | None:
        """The first step above every value that is there."""
        counts = [counted(measure, value_of(self.model.space.kind, text)) for text in self.taken]
        return at_least(measure, max(counts), open_=True) if counts else None


def capacity(space: Space) -> int:
    """How many different values a space has, if they are counted easily; 2**63 means enough for anything."""
    if space.allowed is not None:
        return len(space.allowed)
    if space.kind == "boolean":
        return 2
    measure = measure_of(space)
    if measure is not None:
        least, most = limits(measure, space)
        return max((most - least) // measure.unit + 1, 0)
    if space.max_length is not None and space.kind in ("text", "bit"):
        letters = 36 if space.kind == "text" else 2
        return int(min(letters ** min(space.max_length, 63), 2**63))
    return 2**63


def _steep(
    draw: np.ndarray[tuple[int], np.dtype[np.float64]], steep: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = draw
    for _ in range(steep - 1):
        found = found * draw
    return found


def _within(measure: Measure, usual: Usual, floor: Ints, ceiling: Ints) -> tuple[Ints, Ints]:
    """The usual range cut to the bounds; next to the bound where they do not meet."""
    low, high = (int(bound * 10**measure.scale) for bound in (usual.low, usual.high))
    width = max(high - low, measure.unit)
    if len(floor) and (floor.min() > high or ceiling.max() < low):
        width = max(width, NARROW * 10**measure.scale)
    first, last = np.maximum(floor, low), np.minimum(ceiling, high)
    above, below_ = floor > high, ceiling < low
    first = np.where(below_, np.maximum(floor, ceiling - width), first)
    last = np.where(below_, ceiling, np.where(above, np.minimum(ceiling, floor + width), last))
    return first, last


def _stepped(measure: Measure, at: Ints, floor: Ints) -> Ints:
    down = at - at % measure.unit
    return np.where(down < floor, down + measure.unit, down)


__all__ = ["DAY", "Scalar", "capacity", "moment_type", "timezone"]
