"""The recorded catalog: lossless, stable, small, and clear about what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from pgproof.catalog import diff, from_json, to_json
from pgproof.errors import UsageError

from . import values
from .values import INTEGER, catalog, column, table


@given(values.catalogs)
def test_nothing_is_lost(one):
    assert from_json(to_json(one)) == one


@given(values.catalogs)
def test_the_text_is_json_and_always_the_same(one):
    text = to_json(one)
    assert json.loads(text)["format"] == 1
    assert to_json(from_json(text)) == text


def test_the_fixture_survives_the_way_there_and_back(catalog):
    assert from_json(to_json(catalog)) == catalog


def test_a_small_catalog_reads_well(snapshot):
    one = catalog(
        table(
            "t",
            column("id", identity="always", not_null=True),
            column("grid", values.GRID, comment="größer"),
            grants=(
                *(values.grant(privilege, "postgres") for privilege in values.ALL_OF_A_TABLE),
                values.grant("select", "web", grantable=True),
            ),
        )
    )
    assert to_json(one) == snapshot


def test_one_added_column_is_one_added_line():
    before = to_json(catalog(table("t", column("a"), column("b")))).splitlines()
    after = to_json(catalog(table("t", column("a"), column("new"), column("b")))).splitlines()
    assert [line for line in after if line not in before] == ['    {"name": "new", "type": "integer"},']
    assert [line for line in before if line not in after] == []


def test_defaults_are_left_out():
    (packed,) = json.loads(to_json(catalog(table("t", column("a")))))["tables"]
    assert packed == {
        "schema": "public",
        "name": "t",
        "kind": "table",
        "owner": "postgres",
        "columns": [{"name": "a", "type": "integer"}],
    }


def test_no_line_is_long_unless_a_single_value_is(catalog):
    long = [line.strip() for line in to_json(catalog).splitlines() if len(line) > 110]
    assert [line for line in long if line.startswith(("{", "["))] == []


def test_two_types_with_one_name_are_refused():
    other = replace(INTEGER, schema="public")
    with pytest.raises(ValueError, match="two types are called integer"):
        to_json(catalog(table("t", column("a"), column("b", other))))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a recorded catalog"),
        ("[]", "not a recorded catalog"),
        ("{}", "KeyError: 'format'"),
        ('{"format": 99}', "has format 99, this version reads 1"),
        ('{"format": 1, "types": {}}', "version_num"),
        ('{"format": 1, "types": {}, "version_num": 180000, "tables": [{"name": "t"}]}', "TypeError"),
        ('{"format": 1, "types": {}, "version_num": 180000, "towels": []}', "'towels'"),
    ],
)
def test_a_file_that_is_no_recorded_catalog_says_what_to_do(text, message):
    with pytest.raises(UsageError, match="record the catalog again") as caught:
        from_json(text)
    assert message in str(caught.value)


def test_a_recorded_catalog_shows_what_changed_since(pg, catalog):
    from pgproof.catalog import read

    recorded = to_json(catalog)
    pg.execute("drop policy people_read on app.people")
    changes = [str(d) for d in diff(from_json(recorded), read(pg))]
    assert changes == ["policy people_read on app.people: missing"]
