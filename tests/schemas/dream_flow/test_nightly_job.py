from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from .checks import job as checks
from .oracle import streak
from .world import JOB, new_session, new_user, stored_streaks

UTC = timezone.utc


def test_the_job_is_scheduled_daily_at_two(pg):
    checks.check_the_job_is_scheduled_daily_at_two(pg)


def test_the_job_keeps_streaks_up_to_date_night_after_night(pg):
    checks.check_the_job_keeps_streaks_up_to_date_night_after_night(pg)


@given(told=st.lists(st.booleans(), min_size=31, max_size=31))
def test_a_month_of_nights_gives_every_morning_the_streak_of_the_oracle(pg, pg_clock, told):
    user = new_user(pg)
    start = datetime(2024, 2, 1, tzinfo=UTC)
    days, longest = [], 0
    for number, asked in enumerate(told):
        midnight = start + timedelta(days=number)
        runs = pg_clock.run_jobs(midnight, midnight + timedelta(days=1))
        assert [(run.jobname, run.status) for run in runs] == [(JOB, "succeeded")]
        if days:
            expected = streak(days, midnight.date(), longest)
            longest = expected.longest
            assert stored_streaks(pg) == {user: expected}
        if asked:
            new_session(pg, user, midnight.replace(hour=20))
            days.append(midnight.date())
    history = pg.execute("select status, count(*) from cron.job_run_details group by status").fetchall()
    assert history == [("succeeded", 31)]
