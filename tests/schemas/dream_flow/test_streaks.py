from __future__ import annotations

import threading
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from .checks import streaks as checks
from .checks.streaks import TODAY, bedtime
from .oracle import Streak, streak
from .strategies import anchors, days_around, histories, moments, zones
from .world import new_session, new_user, recompute, stored_streaks

UTC = timezone.utc


@given(history=histories(), offset=st.integers(-9, 9), zone=zones)
@example(
    history=(date(2024, 2, 29), [[datetime(2024, 2, d, tzinfo=UTC) for d in (27, 28, 29)]]),
    offset=1,
    zone="UTC",
)
@example(history=(date(2024, 1, 1), [[bedtime(0)], []]), offset=0, zone="Pacific/Kiritimati")
def test_streaks_are_those_of_the_oracle_for_any_history_today_and_time_zone(pg, history, offset, zone):
    anchor, users = history
    pg.execute("select set_config('timezone', %s, true)", (zone,))
    checks.check_streaks(pg, users, anchor + timedelta(days=offset))


@st.composite
def changing_histories(draw):
    """Steps in two users' lives: a session is told, one or all are deleted, streaks are computed."""
    anchor = draw(anchors)
    told = st.tuples(st.just("tell"), st.integers(0, 1), moments(anchor))
    deleted = st.tuples(st.sampled_from(["delete one", "delete all"]), st.integers(0, 1), st.integers(0, 9))
    computed = st.tuples(st.just("compute"), st.just(0), days_around(anchor))
    return draw(st.lists(told | told | deleted | computed, max_size=30))


@given(steps=changing_histories())
def test_streaks_follow_a_changing_history_and_the_longest_never_goes_down(pg, steps):
    users = [new_user(pg), new_user(pg)]
    told = {user: {} for user in users}
    longest = defaultdict(int)
    known = set()
    for step, who, what in steps:
        user = users[who]
        if step == "tell":
            told[user][new_session(pg, user, what)] = what.astimezone(UTC).date()
        elif step == "delete one" and told[user]:
            gone = sorted(told[user])[what % len(told[user])]
            pg.execute("delete from public.sessions where id = %s", (gone,))
            del told[user][gone]
        elif step == "delete all":
            pg.execute("delete from public.sessions where user_id = %s", (user,))
            told[user].clear()
        elif step == "compute":
            known |= {user for user in users if told[user]}
            expected = {user: streak(told[user].values(), what, longest[user]) for user in known}
            assert recompute(pg, what) == expected == stored_streaks(pg)
            longest.update({user: found.longest for user, found in expected.items()})


def test_a_streak_that_ended_yesterday_is_alive(pg):
    checks.check_a_streak_that_ended_yesterday_is_alive(pg)


def test_a_day_counts_once(pg):
    checks.check_a_day_counts_once(pg)


def test_the_day_is_the_day_in_utc(pg):
    checks.check_the_day_is_the_day_in_utc(pg)


def test_whoever_stopped_has_a_row_without_a_start(pg):
    checks.check_whoever_stopped_has_a_row_without_a_start(pg)


def test_all_users_are_one_pass(pg):
    checks.check_all_users_are_one_pass(pg)


def test_deleting_everything_ends_the_streak_and_keeps_the_longest(pg):
    checks.check_deleting_everything_ends_the_streak_and_keeps_the_longest(pg)


def test_the_longest_streak_never_goes_down(pg):
    checks.check_the_longest_streak_never_goes_down(pg)


def test_computing_again_changes_nothing(pg):
    checks.check_computing_again_changes_nothing(pg)


def test_only_the_service_role_computes(pg):
    checks.check_only_the_service_role_computes(pg)


def test_users_read_their_own_streak_and_write_none(pg):
    checks.check_users_cannot_write_streaks(pg)


def test_one_impossible_date_does_not_stop_the_others(pg):
    checks.check_one_impossible_date_does_not_stop_the_others(pg)


def test_the_function_returns_the_columns_of_the_specification(pg):
    cursor = pg.execute("select * from public.recompute_user_streaks()")
    assert [column.name for column in cursor.description] == [
        "user_id",
        "current_streak",
        "longest_streak",
        "last_session_date",
        "streak_start_date",
    ]


def test_today_is_the_date_in_utc_unless_it_is_given(pg, pg_clock):
    user = new_user(pg)
    new_session(pg, user, "2024-02-29 12:00:00+00")
    pg.execute("set local timezone = 'America/Los_Angeles'")
    alive, over = Streak(1, 1, date(2024, 2, 29), date(2024, 2, 29)), Streak(0, 1, date(2024, 2, 29), None)
    for moment, expected in (
        (datetime(2024, 3, 1, 23, 59, 59, tzinfo=UTC), alive),
        (datetime(2024, 3, 2, 0, 0, 0, tzinfo=UTC), over),
    ):
        pg_clock.set(moment)
        assert recompute(pg, None) == {user: expected}
        assert pg.execute("select current_streak from public.recompute_user_streaks()").fetchone() == (
            expected.current,
        )


def test_computed_at_says_when_and_updated_at_follows(pg, pg_clock):
    new_session(pg, new_user(pg), bedtime(0))
    for moment in (datetime(2024, 3, 1, 2, tzinfo=UTC), datetime(2024, 3, 2, 2, tzinfo=UTC)):
        pg_clock.set(moment)
        recompute(pg)
        assert pg.execute("select computed_at, updated_at from public.user_streaks").fetchall() == [
            (moment, moment)
        ]


def test_two_runs_at_once_wait_for_each_other(pg_clone):
    checks.check_two_runs_at_once_wait_for_each_other(pg_clone)


def test_many_runs_beside_writers_end_with_the_right_streaks(pg_clone):
    setup = pg_clone.connect()
    users = [new_user(setup) for _ in range(20)]
    errors = []

    def compute(connection):
        try:
            for _ in range(5):
                recompute(connection, TODAY)
        except Exception as error:
            errors.append(error)

    def tell(connection, mine):
        try:
            for days_ago in range(5):
                for user in mine:
                    new_session(connection, user, bedtime(days_ago))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=compute, args=(pg_clone.connect(),)) for _ in range(8)]
    threads += [threading.Thread(target=tell, args=(pg_clone.connect(), users[part::4])) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    expected = dict.fromkeys(users, Streak(5, 5, TODAY, date(2024, 2, 26)))
    assert recompute(setup, TODAY) == expected == stored_streaks(setup)
