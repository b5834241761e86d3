"""Tables and views as TypeScript: what is read, inserted and updated, and where foreign keys lead."""

from __future__ import annotations

from collections.abc import Iterable

from pgproof.catalog.model import Column, ForeignKey, Relation, Table, View
from pgproof.documents.relationships import is_unique
from pgproof.documents.typescript_layout import Node, key, literal
from pgproof.documents.typescript_types import Types, or_null


def sorted_columns(relation: Relation) -> list[Column]:
    """Columns by name, as the generator of Supabase lists them."""
    return sorted(relation.columns, key=lambda column: column.name)


def row(relation: Relation, types: Types) -> dict[str, Node]:
    """What is read."""
    return {key(column.name): _value(column, types) for column in sorted_columns(relation)}


def table(item: Table, types: Types) -> dict[str, Node]:
    """The four parts of a table."""
    columns = sorted_columns(item)
    return {
        "Row": row(item, types),
        "Insert": dict(_inserted(column, types) for column in columns),
        "Update": dict(_updated(column, types) for column in columns),
        "Relationships": _relationships(item, types),
    }


def view(item: View, types: Types) -> dict[str, Node]:
    """A view; what can be written only where it can be written."""
    parts: dict[str, Node] = {"Row": row(item, types)}
    written = dict(_through_view(column, types) for column in sorted_columns(item))
    if item.insertable:
        parts["Insert"] = written
    if item.updatable:
        parts["Update"] = written
    return {**parts, "Relationships": []}


def _value(column: Column, types: Types) -> str:
    return or_null(types.text(column.type), types.is_nullable(column.type, column.not_null))


def _is_set_by_server(column: Column) -> bool:
    """Whether PostgreSQL refuses a value for the column."""
    return column.identity == "always" or column.generated is not None


def _inserted(column: Column, types: Types) -> tuple[str, Node]:
    if _is_set_by_server(column):
        return key(column.name, optional=True), "never"
    has_value = column.default is not None or column.identity is not None or _domain_default(column, types)
    optional = has_value or types.is_nullable(column.type, column.not_null)
    return key(column.name, optional=optional), _value(column, types)


def _domain_default(column: Column, types: Types) -> bool:
    domain = types.catalog.types_by_name.get(column.type.qualified)
    return not column.type.dims and getattr(domain, "default", None) is not None


def _updated(column: Column, types: Types) -> tuple[str, Node]:
    value = "never" if _is_set_by_server(column) else _value(column, types)
    return key(column.name, optional=True), value


def _through_view(column: Column, types: Types) -> tuple[str, Node]:
    value = or_null(types.text(column.type), True) if column.writable else "never"
    return key(column.name, optional=True), value


def _relationships(item: Table, types: Types) -> list[Node]:
    """Foreign keys within the schema: the API cannot follow others."""
    tables = types.catalog.tables_by_name
    keys = sorted(item.foreign_keys, key=lambda constraint: constraint.name)
    targets = ((foreign, tables.get(foreign.references)) for foreign in keys)
    return [_relationship(item, foreign, to) for foreign, to in targets if to and to.schema == item.schema]


def _relationship(item: Table, foreign: ForeignKey, to: Table) -> dict[str, Node]:
    return {
        "foreignKeyName": literal(foreign.name),
        "columns": _literals(foreign.columns),
        "isOneToOne": "true" if is_unique(item, foreign.columns) else "false",
        "referencedRelation": literal(to.name),
        "referencedColumns": _literals(foreign.referenced_columns),
    }


def _literals(names: Iterable[str]) -> list[Node]:
    return [literal(name) for name in names]
