"""``database.types.ts``: the shape, what may be written, and that applications compile with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.values import GRID, INTEGER, SHORT, TEXT, catalog, column, table
from pgproof.catalog.model import (
    CompositeType,
    Constraint,
    DomainType,
    EnumType,
    ForeignKey,
    Index,
    Schema,
    View,
)
from pgproof.documents import typescript

from .compiler import CONSUMER
from .shapes import PUBLIC, block, generated, ref


def test_the_fixture_is_generated_as_it_was(everything, snapshot):
    assert typescript(everything, ("app", "side")) == snapshot


def test_an_application_compiles_with_the_types_of_the_fixture(everything, compiler, tmp_path):
    types = typescript(everything, ("app", "side"))
    application = (CONSUMER / "use_everything.ts").read_text("utf-8")
    assert compiler.complaints(tmp_path, database_types=types, use_everything=application) == []


def test_the_compiler_notices_types_that_are_wrong(everything, compiler, tmp_path):
    types = typescript(everything, ("app", "side")).replace("balance?: number", "balance: number")
    application = (CONSUMER / "use_everything.ts").read_text("utf-8")
    complaints = compiler.complaints(tmp_path, database_types=types, use_everything=application)
    assert any("'balance' is missing" in line for line in complaints)


def test_an_empty_schema_compiles_and_names_nothing(compiler, tmp_path):
    use = (
        'import type { Tables } from "./database.types.js"\n'
        "// @ts-expect-error no table has a name\n"
        'export type T = Tables<"t">\n'
    )
    assert compiler.complaints(tmp_path, database_types=generated(), use=use) == []


def test_odd_names_compile(compiler, tmp_path):
    odd = table('say "x"', column("1st"), column("a-b"), column("größe"), column("back\\slash"))
    assert compiler.complaints(tmp_path, database_types=generated(odd)) == []


ENUM = EnumType(schema="public", name="mood", owner="o", labels=("sad", "fine"))
HIDDEN = EnumType(schema="hidden", name="mood", owner="o", labels=("a", "b"))
POINT = CompositeType(schema="public", name="spot", owner="o", attributes=(column("x"),))
DOMAIN = DomainType(schema="public", name="score", owner="o", base=INTEGER)
STRICT = DomainType(schema="public", name="strict", owner="o", base=TEXT, not_null=True, default="'a'::text")


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (INTEGER, "number"),
        (TEXT, "string"),
        (SHORT, "string"),
        (GRID, "number[][]"),
        (ref("pg_catalog", "bool"), "boolean"),
        (ref("pg_catalog", "jsonb"), "Json"),
        (ref("pg_catalog", "jsonb", dims=1), "Json[]"),
        (ref("pg_catalog", "interval"), "unknown"),
        (ref("pg_catalog", "int4range", "range"), "unknown"),
        (ref("extensions", "vector"), "string"),
        (ref("extensions", "citext", dims=1), "string[]"),
        (ref("public", "text"), "unknown"),
        (ref("public", "mood", "enum"), 'Database["public"]["Enums"]["mood"]'),
        (ref("public", "mood", "enum", 1), 'Database["public"]["Enums"]["mood"][]'),
        (ref("hidden", "mood", "enum"), '"a" | "b"'),
        (ref("hidden", "mood", "enum", 1), '("a" | "b")[]'),
        (ref("hidden", "gone", "enum"), "unknown"),
        (ref("public", "spot", "composite"), 'Database["public"]["CompositeTypes"]["spot"]'),
        (ref("public", "other", "composite"), 'Database["public"]["Tables"]["other"]["Row"]'),
        (ref("public", "score", "domain"), "number"),
        (ref("public", "score", "domain", 1), "number[]"),
    ],
)
def test_a_type_becomes_what_comes_through_the_api(type_, expected):
    text = generated(
        table("t", column("a", type_, not_null=True)),
        table("other"),
        enums=(ENUM, HIDDEN),
        composites=(POINT,),
        domains=(DOMAIN,),
    )
    assert block(text, "public", "Tables", "t:", "Row") == [f"a: {expected}"]


@pytest.mark.parametrize(
    ("fields", "row", "insert", "update"),
    [
        ({}, "a: number | null", "a?: number | null", "a?: number | null"),
        ({"not_null": True}, "a: number", "a: number", "a?: number"),
        ({"not_null": True, "default": "0"}, "a: number", "a?: number", "a?: number"),
        ({"not_null": True, "identity": "by default"}, "a: number", "a?: number", "a?: number"),
        ({"not_null": True, "identity": "always"}, "a: number", "a?: never", "a?: never"),
        ({"generated": "stored", "expression": "1"}, "a: number | null", "a?: never", "a?: never"),
        ({"generated": "virtual", "expression": "1"}, "a: number | null", "a?: never", "a?: never"),
        ({"type_": ref("public", "strict", "domain")}, "a: string", "a?: string", "a?: string"),
        (
            {"type_": ref("public", "score", "domain")},
            "a: number | null",
            "a?: number | null",
            "a?: number | null",
        ),
        ({"type_": ref("pg_catalog", "inet")}, "a: unknown", "a?: unknown", "a?: unknown"),
    ],
)
def test_what_may_be_left_out_and_what_must_not_be_given(fields, row, insert, update):
    text = generated(table("t", column("a", **fields)), domains=(DOMAIN, STRICT))
    parts = [block(text, "public", "Tables", "t:", part) for part in ("Row", "Insert", "Update")]
    assert parts == [[row], [insert], [update]]


def foreign(name, references, columns=("a",)):
    return ForeignKey(
        name=name,
        kind="foreign key",
        definition="",
        columns=columns,
        references=references,
        referenced_columns=("id",) * len(columns),
    )


def unique(*columns, **fields):
    return Index(name="i", method="btree", definition="", columns=columns, unique=True, **fields)


@pytest.mark.parametrize(
    ("index", "one_to_one"),
    [
        (unique("a"), "true"),
        (unique("a", "b"), "false"),
        (unique("b"), "false"),
        (unique(None, expressions=("lower(a)",)), "false"),
        (unique("a", predicate="b > 0"), "false"),
        (replace(unique("a"), unique=False), "false"),
    ],
)
def test_a_foreign_key_on_a_unique_column_leads_to_one_row(index, one_to_one):
    keys = (foreign("t_a", "public.other"),)
    text = generated(table("t", column("a"), column("b"), constraints=keys, indexes=(index,)), table("other"))
    assert block(text, "public", "Tables", "t:", "Relationships") == [
        "{",
        '  foreignKeyName: "t_a"',
        '  columns: ["a"]',
        f"  isOneToOne: {one_to_one}",
        '  referencedRelation: "other"',
        '  referencedColumns: ["id"]',
        "},",
    ]


def test_a_foreign_key_out_of_the_schema_is_not_followed():
    users = replace(table("users", column("id")), schema="auth")
    text = generated(table("t", column("a"), constraints=(foreign("t_a", "auth.users"),)), users)
    assert "        Relationships: []" in text
    assert "foreignKeyName" not in text


def view(**fields):
    columns = (column("a"), column("b", writable=False))
    return View(schema="public", name="v", kind="view", owner="o", columns=columns, definition="", **fields)


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({}, ["Row: {", "Relationships: []"]),
        ({"insertable": True}, ["Row: {", "Insert: {", "Relationships: []"]),
        ({"insertable": True, "updatable": True}, ["Row: {", "Insert: {", "Update: {", "Relationships: []"]),
    ],
)
def test_a_view_is_written_only_where_it_can_be(fields, parts):
    lines = block(generated(views=(view(**fields),)), "public", "Views", "v:")
    assert [line for line in lines if not line.startswith((" ", "}"))] == parts
    if "insertable" in fields:
        written = lines[lines.index("Insert: {") + 1 : lines.index("Insert: {") + 3]
        assert written == ["  a?: number | null", "  b?: never"]


def test_partitions_and_members_of_extensions_are_left_out():
    partition = replace(table("t_2026"), partition_of="public.t")
    member = replace(table("m"), extension="postgis")
    lines = block(generated(table("t"), partition, member), "public", "Tables")
    assert [line for line in lines if line.startswith(("t", "m"))] == ["t: {"]


def test_the_first_schema_is_the_default_of_the_helper_types():
    both = (*PUBLIC, Schema(name="api", owner="o"))
    text = typescript(catalog(schemas=both), ("api", "public"))
    assert 'type DefaultSchema = Extract<SchemaName, "api">' in text
    assert text.index("  api: {") < text.index("  public: {")


def test_a_schema_that_does_not_exist_is_named():
    with pytest.raises(KeyError, match="towel"):
        generated(schemas=("towel",))


def test_long_unions_and_tuples_take_a_line_for_each_member():
    labels = tuple(f"a rather long label number {n}" for n in range(4))
    text = generated(enums=(replace(ENUM, labels=labels),))
    assert block(text, "public", "Enums", "mood:") == [f'| "{label}"' for label in labels]
    assert f'      mood: [\n        "{labels[0]}",\n' in text


def test_constraints_do_not_matter_to_types():
    check = Constraint(name="c", kind="check", definition="", expression="a > 0")
    plain = table("t", column("a"))
    assert generated(plain) == generated(replace(plain, constraints=(check,)))
