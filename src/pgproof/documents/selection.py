"""Which objects a document is about: those of some schemas that no extension owns, and no partitions.

Partitions are left out everywhere: they are parts of a table, and often made as time goes by, so that a
document that lists them would be stale on the first of the month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from pgproof.catalog.model import Catalog, Relation, SchemaObject, Table

_Item = TypeVar("_Item", bound="Relation | SchemaObject")


def objects_of(items: Iterable[_Item], schemas: Collection[str]) -> list[_Item]:
    """The objects of these schemas, by name."""
    found = (item for item in items if item.schema in schemas and item.extension is None)
    return sorted(found, key=lambda item: (item.schema, item.name))


def tables_of(catalog: Catalog, schemas: Collection[str]) -> list[Table]:
    """The tables of these schemas, by name, without partitions."""
    return [table for table in objects_of(catalog.tables, schemas) if table.partition_of is None]
