from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from pgproof.platforms.clock import Clock

from ..concurrency import all_at_once
from .checks import jobs
from .checks.partitions import DEFAULT, partitions, rows_by_partition
from .checks.personas import persona_of, refresh
from .checks.social_proof import read
from .world import (
    MIDDLE,
    SQL,
    accepted,
    leave_trace,
    new_crypto_payment,
    new_review,
    new_user,
    one,
    run_script,
)

UTC = timezone.utc
START = datetime(2026, 1, 31, 23, 58, tzinfo=UTC)


def test_three_jobs_are_scheduled(pg):
    jobs.check_three_jobs_are_scheduled(pg)


def test_a_month_of_jobs(pg_clone):
    pg = pg_clone.connect()
    clock = Clock(pg)
    user = new_user(pg)
    leave_trace(pg, user, "search", {"budget": 100}, at="2026-01-31 12:00+00")
    leave_trace(pg, user, "search", {}, at="2024-12-31 12:00+00")
    due = new_crypto_payment(pg, user, "pending", "2026-02-10 09:02:00+00")
    # Day by day: each refresh leaves rows in the catalog that only a commit lets the server clear away.
    days = [START + timedelta(days=day) for day in range(29)]
    runs = [run for day in pairwise(days) for run in clock.run_jobs(*day)]

    assert {(run.status, run.return_message) for run in runs if run.status != "succeeded"} == set()
    hours = 28 * 24
    assert Counter(run.jobname for run in runs) == {
        "create-partition": 1,
        "expire-payments": 12 * hours,
        "refresh-analytics": hours,
    }
    assert partitions(pg) == [
        "user_behavior_log_2026_01",
        "user_behavior_log_2026_02",
        "user_behavior_log_2026_03",
        DEFAULT,
    ]
    assert rows_by_partition(pg) == {"user_behavior_log_2026_01": 1}
    assert persona_of(pg, user) == MIDDLE
    assert pg.execute(
        "select new_data ->> 'id', at from public.audit_log where new_data ->> 'status' = 'expired'"
    ).fetchall() == [(due, datetime(2026, 2, 10, 9, 5, tzinfo=UTC))]
    assert one(pg, "select public.verify_audit_log_integrity()")


def test_a_year_of_partitions(pg, pg_clock):
    pg.execute("select cron.unschedule(jobid) from cron.job where jobname <> 'create-partition'")
    user = new_user(pg)
    for month in range(1, 13):
        leave_trace(pg, user, at=f"2025-{month:02}-15 12:00+00")
    pg_clock.run_jobs(datetime(2025, 12, 31, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert partitions(pg) == [
        "user_behavior_log_2025_12",
        *(f"user_behavior_log_2026_{month:02}" for month in range(1, 13)),
        "user_behavior_log_2027_01",
        DEFAULT,
    ]
    assert rows_by_partition(pg) == {"user_behavior_log_2025_12": 1}


def test_statistics_refresh_while_they_are_written_and_end_up_true(pg_clone):
    pg = pg_clone.connect()
    users = [new_user(pg) for _ in range(6)]

    def write(user):
        def act(connection):
            leave_trace(connection, user, "booking", {"budget": 100})
            new_review(connection, user, rating=5)

        return [act] * 4

    refreshing = [[refresh] * 3 for _ in range(2)]
    all_at_once(pg_clone, [*map(write, users), *refreshing])
    refresh(pg)

    stats = pg.execute("select total_bookings, avg_budget, persona_type from private.user_booking_stats")
    assert stats.fetchall() == [(4, 100, MIDDLE)] * 6
    fresh = read(pg, "private.current_social_proof")
    assert fresh["hotel-nile", None].total_bookings == 24
    assert read(pg, "private.hotel_social_proof") == read(pg, "public.social_proof_cache") == fresh


def test_readers_are_not_kept_waiting_by_a_refresh(pg_clone):
    writer, reader = pg_clone.connect(), pg_clone.connect()
    with writer.transaction():
        writer.execute("select public.refresh_analytics_views()")
        reader.execute("set lock_timeout = '100ms'")
        reader.execute("select count(*) from private.user_booking_stats, private.hotel_social_proof")


@contextmanager
def listening(pg):
    """Collects what the server says: severity, message and hint."""
    said = []

    def listen(message):  # a message is gone when the handler returns
        said.append((message.severity, message.message_primary, message.message_hint))

    pg.add_notice_handler(listen)
    yield said
    pg.remove_notice_handler(listen)


def test_without_pg_cron_the_migrations_say_so_and_go_on(pg):
    for name in ("production-schema-complete", "crypto-payments-schema"):
        run_script(pg, SQL / f"rollback_{name}.sql")
    pg.execute("drop extension pg_cron cascade")
    with listening(pg) as said:
        for name in ("crypto-payments-schema", "production-schema-complete"):
            run_script(pg, SQL / f"{name}.sql")
    assert [(severity, message) for severity, message, _ in said] == [
        ("WARNING", f"job {name} is not scheduled: the extension pg_cron is not enabled")
        for name in ("expire-payments", "refresh-analytics", "create-partition")
    ]
    assert one(pg, "select to_regclass('public.audit_log') is not null")
    for name in ("production-schema-complete", "crypto-payments-schema"):
        run_script(pg, SQL / f"rollback_{name}.sql")


def test_the_printed_hint_schedules_the_job_once_pg_cron_is_there(pg):
    pg.execute("alter schema cron rename to gone")
    with listening(pg) as said:
        pg.execute("select private.schedule_job('nightly', '0 1 * * *', $$select 'it''s'$$)")
    pg.execute("alter schema gone rename to cron")
    ((_, _, hint),) = said
    with accepted(pg):
        pg.execute(hint.removeprefix("Enable pg_cron, then run: ").encode())
    assert ("nightly", "0 1 * * *", "select 'it''s'") in jobs.scheduled(pg)
