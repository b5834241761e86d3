"""Tables and views, with what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pgproof.catalog.marks import DERIVED, KEY, PARTS
from pgproof.catalog.names import qualified
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
)

RelationKind = Literal["table", "partitioned table", "foreign table", "view", "materialized view"]


@dataclass(frozen=True, kw_only=True)
class Relation:
    """What tables and views have in common. ``options`` are reloptions, ``name=value``, sorted.

    ``access_method`` and ``tablespace`` are None where they are the default.
    """

    schema: str = field(metadata=KEY)
    name: str = field(metadata=KEY)
    kind: RelationKind
    owner: str
    columns: tuple[Column, ...] = field(metadata=PARTS)
    grants: tuple[Grant, ...] = field(default=(), metadata=PARTS)
    options: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = field(default=(), metadata=PARTS)
    triggers: tuple[Trigger, ...] = field(default=(), metadata=PARTS)
    rules: tuple[Rule, ...] = field(default=(), metadata=PARTS)
    access_method: str | None = None
    tablespace: str | None = None
    comment: str | None = None
    extension: str | None = field(default=None, metadata=DERIVED)

    @cached_property
    def qualified(self) -> str:
        """``public.messages``: the key of the relation in the ``Catalog``."""
        return qualified(self.schema, self.name)

    @cached_property
    def columns_by_name(self) -> dict[str, Column]:
        """Every column under its name."""
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """The column of that name; raises ``KeyError``."""
        return self.columns_by_name[name]

    def option(self, name: str) -> str | None:
        """The value of a reloption, or None where it is not set."""
        values = [option.partition("=")[2] for option in self.options if option.startswith(f"{name}=")]
        return values[0] if values else None

    def has_option(self, name: str) -> bool:
        """Whether a boolean reloption (``security_invoker``) is on."""
        return (self.option(name) or "off").lower() in ("true", "on", "yes", "1")


@dataclass(frozen=True, kw_only=True)
class Table(Relation):
    """An ordinary, partitioned or foreign table.

    A partition has ``partition_of`` and ``partition_bound`` (``for values in (...)`` or ``default``);
    ``inherits`` lists parents by plain inheritance, in order. ``replica_identity`` of an index is
    ``index <name>``.
    """

    constraints: tuple[Constraint, ...] = field(default=(), metadata=PARTS)
    policies: tuple[Policy, ...] = field(default=(), metadata=PARTS)
    row_security: bool = False
    force_row_security: bool = False
    persistence: Literal["permanent", "unlogged"] = "permanent"
    replica_identity: str = "default"
    partition_key: PartitionKey | None = None
    partition_of: str | None = None
    partition_bound: str | None = None
    inherits: tuple[str, ...] = ()
    of_type: str | None = None
    server: str | None = None
    server_options: tuple[str, ...] = ()

    @cached_property
    def constraints_by_name(self) -> dict[str, Constraint]:
        """Every constraint under its name."""
        return {constraint.name: constraint for constraint in self.constraints}

    @cached_property
    def primary_key(self) -> Constraint | None:
        """The primary key, if there is one."""
        return next((c for c in self.constraints if c.kind == "primary key"), None)

    @cached_property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """The foreign keys that start here."""
        return tuple(c for c in self.constraints if isinstance(c, ForeignKey))

    @cached_property
    def checks(self) -> tuple[Constraint, ...]:
        """The CHECK constraints."""
        return tuple(c for c in self.constraints if c.kind == "check")

    @cached_property
    def unique_keys(self) -> tuple[Index, ...]:
        """Every unique index: primary key, UNIQUE constraints, partial and expression indexes."""
        return tuple(index for index in self.indexes if index.unique)

    def policies_for(self, command: str) -> tuple[Policy, ...]:
        """The policies that apply to ``select``, ``insert``, ``update`` or ``delete``."""
        return tuple(policy for policy in self.policies if policy.command in (command, "all"))


@dataclass(frozen=True, kw_only=True)
class View(Relation):
    """A view or materialized view. What it accepts (``insertable`` ...) is as without INSTEAD OF triggers."""

    definition: str
    insertable: bool = field(default=False, metadata=DERIVED)
    updatable: bool = field(default=False, metadata=DERIVED)
    deletable: bool = field(default=False, metadata=DERIVED)
    populated: bool = True

    @property
    def materialized(self) -> bool:
        """Whether its rows are stored."""
        return self.kind == "materialized view"

    @property
    def security_invoker(self) -> bool:
        """Whether it reads its tables with the rights of whoever reads the view."""
        return self.has_option("security_invoker")

    @property
    def security_barrier(self) -> bool:
        """Whether functions of the reader see rows only after the view's own conditions."""
        return self.has_option("security_barrier")

    @property
    def check_option(self) -> str | None:
        """``local``, ``cascaded`` or None."""
        return self.option("check_option")
