"""What unique indexes and exclusion constraints hold of rows, and whether two rows are in each other's way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pgproof.rows.checks.solve import written_out
from pgproof.rows.evaluate.compute import Program, Scope, compile_expression
from pgproof.rows.evaluate.datum import Json, Range, Tag, to_datum
from pgproof.rows.evaluate.datum_times import Interval
from pgproof.rows.evaluate.operators import find_operator
from pgproof.rows.model.tables import ExclusionModel, KeyPart, TableModel, UniqueModel
from pgproof.rows.syntax.expression import Column, Expression, columns_of
from pgproof.rows.syntax.signals import Refused, Unknown


@dataclass(frozen=True)
class Key:
    """A unique index, and what it holds of a row."""

    model: UniqueModel
    programs: tuple[Program | None, ...]
    predicate: Program | None
    tags: Mapping[str, Tag]

    def of(self, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """What has to be unique; None if the index leaves the row alone."""
        if not _included(self.predicate, row):
            return None
        found = tuple(
            self._part(part, program, row)
            for part, program in zip(self.model.parts, self.programs, strict=True)
        )
        return None if self.model.nulls_distinct and None in found else found

    def _part(self, part: KeyPart, program: Program | None, row: Mapping[str, Any]) -> Any:
        if part.column is not None and program is None:
            return comparable(self.tags.get(part.column, ""), row.get(part.column))
        if program is not None and not program.unknown:
            return comparable(program.tag, value_of(program, row))
        return tuple(comparable(self.tags.get(name, ""), row.get(name)) for name in part.columns)


@dataclass(frozen=True)
class Exclusion:
    """An exclusion constraint, and whether two rows break it."""

    model: ExclusionModel
    programs: tuple[Program | None, ...]
    predicate: Program | None
    tags: Mapping[str, Tag]

    def broken_by(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        """Whether every operator says yes to these rows; what we cannot compute is taken to say yes."""
        if not (_included(self.predicate, one) and _included(self.predicate, other)):
            return False
        pairs = zip(self.model.parts, self.programs, strict=True)
        return all(self._meet(part, program, one, other) for part, program in pairs)

    def _meet(
        self, part: KeyPart, program: Program | None, one: Mapping[str, Any], other: Mapping[str, Any]
    ) -> bool:
        try:
            if part.column is not None and program is None:
                tag = self.tags.get(part.column, "")
                values = [to_datum(tag, row.get(part.column)) for row in (one, other)]
            elif program is not None:
                tag, values = program.tag, [program.datum(row) for row in (one, other)]
            else:
                return True
            if None in values:
                return False
            return bool(find_operator(part.operator, tag, tag)[1](*values))
        except (Unknown, Refused):
            return True


def programs_of(
    table: TableModel, key: UniqueModel | ExclusionModel, scope: Scope
) -> tuple[tuple[Program | None, ...], Program | None]:
    """What computes each part that is no column of the row, and the predicate."""

    def compiled(expression: Expression | None) -> Program | None:
        return None if expression is None else compile_expression(written_out(table, expression), scope)

    return tuple(compiled(part.expression or _generated_part(table, part)) for part in key.parts), compiled(
        key.predicate
    )


def _generated_part(table: TableModel, part: KeyPart) -> Expression | None:
    generated = part.column is not None and table.column(part.column).filling == "generated"
    return Column(part.column) if generated and part.column is not None else None


def sources_of(table: TableModel, column: str) -> tuple[str, ...]:
    """The columns to change for another value in a column: itself, or what it is generated from."""
    if table.column(column).filling != "generated":
        return (column,)
    return columns_of(written_out(table, Column(column)))


def _included(predicate: Program | None, row: Mapping[str, Any]) -> bool:
    """Whether a partial index has the row; one whose predicate cannot be computed is taken to."""
    return predicate is None or bool(predicate.unknown) or value_of(predicate, row) is True


def value_of(program: Program, row: Mapping[str, Any]) -> Any:
    """The value as it is computed with; None where nobody knows, the ``Refused`` where it fails."""
    try:
        return program.datum(row)
    except Unknown:
        return None
    except Refused as refused:
        return refused


def comparable(tag: Tag, value: Any) -> Any:
    """A value so that what is equal to PostgreSQL is equal and hashable here."""
    if value is None or isinstance(value, Refused):
        return None
    try:
        datum = to_datum(tag, value)
    except (Unknown, Refused):
        datum = value
    return _same(tag, datum)


def _same(tag: Tag, datum: Any) -> Any:
    """What stands for every datum that PostgreSQL calls equal to this one."""
    if isinstance(datum, tuple):
        return tuple(_same(tag.removesuffix("[]"), item) for item in datum)
    if isinstance(datum, Range):
        ends = (_same("", datum.lower), _same("", datum.upper))
        return (*ends, datum.lower_inclusive, datum.upper_inclusive, datum.empty)
    if isinstance(datum, Json):
        return _document(datum.value)
    if isinstance(datum, Interval):
        return datum.length
    if isinstance(datum, str):
        return _text(tag, datum)
    if isinstance(datum, (float, Decimal)) and datum != datum:
        return "NaN"  # which is equal to itself there, and not in Python
    return repr(datum) if isinstance(datum, (list, dict)) else datum


def _text(tag: Tag, text: str) -> str:
    if tag.rpartition(".")[2] == "citext":
        return text.lower()
    return text.rstrip(" ") if tag == "character" else text


def _document(value: Any) -> Any:
    """A JSON value: members in no order, and true is not 1."""
    if isinstance(value, dict):
        return frozenset((name, _document(member)) for name, member in value.items())
    if isinstance(value, list):
        return tuple(map(_document, value))
    return (type(value) is bool, value)
