"""Which columns of rows that are there matter to rows that are new."""

from __future__ import annotations

from pgproof.rows.model.tables import SchemaModel, TableName
from pgproof.rows.model.timeline import stage


def columns_needed(model: SchemaModel) -> dict[TableName, set[str]]:
    """Per table: keys that others refer to, its own foreign keys and unique columns, and when rows were made."""
    needed: dict[TableName, set[str]] = {table.name: set(table.primary_key) for table in model.tables}
    for table in model.tables:
        mine = needed[table.name]
        mine.update(column for unique in table.uniques for column in unique.columns)
        mine.update(name for name in table.timeline if stage(name) == 0)
        for reference in table.references:
            mine.update(reference.columns)
            if reference.target in needed:
                needed[reference.target].update(reference.target_columns)
    return needed
