"""One row of a table by choices: a way for every group of columns, a value for every other column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pgproof.rows.checks.draw import Drawing
from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.checks.solved import Cell, Option
from pgproof.rows.checks.spaces import holds
from pgproof.rows.model.tables import ColumnModel, Space
from pgproof.rows.strategies.plan import Row, TablePlan
from pgproof.rows.values.exotic import knows

_TRIES = 4


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes rows of one table."""

    plan: TablePlan
    picker: Picker

    def row(self, fixed: Mapping[str, Any]) -> Row:
        """A row with these values that passes all that can be computed. Raises ``NoValue``."""
        trouble = NoValue(f"{self.plan.table.name}: no row with {dict(fixed)} passes its CHECKs")
        for number in range(_TRIES):
            # The last tries do without awkward values: a CHECK may refuse each of them.
            picker = replace(self.picker, awkward=self.picker.awkward and number < _TRIES // 2)
            try:
                row = self._drawn(fixed, picker)
            except NoValue as error:
                trouble = error
                continue
            if self.plan.accepts(row):
                return row
        raise trouble

    def wishes(self, orphaned: frozenset[str]) -> dict[str, bool]:
        """Which foreign key columns a way through the CHECKs wants NULL, and which not.

        Columns that are ``orphaned`` have no parent to refer to.
        """
        found: dict[str, bool] = {}
        for options in self.plan.ways:
            cells = [cell for cell in options[0].cells if cell.column in self.plan.referring]
            if cells:
                open_ = [
                    o
                    for o in options
                    if not any(c.column in orphaned and c.nulls == "forbidden" for c in o.cells)
                ]
                options = tuple(open_) or options
                option = options[self.picker.choose(len(options)) if len(options) > 1 else 0]
                wanted = [cell for cell in option.cells if cell.column in self.plan.referring]
                found |= {cell.column: cell.nulls == "required" for cell in wanted if cell.nulls != "allowed"}
        return found

    def _drawn(self, fixed: Mapping[str, Any], picker: Picker) -> Row:
        row = dict(fixed)
        for options in self.plan.ways:
            open_ = [option for option in options if fits(option, row, self.plan.referring)]
            if not open_:
                names = ", ".join(cell.column for cell in options[0].cells)
                raise NoValue(f"{self.plan.table.name}: no way to fill {names} with {dict(fixed)}")
            option = open_[picker.choose(len(open_)) if len(open_) > 1 else 0]
            row |= Drawing(option, self.plan.court.scope, picker).row(row)
        for name, column in self.plan.columns.items():
            if name not in row and column.filling == "value" and name not in self.plan.referring:
                row[name] = self._value(column, picker)
        self._forward_in_time(row, fixed)
        return {name: row[name] for name in self.plan.columns if name in row}

    def _value(self, column: ColumnModel, picker: Picker) -> Any:
        if column.nullable and (picker.null() or not knows(column.space)):
            return None
        return picker.value(column.space)

    def _forward_in_time(self, row: Row, fixed: Mapping[str, Any]) -> None:
        """Times that nothing else decides about are put in the order that their names tell."""
        free = [
            name
            for name in self.plan.table.timeline
            if name not in self.plan.grouped
            and name not in fixed
            and not isinstance(row.get(name), (str, type(None)))
        ]
        for kind in {self.plan.columns[name].space.kind for name in free}:
            names = [name for name in free if self.plan.columns[name].space.kind == kind]
            row.update(zip(names, sorted(row[name] for name in names), strict=True))


def fits(option: Option, row: Mapping[str, Any], referring: frozenset[str]) -> bool:
    """Whether an option has room for the values that a row has already.

    Values of foreign keys are not looked at: those that were found by trying are not all there are.
    """
    return all(_has_room(cell, row[cell.column], referring) for cell in option.cells if cell.column in row)


def _has_room(cell: Cell, value: Any, referring: frozenset[str]) -> bool:
    if value is None:
        return cell.nulls != "forbidden"
    return cell.nulls != "required" and (cell.column in referring or _may_be(cell.space, value))


def _may_be(space: Space, value: Any) -> bool:
    """Whether a value may be in the space; one in a form that is not Python's own gets the benefit."""
    return (isinstance(value, str) and space.kind != "text") or holds(space, value)
