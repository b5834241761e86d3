"""Schemas, sequences and types."""

from __future__ import annotations

from .case import Case

SCHEMAS = [
    Case("Schema", "create schema extra", "schema extra: still there"),
    Case(
        "Schema.owner",
        "alter schema app owner to service_role",
        "schema app: owner was postgres, is service_role",
    ),
    Case(
        "Schema.comment",
        "comment on schema app is 'All of it.'",
        "schema app: comment was Where everything lives., is All of it.",
    ),
    Case("Grant", "revoke usage on schema app from anon", "grant usage on schema app to anon: missing"),
]

TICKETS = "sequence app.tickets: "

SEQUENCES = [
    Case("Sequence", "create sequence app.more", "sequence app.more: still there"),
    Case("Sequence.type", "alter sequence app.tickets as integer", TICKETS + "type was bigint, is integer"),
    Case("Sequence.start", "alter sequence app.tickets start 20", TICKETS + "start was 10, is 20"),
    Case("Sequence.increment", "alter sequence app.tickets increment 2", TICKETS + "increment was 1, is 2"),
    Case("Sequence.minimum", "alter sequence app.tickets minvalue -5", TICKETS + "minimum was 1, is -5"),
    Case(
        "Sequence.maximum", "alter sequence app.tickets maxvalue 99", TICKETS + "maximum was 1000000, is 99"
    ),
    Case("Sequence.cache", "alter sequence app.tickets cache 7", TICKETS + "cache was 1, is 7"),
    Case("Sequence.cycle", "alter sequence app.tickets cycle", TICKETS + "cycle was no, is yes"),
    Case(
        "Sequence.persistence",
        "alter sequence app.tickets set unlogged",
        TICKETS + "persistence was permanent, is unlogged",
    ),
    Case(
        "Sequence.owned_by",
        "alter sequence app.tickets owned by app.notes.note",
        TICKETS + "owned by was null, is app.notes.note",
    ),
    Case(
        "SchemaObject.owner",
        "alter sequence app.tickets owner to service_role",
        TICKETS + "owner was postgres, is service_role",
    ),
    Case(
        "SchemaObject.comment",
        "comment on sequence app.tickets is null",
        TICKETS + "comment was Numbers for the queue., is null",
    ),
    Case(
        "Grant",
        "revoke usage on sequence app.tickets from anon",
        "grant usage on sequence app.tickets to anon: missing",
    ),
]

TYPES = [
    Case("EnumType", "create type app.size as enum ()", "enum app.size: still there"),
    Case(
        "EnumType.labels",
        "alter type app.mood add value 'calm' before 'happy'",
        "enum app.mood: labels was sad, fine, happy, is sad, fine, calm, happy",
    ),
    Case(
        "EnumType.labels",
        "drop type app.size; create type app.size as enum ('l', 's')",
        "enum app.size: labels was s, l, is l, s",
        setup="create type app.size as enum ('s', 'l')",
    ),
    Case(
        "SchemaObject.comment",
        "comment on type app.mood is null",
        "enum app.mood: comment was How somebody feels., is null",
    ),
    Case(
        "Grant",
        "revoke usage on type app.mood from public",
        "grant usage on enum app.mood to public: missing",
    ),
    Case("DomainType", "drop domain app.codes", "domain app.codes: missing"),
    Case(
        "DomainType.base",
        "drop domain app.codes; create domain app.codes as text",
        "domain app.codes: base was text[], is text",
    ),
    Case(
        "DomainType.not_null",
        "alter domain app.code set not null",
        "domain app.code: not null was no, is yes",
    ),
    Case(
        "DomainType.default", "alter domain app.score set default 2", "domain app.score: default was 1, is 2"
    ),
    Case(
        "DomainType.collation",
        "drop domain app.code; create domain app.code as text",
        'domain app.code: collation was "C", is null',
    ),
    Case(
        "SchemaObject.comment",
        "comment on domain app.score is null",
        "domain app.score: comment was A small number., is null",
    ),
    Case("CompositeType", "create type app.empty as ()", "composite type app.empty: still there"),
    Case(
        "CompositeType.attributes",
        "drop type app.two; create type app.two as (b integer, a integer)",
        "composite type app.two: column order was a, b, is b, a",
        setup="create type app.two as (a integer, b integer)",
    ),
    Case(
        "SchemaObject.owner",
        "alter type app.address owner to service_role",
        "composite type app.address: owner was postgres, is service_role",
    ),
]


def _ranged(before: str, after: str, *, shell: str = "") -> dict[str, str]:
    """A range type made with one definition, then with another; ``shell`` is what must stand before it."""
    return {
        "setup": f"{shell}; create type app.r as range ({before})",
        "change": f"drop type app.r cascade; {shell}; create type app.r as range ({after})",
    }


CANONICAL = (
    "create type app.r; create function app.canon(app.r) returns app.r language internal immutable strict "
    "as 'int4range_canonical'"
)
RANGE = "range type app.r: "

RANGES = [
    Case("RangeType", "drop type app.measure", "range type app.measure: missing"),
    Case(
        "RangeType.subtype",
        line=RANGE + "subtype was text, is character varying",
        **_ranged(
            "subtype = text, subtype_opclass = text_ops", "subtype = varchar, subtype_opclass = text_ops"
        ),
    ),
    Case(
        "RangeType.multirange",
        line=RANGE + "multirange was app.rs, is app.rr",
        **_ranged(
            "subtype = text, multirange_type_name = app.rs", "subtype = text, multirange_type_name = app.rr"
        ),
    ),
    Case(
        "RangeType.operator_class",
        line=RANGE + "operator class was pg_catalog.text_ops, is pg_catalog.text_pattern_ops",
        **_ranged("subtype = text", "subtype = text, subtype_opclass = text_pattern_ops"),
    ),
    Case(
        "RangeType.collation",
        line=RANGE + 'collation was null, is "C"',
        **_ranged("subtype = text", 'subtype = text, collation = "C"'),
    ),
    Case(
        "RangeType.canonical",
        line=RANGE + "canonical was null, is app.canon",
        **_ranged("subtype = integer", "subtype = integer, canonical = app.canon", shell=CANONICAL),
    ),
    Case(
        "RangeType.difference",
        line=RANGE + "difference was null, is app.distance",
        **_ranged("subtype = numeric", "subtype = numeric, subtype_diff = app.distance"),
    ),
]

CASES = [*SCHEMAS, *SEQUENCES, *TYPES, *RANGES]
