"""Foreign keys that the database does not have and the settings declare: whose row it is.

[rows."public.notes".owner]
references = "public.users"          # its primary key; "public.users (email)" is another column of it
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pgproof.errors import UsageError
from pgproof.rows.model.tables import ReferenceModel, SchemaModel, TableModel
from pgproof.rows.plan.counts import find_table

_TARGET = re.compile(r"^(?P<table>[^()]+?)\s*(\((?P<column>[^()]+)\))?$")


@dataclass(frozen=True, slots=True)
class Declared:
    """What somebody wrote: a column, and the table, and perhaps the column of it, that it refers to."""

    table: str
    column: str
    target: str
    target_column: str = ""

    @property
    def where(self) -> str:
        """Where it is written."""
        return f'[rows."{self.table}".{self.column}]'


def read_declared(settings: Mapping[str, Any]) -> tuple[Declared, ...]:
    """The references that ``[rows]`` declares. Raises ``UsageError`` for one that cannot be read."""
    return tuple(
        _declared(table, column, inner["references"])
        for table, columns in settings.items()
        if isinstance(columns, Mapping)
        for column, inner in columns.items()
        if isinstance(inner, Mapping) and "references" in inner
    )


def with_declared(tables: Sequence[TableModel], declared: Sequence[Declared]) -> list[TableModel]:
    """The tables with what was declared as foreign keys of theirs. Raises ``UsageError`` for what is not there."""
    found = list(tables)
    for each in declared:
        at = found.index(named(found, each.table, each.where))
        found[at] = _referring(found[at], named(found, each.target, each.where), each)
    return found


def named(tables: Sequence[TableModel], text: str, where: str) -> TableModel:
    """The one table that ``text`` names, with its schema or without. Raises ``UsageError``."""
    model = SchemaModel(tuple(tables))
    try:
        return model.table(find_table(model, text))
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def _declared(table: str, column: str, text: Any) -> Declared:
    match = _TARGET.match(text) if isinstance(text, str) else None
    if match is None:
        raise UsageError(
            f'[rows."{table}".{column}]: references is {text!r}; expected "table" or "table (column)"'
        )
    return Declared(table, column, match["table"], match["column"] or "")


def _referring(table: TableModel, target: TableModel, each: Declared) -> TableModel:
    columns = {column.name: column for column in table.columns}
    theirs = (each.target_column,) if each.target_column else target.primary_key
    if each.column not in columns:
        raise UsageError(
            f"{each.where}: {table.name} has no column {each.column!r}; it has {', '.join(columns)}"
        )
    keys = [key.columns for key in target.uniques if key.plain and len(key.columns) == 1]
    if theirs not in keys:
        known = ", ".join(key[0] for key in keys) or "none"
        raise UsageError(
            f"{each.where}: references {each.target!r} needs a column of {target.name} with a key of its own;"
            f" such columns are: {known}"
        )
    _check_kinds(table, target, theirs[0], each)
    reference = ReferenceModel(f"{each.column} in the settings", (each.column,), target.name, theirs)
    return replace(table, references=(*table.references, reference))


def _check_kinds(table: TableModel, target: TableModel, theirs: str, each: Declared) -> None:
    own, other = table.column(each.column).space, target.column(theirs).space
    if own.kind != other.kind:
        raise UsageError(
            f"{each.where}: {each.column} is {own.type_name} and {target.name}.{theirs} is {other.type_name};"
            " declare a column of the same type"
        )
