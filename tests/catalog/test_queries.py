"""The table of queries is complete, and each record has the columns of its query."""

from __future__ import annotations

from importlib.resources import files

import pytest

from pgproof.catalog.answers import CATALOG, CLUSTER, JOBS, sql

QUERIES = {**CATALOG, **JOBS, **CLUSTER}


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
