"""The same jobs, run by the real pg_cron as time goes by and by the movable clock: one history."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone

import pytest

from pgproof import database
from pgproof.database import rolled_back
from pgproof.platforms.clock import Clock

pytestmark = pytest.mark.container

THINGS = """
create table public.log (what text);
create table public.altered ();
create table public.commented ();
create table public.granted ();
create table public.indexed (what text);
create table public.truncated ();
create materialized view public.summary as select 1 as a;
create procedure public.proc() language sql as $$select 1$$;
create function public.fail() returns void language plpgsql
as $$ begin raise exception 'no' using detail = 'because', hint = 'do'; end $$;
create role job_user login;
grant select on public.log to job_user;
"""
COMMANDS = [
    "",
    "select 1",
    "select generate_series(1, 3);",
    "select 1 where false -- ; delete",
    "values (1), (2)",
    "with a as (delete from public.log) insert into public.log values (';')",
    "insert into public.log values ('x') returning what",
    "insert into public.log values ('returning'), ('b')",
    "update public.log set what = $x$; select$x$ where false",
    "select 1; delete from public.log where false; ",
    "do $$ begin perform 1; end $$",
    "call public.proc()",
    "create table public.made ()",
    "create or replace view public.looked as select 1 as a",
    "create index on public.indexed (what)",
    "truncate public.truncated",
    "analyze public.log",
    "vacuum public.log",
    "refresh materialized view public.summary",
    "alter table public.altered add column more text",
    "comment on table public.commented is 'x'",
    "grant insert on public.granted to job_user",
    "select 1 / 0",
    "select public.fail()",
    "insert into public.log values ('gone'); select 1 / 0",
]
USERS_COMMANDS = [
    "select current_user, session_user",
    "select from public.log where false",
    "select from public.summary",
    "create table public.his ()",
]
HISTORY = """
select distinct on (command) command, username, status, return_message
from cron.job_run_details
where status in ('succeeded', 'failed') and return_message <> 'job startup timeout' -- a slow machine; it tries again
order by command, runid
"""


def schedule_all(connection, when):
    connection.execute(THINGS)
    for number, command in enumerate(COMMANDS):
        connection.execute("select cron.schedule(%s, %s, %s)", (f"job {number}", when, command))
    for number, command in enumerate(USERS_COMMANDS):
        connection.execute(
            "select cron.schedule_in_database(%s, %s, %s, current_setting('cron.database_name'), 'job_user')",
            (f"his {number}", when, command),
        )


# The scheduler looks into one database, and the image tells it to start nothing.
REAL = ["cron.database_name=postgres", "cron.launch_active_jobs=on"]


@pytest.fixture(scope="module")
def scheduling(image):
    """A server of the image whose pg_cron runs what is due."""
    words = ["postgres", *(word for setting in REAL for word in ("-c", setting))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")  # there is no registry to take Ryuk's image from
        from testcontainers.community.postgres import PostgresContainer

        container = PostgresContainer(
            image, username="postgres", password="jobs", dbname="postgres", driver=None
        )
        with container.with_command(words) as server:
            connection = database.connect(server.get_connection_url())
            yield connection
            connection.close()


def written_by_pg_cron(connection):
    """The history that the real one writes, with each job due at the same time, until each has run."""
    # No two commands change one thing, because pg_cron runs them side by side.
    connection.execute("create extension pg_cron")
    schedule_all(connection, "5 seconds")
    deadline = time.monotonic() + 120
    while len(rows := connection.execute(HISTORY).fetchall()) < len(COMMANDS) + len(USERS_COMMANDS):
        assert time.monotonic() < deadline, f"pg_cron ran {len(rows)} jobs only"
        time.sleep(0.5)
    return rows


def without_position(row):
    """PL/pgSQL cannot read at which character a command failed, so the clock leaves out what shows it."""
    *others, message = row
    return *others, re.sub(r"^LINE \d+: .*\n *\^\n", "", message, flags=re.MULTILINE)


def test_the_history_reads_as_if_pg_cron_had_written_it(scheduling, stand_in):
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    with rolled_back(stand_in):
        stand_in.execute("set local cron.database_name = 'postgres'")
        schedule_all(stand_in, "0 2 * * *")
        Clock(stand_in).run_jobs(start, start + timedelta(days=1))
        history = stand_in.execute(HISTORY).fetchall()
    assert history == [without_position(row) for row in written_by_pg_cron(scheduling)]
