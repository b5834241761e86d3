"""Everything in a schema or database that is not a relation: routines, types, sequences, extensions, jobs ...

``extension`` names the extension that an object belongs to; a comparison leaves such objects out by default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pgproof.catalog.marks import DERIVED, KEY, PARTS
from pgproof.catalog.names import qualified, quoted
from pgproof.catalog.parts import Column, Constraint, Grant, TypeRef

ArgumentMode = Literal["in", "out", "inout", "variadic", "table"]
RoutineKind = Literal["function", "procedure", "aggregate", "window function"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A schema."""

    name: str = field(metadata=KEY)
    owner: str
    grants: tuple[Grant, ...] = field(default=(), metadata=PARTS)
    comment: str | None = None
    extension: str | None = field(default=None, metadata=DERIVED)


@dataclass(frozen=True, kw_only=True)
class SchemaObject:
    """What has a name in a schema, an owner and a comment."""

    schema: str = field(metadata=KEY)
    name: str = field(metadata=KEY)
    owner: str
    grants: tuple[Grant, ...] = field(default=(), metadata=PARTS)
    comment: str | None = None
    extension: str | None = field(default=None, metadata=DERIVED)

    @cached_property
    def qualified(self) -> str:
        """``public.mood``: the key of the object in the ``Catalog``."""
        return qualified(self.schema, self.name)


@dataclass(frozen=True, kw_only=True)
class Sequence(SchemaObject):
    """A sequence. ``owned_by`` is a column (``public.t.id``); ``identity``: GENERATED AS IDENTITY made it."""

    type: Literal["smallint", "integer", "bigint"] = "bigint"
    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int
    cache: int = 1
    cycle: bool = False
    persistence: Literal["permanent", "unlogged"] = "permanent"
    owned_by: str | None = None
    identity: bool = field(default=False, metadata=DERIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument of a routine, or a column that it returns (``out``, ``table``); the name may be empty."""

    name: str
    type: TypeRef
    mode: ArgumentMode = "in"
    default: str | None = None

    def __str__(self) -> str:
        mode = "" if self.mode == "in" else f"{self.mode} "
        default = "" if self.default is None else f" = {self.default}"
        return (
            f"{mode}{quoted(self.name)} {self.type}{default}" if self.name else f"{mode}{self.type}{default}"
        )


@dataclass(frozen=True, kw_only=True)
class Routine(SchemaObject):
    """A function, procedure, aggregate or window function.

    ``input_types`` (``integer, text[]``) tells overloads apart. ``returns`` is None for a procedure;
    ``result`` is how PostgreSQL prints it (``TABLE(id uuid, n integer)``). ``source`` is the body between
    the quotes, the SQL-standard body, or a C symbol; ``library`` the file of a C function. ``config`` are its
    settings (``search_path=""``). ``details`` are what CREATE AGGREGATE was given, ``name=value``.
    """

    input_types: str = field(metadata=KEY)
    kind: RoutineKind
    language: str
    source: str
    arguments: tuple[Argument, ...] = ()
    returns: TypeRef | None = None
    returns_set: bool = False
    result: str | None = field(default=None, metadata=DERIVED)
    volatility: Literal["immutable", "stable", "volatile"] = "volatile"
    security_definer: bool = False
    leakproof: bool = False
    strict: bool = False
    parallel: Literal["safe", "restricted", "unsafe"] = "unsafe"
    cost: float | None = None
    rows: float | None = None
    config: tuple[str, ...] = ()
    library: str | None = None
    support: str | None = None
    details: tuple[str, ...] = ()

    @cached_property
    def signature(self) -> str:
        """``public.f(integer, text)``: the key of the routine in the ``Catalog``."""
        return f"{self.qualified}({self.input_types})"

    @cached_property
    def inputs(self) -> tuple[Argument, ...]:
        """The arguments that a caller gives."""
        return tuple(a for a in self.arguments if a.mode in ("in", "inout", "variadic"))

    @cached_property
    def outputs(self) -> tuple[Argument, ...]:
        """The columns that it returns, when they are declared one by one."""
        return tuple(a for a in self.arguments if a.mode in ("out", "inout", "table"))

    @property
    def search_path(self) -> str | None:
        """The ``search_path`` that it sets for itself, as written; None where it takes the caller's."""
        return next((c.partition("=")[2] for c in self.config if c.startswith("search_path=")), None)


@dataclass(frozen=True, kw_only=True)
class EnumType(SchemaObject):
    """An enum with its labels in order."""

    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DomainType(SchemaObject):
    """A domain; a domain over a domain has that one as ``base``."""

    base: TypeRef
    not_null: bool = False
    default: str | None = None
    collation: str | None = None
    constraints: tuple[Constraint, ...] = field(default=(), metadata=PARTS)


@dataclass(frozen=True, kw_only=True)
class CompositeType(SchemaObject):
    """A type of several attributes (those that belong to tables and views are not listed)."""

    attributes: tuple[Column, ...] = field(metadata=PARTS)


@dataclass(frozen=True, kw_only=True)
class RangeType(SchemaObject):
    """A range type and the multirange type made with it."""

    subtype: TypeRef
    multirange: str
    operator_class: str
    collation: str | None = None
    canonical: str | None = None
    difference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An installed extension and the schema of its objects."""

    name: str = field(metadata=KEY)
    schema: str
    version: str
    owner: str
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrigger:
    """An event trigger; ``tags`` limits it to some commands."""

    name: str = field(metadata=KEY)
    event: str
    function: str
    owner: str
    tags: tuple[str, ...] = ()
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"
    comment: str | None = None
    extension: str | None = field(default=None, metadata=DERIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultPrivileges:
    """What objects that ``role`` creates will be granted, in ``schema`` or anywhere (None)."""

    role: str = field(metadata=KEY)
    schema: str | None = field(metadata=KEY)
    objects: str = field(metadata=KEY)
    grants: tuple[Grant, ...] = field(metadata=PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """A table of a publication; no columns means all of them."""

    table: str = field(metadata=KEY)
    columns: tuple[str, ...] = ()
    where: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A publication for logical replication (Supabase realtime uses one)."""

    name: str = field(metadata=KEY)
    owner: str
    all_tables: bool = False
    operations: tuple[str, ...] = ("insert", "update", "delete", "truncate")
    via_root: bool = False
    generated_columns: Literal["none", "stored"] = "none"
    tables: tuple[PublishedTable, ...] = field(default=(), metadata=PARTS)
    schemas: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignServer:
    """A foreign server; ``options`` are ``name=value``, sorted."""

    name: str = field(metadata=KEY)
    wrapper: str
    owner: str
    type: str | None = None
    version: str | None = None
    options: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = field(default=(), metadata=PARTS)
    comment: str | None = None
    extension: str | None = field(default=None, metadata=DERIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of pg_cron. A job without a name is told apart by its schedule and command."""

    name: str = field(metadata=KEY)
    schedule: str
    command: str
    database: str = field(metadata=DERIVED)
    username: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """An object of a rarer kind (operator, cast, collation, statistics ...): enough to see that it changed.

    Members of extensions are not listed: the version of the extension stands for them. ``name`` is the
    identity that PostgreSQL gives it (``public.=#=(integer,text)``), ``definition`` what its catalog
    row says, as ``name=value`` lines.
    """

    kind: str = field(metadata=KEY)
    name: str = field(metadata=KEY)
    owner: str | None = None
    definition: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = field(default=(), metadata=PARTS)
    comment: str | None = None
