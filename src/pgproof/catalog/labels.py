"""What objects are called in a comparison: ``column public.t.a``, ``policy p on public.t``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pgproof.catalog.model import (
    Cluster,
    Column,
    CompositeType,
    Constraint,
    DefaultPrivileges,
    DomainType,
    EnumType,
    EventTrigger,
    Extension,
    ForeignKey,
    ForeignServer,
    Index,
    Job,
    Membership,
    Other,
    Policy,
    Publication,
    PublishedTable,
    RangeType,
    Role,
    Routine,
    Rule,
    Schema,
    Sequence,
    Setting,
    Table,
    Trigger,
    View,
    quoted,
)

_KINDS: Mapping[type[Any], str] = {
    Column: "column",
    CompositeType: "composite type",
    Constraint: "constraint",
    DefaultPrivileges: "default privileges",
    DomainType: "domain",
    EnumType: "enum",
    EventTrigger: "event trigger",
    Extension: "extension",
    ForeignKey: "constraint",
    ForeignServer: "foreign server",
    Index: "index",
    Job: "job",
    Membership: "membership",
    Policy: "policy",
    Publication: "publication",
    PublishedTable: "published table",
    RangeType: "range type",
    Role: "role",
    Rule: "rule",
    Schema: "schema",
    Sequence: "sequence",
    Setting: "setting",
    Trigger: "trigger",
}


def kind_of(item: Any) -> str:
    """The word for an object: a relation, a routine and a rarer object know their own."""
    return str(item.kind) if isinstance(item, Table | View | Routine | Other) else _KINDS[type(item)]


def name_of(item: Any, parent: str) -> str:
    """The name of an object within ``parent``, which is empty for what stands alone."""
    naming = _NAMES.get(type(item))
    if naming is not None:
        return naming(item, parent)
    if isinstance(item, Routine):
        return item.signature
    own = getattr(item, "qualified", None)
    return str(own) if own is not None else _within(item, parent)


def _within(item: Any, parent: str) -> str:
    return f"{quoted(item.name)} on {parent}" if parent else quoted(item.name)


def _column(item: Column, parent: str) -> str:
    return f"{parent}.{quoted(item.name)}"


def _default_privileges(item: DefaultPrivileges, _: str) -> str:
    where = "" if item.schema is None else f" in schema {quoted(item.schema)}"
    return f"of {quoted(item.role)} for {item.objects}{where}"


def _published(item: PublishedTable, parent: str) -> str:
    return f"{item.table} in {parent}"


def _membership(item: Membership, _: str) -> str:
    return f"of {quoted(item.member)} in {quoted(item.role)} granted by {quoted(item.grantor)}"


def _setting(item: Setting, parent: str) -> str:
    owner = f" of role {parent}" if parent else ""
    return f"{item.name}{owner}{' in this database' if item.here else ''}"


def _verbatim(item: Any, _: str) -> str:
    return str(item.name)


_NAMES: Mapping[type[Any], Callable[[Any, str], str]] = {
    Column: _column,
    DefaultPrivileges: _default_privileges,
    Job: _verbatim,
    Membership: _membership,
    Other: _verbatim,
    PublishedTable: _published,
    Setting: _setting,
    Cluster: lambda _, __: "",
}
