"""Promises about the nightly job."""

from __future__ import annotations

from datetime import date, datetime, timezone

from pgproof.database import Connection
from pgproof.platforms.clock import Clock

from ..oracle import Streak
from ..world import JOB, new_session, new_user, stored_streaks


def check_the_job_is_scheduled_daily_at_two(pg: Connection) -> None:
    """One job of that name, at 02:00, active, and its command runs."""
    rows = pg.execute("select schedule, active, command from cron.job where jobname = %s", (JOB,)).fetchall()
    assert [row[:2] for row in rows] == [("0 2 * * *", True)]
    with pg.transaction(force_rollback=True):
        pg.execute(rows[0][2].encode())


def check_the_job_keeps_streaks_up_to_date_night_after_night(pg: Connection) -> None:
    """Told on the 28th and 29th of February, then nothing: three nights, each run succeeds at its hour."""
    user = new_user(pg)
    new_session(pg, user, "2024-02-28 20:00:00+00")
    new_session(pg, user, "2024-02-29 23:59:59+00")
    clock = Clock(pg)
    leap_day, first, second = date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)
    expected = {
        leap_day: Streak(2, 2, leap_day, date(2024, 2, 28)),
        first: Streak(2, 2, leap_day, date(2024, 2, 28)),
        second: Streak(0, 2, leap_day, None),
    }
    for day, streak in expected.items():
        clock_from = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
        runs = clock.run_jobs(clock_from, clock_from.replace(hour=23))
        assert [(run.jobname, run.due_at, run.status) for run in runs] == [
            (JOB, clock_from.replace(hour=2), "succeeded")
        ]
        assert stored_streaks(pg) == {user: streak}
