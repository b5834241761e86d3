"""Values that a CHECK takes out of the middle of a range are taken out of the data as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pgproof.rows.seeding.seed import SeedReport

COLUMNS = [
    "x int not null check (x <> 0)",
    "x int not null check (x not in (0, 1, 2, 3, 5))",
    "x int not null check (x <> 7 and x between 0 and 8)",
    "x int not null unique check (x <> 7 and x between 1 and 400)",
    "x int not null unique check (x not in (2, 3, 4, 350) and x between 1 and 354)",
    "x date not null check (x <> '2025-03-03')",
    "x numeric(3, 1) not null check (x between 0 and 3 and x <> 0.0 and x <> 3)",
    "x float8 not null check (x <> 'NaN' and x <> 0 and x < 'Infinity')",
]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_value_that_may_not_be_is_not_drawn(
    column: str, fill: Callable[..., SeedReport], one: Callable[[str], Any]
) -> None:
    fill(f"create table t (id int primary key, {column})", rows={"t": 350})
    assert one("select count(*) from t where x is not null") == 350


def test_the_first_rows_of_a_tree_are_roots(
    fill: Callable[..., SeedReport], one: Callable[[str], Any]
) -> None:
    fill(
        "create table t (id int primary key, up int references t, depth int not null check (depth >= 0),"
        " check ((up is null) = (depth = 0)))",
        rows={"t": 500},
    )
    assert one("select count(*) from t where up is not null") > 50
    assert one("select count(*) from t where up = id") == 0


@pytest.mark.parametrize(
    "check",
    [
        "x > interval '0' and x <= interval '1 day'",
        "x < interval '-1 hour'",
        "x >= interval '40 days'",
        "x between interval '1 second' and interval '1.5 seconds'",
        "x > interval '1 second' and x < interval '1.000002 seconds'",
    ],
)
def test_intervals_keep_to_their_bounds(
    check: str, fill: Callable[..., SeedReport], one: Callable[[str], Any]
) -> None:
    report = fill(
        f"create table t (id int primary key, x interval not null check ({check}))", rows={"t": 300}
    )
    assert (one("select count(*) from t"), report.notes) == (300, ())
