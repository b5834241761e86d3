"""One row of an option, column after column, each within what those before it left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pgproof.rows.checks.bounds import narrowed
from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.checks.solved import Bound, Cell, Option, Order
from pgproof.rows.checks.spaces import counted, holds, is_empty, is_finite, thawed, without
from pgproof.rows.evaluate.compute import UNKNOWN_FUNCTION, Failure, Scope, compile_expression
from pgproof.rows.model.tables import Space

_DAY = 86_400_000_000
LOOSE = ("json", "array", "range", "unknown")  # spaces that say little of their values


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws rows of one option; ``scope`` is for computing bounds."""

    option: Option
    scope: Scope
    picker: Picker

    def row(self, fixed: Mapping[str, Any]) -> dict[str, Any]:
        """Values for every column of the option that is not in ``fixed``. Raises ``NoValue`` at a dead end."""
        row = {cell.column: fixed[cell.column] for cell in self.option.cells if cell.column in fixed}
        for pool in self.option.pools:
            self._from_pool(pool.columns, pool.rows, row)
        bounded = [bound.column for bound in self.option.bounds]
        free = [cell.column for cell in self.option.cells if cell.column not in bounded]
        for column in (*free, *bounded):
            if column not in row:
                row[column] = self._value(self.option.cell(column), row)
        return row

    def keeps(self, row: Mapping[str, Any]) -> bool:
        """Whether a row that was made otherwise keeps to the spaces and relations of the option."""
        same = all(len({repr(row[n]) for n in s.columns} - {"None"}) < 2 for s in self.option.same)
        return same and all(self._keeps(cell, row) for cell in self.option.cells)

    def _keeps(self, cell: Cell, row: Mapping[str, Any]) -> bool:
        value = row[cell.column]
        if value is None:
            return cell.nulls != "forbidden"
        try:
            space = self._left(cell, row)
        except NoValue:
            return False
        if space.kind == "array" and isinstance(value, (list, tuple)) and not _has_length(space, len(value)):
            return False
        return cell.nulls != "required" and (space.kind in LOOSE or holds(space, value))

    def _from_pool(
        self, columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...], row: dict[str, Any]
    ) -> None:
        known = [(place, row[column]) for place, column in enumerate(columns) if column in row]
        fitting = [each for each in rows if all(thawed(each[place]) == value for place, value in known)]
        if not fitting:
            return  # there may be others than those that were found: the CHECKs will say
        chosen = fitting[self.picker.choose(len(fitting)) if len(fitting) > 1 else 0]
        row.update(
            {column: value for column, value in zip(columns, chosen, strict=True) if column not in row}
        )

    def _value(self, cell: Cell, row: Mapping[str, Any]) -> Any:
        if cell.nulls == "required" or (cell.nulls == "allowed" and self.picker.null()):
            return None
        for same in self.option.same:
            equal = [row[other] for other in same.columns if other in row and cell.column in same.columns]
            if found := [value for value in equal if value is not None]:
                return found[0]
        space = self._left(cell, row)
        if is_empty(space):
            if cell.nulls == "allowed":
                return None
            raise NoValue(f"nothing is left for {cell.column}")
        return self.picker.value(space)

    def _left(self, cell: Cell, row: Mapping[str, Any]) -> Space:
        """The space that the columns drawn so far leave."""
        space = cell.space
        for order in self.option.orders:
            space = _ordered(space, cell.column, order, row)
        for bound in self.option.bounds:
            if bound.column == cell.column:
                space = self._bounded(space, bound, row)
        for pair in self.option.differ:
            other = {pair.left: pair.right, pair.right: pair.left}.get(cell.column)
            if other is not None and row.get(other) is not None:
                space = without(space, (row[other],))
        return space

    def _bounded(self, space: Space, bound: Bound, row: Mapping[str, Any]) -> Space:
        value = compile_expression(bound.expression, self.scope)(row)
        if value is None or not is_finite(value):
            return space
        if value is UNKNOWN_FUNCTION or isinstance(value, Failure):
            raise NoValue(f"the bound of {bound.column} cannot be computed")
        place, strict = counted(value), bound.operator in ("<", ">")
        if bound.operator != "=":
            return _cut(space, place, upper=bound.operator in ("<", "<="), strict=strict)
        return _cut(_cut(space, place, upper=True, strict=False), place, upper=False, strict=False)


def _has_length(space: Space, length: int) -> bool:
    return space.min_length <= length <= (length if space.max_length is None else space.max_length)


def _ordered(space: Space, column: str, order: Order, row: Mapping[str, Any]) -> Space:
    other = order.low if order.high == column else order.high if order.low == column else None
    value = row.get(other) if other else None
    if value is None or not is_finite(value):
        return space
    is_upper = order.low == column
    place = counted(value) + (-1 if is_upper else 1) * _gap(order, space)
    return _cut(space, place, upper=is_upper, strict=order.strict)


def _gap(order: Order, space: Space) -> Fraction:
    in_days = space.kind == "date" and isinstance(order.gap, int)
    return Fraction(order.gap * _DAY) if in_days else counted(order.gap)


def _cut(space: Space, place: Fraction, *, upper: bool, strict: bool) -> Space:
    found = narrowed(space, place, upper=upper, strict=strict)
    if found is None:
        raise NoValue(f"{space.type_name} beyond what it can hold")
    return found
