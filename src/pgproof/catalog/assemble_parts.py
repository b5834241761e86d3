"""Rows -> the parts of relations. Pure: what an OID stands for comes in as ``Known``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pgproof.catalog import decode
from pgproof.catalog.known import Known
from pgproof.catalog.names import qualified
from pgproof.catalog.parts import (
    Column,
    Constraint,
    ForeignKey,
    Index,
    Policy,
    Rule,
    Trigger,
)
from pgproof.catalog.records import (
    ColumnRecord,
    ConstraintRecord,
    IndexRecord,
    PolicyRecord,
    RuleRecord,
    TriggerRecord,
)

_IDENTITY: dict[str, Literal["always", "by default"]] = {"a": "always", "d": "by default"}
_GENERATED: dict[str, Literal["stored", "virtual"]] = {"s": "stored", "v": "virtual"}
_MATCH: dict[str, Literal["simple", "full", "partial"]] = {"s": "simple", "f": "full", "p": "partial"}
_COMMANDS: dict[str, Literal["all", "select", "insert", "update", "delete"]] = {
    "*": "all",
    "r": "select",
    "a": "insert",
    "w": "update",
    "d": "delete",
}


def words(values: Iterable[str] | None) -> tuple[str, ...]:
    """Options as a sorted tuple: their order means nothing."""
    return tuple(sorted(values or ()))


def columns(rows: Iterable[ColumnRecord], known: Known) -> tuple[Column, ...]:
    """The columns of one relation, given in order."""
    return tuple(_column(row, position, known) for position, row in enumerate(rows, start=1))


def _column(row: ColumnRecord, position: int, known: Known) -> Column:
    generated = _GENERATED.get(row.generated)
    return Column(
        name=row.name,
        position=position,
        type=known.type(row.type, row.modifier, row.dims, row.type_text),
        not_null=row.not_null,
        default=None if generated else row.expression,
        identity=_IDENTITY.get(row.identity),
        generated=generated,
        expression=row.expression if generated else None,
        collation=row.collation,
        comment=known.comment("pg_class", row.relation, row.number),
        grants=decode.grants(row.acl),
        inherited=row.inherited,
        storage=decode.STORAGE.get(row.storage or ""),
        compression=decode.COMPRESSION.get(row.compression),
        statistics=row.statistics,
        options=words(row.options),
        writable=row.writable,
    )


def constraint(row: ConstraintRecord, known: Known) -> Constraint:
    """A constraint; a foreign key becomes a ``ForeignKey``."""
    if row.kind == "f":
        return _foreign_key(row, known)
    backing = known.indexes.get(row.index_id) if row.kind in "pux" else None
    return Constraint(
        name=row.name,
        kind=decode.CONSTRAINT_KINDS[row.kind],
        definition=row.definition,
        columns=known.column_names(row.relation, row.columns) if row.relation else (),
        expression=row.expression,
        operators=tuple(row.operators or ()),
        deferrable=row.is_deferrable,
        initially_deferred=row.is_deferred,
        validated=row.validated,
        enforced=row.enforced,
        no_inherit=row.no_inherit and row.kind in "cn",  # true of every key, where it says nothing
        inherited=row.inherited,
        nulls_not_distinct=backing is not None and backing.nulls_not_distinct,
        period=row.period,
        index=backing.name if backing else None,
        comment=known.comment("pg_constraint", row.id),
    )


def _foreign_key(row: ConstraintRecord, known: Known) -> ForeignKey:
    return ForeignKey(
        name=row.name,
        kind="foreign key",
        definition=row.definition,
        columns=known.column_names(row.relation, row.columns),
        references=known.relations[row.referenced],
        referenced_columns=known.column_names(row.referenced, row.referenced_columns),
        match=_MATCH[row.match],
        on_update=decode.ACTIONS[row.on_update],
        on_delete=decode.ACTIONS[row.on_delete],
        on_delete_columns=known.column_names(row.relation, row.on_delete_columns),
        deferrable=row.is_deferrable,
        initially_deferred=row.is_deferred,
        validated=row.validated,
        enforced=row.enforced,
        inherited=row.inherited,
        period=row.period,
        comment=known.comment("pg_constraint", row.id),
    )


def index(row: IndexRecord, owned: bool, known: Known) -> Index:
    """An index, ``owned`` by a constraint or not."""
    return Index(
        name=row.name,
        method=row.method,
        definition=row.definition,
        columns=known.key_columns(row.relation, row.keys[: row.key_count]),
        expressions=tuple(row.expressions or ()),
        include=known.column_names(row.relation, row.keys[row.key_count :]),
        predicate=row.predicate,
        unique=row.is_unique,
        nulls_not_distinct=row.nulls_not_distinct,
        primary=row.is_primary,
        constraint=owned,
        valid=row.valid,
        clustered=row.clustered,
        options=words(row.options),
        parent=known.index(row.parent or 0),
        comment=known.comment("pg_class", row.id),
    )


def trigger(row: TriggerRecord, known: Known) -> Trigger:
    """A trigger."""
    return Trigger(
        name=row.name,
        timing=decode.timing(row.bits),
        events=decode.events(row.bits),
        level=decode.level(row.bits),
        function=qualified(row.function_schema, row.function_name),
        definition=row.definition,
        arguments=decode.trigger_arguments(row.arguments),
        columns=known.column_names(row.relation, row.columns),
        when=decode.trigger_condition(row.definition),
        enabled=decode.ENABLED[row.enabled],
        constraint=row.is_constraint,
        deferrable=row.is_deferrable,
        initially_deferred=row.is_deferred,
        old_table=row.old_table,
        new_table=row.new_table,
        inherited=row.inherited,
        comment=known.comment("pg_trigger", row.id),
    )


def policy(row: PolicyRecord, known: Known) -> Policy:
    """A row-level security policy."""
    return Policy(
        name=row.name,
        command=_COMMANDS[row.command],
        permissive=row.permissive,
        roles=tuple(sorted(row.roles)),
        using=row.using_condition,
        check=row.check_condition,
        comment=known.comment("pg_policy", row.id),
    )


def rule(row: RuleRecord, known: Known) -> Rule:
    """A rewrite rule."""
    return Rule(
        name=row.name,
        event=decode.RULE_EVENTS[row.event],
        definition=row.definition,
        instead=row.instead,
        enabled=decode.ENABLED[row.enabled],
        comment=known.comment("pg_rewrite", row.id),
    )
