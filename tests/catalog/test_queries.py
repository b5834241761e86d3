"""The table of queries is complete, and each record has the columns of its query."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from pgproof.catalog.answers import CATALOG, CLUSTER, JOBS, OTHERS, sql

QUERIES = {**CATALOG, **JOBS, **OTHERS, **CLUSTER}


@pytest.mark.parametrize("record", QUERIES, ids=list(QUERIES.values()))
def test_a_record_has_the_columns_of_its_query(pg, record):
    cursor = pg.execute(sql(QUERIES[record]))
    assert tuple(column.name for column in cursor.description) == record._fields


def test_every_query_file_is_used():
    found = {entry.name for entry in files("pgproof.catalog").joinpath("queries").iterdir()}
    assert found == {f"{name}.sql" for name in QUERIES.values()}


def test_the_record_says_which_query_it_is():
    assert {record: record.__doc__ for record in QUERIES} == {
        record: f"{name}.sql." for record, name in QUERIES.items()
    }


def test_every_query_starts_with_what_it_is_for():
    assert [name for name in QUERIES.values() if not sql(name).startswith("-- ")] == []


def catalogs_of_rarer_kinds() -> set[str]:
    """The system catalogs that others.sql looks into for objects, from the class that it says each is of."""
    return set(re.findall(r"'pg_catalog\.(pg_\w+)'::pg_catalog\.regclass", sql("others")))


def test_whether_others_are_needed_is_asked_for_every_kind():
    question = sql("settings").partition("as has_jobs")[2]
    asked = set(re.findall(r"exists \(\s*select\s+from pg_catalog\.(pg_\w+)", question))
    assert {name.replace("mappings", "mapping") for name in asked} == catalogs_of_rarer_kinds()
