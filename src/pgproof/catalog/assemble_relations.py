"""Rows -> tables and views with everything that belongs to them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from pgproof.catalog import decode
from pgproof.catalog.assemble_parts import columns, constraint, index, policy, rule, trigger, words
from pgproof.catalog.known import Known
from pgproof.catalog.names import quoted
from pgproof.catalog.parts import Constraint, Index, PartitionKey, Policy, Rule, Trigger
from pgproof.catalog.records import (
    ColumnRecord,
    ConstraintRecord,
    IndexRecord,
    PolicyRecord,
    RelationRecord,
    RuleRecord,
    TriggerRecord,
)
from pgproof.catalog.relations import RelationKind, Table, View

_KINDS: dict[str, RelationKind] = {
    "r": "table",
    "p": "partitioned table",
    "f": "foreign table",
    "v": "view",
    "m": "materialized view",
}
_STRATEGIES: dict[str, Literal["range", "list", "hash"]] = {"r": "range", "l": "list", "h": "hash"}
_REPLICA_IDENTITY = {"d": "default", "n": "nothing", "f": "full"}
# Bits of pg_relation_is_updatable(): 1 << CMD_UPDATE, CMD_INSERT, CMD_DELETE
_UPDATE, _INSERT, _DELETE = 4, 8, 16


class _OfRelation(Protocol):
    @property
    def relation(self) -> int: ...


_Row = TypeVar("_Row", bound=_OfRelation)
_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Parts:
    """What belongs to relations, by the OID of the relation, in the order of the queries."""

    columns: Mapping[int, list[ColumnRecord]]
    constraints: Mapping[int, tuple[Constraint, ...]]
    indexes: Mapping[int, tuple[Index, ...]]
    replica_indexes: Mapping[int, str]
    triggers: Mapping[int, tuple[Trigger, ...]]
    policies: Mapping[int, tuple[Policy, ...]]
    rules: Mapping[int, tuple[Rule, ...]]
    known: Known


def grouped(rows: Iterable[_Row]) -> dict[int, list[_Row]]:
    """Rows by the relation that they belong to."""
    found: dict[int, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.relation, []).append(row)
    return found


def _built(
    rows: Iterable[_Row], known: Known, build: Callable[[_Row, Known], _Part]
) -> dict[int, tuple[_Part, ...]]:
    return {oid: tuple(build(row, known) for row in group) for oid, group in grouped(rows).items()}


def parts(
    *,
    columns: Iterable[ColumnRecord],
    constraints: Iterable[ConstraintRecord],
    indexes: Iterable[IndexRecord],
    triggers: Iterable[TriggerRecord],
    policies: Iterable[PolicyRecord],
    rules: Iterable[RuleRecord],
    known: Known,
) -> Parts:
    """Build the parts of all relations at once."""
    owned = {row.index_id for row in constraints if row.kind in "pux"}
    return Parts(
        columns=grouped(columns),
        constraints=_built((row for row in constraints if row.relation), known, constraint),
        indexes=_built(indexes, known, lambda row, k: index(row, row.id in owned, k)),
        replica_indexes={row.relation: row.name for row in indexes if row.replica_identity},
        triggers=_built(triggers, known, trigger),
        policies=_built(policies, known, policy),
        rules=_built(rules, known, rule),
        known=known,
    )


def tables(rows: Iterable[RelationRecord], of: Parts) -> tuple[Table, ...]:
    """The tables among the relations."""
    return tuple(_table(row, of) for row in rows if row.kind in "rpf")


def views(rows: Iterable[RelationRecord], of: Parts) -> tuple[View, ...]:
    """The views and materialized views among the relations."""
    return tuple(_view(row, of) for row in rows if row.kind in "vm")


def _common(row: RelationRecord, of: Parts) -> dict[str, Any]:
    """The fields of ``Relation``."""
    return {
        "schema": row.schema,
        "name": row.name,
        "kind": _KINDS[row.kind],
        "owner": row.owner,
        "columns": columns(of.columns.get(row.id, ()), of.known),
        "grants": decode.grants(row.acl),
        "options": words(row.options),
        "indexes": of.indexes.get(row.id, ()),
        "triggers": of.triggers.get(row.id, ()),
        "rules": of.rules.get(row.id, ()),
        "access_method": row.access_method,
        "tablespace": row.tablespace,
        "comment": of.known.comment("pg_class", row.id),
        "extension": of.known.extension("pg_class", row.id),
    }


def _table(row: RelationRecord, of: Parts) -> Table:
    parents = tuple(of.known.relations[parent] for parent in row.parents or ())
    is_partition = row.partition_bound is not None
    return Table(
        **_common(row, of),
        constraints=of.constraints.get(row.id, ()),
        policies=of.policies.get(row.id, ()),
        row_security=row.row_security,
        force_row_security=row.force_row_security,
        persistence="unlogged" if row.persistence == "u" else "permanent",
        replica_identity=_replica_identity(row, of),
        partition_key=_partition_key(row, of.known),
        partition_of=parents[0] if is_partition else None,
        partition_bound=row.partition_bound,
        inherits=() if is_partition else parents,
        of_type=of.known.type(row.of_type).qualified if row.of_type else None,
        server=row.server,
        server_options=words(row.server_options),
    )


def _view(row: RelationRecord, of: Parts) -> View:
    writable = row.writable or 0
    return View(
        **_common(row, of),
        definition=row.definition or "",
        insertable=bool(writable & _INSERT),
        updatable=bool(writable & _UPDATE),
        deletable=bool(writable & _DELETE),
        populated=row.populated,
    )


def _replica_identity(row: RelationRecord, of: Parts) -> str:
    if row.replica_identity == "i":
        return f"index {quoted(of.replica_indexes.get(row.id, '?'))}"
    return _REPLICA_IDENTITY[row.replica_identity]


def _partition_key(row: RelationRecord, known: Known) -> PartitionKey | None:
    if row.partition_strategy is None or row.partition_key is None:
        return None
    return PartitionKey(
        strategy=_STRATEGIES[row.partition_strategy],
        definition=row.partition_key,
        columns=known.key_columns(row.id, row.partition_columns or ()),
    )
