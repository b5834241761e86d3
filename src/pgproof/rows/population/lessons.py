"""What can be learnt from rows that a trigger refuses: try some, see what the refused ones have in common.

A lesson is one column, of the row or of a parent, that has one value in all refused rows and in no other:
days of a calendar that is locked. Rows like these are not made then, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pgproof.rows.model.tables import ColumnModel, TableName
from pgproof.rows.population.parents import Hops
from pgproof.rows.population.world import BLOCK, Block, Elsewhere, Population
from pgproof.rows.values.blocks import Mask
from pgproof.rows.values.draws import Ints
from pgproof.rows.values.encode import texts

TRIED = 240
FEW = 12  # a column with more different values than that teaches nothing


@dataclass(frozen=True, slots=True)
class Lesson:
    """Rows for which ``column`` at the end of ``hops`` is ``value`` (None: NULL) are refused."""

    hops: Hops
    table: TableName
    column: str
    value: str | None

    def __str__(self) -> str:
        what = "null" if self.value is None else self.value
        owner = f"{self.table}." if self.hops else ""
        return f"rows whose {owner}{self.column} is {what}"


def sample_of(population: Population) -> Block:
    """Rows to try, from all over the new ones."""
    step = max(1, (population.count - population.existing) // TRIED)
    return Block(population, np.arange(population.existing, population.count, step, dtype=np.int64)[:TRIED])


def lesson(block: Block, refused: Mask, depth: int = 2) -> Lesson | None:
    """What tells refused rows from the others, the nearest and simplest first; None if nothing does alone."""
    if refused.all() or not refused.any():
        return None
    for hops in _paths(block.population, depth):
        end = block.follow(hops)
        for column in _telling(end.population):
            value = _common(texts(end.values(column.name)), refused)
            if value is not _NOTHING:
                return Lesson(hops, end.population.model.name, column.name, value)
    return None


def taught(population: Population, hops: Sequence[str], told: Lesson) -> Ints:
    """The rows of a leading parent whose children would be refused; ``hops`` lead on from that parent."""
    found = []
    for start in range(0, population.count, BLOCK):
        rows = np.arange(start, min(start + BLOCK, population.count), dtype=np.int64)
        values = texts(Elsewhere(population, rows).follow(hops).values(told.column))
        found.append(rows[np.array([value == told.value for value in values], dtype=np.bool_)])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


_NOTHING = "\0nothing"


def _common(values: Sequence[str | None], refused: Mask) -> str | None:
    """The value that all refused rows have and no other row."""
    bad = {value for value, is_bad in zip(values, refused.tolist(), strict=True) if is_bad}
    good = {value for value, is_bad in zip(values, refused.tolist(), strict=True) if not is_bad}
    if len(bad) != 1 or bad & good or len(good) > FEW:
        return _NOTHING
    return bad.pop()


def _paths(population: Population, depth: int) -> Iterator[Hops]:
    yield ()
    level: list[tuple[Hops, Population]] = [((), population)]
    for _ in range(depth):
        following = []
        for hops, current in level:
            for reference in current.model.references:
                target = current.targets.get(reference.name)
                if target is not None and not reference.breaking and target is not current:
                    yield (*hops, reference.name)
                    following.append(((*hops, reference.name), target))
        level = following


def _telling(population: Population) -> Iterator[ColumnModel]:
    """Columns with few values, of rows that we made ourselves: of those that were there we do not know them."""
    if population.existing:
        return
    for column in population.model.columns:
        if column.name not in population.makers:
            continue
        if column.space.kind == "boolean" or column.space.allowed is not None or column.space.kind == "text":
            yield column
