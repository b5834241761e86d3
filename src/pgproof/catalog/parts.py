"""What relations are made of: columns, constraints, indexes, policies, triggers, rules, and grants.

Names of other objects are strings as ``names.qualified`` writes them (``public.users``), so they can be
looked up in the ``Catalog``. Expressions are as PostgreSQL prints them with an empty ``search_path``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from pgproof.catalog.marks import DERIVED, KEY, PARTS, SUMMARY
from pgproof.catalog.names import qualified

TypeKind = Literal["base", "enum", "domain", "composite", "range", "multirange", "pseudo"]
ConstraintKind = Literal["primary key", "unique", "check", "foreign key", "exclusion", "not null"]
Action = Literal["no action", "restrict", "cascade", "set null", "set default"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One privilege (``select``, ``execute``, ...) of one grantee; ``public`` means everybody.

    What an owner has without any GRANT is listed too, so an ACL that is null equals its explicit default.
    """

    privilege: str = field(metadata=KEY)
    grantee: str = field(metadata=KEY)
    grantor: str
    grantable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRef:
    """The type of a column, argument or domain.

    For an array ``schema``, ``name`` and ``kind`` are those of the element and ``dims`` is at least 1.
    ``name`` is the catalog's (``int4``, ``varchar``), ``text`` what a person writes
    (``character varying(20)[]``). ``length`` belongs to character, bit and vector types, ``precision`` and
    ``scale`` to numeric, ``precision`` alone to times and intervals.
    """

    schema: str
    name: str
    text: str
    kind: TypeKind = field(default="base", metadata=DERIVED)
    dims: int = 0
    length: int | None = None
    precision: int | None = None
    scale: int | None = None

    def __str__(self) -> str:
        return self.text + "[]" * max(0, self.dims - 1)

    @property
    def qualified(self) -> str:
        """``public.mood``: the key of an enum, domain, composite or range in the ``Catalog``."""
        return qualified(self.schema, self.name)

    @property
    def element(self) -> TypeRef:
        """What an array is made of; any other type is returned as it is."""
        return replace(self, dims=0, text=self.text.removesuffix("[]")) if self.dims else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a relation or an attribute of a composite type.

    ``position`` counts living columns from 1, so a column that was dropped and added again may equal the old
    one. ``collation``, ``storage``, ``compression`` and ``statistics`` are None where they are the default.
    ``expression`` is that of a generated column; ``default`` never is. ``writable`` is false only for a
    column of a view that cannot be written through the view.
    """

    name: str = field(metadata=KEY)
    position: int = field(metadata=DERIVED)
    type: TypeRef
    not_null: bool = False
    default: str | None = None
    identity: Literal["always", "by default"] | None = None
    generated: Literal["stored", "virtual"] | None = None
    expression: str | None = None
    collation: str | None = None
    comment: str | None = None
    grants: tuple[Grant, ...] = field(default=(), metadata=PARTS)
    inherited: bool = False
    storage: str | None = None
    compression: str | None = None
    statistics: int | None = None
    options: tuple[str, ...] = ()
    writable: bool = field(default=True, metadata=DERIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A constraint of a table or domain; a foreign key is a ``ForeignKey``.

    ``expression`` is that of a CHECK, ``operators`` those of an exclusion constraint, ``index`` the name of
    the index behind a key, in the table's schema. ``period``: the last column is a range that must not
    overlap (primary key, unique) or must be covered (foreign key); PostgreSQL 18.
    """

    name: str = field(metadata=KEY)
    kind: ConstraintKind
    definition: str = field(metadata=SUMMARY)
    columns: tuple[str, ...] = ()
    expression: str | None = None
    operators: tuple[str, ...] = ()
    deferrable: bool = False
    initially_deferred: bool = False
    validated: bool = True
    enforced: bool = True
    no_inherit: bool = False
    inherited: bool = False
    nulls_not_distinct: bool = False
    period: bool = False
    index: str | None = field(default=None, metadata=DERIVED)
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey(Constraint):
    """A foreign key: ``columns[i]`` must be found in ``referenced_columns[i]`` of ``references``.

    ``on_delete_columns`` are the columns that ``set null`` and ``set default`` touch; empty means all.
    """

    references: str
    referenced_columns: tuple[str, ...]
    match: Literal["simple", "full", "partial"] = "simple"
    on_update: Action = "no action"
    on_delete: Action = "no action"
    on_delete_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index. ``columns`` has None where the key is an expression, ``expressions`` are those in order.

    ``parent`` is the index of the partitioned table that it is a part of;
    ``constraint`` says that a constraint owns it.
    """

    name: str = field(metadata=KEY)
    method: str
    definition: str = field(metadata=SUMMARY)
    columns: tuple[str | None, ...]
    expressions: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    predicate: str | None = None
    unique: bool = False
    nulls_not_distinct: bool = False
    primary: bool = field(default=False, metadata=DERIVED)
    constraint: bool = field(default=False, metadata=DERIVED)
    valid: bool = True
    clustered: bool = False
    options: tuple[str, ...] = ()
    parent: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A trigger that somebody created; those that enforce foreign keys are not listed.

    ``columns`` are those of ``update of``; ``inherited`` says that it is a partition's copy.
    """

    name: str = field(metadata=KEY)
    timing: Literal["before", "after", "instead of"]
    events: tuple[Literal["insert", "update", "delete", "truncate"], ...]
    level: Literal["row", "statement"]
    function: str
    definition: str = field(metadata=SUMMARY)
    arguments: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    when: str | None = None
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"
    constraint: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    old_table: str | None = None
    new_table: str | None = None
    inherited: bool = field(default=False, metadata=DERIVED)
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A row-level security policy. ``roles`` is ``("public",)`` when it has no TO clause."""

    name: str = field(metadata=KEY)
    command: Literal["all", "select", "insert", "update", "delete"]
    permissive: bool = True
    roles: tuple[str, ...] = ("public",)
    using: str | None = None
    check: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rewrite rule that somebody created; the one that makes a view a view is not listed."""

    name: str = field(metadata=KEY)
    event: Literal["select", "insert", "update", "delete"]
    definition: str = field(metadata=SUMMARY)
    instead: bool = False
    enabled: Literal["origin", "disabled", "replica", "always"] = "origin"
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionKey:
    """How a table is partitioned. ``columns`` has None where the key is an expression."""

    strategy: Literal["range", "list", "hash"]
    definition: str
    columns: tuple[str | None, ...]

    def __str__(self) -> str:
        return self.definition
