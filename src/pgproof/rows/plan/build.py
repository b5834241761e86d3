"""The model of valid rows, from a catalog. Pure: a catalog in, a ``SchemaModel`` out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pgproof.catalog.model import Catalog, Column, Constraint, ForeignKey, Index, Table, TypeRef
from pgproof.rows.model.agreements import with_agreements
from pgproof.rows.model.ghosts import with_ghosts
from pgproof.rows.model.kept import made_by_triggers
from pgproof.rows.model.order import in_filling_order
from pgproof.rows.model.partitions import partition_model
from pgproof.rows.model.tables import (
    CheckModel,
    ColumnModel,
    ExclusionModel,
    Filling,
    KeyPart,
    ReferenceModel,
    SchemaModel,
    TableModel,
    TableName,
    UniqueModel,
)
from pgproof.rows.model.timeline import timeline
from pgproof.rows.model.types import domain_chain, domain_checks, space_of
from pgproof.rows.plan.declared import Declared, with_declared
from pgproof.rows.plan.elements import narrowed
from pgproof.rows.plan.privileges import Writer, as_written_by
from pgproof.rows.syntax.expression import columns_of, of_column
from pgproof.rows.syntax.reading import read

PLATFORM_SCHEMAS = frozenset(
    (
        "auth", "storage", "realtime", "_realtime", "vault", "cron", "net", "extensions", "graphql",
        "graphql_public", "pgbouncer", "pgsodium", "supabase_functions", "supabase_migrations", "pgproof",
        "information_schema",
    )
)  # fmt: skip
_SEQUENCE = re.compile(r"^nextval\('(?P<name>(?:[^']|'')+)'::regclass\)$")
_NAME = re.compile(r'"(?:[^"]|"")*"|[^.]+')


def build(catalog: Catalog, declared: Sequence[Declared] = (), writer: Writer | None = None) -> SchemaModel:
    """Every table that an application fills, and those of the platform that it refers to.

    ``declared`` are references that the database does not have, ``writer`` is who will write, None if they may
    write everything. Partitions are not listed: their parents are filled. Raises ``UsageError`` for a declared
    reference that cannot be.
    """
    targets = {each.target for each in declared}
    wanted = {name_of(table) for table in catalog.tables if _is_ours(table) or table.qualified in targets}
    wanted |= _referred_to(catalog, wanted)
    made = made_by_triggers(catalog)
    tables = [
        replace(table_model(catalog, table), made_by=made.get(table.qualified, ()))
        for table in catalog.tables
        if name_of(table) in wanted
    ]
    if writer is not None:
        tables = as_written_by(writer, catalog, tables)
    ordered, impossible = in_filling_order(with_ghosts(with_declared(tables, declared)))
    return SchemaModel(with_agreements(ordered), impossible)


def name_of(table: Table) -> TableName:
    """The name of a catalog's table."""
    return TableName(table.schema, table.name)


def split_name(qualified: str) -> TableName:
    """The parts of a qualified name: ``public."Odd Name"``."""
    parts = [part.strip('"').replace('""', '"') for part in _NAME.findall(qualified)]
    return TableName(parts[-2] if len(parts) > 1 else "public", parts[-1])


def table_model(catalog: Catalog, table: Table) -> TableModel:
    """One table with everything its rows will be held to, in no order yet."""
    columns = tuple(column_model(catalog, column) for column in table.columns)
    return TableModel(
        name=name_of(table),
        columns=columns,
        uniques=tuple(unique_model(table, index) for index in table.unique_keys if index.valid),
        exclusions=tuple(exclusions(table)),
        checks=(*_table_checks(table), *_domain_checks(catalog, table)),
        references=tuple(reference_model(key) for key in table.foreign_keys if key.enforced),
        timeline=timeline(columns),
        partition=partition_model(catalog, table, {c.name: c.space for c in columns}),
        judges=tuple(judges(table)),
    )


def column_model(catalog: Catalog, column: Column) -> ColumnModel:
    """One column; its space is that of its type, CHECKs not yet applied."""
    domains = domain_chain(catalog, column.type)
    default = column.default or next((d.default for d in domains if d.default), None)
    filling, sequence = _filling(column, default)
    return ColumnModel(
        name=column.name,
        space=narrowed(catalog, column.type, space_of(catalog, column.type)),
        nullable=not column.not_null and not any(domain.not_null for domain in domains),
        filling=filling,
        default=default,
        sequence=sequence,
        expression=column.expression,
        reason=column.type.text,
        base=_base(domains[-1].base if domains else column.type),
    )


def reference_model(key: ForeignKey) -> ReferenceModel:
    """A foreign key; whether it has to be broken is decided later."""
    return ReferenceModel(
        name=key.name,
        columns=key.columns,
        target=split_name(key.references),
        target_columns=key.referenced_columns,
        match_full=key.match == "full",
        deferrable=key.deferrable,
    )


def unique_model(table: Table, index: Index) -> UniqueModel:
    """A unique index, with what its constraint says of it."""
    constraint = table.constraints_by_name.get(index.name) if index.constraint else None
    predicate = read(index.predicate)
    return UniqueModel(
        name=index.name,
        parts=tuple(parts(index)),
        primary=index.primary,
        nulls_distinct=not index.nulls_not_distinct,
        deferrable=constraint is not None and constraint.deferrable,
        predicate=predicate,
        predicate_definition=index.predicate,
        predicate_columns=columns_of(predicate) if predicate else _mentioned(table, index.predicate),
    )


def parts(index: Index, operators: tuple[str, ...] = ()) -> Iterable[KeyPart]:
    """The keys of an index in order, each with its operator where it has one."""
    expressions = iter(index.expressions)
    for number, column in enumerate(index.columns):
        operator = operators[number] if number < len(operators) else "="
        if column is not None:
            yield KeyPart(column, column, operator=operator)
            continue
        text = next(expressions)
        expression = read(text)
        yield KeyPart(None, text, expression, columns_of(expression) if expression else (), operator)


def exclusions(table: Table) -> Iterable[ExclusionModel]:
    """EXCLUDE constraints, and keys WITHOUT OVERLAPS, which are the same thing said otherwise."""
    indexes = {index.name: index for index in table.indexes}
    for constraint in table.constraints:
        index = indexes.get(constraint.index or constraint.name)
        if index is None or not (constraint.kind == "exclusion" or _overlap_free(constraint)):
            continue
        operators = tuple(operator.partition("(")[0].rpartition(".")[2] for operator in constraint.operators)
        if constraint.kind != "exclusion":
            operators = ("=",) * (len(constraint.columns) - 1) + ("&&",)
        predicate = index.predicate
        yield ExclusionModel(constraint.name, tuple(parts(index, operators)), read(predicate), predicate)


def judges(table: Table) -> Iterable[str]:
    """Triggers that see an inserted row and rules that replace the insert."""
    for trigger in table.triggers:
        if "insert" in trigger.events and trigger.enabled in ("origin", "always"):
            yield f"{trigger.name} ({trigger.timing}, {trigger.function})"
    for rule in table.rules:
        if rule.event == "insert":
            yield f"{rule.name} (rule)"


def _is_ours(table: Table) -> bool:
    return (
        table.kind in ("table", "partitioned table")
        and table.partition_of is None
        and table.extension is None
        and table.schema not in PLATFORM_SCHEMAS
    )


def _referred_to(catalog: Catalog, wanted: set[TableName]) -> set[TableName]:
    found: set[TableName] = set()
    todo = list(wanted)
    tables = {name_of(table): table for table in catalog.tables}
    while todo:
        for key in tables[todo.pop()].foreign_keys:
            target = split_name(key.references)
            if target not in wanted | found:
                found.add(target)
                todo.append(target)
    return found


def _overlap_free(constraint: Constraint) -> bool:
    return constraint.period and constraint.kind in ("primary key", "unique")


def _table_checks(table: Table) -> Iterable[CheckModel]:
    for check in table.checks:
        if check.enforced and check.expression:
            expression = read(check.expression)
            columns = check.columns or (columns_of(expression) if expression else ())
            yield CheckModel(check.name, check.expression, columns, expression)


def _domain_checks(catalog: Catalog, table: Table) -> Iterable[CheckModel]:
    for column in table.columns:
        for domain, check in domain_checks(domain_chain(catalog, column.type)):
            expression = read(check.expression)
            tree = of_column(expression, column.name) if expression else None
            name = TableName(domain.schema, domain.name)
            yield CheckModel(check.name, check.expression or "", (column.name,), tree, domain=name)


def _base(type_: TypeRef) -> str:
    if type_.dims or type_.kind not in ("base", "enum"):
        return ""
    if type_.kind == "enum":
        return "enum"
    return type_.name if type_.schema == "pg_catalog" or type_.name == "citext" else ""


def _filling(column: Column, default: str | None) -> tuple[Filling, TableName | None]:
    if column.generated:
        return "generated", None
    if column.identity:
        return "identity", None
    match = _SEQUENCE.match(default or "")
    return ("sequence", split_name(match["name"].replace("''", "'"))) if match else ("value", None)


def _mentioned(table: Table, text: str | None) -> tuple[str, ...]:
    words = set(re.findall(r"\w+", text or ""))
    return tuple(column.name for column in table.columns if column.name in words)
