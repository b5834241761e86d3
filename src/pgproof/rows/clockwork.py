"""When a row came to be, and when everything else happened to it: never before its parents, never backwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pgproof.rows.draws import Ints, stream, unit
from pgproof.rows.timeline import ENDING, EXPIRING, stage
from pgproof.rows.values import SECOND
from pgproof.rows.world import Block

HOUR, DAY = 3600, 86_400
LONGEST = {ENDING: 8 * HOUR}  # between the stage before and this one; others take up to a month
MONTH = 30 * DAY


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The time of a table's rows, in seconds. ``parents`` are foreign keys whose rows came first."""

    seed: int
    table: str
    since: int
    until: int
    parents: tuple[str, ...] = ()

    def born(self, block: Block) -> Ints:
        """The second in which every row came to be: after its parents, before the end of time."""
        start = np.full(len(block), self.since, dtype=np.int64)
        for name in self.parents:
            start = np.maximum(start, block.up(name).born() + 1)
        draw = unit(stream(self.seed, self.table, "born"), block.rows)
        return start + (draw * np.maximum(self.until - start, 0)).astype(np.int64)

    def moments(self, block: Block, column: str) -> Ints:
        """Microseconds at which what a column is named after happened; later stages are never earlier."""
        found: Ints = block.once(("stage", stage(column)), lambda: self._at(block, stage(column)))
        return found

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

