"""Which TypeScript type a value has when it comes through the API as JSON.

The mapping follows what Supabase's generator gives for the same type, so that the files can be exchanged:
what it calls ``unknown`` (ranges, intervals, network addresses) is ``unknown`` here. A domain is what it is
based on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pgproof.catalog.model import (
    Catalog,
    CompositeType,
    DomainType,
    EnumType,
    Relation,
    TypeRef,
    View,
)
from pgproof.documents.typescript_layout import literal

_NUMBERS = ("int2", "int4", "int8", "float4", "float8", "numeric")
_STRINGS = (
    "bpchar",
    "bytea",
    "date",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "varchar",
)
_BY_NAME = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_STRINGS, "string"),
    "bool": "boolean",
    "json": "Json",
    "jsonb": "Json",
    "record": "Record<string, unknown>",
    "void": "undefined",
}
# Extensions live in any schema.
_OF_EXTENSIONS = {"citext": "string", "vector": "string"}
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Types:
    """What types mean in a catalog of which ``schemas`` are exposed."""

    catalog: Catalog
    schemas: Collection[str]

    def text(self, type_: TypeRef) -> str:
        """The TypeScript type."""
        if type_.dims:
            element = self.text(type_.element)
            return (f"({element})" if "|" in element else element) + "[]" * type_.dims
        found = self.catalog.types_by_name.get(type_.qualified)
        if isinstance(found, DomainType):
            return self.text(found.base)
        if isinstance(found, EnumType):
            return self._enum(found)
        if isinstance(found, CompositeType):
            return self._entry(found, "CompositeTypes")
        relation = self.relation(type_)
        if relation is not None:
            return self._row(relation)
        known = _BY_NAME if type_.schema == "pg_catalog" else _OF_EXTENSIONS
        return known.get(type_.name, UNKNOWN)

    def relation(self, type_: TypeRef) -> Relation | None:
        """The table or view whose rows a type is."""
        return self.catalog.relations_by_name.get(type_.qualified) if type_.kind == "composite" else None

    def is_nullable(self, type_: TypeRef, not_null: bool) -> bool:
        """Whether a column of that type may be null: a domain may forbid it, too."""
        domain = self.catalog.types_by_name.get(type_.qualified) if not type_.dims else None
        return not (not_null or (isinstance(domain, DomainType) and domain.not_null))

    def _enum(self, enum: EnumType) -> str:
        """An exposed enum is referred to, any other spelled out."""
        if enum.schema in self.schemas:
            return self._entry(enum, "Enums")
        return " | ".join(literal(label) for label in enum.labels) or "never"

    def _entry(self, item: EnumType | CompositeType, section: str) -> str:
        if item.schema not in self.schemas:
            return UNKNOWN
        return f'Database[{literal(item.schema)}]["{section}"][{literal(item.name)}]'

    def _row(self, relation: Relation) -> str:
        if relation.schema not in self.schemas:
            return UNKNOWN
        section = "Views" if isinstance(relation, View) else "Tables"
        return f'Database[{literal(relation.schema)}]["{section}"][{literal(relation.name)}]["Row"]'


def or_null(text: str, nullable: bool) -> str:
    """The type, or null as well, which ``unknown`` includes."""
    return f"{text} | null" if nullable and text != UNKNOWN else text
