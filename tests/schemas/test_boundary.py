"""The search for the edge of a rule, on plain values."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .constraints.boundary import around, edge_between, halfway


@given(limit=st.integers(-1000, 1000), inside=st.integers(0, 10**6), outside=st.integers(1, 10**6))
def test_the_edge_of_a_limit_is_the_limit_and_its_neighbour(limit, inside, outside):
    rows = {"n": limit + inside}, {"n": limit - outside}
    edge = edge_between(*rows, ["n"], lambda row: row["n"] >= limit, {})
    assert (edge.inside["n"], edge.outside["n"]) == (limit, limit - 1)


@given(length=st.integers(1, 200), more=st.integers(1, 200))
def test_the_edge_of_a_length_is_one_letter(length, more):
    rows = {"t": ""}, {"t": "x" * (length + more)}
    edge = edge_between(*rows, ["t"], lambda row: len(row["t"]) <= length, {})
    assert (len(edge.inside["t"]), len(edge.outside["t"])) == (length, length + 1)


def test_one_column_after_the_other_is_moved_and_the_edge_is_in_the_one_that_matters():
    inside, outside = {"a": 5, "b": 9, "c": None}, {"a": 7, "b": 1, "c": "x"}
    edge = edge_between(inside, outside, ["a", "b", "c"], lambda row: row["b"] >= 4, {})
    assert (edge.column, edge.inside["b"], edge.outside["b"]) == ("b", 4, 3)


def test_two_rows_that_are_both_no_good_have_no_edge():
    with pytest.raises(AssertionError, match="not good either"):
        edge_between({"a": 1}, {"a": 2}, ["a"], lambda row: False, {})


@pytest.mark.parametrize(
    ("one", "other", "scale", "between"),
    [
        (1, 2, 0, None),
        (Decimal("0.00"), Decimal("0.02"), 2, Decimal("0.01")),
        (Decimal("0.00"), Decimal("0.01"), 2, None),
        (date(2024, 1, 1), date(2024, 1, 3), 0, date(2024, 1, 2)),
        (datetime(2024, 1, 1, tzinfo=timezone.utc), datetime(2024, 1, 1, 0, 0, 0, 1, timezone.utc), 0, None),
        ("Ab@x", "ab@x", 0, None),
        ("AB@x", "ab@x", 0, "aB@x"),
        (None, 5, 0, None),
        (True, False, 0, None),
        ("infinity", datetime(2024, 1, 1, tzinfo=timezone.utc), 0, None),
    ],
)
def test_halfway(one, other, scale, between):
    assert halfway(one, other, scale) == between


@pytest.mark.parametrize("value", [0, 5, Decimal("1.5"), date(2024, 2, 29), "abc"])
def test_around_a_value_are_others_of_its_type_on_both_sides(value):
    found = around(value, 2)
    assert {type(each) for each in found} == {type(value)}
    assert min(found) < value < max(found)
