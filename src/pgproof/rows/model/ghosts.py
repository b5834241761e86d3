"""Tenants that no table lists: a text or number that several composite keys carry as their first part.

``documents (workspace, number)`` and ``labels (workspace, name)`` have children that point at both, so rows
of both must share workspaces. A *ghost* is the table of workspaces that is missing: a population like any
other, to which the columns refer, and which is never written.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pgproof.rows.model.tables import (
    ColumnModel,
    KeyPart,
    ReferenceModel,
    SchemaModel,
    TableModel,
    TableName,
    UniqueModel,
)

GHOST = ""  # the schema of ghosts
_KINDS = ("text", "integer", "uuid")


def is_ghost(name: TableName) -> bool:
    """Whether a table exists in the model alone."""
    return name.schema == GHOST


def real_tables(model: SchemaModel) -> tuple[TableModel, ...]:
    """The tables of a model that are in the database."""
    return tuple(table for table in model.tables if not is_ghost(table.name))


def with_ghosts(tables: Sequence[TableModel]) -> list[TableModel]:
    """The tables, and a ghost for every column that keys of several tables share without referring to anything."""
    brought: dict[TableName, set[str]] = {}
    for reference in (reference for table in tables for reference in table.references):
        if len(reference.columns) > 1:
            brought.setdefault(reference.target, set()).update(reference.target_columns)
    carriers: dict[tuple[str, str], list[TableModel]] = {}
    for table in tables:
        for column in shared_candidates(table, brought.get(table.name, set())):
            carriers.setdefault((column.name, column.space.type_name), []).append(table)
    found = list(tables)
    for (name, _), members in sorted(carriers.items()):
        if len(members) < 2:
            continue
        ghost = ghost_table(members[0].column(name))
        found.append(ghost)
        for member in members:
            at = next(number for number, each in enumerate(found) if each.name == member.name)
            found[at] = _referring(found[at], name, ghost.name)
    return found


def shared_candidates(table: TableModel, brought: Collection[str]) -> list[ColumnModel]:
    """Columns that composite foreign keys of others bring along, and that refer to nothing themselves."""
    own = {column for reference in table.references for column in reference.columns}
    unique = {key.columns[0] for key in table.uniques if key.plain and len(key.columns) == 1}
    return [
        column
        for column in table.columns
        if column.name in set(brought) - own - unique
        and column.space.kind in _KINDS
        and column.filling == "value"
    ]


def ghost_table(column: ColumnModel) -> TableModel:
    """A table of nothing but the values of a column."""
    name = TableName(GHOST, column.name)
    key = UniqueModel(f"{column.name} ", (KeyPart(column.name, column.name),), primary=True)
    return TableModel(name, (replace(column, nullable=False),), uniques=(key,))


def _referring(table: TableModel, column: str, ghost: TableName) -> TableModel:
    reference = ReferenceModel(f"{column} of {ghost.name}", (column,), ghost, (column,))
    return replace(table, references=(*table.references, reference))
