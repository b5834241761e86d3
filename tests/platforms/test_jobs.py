"""What pg_cron would have done while the clock moved: which jobs, when, as whom, and what was written."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import psycopg
import pytest

from pgproof.platforms.clock import JobRun

pytestmark = pytest.mark.usefixtures("needs_pg_cron")

UTC = timezone.utc
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def table_that_jobs_write_to(pg):
    pg.execute(
        "create table public.log (at timestamptz default now(), who text default current_user, what text)"
    )
    pg.execute("grant all on public.log to public")


def schedule(pg, name, when, command):
    return pg.execute("select cron.schedule(%s, %s, %s)", (name, when, command)).fetchone()[0]


def as_user(pg, name, when, command, user):
    return pg.execute(
        "select cron.schedule_in_database(%s, %s, %s, %s, %s)", (name, when, command, home(pg), user)
    ).fetchone()[0]


def home(pg):
    return pg.execute("select coalesce(current_setting('cron.database_name', true), 'postgres')").fetchone()[
        0
    ]


def log(pg, columns="at"):
    return pg.execute(f"select {columns} from public.log order by at, what").fetchall()


def test_a_job_runs_at_each_of_its_times_with_the_clock_at_that_time(pg, pg_clock):
    job = schedule(pg, "nightly", "0 2 * * *", "insert into public.log default values")
    runs = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + 2 * DAY)
    times = [NEW_YEAR + timedelta(hours=2), NEW_YEAR + timedelta(hours=26)]
    assert runs == [JobRun(job, "nightly", at, "succeeded", "INSERT 0 1") for at in times]
    assert log(pg) == [(at,) for at in times]


def test_jobs_run_in_order_of_time_and_then_of_their_number(pg, pg_clock):
    schedule(pg, "second", "0 3 * * *", "select 1")
    schedule(pg, "third", "0 3 * * *", "select 1")
    schedule(pg, "first", "0 2 * * *", "select 1")
    assert [run.jobname for run in pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)] == [
        "first",
        "second",
        "third",
    ]


def test_a_job_that_is_not_active_does_not_run(pg, pg_clock):
    job = schedule(pg, "nightly", "0 2 * * *", "select 1")
    pg.execute("select cron.alter_job(%s, active => false)", (job,))
    assert pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY) == []


def test_a_job_of_another_database_does_not_run_here(pg, pg_clock):
    pg.execute(
        "insert into cron.job (schedule, command, nodeport, database)"
        " values ('* * * * *', 'select 1', 1, 'b')"
    )
    assert pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY) == []


def test_a_schedule_that_nobody_can_read_never_runs(pg, pg_clock):
    pg.execute(
        "insert into cron.job (schedule, command, nodeport, database) values ('often', 'select 1', 1, %s)",
        (home(pg),),
    )
    assert pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY) == []


def test_a_job_runs_as_its_user(pg, pg_clock):
    as_user(pg, "j", "0 2 * * *", "insert into public.log (what) values (session_user)", "authenticator")
    pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert log(pg, "who, what") == [("authenticator", "authenticator")]
    assert pg.execute("select current_user = session_user, current_setting('role')").fetchone() == (
        True,
        "none",
    )


def test_a_job_of_a_user_without_the_right_fails(pg, pg_clock):
    pg.execute("revoke all on public.log from public")
    as_user(pg, "j", "0 2 * * *", "select from public.log", "authenticator")
    (run,) = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert (run.status, run.return_message) == ("failed", "ERROR:  permission denied for table log\n")


def test_a_job_does_not_see_the_claims_of_the_test(pg, pg_clock, act_as):
    pg.execute("""select set_config('request.jwt.claims', '{"sub": "x"}', true)""")
    schedule(
        pg, "j", "0 2 * * *", "insert into public.log (what) values (coalesce(auth.jwt()::text, 'nobody'))"
    )
    pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert log(pg, "what") == [("nobody",)]
    assert pg.execute("select auth.jwt()").fetchone() == ({"sub": "x"},)


def test_a_job_starts_with_the_search_path_of_a_connection(pg, pg_clock):
    pg.execute("set local search_path = pg_catalog")
    schedule(pg, "j", "0 2 * * *", "insert into log (what) values (current_setting('search_path'))")
    (run,) = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert run.status == "succeeded", run.return_message
    assert pg.execute("show search_path").fetchone() == ("pg_catalog",)
    assert log(pg, "what") == [('"$user", public, extensions',)]


def test_a_job_that_fails_leaves_its_history_and_nothing_else(pg, pg_clock):
    schedule(pg, "bad", "0 2 * * *", "insert into public.log default values; select 1 / 0")
    schedule(pg, "good", "0 3 * * *", "insert into public.log (what) values ('good')")
    bad, good = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert (bad.status, bad.return_message) == ("failed", "ERROR:  division by zero\n")
    assert good.status == "succeeded"
    assert log(pg, "what") == [("good",)]
    assert pg.execute("select status from cron.job_run_details order by runid").fetchall() == [
        ("failed",),
        ("succeeded",),
    ]


def test_a_failure_carries_detail_hint_and_the_place_in_the_jobs_own_functions(pg, pg_clock):
    pg.execute(
        "create function public.fail() returns void language plpgsql as"
        " $$ begin raise exception 'no' using detail = 'because', hint = 'do'; end $$"
    )
    schedule(pg, "bad", "0 2 * * *", "select public.fail()")
    (run,) = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert run.return_message == (
        "ERROR:  no\nDETAIL:  because\nHINT:  do\nCONTEXT:  PL/pgSQL function fail() line 1 at RAISE\n"
    )


def test_the_history_says_who_did_what_when(pg, pg_clock):
    job = schedule(pg, "nightly", "0 2 * * *", "select 1")
    pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    row = pg.execute(
        "select jobid, database, username, command, status, return_message, start_time, end_time, job_pid > 0"
        " from cron.job_run_details"
    ).fetchone()
    at = NEW_YEAR + timedelta(hours=2)
    user = pg.execute("select current_user").fetchone()[0]
    assert row == (job, home(pg), user, "select 1", "succeeded", "1 row", at, at, True)


def test_each_run_has_its_own_number(pg, pg_clock):
    schedule(pg, "hourly", "@hourly", "select 1")
    pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert pg.execute("select count(distinct runid) from cron.job_run_details").fetchone() == (24,)


def test_a_job_that_removes_itself_does_not_run_again(pg, pg_clock):
    schedule(pg, "once", "0 * * * *", "select cron.unschedule('once')")
    schedule(pg, "other", "0 12 * * *", "select 1")
    assert [run.jobname for run in pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)] == ["once", "other"]


def test_a_job_that_another_job_schedules_counts_from_that_moment(pg, pg_clock):
    schedule(pg, "late", "0 12 * * *", "select cron.schedule('hourly', '0 * * * *', 'select 1')")
    runs = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + timedelta(hours=15))
    assert [(run.jobname, run.due_at.hour) for run in runs] == [
        ("late", 12),
        ("hourly", 12),
        ("hourly", 13),
        ("hourly", 14),
        ("hourly", 15),
    ]


def test_two_adjoining_windows_run_what_one_would(pg, pg_clock):
    schedule(pg, "a", "*/7 * * * *", "select 1")
    schedule(pg, "b", "30 */2 * * *", "select 1")
    middle, end = NEW_YEAR + timedelta(minutes=210), NEW_YEAR + timedelta(hours=9)
    with pg.transaction(force_rollback=True):
        whole = pg_clock.run_jobs(NEW_YEAR, end)
    assert pg_clock.run_jobs(NEW_YEAR, middle) + pg_clock.run_jobs(middle, end) == whole


def test_afterwards_the_clock_shows_what_it_showed_before(pg, pg_clock):
    schedule(pg, "nightly", "0 2 * * *", "select 1")
    pg_clock.set(NEW_YEAR)
    pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert pg.execute("select now()").fetchone() == (NEW_YEAR,)


def test_what_a_job_defers_until_it_commits_is_checked_when_it_is_done(pg, pg_clock):
    pg.execute(
        "create table public.child (parent bigint references public.things deferrable initially deferred)"
    )
    schedule(pg, "orphan", "0 2 * * *", "insert into public.child values (1)")
    schedule(
        pg,
        "family",
        "0 3 * * *",
        "insert into public.child values (7);"
        "insert into public.things (id, name) overriding system value values (7, 'x')",
    )
    orphan, family = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert (orphan.status, family.status) == ("failed", "succeeded")
    assert orphan.return_message.splitlines()[1:] == [
        'DETAIL:  Key (parent)=(1) is not present in table "things".'
    ]
    pg.execute("insert into public.child values (8)")  # still deferred for the test itself


def test_the_temporary_tables_of_a_job_end_with_its_session_and_those_of_the_test_stay(pg, pg_clock):
    pg.execute("create temp table mine (a int)")
    schedule(pg, "nightly", "0 2 * * *", "create temp table scratch (a int) on commit drop; select 1")
    runs = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + 3 * DAY)
    assert [run.status for run in runs] == ["succeeded"] * 3
    assert pg.execute("select to_regclass('mine') is null, to_regclass('scratch') is null").fetchone() == (
        False,
        True,
    )


def test_a_vacuum_is_left_out_and_says_so(pg, pg_clock):
    said = []
    pg.add_notice_handler(lambda notice: said.append(notice.message_primary))
    schedule(pg, "vacuum", "0 2 * * *", " VACUUM analyze public.log")
    (run,) = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert (run.status, run.return_message) == ("succeeded", "VACUUM")
    assert said == ["left out, because it refuses a transaction:  VACUUM analyze public.log"]


def test_a_role_that_is_gone_fails_its_job(pg, pg_clock):
    pg.execute(
        "insert into cron.job (schedule, command, nodeport, database, username)"
        " values ('0 2 * * *', 'select 1', 1, %s, 'nobody_here')",
        (home(pg),),
    )
    (run,) = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert (run.status, run.return_message) == ("failed", 'ERROR:  role "nobody_here" does not exist\n')


def test_who_may_not_write_the_history_cannot_run_jobs(pg, pg_clock, act_as):
    pg_clock.reset()
    pg.execute("grant usage on schema cron to authenticated")
    with act_as("authenticated"):
        schedule(pg, "mine", "0 2 * * *", "select 1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as("authenticated"):
        pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("select 1", "1 row"),
        ("select generate_series(1, 3);", "3 rows"),
        ("select 1 where false -- ; delete", "0 rows"),
        ("values (1), (2)", "2 rows"),
        ("with a as (select 1) select * from a", "1 row"),
        ("with a as (delete from public.log) insert into public.log (what) values (';')", "INSERT 0 1"),
        ("insert into public.log (what) values ('x') returning what", "1 row"),
        ("insert into public.log (what) values ('returning'), ('b')", "INSERT 0 2"),
        ("update public.log set what = $x$; select$x$", "UPDATE 0"),
        ("delete from public.log where what in (select 'x')", "DELETE 0"),
        ("select 1; delete from public.log; ", "DELETE 0"),
        ("do $$ begin perform 1; end $$", "DO"),
        ("call public.proc()", "CALL"),
        ("create table public.made ()", "CREATE TABLE"),
        ("create or replace view public.made as select 1 as a", "CREATE VIEW"),
        ("create unique index on public.log (what)", "CREATE INDEX"),
        ("truncate public.log", "TRUNCATE TABLE"),
        ("analyze public.log", "ANALYZE"),
        ("refresh materialized view public.mat", "REFRESH MATERIALIZED VIEW"),
        ("/* select */ SET local work_mem = '1MB'", "SET"),
    ],
)
def test_a_success_reports_what_a_client_would_see(pg, pg_clock, command, message):
    pg.execute("create procedure public.proc() language sql as $$select 1$$")
    pg.execute("create materialized view public.mat as select 1 as a")
    schedule(pg, "j", "0 2 * * *", command)
    (run,) = pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
    assert run.return_message == message


def test_a_month_of_every_five_minutes_is_affordable(pg, pg_clock):
    schedule(pg, "busy", "*/5 * * * *", "select 1")
    started = time.monotonic()
    assert len(pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + 31 * DAY)) == 31 * 24 * 12
    assert (
        time.monotonic() - started < 60
    )  # 2 s on an idle machine; a plan per minute would take several minutes


def test_without_pg_cron_there_is_nothing_to_run(pg, pg_clock):
    pg.execute("drop extension pg_cron")
    with pytest.raises(psycopg.errors.UndefinedTable):
        pg_clock.run_jobs(NEW_YEAR, NEW_YEAR + DAY)
