"""Rows -> schemas, sequences, extensions, publications, jobs and rarer kinds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pgproof.catalog import decode
from pgproof.catalog.assemble_parts import words
from pgproof.catalog.known import Known
from pgproof.catalog.names import qualified, quoted
from pgproof.catalog.object_records import (
    EventTriggerRecord,
    ForeignServerRecord,
    JobRecord,
    OtherRecord,
    PublicationRecord,
    PublishedTableRecord,
    SequenceRecord,
)
from pgproof.catalog.objects import (
    DefaultPrivileges,
    EventTrigger,
    Extension,
    ForeignServer,
    Job,
    Other,
    Publication,
    PublishedTable,
    Schema,
    Sequence,
)
from pgproof.catalog.records import ExtensionRecord, SchemaRecord

_INTEGERS: dict[str, Literal["smallint", "integer", "bigint"]] = {
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
}
_DEFAULT_FOR = {
    "r": "tables",
    "S": "sequences",
    "f": "functions",
    "T": "types",
    "n": "schemas",
    "L": "large objects",
}


def schemas(rows: Iterable[SchemaRecord], known: Known) -> tuple[Schema, ...]:
    """The schemas."""
    return tuple(
        Schema(
            name=row.name,
            owner=row.owner,
            grants=decode.grants(row.acl),
            comment=known.comment("pg_namespace", row.id),
            extension=known.extension("pg_namespace", row.id),
        )
        for row in rows
    )


def extensions(rows: Iterable[ExtensionRecord], known: Known) -> tuple[Extension, ...]:
    """The installed extensions."""
    return tuple(
        Extension(
            name=row.name,
            schema=row.schema,
            version=row.version,
            owner=row.owner,
            comment=known.comment("pg_extension", row.id),
        )
        for row in rows
    )


def sequences(rows: Iterable[SequenceRecord], known: Known) -> tuple[Sequence, ...]:
    """The sequences."""
    return tuple(_sequence(row, known) for row in rows)


def _sequence(row: SequenceRecord, known: Known) -> Sequence:
    return Sequence(
        schema=row.schema,
        name=row.name,
        owner=row.owner,
        grants=decode.grants(row.acl),
        type=_INTEGERS[row.type],
        start=row.start,
        increment=row.increment,
        minimum=row.minimum,
        maximum=row.maximum,
        cache=row.cache,
        cycle=row.cycle,
        persistence="unlogged" if row.persistence == "u" else "permanent",
        owned_by=_owning_column(row, known),
        identity=row.identity,
        comment=known.comment("pg_class", row.id),
        extension=known.extension("pg_class", row.id),
    )


def _owning_column(row: SequenceRecord, known: Known) -> str | None:
    if row.table_id is None or row.column_number is None:
        return None
    column = known.columns[row.table_id][row.column_number]
    return f"{known.relations[row.table_id]}.{quoted(column)}"


def event_triggers(rows: Iterable[EventTriggerRecord], known: Known) -> tuple[EventTrigger, ...]:
    """The event triggers."""
    return tuple(
        EventTrigger(
            name=row.name,
            event=row.event,
            function=qualified(row.function_schema, row.function_name),
            owner=row.owner,
            tags=words(row.tags),
            enabled=decode.ENABLED[row.enabled],
            comment=known.comment("pg_event_trigger", row.id),
            extension=known.extension("pg_event_trigger", row.id),
        )
        for row in rows
    )


def default_privileges(
    rows: Iterable[tuple[str, str | None, str, Iterable[str]]],
) -> tuple[DefaultPrivileges, ...]:
    """The default privileges, of rows of pg_default_acl: role, schema, kind of object and ACL."""
    return tuple(
        DefaultPrivileges(
            role=role,
            schema=schema,
            objects=_DEFAULT_FOR[objects],
            grants=decode.grants(acl),
        )
        for role, schema, objects, acl in rows
    )


def publications(
    rows: Iterable[PublicationRecord], tables: Iterable[PublishedTableRecord], known: Known
) -> tuple[Publication, ...]:
    """The publications with the tables that they list."""
    listed: dict[int, list[PublishedTable]] = {}
    for table in tables:
        listed.setdefault(table.publication, []).append(_published_table(table, known))
    return tuple(_publication(row, listed.get(row.id, []), known) for row in rows)


def _published_table(row: PublishedTableRecord, known: Known) -> PublishedTable:
    return PublishedTable(
        table=known.relations[row.relation],
        columns=known.column_names(row.relation, row.columns),
        where=row.condition,
    )


def _publication(row: PublicationRecord, tables: list[PublishedTable], known: Known) -> Publication:
    operations = {
        "insert": row.publishes_insert,
        "update": row.publishes_update,
        "delete": row.publishes_delete,
        "truncate": row.publishes_truncate,
    }
    return Publication(
        name=row.name,
        owner=row.owner,
        all_tables=row.all_tables,
        operations=tuple(name for name, published in operations.items() if published),
        via_root=row.via_root,
        generated_columns="stored" if row.generated_columns == "s" else "none",
        tables=tuple(sorted(tables, key=lambda table: table.table)),
        schemas=tuple(row.schemas),
        comment=known.comment("pg_publication", row.id),
    )


def foreign_servers(rows: Iterable[ForeignServerRecord], known: Known) -> tuple[ForeignServer, ...]:
    """The foreign servers."""
    return tuple(
        ForeignServer(
            name=row.name,
            wrapper=row.wrapper,
            owner=row.owner,
            type=row.type,
            version=row.version,
            options=words(row.options),
            grants=decode.grants(row.acl),
            comment=known.comment("pg_foreign_server", row.id),
            extension=known.extension("pg_foreign_server", row.id),
        )
        for row in rows
    )


def jobs(rows: Iterable[JobRecord]) -> tuple[Job, ...]:
    """The jobs of pg_cron; one without a name is called after its schedule and command."""
    return tuple(
        Job(
            name=row.name or f"(unnamed) {row.schedule} {row.command}",
            schedule=row.schedule,
            command=row.command,
            database=row.database,
            username=row.username,
            active=row.active,
        )
        for row in rows
    )


def others(rows: Iterable[OtherRecord], known: Known) -> tuple[Other, ...]:
    """The objects of rarer kinds."""
    found = (
        Other(
            kind=row.kind,
            name=row.name,
            owner=row.owner,
            definition=tuple(sorted(line for line in row.definition if line)),
            grants=decode.grants(row.acl),
            comment=known.comment(row.catalog, row.id),
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda other: (other.kind, other.name)))
