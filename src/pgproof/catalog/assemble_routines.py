"""Rows -> functions, procedures, aggregates, and the types that somebody created. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pgproof.catalog import decode
from pgproof.catalog.assemble_parts import columns, constraint, words
from pgproof.catalog.known import Known
from pgproof.catalog.names import qualified
from pgproof.catalog.object_records import AggregateRecord, RoutineRecord, UserTypeRecord
from pgproof.catalog.objects import (
    Argument,
    ArgumentMode,
    CompositeType,
    DomainType,
    EnumType,
    RangeType,
    Routine,
    RoutineKind,
)
from pgproof.catalog.records import ColumnRecord, ConstraintRecord

_KINDS: dict[str, RoutineKind] = {
    "f": "function",
    "p": "procedure",
    "a": "aggregate",
    "w": "window function",
}
_MODES: dict[str, ArgumentMode] = {"i": "in", "o": "out", "b": "inout", "v": "variadic", "t": "table"}
_VOLATILITY: dict[str, Literal["immutable", "stable", "volatile"]] = {
    "i": "immutable",
    "s": "stable",
    "v": "volatile",
}
_PARALLEL: dict[str, Literal["safe", "restricted", "unsafe"]] = {
    "s": "safe",
    "r": "restricted",
    "u": "unsafe",
}


def routines(
    rows: Iterable[RoutineRecord], aggregates: Iterable[AggregateRecord], known: Known
) -> tuple[Routine, ...]:
    """The routines, sorted by name and input types."""
    details = {row.id: tuple(row.details) for row in aggregates}
    found = (_routine(row, details.get(row.id, ()), known) for row in rows)
    return tuple(sorted(found, key=lambda r: (r.schema, r.name, r.input_types)))


def _routine(row: RoutineRecord, details: tuple[str, ...], known: Known) -> Routine:
    usual_cost = 1.0 if row.language in ("c", "internal") else 100.0
    usual_rows = 1000.0 if row.returns_set else 0.0
    return Routine(
        schema=row.schema,
        name=row.name,
        input_types=", ".join(known.type(oid).text for oid in row.input_types),
        owner=row.owner,
        grants=decode.grants(row.acl),
        kind=_KINDS[row.kind],
        language=row.language,
        source=row.source,
        arguments=_arguments(row, known),
        returns=None if row.kind == "p" else known.type(row.returns),
        returns_set=row.returns_set,
        result=row.result,
        volatility=_VOLATILITY[row.volatility],
        security_definer=row.security_definer,
        leakproof=row.leakproof,
        strict=row.strict,
        parallel=_PARALLEL[row.parallel],
        cost=None if row.cost == usual_cost else row.cost,
        rows=None if row.rows == usual_rows else row.rows,
        config=words(row.config),
        library=row.library,
        support=row.support,
        details=details,
        comment=known.comment("pg_proc", row.id),
        extension=known.extension("pg_proc", row.id),
    )


def _arguments(row: RoutineRecord, known: Known) -> tuple[Argument, ...]:
    types = row.argument_types or row.input_types
    names = row.argument_names or [""] * len(types)
    modes = row.argument_modes or ["i"] * len(types)
    defaults = row.argument_defaults or [None] * len(types)
    return tuple(
        Argument(name=name, type=known.type(oid), mode=_MODES[mode], default=default)
        for name, oid, mode, default in zip(names, types, modes, defaults, strict=True)
    )


def _common(row: UserTypeRecord, known: Known) -> dict[str, Any]:
    """The fields of ``SchemaObject``. Comments and extensions of a composite hang on its pg_type row, too."""
    return {
        "schema": row.schema,
        "name": row.name,
        "owner": row.owner,
        "grants": decode.grants(row.acl),
        "comment": known.comment("pg_type", row.id),
        "extension": known.extension("pg_type", row.id),
    }


def enums(rows: Iterable[UserTypeRecord], known: Known) -> tuple[EnumType, ...]:
    """The enums."""
    return tuple(
        EnumType(**_common(row, known), labels=tuple(row.labels or ())) for row in rows if row.kind == "e"
    )


def domains(
    rows: Iterable[UserTypeRecord], constraints: Iterable[ConstraintRecord], known: Known
) -> tuple[DomainType, ...]:
    """The domains with their constraints."""
    checks: dict[int, list[ConstraintRecord]] = {}
    for row in constraints:
        if row.domain:
            checks.setdefault(row.domain, []).append(row)
    return tuple(_domain(row, checks.get(row.id, []), known) for row in rows if row.kind == "d")


def _domain(row: UserTypeRecord, checks: list[ConstraintRecord], known: Known) -> DomainType:
    return DomainType(
        **_common(row, known),
        base=known.type(row.base or 0, row.modifier, row.dims, row.base_text),
        not_null=row.not_null,
        default=row.default_expression,
        collation=row.collation,
        constraints=tuple(constraint(check, known) for check in checks),
    )


def composites(
    rows: Iterable[UserTypeRecord], attributes: Mapping[int, list[ColumnRecord]], known: Known
) -> tuple[CompositeType, ...]:
    """The composite types with their attributes."""
    return tuple(
        CompositeType(**_common(row, known), attributes=columns(attributes.get(row.relation or 0, ()), known))
        for row in rows
        if row.kind == "c"
    )


def ranges(rows: Iterable[UserTypeRecord], known: Known) -> tuple[RangeType, ...]:
    """The range types."""
    return tuple(_range(row, known) for row in rows if row.kind == "r")


def _range(row: UserTypeRecord, known: Known) -> RangeType:
    multirange = known.types[row.multirange or 0]
    return RangeType(
        **_common(row, known),
        subtype=known.type(row.subtype or 0),
        multirange=qualified(multirange.schema, multirange.name),
        operator_class=row.operator_class or "",
        collation=row.range_collation,
        canonical=row.canonical,
        difference=row.difference,
    )
