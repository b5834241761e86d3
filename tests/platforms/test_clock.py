"""The movable clock: what follows it, what does not, and that nothing of it outlives a transaction."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgproof.platforms.clock import Clock

UTC = timezone.utc
LEAP_DAY = datetime(2024, 2, 29, 12, 30, 15, 250000, tzinfo=UTC)
FUNCTIONS = ["now()", "statement_timestamp()", "clock_timestamp()", "transaction_timestamp()"]


def one(pg, query, *values):
    return pg.execute(query, values or None).fetchone()[0]


def about_now(at):
    return abs(at - datetime.now(UTC)) < timedelta(minutes=10)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_functions_of_time_show_what_the_clock_shows(pg, pg_clock, function):
    pg_clock.set(LEAP_DAY)
    assert one(pg, f"select {function}") == LEAP_DAY
    assert one(pg, f"select * from {function}") == LEAP_DAY


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_reset_clock_shows_the_time_of_the_machine(pg, pg_clock, function):
    pg_clock.set(LEAP_DAY)
    pg_clock.reset()
    assert about_now(one(pg, f"select {function}"))


def test_without_being_set_the_functions_differ_as_they_always_did(pg, pg_clock):
    pg_clock.reset()
    pg.execute("select pg_sleep(0.002)")
    now, statement, clock = pg.execute("select now(), statement_timestamp(), clock_timestamp()").fetchone()
    assert now == one(pg, "select transaction_timestamp()")
    assert now < statement < clock


def test_a_column_default_made_before_the_clock_follows_it(pg, pg_clock):
    pg_clock.set(LEAP_DAY)
    pg.execute("insert into public.things (name) values ('ball')")
    assert one(pg, "select made_at from public.things") == LEAP_DAY


def test_copy_follows(pg, pg_clock):
    pg_clock.set(LEAP_DAY)
    with pg.cursor().copy("copy public.things (name) from stdin") as copy:
        copy.write("ball\n")
    assert one(pg, "select made_at from public.things") == LEAP_DAY


@pytest.mark.parametrize("language", ["sql", "plpgsql"])
def test_a_function_with_an_empty_search_path_follows_although_it_ran_before(pg, pg_clock, language):
    body = {"sql": "select now()", "plpgsql": "begin return now(); end"}[language]
    pg.execute(
        f"create function public.tell() returns timestamptz language {language}"
        f" set search_path = '' as $${body}$$"
    )
    for _ in range(7):  # long enough for a plan to be kept
        assert about_now(one(pg, "select public.tell()"))
    pg_clock.set(LEAP_DAY)
    assert one(pg, "select public.tell()") == LEAP_DAY
    pg_clock.set(LEAP_DAY + timedelta(days=1))
    assert one(pg, "select public.tell()") == LEAP_DAY + timedelta(days=1)


def test_a_prepared_statement_follows_although_it_ran_before(pg, pg_clock):
    pg.execute("prepare tell as select now()")
    for _ in range(7):
        assert about_now(one(pg, "execute tell"))
    pg_clock.set(LEAP_DAY)
    assert one(pg, "execute tell") == LEAP_DAY


def test_a_view_a_check_a_trigger_and_a_policy_follow(pg, pg_clock, act_as):
    pg.execute(
        "create view public.recent as select name from public.things where made_at > now() - interval '1 day'"
    )
    pg.execute("alter table public.things add constraint past check (made_at <= now())")
    pg.execute("alter table public.things enable row level security")
    pg.execute("create policy today on public.things for select using (made_at > now() - interval '1 day')")
    pg_clock.set(LEAP_DAY)
    pg.execute("insert into public.things (name) values ('ball')")
    assert one(pg, "select count(*) from public.recent") == 1
    with pytest.raises(psycopg.errors.CheckViolation), pg.transaction():
        pg.execute("insert into public.things (name, made_at) values ('late', now() + interval '1 s')")
    pg_clock.set(LEAP_DAY + timedelta(days=2))
    assert one(pg, "select count(*) from public.recent") == 0
    with act_as("authenticated"):
        assert one(pg, "select count(*) from public.things") == 0
    pg_clock.set(LEAP_DAY)
    with act_as("authenticated"):
        assert one(pg, "select count(*) from public.things") == 1


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_every_role_sees_the_same_clock(pg, pg_clock, act_as, role):
    pg_clock.set(LEAP_DAY)
    with act_as(role):
        assert one(pg, "select now()") == LEAP_DAY
        assert one(pg, "select pgproof.now()") == LEAP_DAY


def test_keywords_are_no_functions_and_stay_with_the_machine(pg, pg_clock):
    pg_clock.set(LEAP_DAY)
    assert about_now(one(pg, "select current_timestamp"))
    assert one(pg, "select current_date") != LEAP_DAY.date()


def test_one_moment_stays_one_moment_within_a_query(pg, pg_clock):
    pg_clock.set(LEAP_DAY)
    assert one(pg, "select count(distinct now()) from generate_series(1, 1000)") == 1
    assert one(pg, "select provolatile from pg_proc where oid = 'pg_catalog.now()'::regprocedure") == "s"


def test_the_clock_can_be_looked_up_in_an_index(pg, pg_clock):
    pg.execute("create index on public.things (made_at)")
    pg.execute(
        "insert into public.things (name, made_at) select 'x', now() - make_interval(days => n)"
        " from generate_series(1, 2000) as n"
    )
    pg.execute("analyze public.things")
    pg_clock.set(LEAP_DAY)
    plan = "\n".join(
        line
        for (line,) in pg.execute(
            "explain select from public.things where made_at > now() + interval '900 days'"
        )
    )
    assert "Index" in plan


def test_everything_vanishes_with_the_rollback(pg):
    before = pg.execute("select prosrc, prolang from pg_proc where proname = 'now' order by oid").fetchall()
    with pg.transaction(force_rollback=True):
        Clock(pg).set(LEAP_DAY)
    assert one(pg, "select to_regnamespace('pgproof')") is None
    assert (
        pg.execute("select prosrc, prolang from pg_proc where proname = 'now' order by oid").fetchall()
        == before
    )
    assert about_now(one(pg, "select now()"))


def test_the_clock_can_be_set_again_after_a_rollback_took_it_away(pg):
    for day in range(3):
        with pg.transaction(force_rollback=True):
            Clock(pg).set(LEAP_DAY + timedelta(days=day))
            assert one(pg, "select now()") == LEAP_DAY + timedelta(days=day)


def test_a_committed_clock_belongs_to_its_session(pg_clone):
    mine, yours = pg_clone.connect(), pg_clone.connect()
    Clock(mine).set(LEAP_DAY)
    assert one(mine, "select now()") == LEAP_DAY
    assert about_now(one(yours, "select now()"))
    Clock(yours).set(LEAP_DAY + timedelta(days=1))
    assert one(mine, "select now()") == LEAP_DAY


@given(
    at=st.datetimes(datetime(1, 1, 2), datetime(9998, 12, 31), timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns"]),
    style=st.sampled_from(["ISO, MDY", "German, DMY", "SQL, DMY", "Postgres, MDY"]),
)
def test_any_moment_comes_back_whatever_the_session_writes_dates_like(pg, pg_clock, at, zone, style):
    pg_clock.set(at)
    pg.execute("select set_config('timezone', %s, true), set_config('datestyle', %s, true)", (zone, style))
    assert one(pg, "select extract(epoch from now())") == one(
        pg, "select extract(epoch from %s::timestamptz)", at
    )


def test_a_moment_without_a_time_zone_is_refused(pg_clock):
    with pytest.raises(ValueError, match="has no time zone"):
        pg_clock.set(datetime(2024, 2, 29))
    with pytest.raises(ValueError, match="has no time zone"):
        pg_clock.run_jobs(LEAP_DAY, datetime(2024, 3, 1))


@pytest.mark.parametrize("at", ["infinity", "-infinity", None])
def test_the_clock_cannot_be_set_to_no_moment(pg, pg_clock, at):
    pg_clock.reset()
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="the clock cannot be set to"):
        pg.execute("select pgproof.set_clock(%s)", (at,))
