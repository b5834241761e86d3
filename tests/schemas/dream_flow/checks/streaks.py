"""Promises about streaks and the function that computes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from pgproof.database import Connection
from pgproof.harness import OwnDatabase

from ...concurrency import meanwhile
from ...outcomes import refused
from ..oracle import Streak, streak
from ..world import (
    as_service,
    as_user,
    as_visitor,
    new_session,
    new_user,
    recompute,
    stored_streaks,
)

TODAY = date(2024, 3, 1)


def bedtime(days_ago: int) -> datetime:
    """Nine in the evening, UTC, so many days before 1 March 2024."""
    return datetime(2024, 3, 1, 21, tzinfo=timezone.utc) - timedelta(days=days_ago)


def check_streaks(pg: Connection, histories: Sequence[Sequence[datetime]], today: date) -> None:
    """Users with these sessions get the oracle's streaks, returned and stored; nobody else gets any."""
    users = {new_user(pg): moments for moments in histories}
    for user, moments in users.items():
        for moment in moments:
            new_session(pg, user, moment)
    expected = {
        user: streak([moment.astimezone(timezone.utc).date() for moment in moments], today)
        for user, moments in users.items()
        if moments
    }
    assert recompute(pg, today) == expected
    assert stored_streaks(pg) == expected


def check_a_streak_that_ended_yesterday_is_alive(pg: Connection) -> None:
    """Whoever was told a story yesterday still has until midnight."""
    check_streaks(pg, [[bedtime(1), bedtime(2), bedtime(3)], [bedtime(2), bedtime(3)], [bedtime(0)]], TODAY)


def check_a_day_counts_once(pg: Connection) -> None:
    """Three stories in one evening are one day of the streak, and do not break it."""
    check_streaks(pg, [[bedtime(0), bedtime(0), bedtime(0), bedtime(1), bedtime(1), bedtime(2)]], TODAY)


def check_the_day_is_the_day_in_utc(pg: Connection) -> None:
    """A minute before and after midnight UTC are two days, in whatever zone the server's session is."""
    moments = [
        datetime(2024, 2, 29, 23, 59, tzinfo=timezone.utc),
        datetime(2024, 3, 1, 0, 1, tzinfo=timezone.utc),
    ]
    for zone in ("UTC", "Pacific/Kiritimati", "America/Los_Angeles"):
        with pg.transaction(force_rollback=True):
            pg.execute("select set_config('timezone', %s, true)", (zone,))
            check_streaks(pg, [moments], TODAY)


def check_whoever_stopped_has_a_row_without_a_start(pg: Connection) -> None:
    """Everyone with a session has a row: of a run that is over, its length and its last day, but no first day."""
    user = new_user(pg)
    for days_ago in (9, 8, 7, 5):
        new_session(pg, user, bedtime(days_ago))
    assert recompute(pg, TODAY) == {user: Streak(0, 3, date(2024, 2, 25), None)} == stored_streaks(pg)


def check_all_users_are_one_pass(pg: Connection) -> None:
    """However many users there are, the sessions are read once."""
    passes = (
        "select coalesce(seq_scan, 0) + coalesce(idx_scan, 0) from pg_stat_xact_user_tables"
        " where relid = 'public.sessions'::regclass"
    )
    for users in (1, 20):
        for _ in range(users):
            new_session(pg, new_user(pg), bedtime(0))
        before = pg.execute(passes.encode()).fetchone() or (0,)
        recompute(pg, TODAY)
        after = pg.execute(passes.encode()).fetchone() or (0,)
        assert after[0] - before[0] == 1, users


def check_deleting_everything_ends_the_streak_and_keeps_the_longest(pg: Connection) -> None:
    """A user without sessions has no current streak; the longest stays."""
    user = new_user(pg)
    for days_ago in range(4):
        new_session(pg, user, bedtime(days_ago))
    assert recompute(pg, TODAY) == {user: Streak(4, 4, TODAY, date(2024, 2, 27))}
    pg.execute("delete from public.sessions")
    assert recompute(pg, TODAY) == {user: Streak(0, 4, None, None)}
    assert stored_streaks(pg) == {user: Streak(0, 4, None, None)}


def check_the_longest_streak_never_goes_down(pg: Connection) -> None:
    """Deleting a day out of the middle shortens the current streak only."""
    user = new_user(pg)
    sessions = [new_session(pg, user, bedtime(days_ago)) for days_ago in range(5)]
    recompute(pg, TODAY)
    pg.execute("delete from public.sessions where id = %s", (sessions[2],))
    assert recompute(pg, TODAY) == {user: Streak(2, 5, TODAY, date(2024, 2, 29))}


def check_computing_again_changes_nothing(pg: Connection) -> None:
    """The second run of a day returns and stores what the first did, in the same rows."""
    for offset in (0, 1, 5):
        new_session(pg, new_user(pg), bedtime(offset))
    first = recompute(pg, TODAY)
    assert len(first) == 3
    assert recompute(pg, TODAY) == first
    assert stored_streaks(pg) == first


def check_only_the_service_role_computes(pg: Connection) -> None:
    """Neither a visitor nor a user may run the computation; the service role may."""
    user = new_user(pg)
    new_session(pg, user, bedtime(0))
    for somebody in (as_visitor(pg), as_user(pg, user)):
        with refused(pg, "42501"), somebody:
            recompute(pg, TODAY)
    assert stored_streaks(pg) == {}
    with as_service(pg):
        assert recompute(pg, TODAY) == {user: Streak(1, 1, TODAY, TODAY)}


def check_users_cannot_write_streaks(pg: Connection) -> None:
    """A streak is computed, not claimed: users read their own and write none."""
    user = new_user(pg)
    new_session(pg, user, bedtime(0))
    recompute(pg, TODAY)
    for statement in (
        "insert into public.user_streaks (user_id, longest_streak) values (gen_random_uuid(), 99)",
        "update public.user_streaks set longest_streak = 99",
        "delete from public.user_streaks",
        "truncate public.user_streaks",
    ):
        with refused(pg, "42501"), as_user(pg, user):
            pg.execute(statement.encode())
    with as_user(pg, user):
        assert stored_streaks(pg) == {user: Streak(1, 1, TODAY, TODAY)}


def check_one_impossible_date_does_not_stop_the_others(pg: Connection) -> None:
    """A client may send any timestamp; the ends of the calendar must not break the night for everybody."""
    user = new_user(pg)
    new_session(pg, user, bedtime(0))
    for moment in ("4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59+00"):
        new_session(pg, new_user(pg), moment)
    query = (
        "select current_streak, longest_streak from public.recompute_user_streaks(%s) order by user_id = %s"
    )
    assert pg.execute(query.encode(), (TODAY, user)).fetchall() == [(0, 1)] * 2 + [(1, 1)]


def check_two_runs_at_once_wait_for_each_other(clone: OwnDatabase) -> None:
    """The later run starts from what the earlier one has seen and done: it is never behind."""
    user = new_user(pg := clone.connect())
    new_session(pg, user, bedtime(1))
    seen = meanwhile(
        clone,
        lambda first: recompute(first, TODAY),
        lambda second: recompute(second, TODAY),
        then=lambda watcher: new_session(watcher, user, bedtime(0)),
    )
    assert seen == {user: Streak(2, 2, TODAY, date(2024, 2, 29))}
