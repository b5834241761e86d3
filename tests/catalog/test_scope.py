"""Narrowing a catalog to what a question is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgproof.catalog import only, scoped, since
from pgproof.catalog.model import Extension, Job, Schema

from .values import catalog, column, table

HERE = table("here", column("a"))
THERE = replace(table("there"), schema="side")
MEMBER = replace(table("member"), extension="hstore")
JOB = Job(name="j", schedule="* * * * *", command="select 1", database="d", username="o")
HSTORE = Extension(name="hstore", schema="side", version="1.8", owner="o")
SCHEMAS = (Schema(name="public", owner="o"), Schema(name="side", owner="o"))
WHOLE = catalog(HERE, MEMBER, THERE, schemas=SCHEMAS, jobs=(JOB,), extensions=(HSTORE,))


def test_only_keeps_the_schemas_and_what_lives_in_none():
    found = only(WHOLE, ["side"])
    assert (found.tables, found.schemas) == ((THERE,), (SCHEMAS[1],))
    assert (found.jobs, found.extensions) == ((JOB,), (HSTORE,))


@pytest.mark.parametrize(
    ("with_extensions", "ignore", "tables"),
    [
        (True, (), (HERE, MEMBER, THERE)),
        (False, (), (HERE, THERE)),
        (True, ("public",), (THERE,)),
        (False, ("side",), (HERE,)),
        (True, ("public", "side"), ()),
    ],
)
def test_scoped_leaves_out_schemas_and_members_of_extensions(with_extensions, ignore, tables):
    assert scoped(WHOLE, with_extensions=with_extensions, ignore=ignore).tables == tables


def test_since_is_what_was_made_or_changed():
    changed = replace(HERE, comment="new")
    added = table("zebra")
    later = replace(WHOLE, tables=(changed, MEMBER, THERE, added), jobs=())
    found = since(WHOLE, later)
    assert found.tables == (changed, added)
    assert (found.jobs, found.schemas, found.extensions) == ((), (), ())
    assert since(later, later).tables == ()
