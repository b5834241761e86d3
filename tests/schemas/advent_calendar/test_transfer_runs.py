"""The transfer as a person runs it: psql, statement by statement, stopped anywhere and started again."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from random import Random

import pytest

from pgproof import psql
from pgproof.errors import ServerError

from .checks import transfer as checks
from .legacy import load_legacy
from .strategies import legacy_of
from .transfer import CLEANUP, SCRIPT, UNDO, UNDO_CLEANUP, bring_back_legacy
from .world import ROOT, new_family, one

# A table that every step of the script writes to, in the order of the steps.
STEPS = (
    "public.account_v2", "public.child_profile_v2", "public.advent_calendar_v2", "public.calendar_day_v2",
    "public.surprise_video", "public.chat_session_v2", "public.chat_message_v2", "public.day_analytics",
    "migration.rejects", "migration.adjusted_values", "migration.reconciliation",
)  # fmt: skip
STOP = """
create function public.stop() returns trigger language plpgsql as $body$
begin
    raise exception 'stopped' using errcode = 'STOP1';
end
$body$;
create trigger _999_stop after insert on {table} for each row execute function public.stop();
"""
SLEEP = """
create function public.stop() returns trigger language plpgsql as $body$
begin
    perform pg_sleep(60);
    return null;
end
$body$;
create trigger _999_stop after insert on {table} for each statement execute function public.stop();
"""
GO_ON = "drop function public.stop() cascade"
ASLEEP = "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"


def run(pg_server, own, script=SCRIPT):
    """Run a script as a person does: psql, statement by statement, no transaction around it."""
    return psql.run(pg_server.psql, own.dsn, [script], ROOT)


@pytest.fixture
def old(pg_clone):
    """A database with the sample in its legacy tables, and a connection to it."""
    connection = pg_clone.connect()
    connection.since = bring_back_legacy(connection, checks.SAMPLE)  # type: ignore[attr-defined]
    return connection


@pytest.mark.parametrize("table", STEPS)
def test_a_run_that_fails_at_any_step_is_taken_up_where_it_stopped(pg_server, pg_clone, old, table):
    old.execute(STOP.format(table=table).encode())
    with pytest.raises(psql.ScriptFailed) as failure:
        run(pg_server, pg_clone)
    assert failure.value.message.sqlstate == "STOP1"
    before = one(old, "select count(*) from migration.row_mapping")
    assert (before == 0) == (table == STEPS[0] or table == "migration.adjusted_values")
    old.execute(GO_ON)
    run(pg_server, pg_clone)
    checks.assert_everything_landed(old, checks.SAMPLE, old.since)
    checks.assert_counts_and_checksums_agree(old, checks.SAMPLE)
    assert one(old, "select array_agg(finished_at is null order by run_id) from migration.transfer_runs") == [
        False,  # of the empty database that the sample was put into
        True,
        False,
    ]


def test_a_run_whose_connection_is_killed_is_taken_up_where_it_stopped(pg_server, pg_clone, old):
    old.execute(SLEEP.format(table="public.chat_message_v2").encode())
    lost = []

    def lose():
        try:
            run(pg_server, pg_clone)
        except ServerError as error:
            lost.append(error)

    victim = threading.Thread(target=lose)
    victim.start()
    deadline = time.monotonic() + 60
    while not (found := old.execute(ASLEEP).fetchall()) and time.monotonic() < deadline:
        time.sleep(0.02)
    old.execute("select pg_terminate_backend(%s)", found[0])
    victim.join(60)
    assert len(lost) == 1
    old.execute(GO_ON)
    run(pg_server, pg_clone)
    checks.assert_everything_landed(old, checks.SAMPLE, old.since)
    checks.assert_counts_and_checksums_agree(old, checks.SAMPLE)


def test_in_one_transaction_a_run_moves_everything_or_nothing(pg_clone, old):
    old.execute(STOP.format(table="public.user_engagement").encode())
    with pytest.raises(AssertionError, match="STOP1"):
        checks.try_transfer(old)
    assert one(old, "select count(*) from public.account_v2") == 0
    assert one(old, "select count(*) from migration.row_mapping") == 0


def test_two_runs_at_once_wait_for_each_other(pg_server, pg_clone, old):
    failures = []

    def attempt():
        try:
            run(pg_server, pg_clone)
        except Exception as error:
            failures.append(error)

    runs = [threading.Thread(target=attempt) for _ in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join(120)
    assert failures == []
    checks.assert_everything_landed(old, checks.SAMPLE, old.since)


def test_what_arrives_between_two_runs_is_moved_by_the_second(pg_server, pg_clone, old):
    run(pg_server, pg_clone)
    late = legacy_of(Random(25), 5).more(advent_days=())
    strangers = tuple(replace(row, email=f"late{n}@x.example") for n, row in enumerate(late.account))
    load_legacy(old, late.more(account=strangers))
    run(pg_server, pg_clone)
    for row in late.account:
        assert (
            one(old, "select count(*) from public.account_v2 where account_id = %s", (row.account_id,)) == 1
        )
    assert checks.differences_named(old) == set()


def test_a_legacy_row_that_changed_after_it_was_moved_is_noticed(pg_server, pg_clone, old):
    run(pg_server, pg_clone)
    old.execute(
        "update public.child set child_name = 'Another' where child_id = %s",
        (checks.SAMPLE.child[0].child_id,),
    )
    with pytest.raises(psql.ScriptFailed) as failure:
        run(pg_server, pg_clone)
    assert failure.value.message.sqlstate == "ACT01"
    assert failure.value.message.detail.startswith("child: ")
    figures = old.execute(
        "select legacy_checksum = landed_checksum from migration.reconciliation where legacy_table = 'child'"
        " order by run_id"
    ).fetchall()
    assert figures == [(True,), (True,), (False,)]


def test_families_may_change_and_delete_what_was_moved_before_the_next_run(pg_server, pg_clone, old):
    run(pg_server, pg_clone)
    gone, kept = checks.SAMPLE.child[0], checks.SAMPLE.child[1]
    old.execute("delete from public.account_v2 where account_id = %s", (gone.account_id,))
    old.execute(
        "update public.child_profile_v2 set child_name = 'Grown up' where child_id = %s", (kept.child_id,)
    )
    run(pg_server, pg_clone)
    names = dict(old.execute("select child_id, child_name from public.child_profile_v2").fetchall())
    assert gone.child_id not in names
    assert names[kept.child_id] == "Grown up"


def test_taking_the_transfer_back_leaves_the_new_tables_empty_and_it_can_run_again(pg_server, pg_clone, old):
    run(pg_server, pg_clone)
    first = checks.fingerprint(old)
    run(pg_server, pg_clone, UNDO)
    assert one(old, "select count(*) from public.account_v2") == 0
    assert one(old, "select count(*) from migration.row_mapping") == 0
    run(pg_server, pg_clone)
    checks.assert_everything_landed(old, checks.SAMPLE, old.since)
    assert checks.fingerprint(old).keys() == first.keys()


def test_taking_the_transfer_back_spares_families_that_were_never_moved(pg_server, pg_clone, old):
    native = new_family(old)
    run(pg_server, pg_clone)
    run(pg_server, pg_clone, UNDO)
    assert old.execute("select account_id from public.account_v2").fetchall() == [(native.account,)]


def test_taking_the_transfer_back_refuses_to_delete_what_families_added(pg_server, pg_clone, old):
    run(pg_server, pg_clone)
    child = checks.SAMPLE.child[0]
    old.execute(
        "insert into public.family_settings (account_id, child_id) values (%s, %s)",
        (child.account_id, child.child_id),
    )
    before = checks.fingerprint(old)
    with pytest.raises(psql.ScriptFailed) as failure:
        run(pg_server, pg_clone, UNDO)
    assert failure.value.message.sqlstate == "2BP01"
    assert "public.family_settings" in failure.value.message.text
    assert checks.fingerprint(old) == before


def test_the_cleanup_refuses_while_anything_is_not_moved(pg_server, pg_clone, old):
    with pytest.raises(psql.ScriptFailed) as failure:
        run(pg_server, pg_clone, CLEANUP)
    assert failure.value.message.sqlstate == "ACT01"
    assert one(old, "select count(*) from public.account") == len(checks.SAMPLE.account)
    run(pg_server, pg_clone)
    run(pg_server, pg_clone, CLEANUP)
    assert one(old, "select to_regclass('public.account')") is None


def test_the_cleanup_can_be_taken_back_with_every_row(pg_server, pg_clone, old):
    bodies = "select legacy_table, legacy_key, body::text from migration.legacy_rows() order by 1, 2"
    before = old.execute(bodies).fetchall()
    run(pg_server, pg_clone)
    run(pg_server, pg_clone, CLEANUP)
    run(pg_server, pg_clone, UNDO_CLEANUP)
    assert old.execute(bodies).fetchall() == before
    run(pg_server, pg_clone)
    checks.assert_everything_landed(old, checks.SAMPLE, old.since)
    run(pg_server, pg_clone, CLEANUP)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns"])
def test_whatever_the_time_zone_and_date_style_all_of_it_moves_and_comes_back(pg_server, pg_clone, old, zone):
    bodies = "select legacy_table, legacy_key, body::text from migration.legacy_rows() order by 1, 2"
    before = old.execute(bodies).fetchall()
    for name, value in (("timezone", zone), ("datestyle", "German"), ("intervalstyle", "sql_standard")):
        old.execute(f"do $$ begin execute format('alter database %I set {name} = %L', current_database(),"
                    f" '{value}'); end $$".encode())  # fmt: skip
    for script in (SCRIPT, CLEANUP, UNDO_CLEANUP):
        run(pg_server, pg_clone, script)
    assert old.execute(bodies).fetchall() == before
    run(pg_server, pg_clone)
    checks.assert_everything_landed(old, checks.SAMPLE, old.since)


def test_without_legacy_tables_the_transfer_says_so_and_changes_nothing(pg_server, pg_clone):
    connection = pg_clone.connect()
    with pytest.raises(psql.ScriptFailed) as failure:
        run(pg_server, pg_clone)
    assert failure.value.message.sqlstate == "55000"
    assert one(connection, "select count(*) from migration.transfer_runs") == 1


def test_a_hundred_thousand_rows_move_without_loss(pg_server, pg_clone):
    connection = pg_clone.connect()
    legacy = legacy_of(Random(100_000), 10_500, days=6, messages=8, events=6)
    assert sum(legacy.counts().values()) >= 100_000
    since = bring_back_legacy(connection, legacy)
    run(pg_server, pg_clone)
    checks.assert_everything_landed(connection, legacy, since)
    checks.assert_counts_and_checksums_agree(connection, legacy)
