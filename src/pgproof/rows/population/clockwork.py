"""When a row came to be, and when everything else happened to it: never before its parents, never backwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pgproof.rows.model.timeline import ENDING, EXPIRING, stage
from pgproof.rows.population.world import Block
from pgproof.rows.values.blocks import SECOND
from pgproof.rows.values.draws import Floats, Ints, stream, unit

HOUR, DAY = 3600, 86_400
LONGEST = {ENDING: 8 * HOUR}  # between the stage before and this one; others take up to a month
MONTH = 30 * DAY


@dataclass(slots=True)
class Clockwork:
    """The time of a table's rows, in seconds. ``parents`` are foreign keys whose rows came first.

    ``cells`` are the only stretches of time that there are partitions for, in order; ``day`` is the day that
    the key of a row says it is about.
    """

    seed: int
    table: str
    since: int
    until: int
    parents: tuple[str, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    day: Callable[[Block], tuple[Ints, Ints]] | None = None

    def born(self, block: Block) -> Ints:
        """The second in which every row came to be: after its parents, before the end of time."""
        start = np.full(len(block), self.since, dtype=np.int64)
        for name in self.parents:
            start = np.maximum(start, block.up(name).born() + 1)
        draw = unit(stream(self.seed, self.table, "born"), block.rows)
        at = start + (draw * np.maximum(self.until - start, 0)).astype(np.int64)
        if self.day is not None:
            at = np.maximum(start, self.day(block)[0] // SECOND + (draw * DAY).astype(np.int64))
        return self._into_cells(at, draw) if self.cells else at

    def cell_of(self, block: Block) -> tuple[Ints, Ints]:
        """The bounds in microseconds of the cell that every row was made in."""
        cells = np.array(self.cells, dtype=np.int64)
        found = cells[np.clip(np.searchsorted(cells[:, 0], block.born(), side="right") - 1, 0, None)]
        return found[:, 0] * SECOND, found[:, 1] * SECOND + SECOND - 1

    def moments(self, block: Block, column: str) -> Ints:
        """Microseconds at which what a column is named after happened; later stages are never earlier."""
        found: Ints = block.once(("stage", stage(column)), lambda: self._at(block, stage(column)))
        return found

    def _into_cells(self, at: Ints, draw: Floats) -> Ints:
        """Moments outside every cell, moved into one of the later cells that are left, or any."""
        cells = np.array(self.cells, dtype=np.int64)
        near = np.clip(np.searchsorted(cells[:, 0], at, side="right") - 1, 0, None)
        inside = (at >= cells[near, 0]) & (at <= cells[near, 1])
        after = np.where(at < cells[:, 0].max(), np.searchsorted(cells[:, 0], at), 0)
        chosen = np.minimum(after + (draw * (len(cells) - after)).astype(np.int64), len(cells) - 1)
        span = np.minimum(cells[chosen, 1] - cells[chosen, 0], 400 * DAY)
        return np.where(inside, at, cells[chosen, 0] + (draw * span).astype(np.int64))

    def _at(self, block: Block, last: int) -> Ints:
        at = block.born()
        for number in range(1, last + 1):
            key = stream(self.seed, self.table, f"stage {number}")
            draw = unit(key, block.rows)
            room = np.maximum(self.until - at, 0)
            if number == EXPIRING:
                at = at + HOUR + (draw * 60 * DAY).astype(np.int64)
                continue
            at = at + (draw * draw * np.minimum(room, LONGEST.get(number, MONTH))).astype(np.int64)
        return at * SECOND + _fraction(stream(self.seed, self.table, "fraction"), block.rows)


def _fraction(key: np.uint64, rows: Ints) -> Ints:
    """The microseconds of a row: the same in all its columns, so that equal seconds stay in order."""
    return (unit(key, rows) * SECOND).astype(np.int64)
