"""The plan in words, what an override changes of it, and how long planning may take on a large schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from tests.rows.conftest import nasty
from tests.rows.tables import name

from pgproof import catalog
from pgproof.database import Connection
from pgproof.errors import UsageError
from pgproof.rows.plan.make import make_plan
from pgproof.rows.seeding.look import plan_in_words
from pgproof.rows.seeding.progress import Step
from pgproof.rows.seeding.seed import SeedReport

Fill = Callable[..., SeedReport]
One = Callable[[str], Any]

SCHEMA = """
create table users (id uuid primary key, email text not null unique, plan text not null, age int, city text);
create table visits (id bigint generated always as identity primary key, user_id uuid not null references users (id),
    seconds int not null, at timestamptz not null);
"""


@pytest.mark.parametrize("schema", ["cycles", "tenant_keys", "odds_and_ends", "exclusions"])
def test_the_plan_says_what_each_column_will_get_and_why(
    schema: str, db: Connection, snapshot: SnapshotAssertion
) -> None:
    db.execute(nasty(schema))  # type: ignore[arg-type]
    assert plan_in_words(db, make_plan(catalog.read(db))) == snapshot


def test_the_plan_heeds_what_settings_and_checks_say_of_a_column(db: Connection) -> None:
    db.execute(
        SCHEMA
        + "alter table visits add price int check (price between 3 and 9), add tip int check (tip > 900)"
    )
    said = plan_in_words(
        db, make_plan(catalog.read(db), {"users": {"age": {"null": 0.5, "max": 40}}}, scale=2)
    )
    lines = {line.split("  ")[2].strip(): line for line in said.splitlines() if line.startswith("    ")}
    assert "a number, usually 1 to 40, 50% null" in lines["age"]
    assert "a number, usually 3 to 9, 15% null" in lines["price"]
    assert "a different email  (" in lines["email"]
    assert "public.users: 20 rows (10 to begin with, times 2)" in said


def test_looking_at_the_plan_writes_nothing(db: Connection, one: One) -> None:
    db.execute(SCHEMA)
    plan_in_words(db, make_plan(catalog.read(db)))
    assert one("select count(*) from users") == 0


def test_listed_values_come_as_often_as_their_weights_say(fill: Fill, one: One) -> None:
    settings = {"users": {"plan": {"values": ["free", "paid"], "weights": [9, 1]}}}
    fill(SCHEMA, settings, rows={"users": 2000})
    assert one("select count(distinct plan) from users") == 2
    assert 100 < one("select count(*) from users where plan = 'paid'") < 300


def test_a_query_gives_the_values(fill: Fill, one: One) -> None:
    script = (
        SCHEMA + "create table plans (label text primary key); insert into plans values ('x'), ('y'), ('z')"
    )
    fill(
        script,
        {"users": {"plan": {"query": "select label from plans order by label"}}},
        rows={"plans": 0, "users": 100},
    )
    assert one("select string_agg(distinct plan, '' order by plan) from users") == "xyz"


def test_a_query_without_rows_is_named(fill: Fill) -> None:
    with pytest.raises(UsageError, match=r'\[rows."public.users".plan\]: the query gave no rows'):
        fill(SCHEMA, {"users": {"plan": {"query": "select 'x' where false"}}})


def test_a_query_that_fails_is_named_with_what_the_server_said(fill: Fill) -> None:
    with pytest.raises(
        UsageError, match=r'\[rows."public.users".plan\]: the query failed: .*"nowhere" does not exist'
    ):
        fill(SCHEMA, {"users": {"plan": {"query": "select a from nowhere"}}})


def test_shares_of_null_ranges_and_ratios_are_kept(fill: Fill, one: One) -> None:
    settings = {
        "users": {"rows": 500, "age": {"null": 0.5, "min": 30, "max": 40}},
        "visits": {"user_id": {"ratio": 3, "distribution": "uniform"}},
    }
    fill(SCHEMA, settings)
    assert 200 < one("select count(age) from users") < 300
    assert one("select array[min(age), max(age)] from users") == [30, 40]
    assert one("select count(*) from visits") == 1500
    assert one("select max(n) from (select count(*) n from visits group by user_id) x") < 12


def test_a_provider_and_a_locale_can_be_chosen(fill: Fill, one: One) -> None:
    fill(SCHEMA, {"users": {"city": {"provider": "job", "locale": "de_DE"}}, "locale": "ar_SA"})
    assert one("select count(*) from users where city ~ '[\u0600-\u06ff]'") == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"locale": "xx_YY"}, "locale 'xx_YY' is not one of Faker's"),
        ({"users": {"city": {"locale": "xx_YY"}}}, "locale 'xx_YY' is not one of Faker's"),
        (
            {"users": {"city": {"provider": "ctiy"}}},
            "provider 'ctiy' is neither ours nor a method of Faker's",
        ),
    ],
)
def test_words_that_nobody_has_are_told_before_anything_is_drawn(
    settings: dict[str, Any], message: str, db: Connection
) -> None:
    db.execute(SCHEMA)
    with pytest.raises(UsageError, match=message):
        make_plan(catalog.read(db), settings)


def test_time_ends_when_it_is_told_to(fill: Fill, one: One) -> None:
    fill(SCHEMA, until=date(2020, 6, 1))
    assert one("select max(at) < '2020-06-02' and min(at) > '2018-01-01' from visits")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"scale": 0}, "scale is 0; expected a number above 0"),
        ({"scale": -1.5}, "scale is -1.5; expected a number above 0"),
        ({"total": -5}, "total is -5; expected 0 or more rows"),
        ({"rows": {"users": -1}}, "public.users: -1 rows; expected 0 or more"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(wish: dict[str, Any], message: str, db: Connection) -> None:
    db.execute(SCHEMA)
    with pytest.raises(UsageError, match=message):
        make_plan(catalog.read(db), **wish)


def test_progress_says_rows_rate_and_time_left() -> None:
    step = Step(name("users"), 5_000, 20_000, 2.0, written=5_000, behind=95_000, elapsed=2.0)
    assert str(step) == "public.users: 5,000 of 20,000 rows, 2,500 a second, 38 s left"
    assert str(Step(name("users"), 10, 10, 2.0, 10, 0, 2.0)) == "public.users: 10 of 10 rows, 5 a second"
    assert str(Step(name("t"), 1, 1000, 1.0, 1, 999, 1.0)).endswith("16 min 39 s left")


def test_a_large_schema_is_planned(db: Connection) -> None:
    tables = 120
    script = ["create table t0 (id uuid primary key, name text not null)"]
    for number in range(1, tables):
        keys = ", ".join(
            f"t{target}_id uuid references t{target} (id)" for target in {number // 2, number // 3, 0}
        )
        script.append(f"create table t{number} (id uuid primary key, name text not null, {keys})")
    db.execute("; ".join(script))  # type: ignore[call-overload]
    plan = make_plan(catalog.read(db), total=5000)
    assert len(plan.counts) == tables
    assert plan.total == 5000
