"""Rows that keep what CHECKs ask of several columns at once, a block at a time.

Every row follows one option of a group. Its columns are drawn one after the other, each within what those
before it left; the option's orders are closed, so nothing runs into a dead end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.checks.solved import Group, Option
from pgproof.rows.checks.solved import Pool as RowPool
from pgproof.rows.model.fits import holds
from pgproof.rows.model.literals import text_of
from pgproof.rows.population.arithmetic import computed
from pgproof.rows.population.bindings import Pin, Window
from pgproof.rows.population.scalars import Scalar
from pgproof.rows.population.world import Block
from pgproof.rows.values.blocks import Choice, Mask, Pool, Values, null_mask, nullable, nulls, scattered
from pgproof.rows.values.draws import Ints, below, stream, unit, weighted
from pgproof.rows.values.measures import (
    HIGHEST,
    LOWEST,
    Measure,
    at_least,
    counted,
    finer,
    limits,
    measure_of,
    written,
)

Counts: TypeAlias = "tuple[Measure, Ints, Mask]"

ATTEMPTS = 8


@dataclass(slots=True)
class GroupRule:
    """Draws the columns of one group that are in ``scalars``; the others something else decides.

    ``windows`` and ``pins`` bind columns row by row. ``allow`` says for a block which options each row may
    follow (rows by options); pins narrow that down further.
    """

    name: str
    seed: int
    group: Group
    scalars: Mapping[str, Scalar]
    windows: Mapping[str, Window] = field(default_factory=dict)
    pins: Mapping[str, Pin] = field(default_factory=dict)
    allow: Callable[[Block], NDArray[np.bool_]] | None = None

    def chosen(self, block: Block) -> Ints:
        """The option that every row follows."""
        found: Ints = block.once(("option", self.group.columns), lambda: self._chosen(block))
        return found

    def values(self, block: Block, column: str) -> Values:
        """What a column of the group holds."""
        drawn: Mapping[str, Values] = block.once(("drawn", self.group.columns), lambda: self._drawn(block))
        return drawn[column]

    def demand(self, block: Block, columns: Sequence[str]) -> Ints:
        """For every row 1 where its option wants one of ``columns`` NULL, -1 where it wants none, else 0."""
        wanted = np.zeros(len(self.group.options), dtype=np.int64)
        for number, option in enumerate(self.group.options):
            states = {cell.nulls for cell in option.cells if cell.column in columns}
            wanted[number] = 1 if "required" in states else -1 if "forbidden" in states else 0
        return wanted[self.chosen(block)]

    def _chosen(self, block: Block) -> Ints:
        size = len(self.group.options)
        if size == 1:
            return np.zeros(len(block), dtype=np.int64)
        key = stream(self.seed, self.name, *self.group.columns, "option")
        weights = np.broadcast_to(1.0 / np.sqrt(np.arange(1, size + 1)), (len(block), size))
        allowed = self._allowed(block)
        if allowed is None:
            return weighted(key, block.rows, weights[0])
        some = np.asarray(allowed.any(axis=1, keepdims=True))
        edges = np.cumsum(np.where(some, weights * allowed, weights), axis=1)
        draw = unit(key, block.rows) * edges[:, -1]
        return np.asarray((edges <= draw[:, None]).sum(axis=1).astype(np.int64))

    def _allowed(self, block: Block) -> NDArray[np.bool_] | None:
        found = self.allow(block) if self.allow else None
        for column, pin in self.pins.items():
            fits = np.array(
                [[_fits(option, column, value) for option in self.group.options] for value in pin.values]
            )
            each = fits[pin.which(block)]
            found = each if found is None else found & each
        return found

    def _drawn(self, block: Block) -> Mapping[str, Values]:
        chosen = self.chosen(block)
        parts: dict[str, list[tuple[Ints, Values]]] = {column: [] for column in self.scalars}
        for number in np.unique(chosen).tolist():
            positions = np.flatnonzero(chosen == number)
            part = block.only(positions) if len(positions) < len(block) else block
            for rows, drawn in self._drawn_as(self.group.options[number], part):
                for column, values in drawn.items():
                    parts[column].append((positions[rows], values))
        return {column: scattered(len(block), each) for column, each in parts.items()}

    def _drawn_as(self, option: Option, block: Block) -> Iterator[tuple[Ints, Mapping[str, Values]]]:
        """Rows of one option; those that ran into a dead end are drawn again, with other numbers."""
        left = np.arange(len(block), dtype=np.int64)
        for attempt in range(ATTEMPTS):
            part = block if len(left) == len(block) else block.only(left)
            drawing = Drawing(self, option, part, attempt)
            drawn = drawing.draw()
            dead = np.flatnonzero(drawing.dead)
            if not dead.size or attempt == ATTEMPTS - 1:
                yield left, drawn
                return
            alive = np.flatnonzero(~drawing.dead)
            if alive.size:
                yield left[alive], Drawing(self, option, part.only(alive), attempt).draw()
            left = left[dead]


class Drawing:
    """The columns of one option for some rows, as far as they have been drawn.

    ``dead`` rows found no value between the bounds that the columns drawn before had left.
    """

    def __init__(self, rule: GroupRule, option: Option, block: Block, attempt: int = 0) -> None:
        self.rule = rule
        self.attempt = attempt
        self.dead = np.zeros(len(block), dtype=np.bool_)
        self.option = option
        self.block = block
        self.values: dict[str, Values] = {}
        self.counts: dict[str, Counts] = {}
        spaces = [cell.space for cell in option.cells]
        self.scale = max((m.scale for m in map(measure_of, spaces) if m and m.family == "number"), default=0)

    def draw(self) -> dict[str, Values]:
        """Every column that the rule draws."""
        for pool in self.option.pools:
            self._from_pool(pool)
        for column in self._sequence():
            if column not in self.values:
                self._column(column)
        return {column: self.values[column] for column in self.rule.scalars}

    def _sequence(self) -> list[str]:
        bounds = [bound.column for bound in self.option.bounds]
        first = [cell.column for cell in self.option.cells if cell.column not in bounds]
        return [column for column in (*first, *bounds) if column in self.rule.scalars]

    def _from_pool(self, pool: RowPool) -> None:
        key = stream(self.rule.seed, self.rule.name, *pool.columns, "pool")
        chosen = below(key, self.block.rows, len(pool.rows))
        for place, column in enumerate(pool.columns):
            texts = Pool(tuple(text_of(row[place]) for row in pool.rows))
            self.values[column] = Choice(texts, chosen)

    def _column(self, column: str) -> None:
        cell = self.option.cell(column)
        if column in self.rule.pins:
            self.values[column] = self.rule.pins[column](self.block)
            return
        scalar = replace(self.rule.scalars[column], salt=self.attempt)
        null = self._null("forbidden" if column in self.rule.windows else cell.nulls, scalar)
        twin = next((s.columns for s in self.option.same if column in s.columns), ())
        drawn = next((other for other in twin if other in self.values), None)
        if cell.nulls == "required":
            self.values[column] = nulls(len(self.block))
            return
        if drawn is not None:
            self._like(column, drawn, null)
            return
        measure = measure_of(cell.space)
        if measure is None or cell.space.allowed is not None:
            self.values[column] = nullable(scalar.draw(self.block, cell.space), null)
            return
        measure = finer(measure, self.scale if measure.family == "number" else 0)
        low, high = self._window(column, measure)
        if low is not None and high is not None:
            least, most = limits(measure, cell.space)
            self.dead |= (np.maximum(low, least) > np.minimum(high, most)) & ~null
        counts = scalar.counts(self.block, cell.space, measure, low, high)
        counts = self._apart(column, measure, counts, high)
        self.counts[column] = (measure, counts, null)
        self.values[column] = nullable(written(measure, counts), null)

    def _null(self, state: str, scalar: Scalar) -> Mask:
        if state == "allowed":
            return scalar.nulls(self.block)
        return np.zeros(len(self.block), dtype=np.bool_)

    def _like(self, column: str, drawn: str, null: Mask) -> None:
        self.values[column] = nullable(self.values[drawn], null)
        if drawn in self.counts:
            measure, counts, _ = self.counts[drawn]
            self.counts[column] = (measure, counts, null | null_mask(self.values[drawn]))

    def _window(self, column: str, measure: Measure) -> tuple[Ints | None, Ints | None]:
        """What the columns drawn so far leave to this one; None where they say nothing."""
        size = len(self.block)
        low, high = np.full(size, LOWEST), np.full(size, HIGHEST)
        if column in self.rule.windows:
            low, high = self.rule.windows[column](self.block)
        for order in self.option.orders:
            if order.high == column and order.low in self.counts:
                other, counts, null = self.counts[order.low]
                bound = counts + at_least(other, _gap(other, order.gap))
                low = np.where(null, low, np.maximum(low, bound + order.strict))
            elif order.low == column and order.high in self.counts:
                other, counts, null = self.counts[order.high]
                bound = counts - at_least(other, _gap(other, order.gap))
                high = np.where(null, high, np.minimum(high, bound - order.strict))
        low, high = self._bounded(column, measure, low, high)
        low = np.where(low > LOWEST, -(-low // measure.unit) * measure.unit, low)
        high = np.where(high < HIGHEST, high // measure.unit * measure.unit, high)
        told = bool((low > LOWEST).any() or (high < HIGHEST).any())
        return (low, high) if told else (None, None)

    def _bounded(self, column: str, measure: Measure, low: Ints, high: Ints) -> tuple[Ints, Ints]:
        for bound in self.option.bounds:
            if bound.column != column:
                continue
            value, null = computed(bound.expression, self.counts, self.scale, len(self.block))
            if bound.operator in ("=", ">=", ">"):
                least = value + (measure.unit if bound.operator == ">" else 0)
                low = np.where(null, low, np.maximum(low, least))
            if bound.operator in ("=", "<=", "<"):
                most = value - (measure.unit if bound.operator == "<" else 0)
                high = np.where(null, high, np.minimum(high, most))
        return low, high

    def _apart(self, column: str, measure: Measure, counts: Ints, high: Ints | None) -> Ints:
        """Moved by one step where it must differ from a column drawn before and does not."""
        least, most = limits(measure, self.option.cell(column).space)
        for pair in self.option.differ:
            other = pair.left if pair.right == column else pair.right if pair.left == column else ""
            if other in self.counts:
                same = self.counts[other][1] == counts
                top = most if high is None else np.minimum(high, most)
                moved = np.where(counts + measure.unit <= top, counts + measure.unit, counts - measure.unit)
                counts = np.where(same, np.maximum(moved, least), counts)
        return counts


def _fits(option: Option, column: str, value: Any) -> bool:
    cell = option.cell(column)
    return cell.nulls != "required" and holds(cell.space, value)


def _gap(measure: Measure, gap: Any) -> Fraction:
    if measure.kind == "date" and isinstance(gap, int):
        return Fraction(gap * measure.unit)
    return counted(measure, gap) if gap else Fraction(0)
