from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..concurrency import all_at_once
from .checks import partitions as checks
from .checks.partitions import DEFAULT, make_partition, partitions, rows_by_partition
from .oracle import month_of
from .world import as_user, as_visitor, leave_trace, new_admin, new_user, one, refused

UTC = timezone.utc
ENDS = st.sampled_from(
    [
        datetime(2023, 12, 31, 23, 59, 59, 999999, UTC),
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 2, 29, 23, 59, 59, 999999, UTC),
        datetime(2024, 3, 1, tzinfo=UTC),
        datetime(2024, 3, 31, 1, 30, tzinfo=UTC),
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
    ]
)
MOMENTS = ENDS | st.datetimes(datetime(1, 1, 2), datetime(9998, 12, 31), timezones=st.just(UTC))


def test_rows_of_any_time_are_kept(pg):
    checks.check_rows_of_any_time_are_kept(pg)


def test_making_a_partition_twice_is_harmless(pg):
    checks.check_making_a_partition_twice_is_harmless(pg)


def test_partitions_are_as_closed_as_the_whole(pg):
    checks.check_partitions_are_as_closed_as_the_whole(pg)


def test_travellers_leave_traces_at_the_servers_time(pg):
    checks.check_travellers_leave_traces_at_the_servers_time(pg)


@pytest.mark.parametrize(
    ("now", "oldest_kept"),
    [
        (datetime(2026, 12, 1, tzinfo=UTC), "2025-12-01"),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "2025-12-01"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2026-01-01"),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "2023-02-01"),
    ],
    ids=str,
)
def test_twelve_months_are_kept(pg, pg_clock, now, oldest_kept):
    checks.check_twelve_months_are_kept(pg, pg_clock, now, oldest_kept)


@pytest.mark.parametrize(
    "now", [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, tzinfo=UTC)], ids=str
)
def test_the_job_makes_what_is_missing_and_moves_what_waited(pg, pg_clock, now):
    checks.check_the_job_needs_no_luck(pg, pg_clock, now)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo"])
@pytest.mark.parametrize("style", ["ISO, MDY", "SQL, DMY", "German", "Postgres, MDY"])
def test_months_are_utc_in_every_session(pg, zone, style):
    pg.execute("select set_config('timezone', %s, true), set_config('datestyle', %s, true)", (zone, style))
    make_partition(pg, "2026-03-01")
    pg.execute("set local timezone = 'UTC'")
    pg.execute("set local datestyle = 'ISO'")
    assert (
        one(
            pg,
            "select pg_get_expr(relpartbound, oid) from pg_class where relname = 'user_behavior_log_2026_03'",
        )
        == "FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00')"
    )


@given(moments=st.lists(MOMENTS, max_size=8), ahead=st.lists(MOMENTS, max_size=4))
def test_every_row_is_where_its_month_is_and_none_is_lost(pg, moments, ahead):
    user = new_user(pg)
    planned = [at for at in ahead if at.year >= 1970]
    half = len(moments) // 2
    for at in moments[:half]:
        leave_trace(pg, user, at=at)
    for at in planned:
        make_partition(pg, str(at.date()))
    for at in moments[half:]:
        leave_trace(pg, user, at=at)
    made = {month_of(at) for at in planned}
    expected = Counter(month_of(at) if month_of(at) in made else DEFAULT for at in moments)
    assert rows_by_partition(pg) == expected
    found = [at for (at,) in pg.execute("select created_at from public.user_behavior_log order by 1")]
    assert found == sorted(moments)
    assert partitions(pg) == sorted(made | {DEFAULT})


@pytest.mark.parametrize("month", ["infinity", "-infinity", "1969-12-31", "9999-12-01", "0001-01-01 BC"])
def test_impossible_months_are_refused(pg, month):
    with refused(pg, "22008"):
        make_partition(pg, month)
    assert partitions(pg) == [DEFAULT]


@pytest.mark.parametrize("month", [date(1970, 1, 1), date(9999, 11, 30)], ids=str)
def test_first_and_last_possible_month(pg, month):
    assert make_partition(pg, str(month)) == f"user_behavior_log_{month:%Y_%m}"


def test_only_the_server_and_its_jobs_make_partitions(pg):
    for actor in (as_user(pg, new_admin(pg)), as_visitor(pg)):
        with refused(pg), actor:
            pg.execute("select public.create_monthly_partition()")


def test_partitions_have_every_index_of_the_whole(pg):
    make_partition(pg, "2026-03-01")
    missing = pg.execute(
        "select parent.indexrelid::regclass, child.inhrelid::regclass from pg_index as parent"
        " cross join pg_inherits as child where parent.indrelid = 'public.user_behavior_log'::regclass"
        " and child.inhparent = parent.indrelid and not exists ("
        "  select from pg_inherits as i join pg_index as x on x.indexrelid = i.inhrelid"
        "  where i.inhparent = parent.indexrelid and x.indrelid = child.inhrelid and x.indisvalid)"
    ).fetchall()
    assert missing == []


def test_rows_go_with_the_account(pg):
    user = new_user(pg)
    make_partition(pg, "2026-03-01")
    leave_trace(pg, user, at="2026-03-05 00:00+00")
    leave_trace(pg, user, at="2001-03-05 00:00+00")
    pg.execute("delete from auth.users where id = %s", (user,))
    assert one(pg, "select count(*) from public.user_behavior_log") == 0


def test_a_query_about_one_month_reads_one_partition(pg):
    for month in ("2026-01-01", "2026-02-01", "2026-03-01"):
        make_partition(pg, month)
    plan = pg.execute(
        "explain (costs off) select count(*) from public.user_behavior_log"
        " where created_at >= '2026-02-01 00:00+00' and created_at < '2026-03-01 00:00+00'"
    ).fetchall()
    read = {name for (line,) in plan for name in partitions(pg) if name in line}
    assert read == {"user_behavior_log_2026_02"}


def test_writers_and_partition_makers_do_not_lose_a_row(pg_clone):
    pg = pg_clone.connect()
    users = [new_user(pg) for _ in range(8)]
    days = [f"2026-{month:02}-15 00:00+00" for month in range(1, 7)]

    def write(user):
        return [lambda connection, day=day: leave_trace(connection, user, at=day) for day in days * 5]

    makers = [
        [lambda connection, day=day: make_partition(connection, day[:10]) for day in days] for _ in range(2)
    ]
    all_at_once(pg_clone, [*(write(user) for user in users), *makers])

    assert rows_by_partition(pg) == {f"user_behavior_log_2026_{month:02}": 40 for month in range(1, 7)}
