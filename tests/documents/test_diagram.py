"""The entity diagram: every table once, every foreign key once, in a notation that Mermaid takes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from catalog.values import GRID, catalog, column, table
from pgproof.catalog.model import Constraint, ForeignKey, Index
from pgproof.documents import entity_diagram

# What Mermaid's grammar takes for one line of an entity diagram, in our own words (checked with its parser).
_NAME = r'"[^"\\%]+"'
_ATTRIBUTE = r'        [A-Za-z]\w*(\[\])* [A-Za-z]\w*( (PK|FK|UK)(, (PK|FK|UK))*)?( "[^"]*")?'
_LINES = re.compile(
    rf"erDiagram|    {_NAME} \{{|    \}}|{_ATTRIBUTE}"
    rf"|    {_NAME} (\|\||\|o)(--|\.\.)(o\||o\{{) {_NAME} : {_NAME}",
    re.ASCII,
)


def lines(*tables, schemas=("public",)):
    text = entity_diagram(catalog(*tables), schemas)
    assert [line for line in text.splitlines() if not _LINES.fullmatch(line)] == []
    return text.splitlines()


def primary(*columns):
    return (
        Constraint(name="p", kind="primary key", definition="", columns=columns),
        Index(name="p", method="btree", definition="", columns=columns, unique=True, constraint=True),
    )


def with_primary(item, *columns):
    constraint, index = primary(*columns)
    return replace(item, constraints=(*item.constraints, constraint), indexes=(*item.indexes, index))


def key(name, references, *columns):
    return ForeignKey(
        name=name,
        kind="foreign key",
        definition="",
        columns=columns,
        references=references,
        referenced_columns=columns,
    )


def test_the_fixture_is_drawn_as_it_was(everything, snapshot):
    text = entity_diagram(everything, ("app", "side"))
    assert [line for line in text.splitlines() if not _LINES.fullmatch(line)] == []
    assert text == snapshot


def test_every_table_and_every_foreign_key_appears_once(everything):
    text = entity_diagram(everything, ("app",))
    tables = [t for t in everything.tables if t.schema == "app" and t.partition_of is None]
    assert {t.qualified: text.count(f'    "{t.qualified}" {{') for t in tables} == {
        t.qualified: 1 for t in tables
    }
    assert text.count(" : ") == sum(len(t.foreign_keys) for t in tables) > 0


def test_keys_are_marked():
    parent = with_primary(table("parent", column("id")), "id")
    child = with_primary(
        table(
            "child", column("id"), column("parent_id"), constraints=(key("k", "public.parent", "parent_id"),)
        ),
        "id",
    )
    unique = Index(name="u", method="btree", definition="", columns=("parent_id",), unique=True)
    assert "        integer parent_id FK" in lines(parent, child)
    assert "        integer id PK" in lines(parent, child)
    assert "        integer parent_id FK, UK" in lines(
        parent, replace(child, indexes=(*child.indexes, unique))
    )


@pytest.mark.parametrize(
    ("not_null", "unique", "identifying", "expected"),
    [
        (False, False, False, "|o..o{"),
        (True, False, False, "||..o{"),
        (True, True, False, "||..o|"),
        (True, False, True, "||--o{"),
        (True, True, True, "||--o|"),
    ],
)
def test_a_line_says_how_many_rows_there_are_on_each_side(not_null, unique, identifying, expected):
    child = table(
        "child", column("a", not_null=not_null), column("b"), constraints=(key("k", "public.p", "a"),)
    )
    if identifying:
        child = with_primary(child, *(("a",) if unique else ("a", "b")))
    elif unique:
        index = Index(name="u", method="btree", definition="", columns=("a",), unique=True)
        child = replace(child, indexes=(index,))
    assert lines(table("p", column("a")), child)[-1] == f'    "p" {expected} "child" : "a"'


def test_a_table_of_another_schema_is_only_named():
    found = lines(table("t", column("a"), constraints=(key("k", "auth.users", "a"),)))
    assert found[-1] == '    "auth.users" |o..o{ "t" : "a"'
    assert '    "auth.users" {' not in found


def test_a_name_that_the_notation_lacks_is_written_as_near_as_it_can_be():
    odd = table('say "x" 5%', column("1st", GRID), column("größe"), column("_low"))
    assert lines(odd) == [
        "erDiagram",
        "    \"'say ''x'' 5_'\" {",
        '        integer[][] a1st "1st"',
        '        integer gr__e "größe"',
        '        integer a_low "_low"',
        "    }",
    ]


def test_partitions_are_not_drawn():
    assert lines(table("t"), replace(table("t_2026"), partition_of="public.t")) == [
        "erDiagram",
        '    "t" {',
        "    }",
    ]
