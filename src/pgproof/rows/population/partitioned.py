"""Rows that land in partitions that exist: every row gets a cell, and its key columns what the cell lets in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from pgproof.rows.model.tables import Space, TableModel, Value
from pgproof.rows.model.timeline import stage
from pgproof.rows.population.bindings import Pin, Window
from pgproof.rows.population.clockwork import Clockwork
from pgproof.rows.population.world import Block
from pgproof.rows.values.blocks import SECOND
from pgproof.rows.values.draws import Ints, below, stream
from pgproof.rows.values.measures import limits, measure_of


@dataclass(frozen=True, slots=True)
class Cells:
    """The cell of every row, and what is in it for each key column."""

    key: np.uint64
    boxes: tuple[dict[str, Space], ...]

    def which(self, block: Block) -> Ints:
        """The number of the cell that every row lands in."""
        found: Ints = block.once(("cell",), lambda: below(self.key, block.rows, len(self.boxes)))
        return found

    def window(self, column: str) -> Window:
        """Bounds of a number or time, by row."""
        bounds = np.array([_limits(box[column]) for box in self.boxes], dtype=np.int64)

        def bound(block: Block) -> tuple[Ints, Ints]:
            found = bounds[self.which(block)]
            return found[:, 0], found[:, 1]

        return bound

    def pin(self, column: str) -> Pin:
        """One of the cell's values, by row."""
        values: list[Value] = []
        starts, sizes = [], []
        for box in self.boxes:
            allowed = box[column].allowed or ()
            starts.append(len(values))
            sizes.append(len(allowed))
            values += allowed
        first, size = np.array(starts, dtype=np.int64), np.array(sizes, dtype=np.int64)

        def which(block: Block) -> Ints:
            cell = self.which(block)
            return first[cell] + below(self.key + np.uint64(1), block.rows, size[cell])

        return Pin(tuple(values), which)


def partition_bindings(
    table: TableModel, clockwork: Clockwork, seed: int, parental: Collection[str]
) -> tuple[dict[str, Window], dict[str, Pin]]:
    """Windows and pins for the partition key of a table, columns of foreign keys left alone.

    A key that says when a row was made moves the clock of the table into the cells.
    """
    if table.partition is None or not table.partition.cells:
        return {}, {}
    bound = dict.fromkeys(column for cell in table.partition.cells for column, _ in cell)
    whole = {column: table.column(column).space for column in bound}
    boxes = tuple({**whole, **dict(cell)} for cell in table.partition.cells)
    columns = [column for column in bound if column not in parental]
    cells = Cells(stream(seed, str(table.name), "cell"), boxes)
    windows, pins = {}, {}
    for column in columns:
        if all(box[column].allowed is not None for box in boxes):
            pins[column] = cells.pin(column)
        elif measure_of(boxes[0][column]) is not None:
            windows[column] = cells.window(column)
            if stage(column) >= 0 and len(columns) == 1:
                bounds = sorted(_limits(box[column]) for box in boxes)
                clockwork.cells = tuple((low // SECOND, high // SECOND) for low, high in bounds)
                windows[column] = clockwork.cell_of
    return windows, pins


def _limits(space: Space) -> tuple[int, int]:
    measure = measure_of(space)
    assert measure is not None
    if space.allowed:
        low, high = min(space.allowed), max(space.allowed)
        return limits(measure, Space(space.kind, space.type_name, low=low, high=high, scale=space.scale))
    return limits(measure, space)
