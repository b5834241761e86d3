"""Comparing catalogs made by hand: the laws of a difference, its order, and how it reads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from pgproof.catalog import Difference, diff
from pgproof.catalog.model import Constraint, EnumType, ForeignKey, Index, Schema, Sequence

from . import values
from .values import INTEGER, catalog, column, grant, table


def mirrored(difference):
    return replace(difference, before=difference.after, after=difference.before)


@given(values.catalogs)
def test_a_catalog_does_not_differ_from_itself(one):
    assert diff(one, one, with_extensions=True) == ()


@given(values.catalogs, values.catalogs)
def test_the_way_back_is_the_mirror_of_the_way_there(one, other):
    there, back = diff(one, other), diff(other, one)
    assert tuple(mirrored(difference) for difference in there) == back


@given(values.catalogs, values.catalogs)
def test_every_difference_says_something_and_once(one, other):
    found = diff(one, other)
    assert all(difference.before != difference.after for difference in found)
    assert len(set(found)) == len(found)


@given(values.catalogs, values.catalogs)
def test_every_difference_reads_as_one_line(one, other):
    assert all("\n" not in str(difference) for difference in diff(one, other))


@given(values.tables, values.tables)
def test_tables_that_differ_in_what_is_compared_are_reported(one, other):
    before, after = ({t.name for t in side if t.extension is None} for side in (one, other))
    reported = {d for d in diff(catalog(*one), catalog(*other)) if d.attribute is None}
    lost = {d.name for d in reported if d.before and d.kind in ("table", "foreign table")}
    kinds = {t.name: t.qualified for t in one}
    assert lost == {kinds[name] for name in before - after}


def lines(before, after):
    return [str(difference) for difference in diff(before, after)]


def test_the_examples_of_the_documentation():
    before = catalog(table("t", column("a", default="0")))
    after = catalog(table("t", column("a")))
    assert lines(before, after) == ["column public.t.a: default was 0, is null"]
    (difference,) = diff(before, after)
    assert difference == Difference("column", "public.t.a", "default", "0", None)


def test_differences_come_in_the_order_of_the_catalog_then_of_names():
    after = catalog(
        table("b"), table("a"), schemas=(Schema(name="z", owner="o"), Schema(name="a", owner="o"))
    )
    assert lines(catalog(), after) == [
        "schema a: still there",
        "schema z: still there",
        "table public.a: still there",
        "table public.b: still there",
    ]


def test_columns_in_another_order_are_one_difference_however_many_moved():
    before = catalog(table("t", column("a"), column("b"), column("c"), column("d")))
    after = catalog(table("t", column("d"), column("c"), column("a"), column("b")))
    assert lines(before, after) == ["table public.t: column order was a, b, c, d, is d, c, a, b"]


def test_a_column_put_between_others_does_not_move_them():
    before = catalog(table("t", column("a"), column("b")))
    after = catalog(table("t", column("a"), column("new"), column("b")))
    assert lines(before, after) == ["column public.t.new: still there"]


def test_an_index_is_explained_by_its_constraint():
    unique = Constraint(name="t_key", kind="unique", definition="UNIQUE (a)", columns=("a",))
    index = Index(
        name="t_key", method="btree", definition="...", columns=("a",), unique=True, constraint=True
    )
    without = catalog(table("t", column("a")))
    having = catalog(table("t", column("a"), constraints=(unique,), indexes=(index,)))
    assert lines(without, having) == ["constraint t_key on public.t: still there"]
    assert lines(having, without) == ["constraint t_key on public.t: missing"]


def test_an_index_of_its_own_is_not_explained_by_a_constraint_of_that_name():
    check = Constraint(name="t_key", kind="check", definition="CHECK (a > 0)", expression="a > 0")
    index = Index(name="t_key", method="btree", definition="...", columns=("a",))
    without = catalog(table("t", column("a")))
    having = catalog(table("t", column("a"), constraints=(check,), indexes=(index,)))
    assert lines(without, having) == [
        "index t_key on public.t: still there",
        "constraint t_key on public.t: still there",
    ]


def test_a_named_not_null_is_explained_by_the_column():
    named = Constraint(name="filled", kind="not null", definition="NOT NULL a", columns=("a",))
    free = catalog(table("t", column("a")))
    filled = catalog(table("t", column("a", not_null=True), constraints=(named,)))
    renamed = catalog(table("t", column("a", not_null=True), constraints=(replace(named, name="full"),)))
    assert lines(free, filled) == ["column public.t.a: not null was no, is yes"]
    assert lines(filled, renamed) == [
        "constraint filled on public.t: missing",
        "constraint full on public.t: still there",
    ]


def test_a_sequence_goes_with_the_column_that_owns_it():
    owned = Sequence(schema="public", name="t_a_seq", owner="postgres", maximum=9, owned_by="public.t.a")
    having = catalog(table("t", column("a")), sequences=(owned,))
    assert lines(having, catalog()) == ["table public.t: missing"]
    assert lines(having, catalog(table("t", column("a")))) == ["sequence public.t_a_seq: missing"]
    free = replace(owned, owned_by=None)
    assert lines(catalog(sequences=(free,)), catalog()) == ["sequence public.t_a_seq: missing"]


def test_a_new_owner_takes_the_owners_grants_along():
    before = table(
        "t",
        column("a", grants=(grant("select", "anon"),)),
        grants=(grant("select", "postgres"), grant("select", "anon")),
    )
    after = replace(
        before,
        owner="boss",
        grants=(grant("select", "anon", grantor="boss"), grant("select", "boss", grantor="boss")),
        columns=(column("a", grants=(grant("select", "anon", grantor="boss"),)),),
    )
    assert lines(catalog(before), catalog(after)) == ["table public.t: owner was postgres, is boss"]


def test_a_grant_that_a_new_owner_lost_still_shows():
    before = table("t", grants=(grant("select", "postgres"), grant("insert", "postgres")))
    after = replace(before, owner="boss", grants=(grant("select", "boss", grantor="boss"),))
    assert lines(catalog(before), catalog(after)) == [
        "table public.t: owner was postgres, is boss",
        "grant insert on table public.t to its owner: missing",
    ]


def test_a_constraint_that_became_another_kind_says_so():
    check = Constraint(name="c", kind="check", definition="CHECK (a > 0)", expression="a > 0", columns=("a",))
    key = ForeignKey(
        name="c",
        kind="foreign key",
        definition="FOREIGN KEY ...",
        columns=("a",),
        references="public.u",
        referenced_columns=("id",),
    )
    before, after = (catalog(table("t", column("a"), constraints=(c,))) for c in (check, key))
    assert lines(before, after) == [
        "constraint c on public.t: kind was check, is foreign key",
        "constraint c on public.t: expression was a > 0, is null",
    ]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("a", None, "x was a, is null"),
        ("", "a", "x was empty, is a"),
        (True, False, "x was yes, is no"),
        ((), ("a", None), "x was none, is a, (expression)"),
        (1, 2, "x was 1, is 2"),
        ("a\n  b", "c", "x was a b, is c"),
        ("a\nb\nc", "a\nB\nc", "x line 2 was b, is B"),
        ("a\nb", "a\nb\nc", "x line 3 was null, is c"),
        ("a\nb", "a\nb\n", "x differs in its last line break"),
    ],
)
def test_values_read_as_words(before, after, text):
    assert str(Difference("k", "n", "x", before, after)) == f"k n: {text}"


def test_the_words_for_whole_objects_can_be_chosen():
    added = Difference("table", "public.t", None, False, True)
    assert added.line() == "table public.t: still there"
    assert added.line(added="not in the record") == "table public.t: not in the record"
    assert mirrored(added).line(removed="only in the record") == "table public.t: only in the record"


def test_labels_that_were_added_show_the_whole_order():
    before, after = (
        catalog(enums=(EnumType(schema="public", name="e", owner="o", labels=labels),))
        for labels in (("a", "b"), ("b", "a"))
    )
    assert lines(before, after) == ["enum public.e: labels was a, b, is b, a"]


def test_a_type_is_compared_as_people_write_it():
    grid = replace(INTEGER, text="integer[]", dims=2)
    before, after = catalog(table("t", column("a"))), catalog(table("t", column("a", grid)))
    assert lines(before, after) == ["column public.t.a: type was integer, is integer[][]"]
