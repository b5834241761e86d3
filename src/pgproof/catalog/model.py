"""``Catalog``: one immutable, typed model of a database's schemas, and everything it consists of.

Values only: nothing here knows of a connection, and no OID appears. Collections are sorted by name where the
order means nothing and in their own order where it does (columns, enum labels, arguments).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from pgproof.catalog.cluster import Cluster, Membership, Role, Setting
from pgproof.catalog.marks import DERIVED, PARTS
from pgproof.catalog.names import qualified, quoted
from pgproof.catalog.objects import (
    Argument,
    CompositeType,
    DefaultPrivileges,
    DomainType,
    EnumType,
    EventTrigger,
    Extension,
    ForeignServer,
    Job,
    Other,
    Publication,
    PublishedTable,
    RangeType,
    Routine,
    Schema,
    SchemaObject,
    Sequence,
)
from pgproof.catalog.parts import (
    Column,
    Constraint,
    ForeignKey,
    Grant,
    Index,
    PartitionKey,
    Policy,
    Rule,
    Trigger,
    TypeRef,
)
from pgproof.catalog.relations import Relation, Table, View

__all__ = [
    "Argument",
    "Catalog",
    "Cluster",
    "Column",
    "CompositeType",
    "Constraint",
    "DefaultPrivileges",
    "DomainType",
    "EnumType",
    "EventTrigger",
    "Extension",
    "ForeignKey",
    "ForeignServer",
    "Grant",
    "Index",
    "Job",
    "Membership",
    "Other",
    "PartitionKey",
    "Policy",
    "Publication",
    "PublishedTable",
    "RangeType",
    "Relation",
    "Role",
    "Routine",
    "Rule",
    "Schema",
    "SchemaObject",
    "Sequence",
    "Setting",
    "Table",
    "Trigger",
    "TypeRef",
    "View",
    "qualified",
    "quoted",
]

_Named = TypeVar("_Named", Table, View, Sequence, EnumType, DomainType, CompositeType, RangeType)


def _by_name(objects: Iterable[_Named]) -> dict[str, _Named]:
    return {item.qualified: item for item in objects}


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything that migrations can leave behind in one database.

    Lookups take a name as ``qualified`` writes it (``public.messages``, ``public."Odd"``) and raise
    ``KeyError`` with that name; the ``..._by_name`` mappings are there for asking whether something exists.
    """

    version_num: int = field(metadata=DERIVED)
    schemas: tuple[Schema, ...] = field(default=(), metadata=PARTS)
    extensions: tuple[Extension, ...] = field(default=(), metadata=PARTS)
    enums: tuple[EnumType, ...] = field(default=(), metadata=PARTS)
    domains: tuple[DomainType, ...] = field(default=(), metadata=PARTS)
    composites: tuple[CompositeType, ...] = field(default=(), metadata=PARTS)
    ranges: tuple[RangeType, ...] = field(default=(), metadata=PARTS)
    sequences: tuple[Sequence, ...] = field(default=(), metadata=PARTS)
    tables: tuple[Table, ...] = field(default=(), metadata=PARTS)
    views: tuple[View, ...] = field(default=(), metadata=PARTS)
    routines: tuple[Routine, ...] = field(default=(), metadata=PARTS)
    event_triggers: tuple[EventTrigger, ...] = field(default=(), metadata=PARTS)
    default_privileges: tuple[DefaultPrivileges, ...] = field(default=(), metadata=PARTS)
    publications: tuple[Publication, ...] = field(default=(), metadata=PARTS)
    foreign_servers: tuple[ForeignServer, ...] = field(default=(), metadata=PARTS)
    jobs: tuple[Job, ...] = field(default=(), metadata=PARTS)
    others: tuple[Other, ...] = field(default=(), metadata=PARTS)

    @cached_property
    def tables_by_name(self) -> dict[str, Table]:
        """Every table under its qualified name."""
        return _by_name(self.tables)

    @cached_property
    def views_by_name(self) -> dict[str, View]:
        """Every view and materialized view under its qualified name."""
        return _by_name(self.views)

    @cached_property
    def relations_by_name(self) -> dict[str, Table | View]:
        """Every table and view under its qualified name."""
        return {**self.tables_by_name, **self.views_by_name}

    @cached_property
    def columns_by_name(self) -> dict[str, Column]:
        """Every column of every table and view under its whole name, ``public.messages.id``."""
        relations: tuple[Table | View, ...] = (*self.tables, *self.views)
        return {f"{r.qualified}.{quoted(column.name)}": column for r in relations for column in r.columns}

    @cached_property
    def sequences_by_name(self) -> dict[str, Sequence]:
        """Every sequence under its qualified name."""
        return _by_name(self.sequences)

    @cached_property
    def routines_by_signature(self) -> dict[str, Routine]:
        """Every routine under its signature, ``public.f(integer, text)``."""
        return {routine.signature: routine for routine in self.routines}

    @cached_property
    def types_by_name(self) -> dict[str, EnumType | DomainType | CompositeType | RangeType]:
        """Every type that somebody created under its qualified name."""
        types = (self.enums, self.domains, self.composites, self.ranges)
        return {item.qualified: item for group in types for item in group}

    @cached_property
    def schemas_by_name(self) -> dict[str, Schema]:
        """Every schema under its name."""
        return {schema.name: schema for schema in self.schemas}

    @cached_property
    def jobs_by_name(self) -> dict[str, Job]:
        """Every scheduled job under its name."""
        return {job.name: job for job in self.jobs}

    def schema(self, name: str) -> Schema:
        """The schema of that name."""
        return self.schemas_by_name[name]

    def table(self, name: str) -> Table:
        """The table of that name."""
        return self.tables_by_name[name]

    def view(self, name: str) -> View:
        """The view or materialized view of that name."""
        return self.views_by_name[name]

    def relation(self, name: str) -> Table | View:
        """The table or view of that name."""
        return self.relations_by_name[name]

    def sequence(self, name: str) -> Sequence:
        """The sequence of that name."""
        return self.sequences_by_name[name]

    def routine(self, signature: str) -> Routine:
        """The routine of that signature, ``public.f(integer, text)``; no argument: ``public.f()``."""
        return self.routines_by_signature[signature]

    def routines_named(self, name: str) -> tuple[Routine, ...]:
        """All overloads of that name; empty when there is none."""
        return self._routines_by_name.get(name, ())

    def type(self, name: str) -> EnumType | DomainType | CompositeType | RangeType:
        """The enum, domain, composite or range of that name."""
        return self.types_by_name[name]

    def partitions(self, name: str) -> tuple[Table, ...]:
        """The partitions directly under that table."""
        return tuple(t for t in self._children.get(name, ()) if t.partition_of == name)

    def children(self, name: str) -> tuple[Table, ...]:
        """The tables directly under that one: its partitions and those that inherit from it."""
        return self._children.get(name, ())

    def referencing(self, name: str) -> tuple[tuple[Table, ForeignKey], ...]:
        """The foreign keys that point to that table, with the tables that have them."""
        return self._referencing.get(name, ())

    def publications_of(self, name: str) -> tuple[Publication, ...]:
        """The publications that a table is in: by itself, through its schema, or because all are."""
        schema = self.table(name).schema
        return tuple(
            p
            for p in self.publications
            if p.all_tables or schema in p.schemas or any(t.table == name for t in p.tables)
        )

    @cached_property
    def _routines_by_name(self) -> dict[str, tuple[Routine, ...]]:
        found: dict[str, tuple[Routine, ...]] = {}
        for routine in self.routines:
            found[routine.qualified] = (*found.get(routine.qualified, ()), routine)
        return found

    @cached_property
    def _children(self) -> dict[str, tuple[Table, ...]]:
        found: dict[str, list[Table]] = {}
        for table in self.tables:
            parents = (table.partition_of,) if table.partition_of else table.inherits
            for parent in parents:
                found.setdefault(parent, []).append(table)
        return {name: tuple(tables) for name, tables in found.items()}

    @cached_property
    def _referencing(self) -> dict[str, tuple[tuple[Table, ForeignKey], ...]]:
        found: dict[str, list[tuple[Table, ForeignKey]]] = {}
        for table in self.tables:
            for key in table.foreign_keys:
                found.setdefault(key.references, []).append((table, key))
        return {name: tuple(keys) for name, keys in found.items()}
