"""Promises about single rows, and about the views that describe children."""

from __future__ import annotations

from datetime import date, datetime, timezone

from pgproof.database import Connection
from pgproof.platforms.clock import Clock

from ...outcomes import accepted, refused
from .. import oracle
from ..world import new_child, new_family, new_parent, new_session

# table and column, the sentence that refuses, SQL expressions just inside, SQL expressions just outside
BOUNDARIES = [
    ("children.gender", "is_known", ["null", "'male'", "'female'"], ["'Male'", "''"]),
    ("sleep_sessions.duration", "is_positive", ["null", "1"], ["0", "-1"]),
    ("sleep_sessions.quality", "is_known", ["null", "'excellent'", "'very_poor'"], ["'very poor'", "''"]),
    ("sleep_sessions.type", "is_known", ["'night'", "'nap'"], ["'day'", "''"]),
    ("sleep_sessions.end", "is_after_start", ["null", "start_time + interval '1 us'"], ["start_time"]),
    ("sleep_sessions.end", "is_not_in_the_future", ["now()"], ["now() + interval '1 us'", "'infinity'"]),
    ("sleep_contexts.sessions_count", "is_positive", ["1"], ["0"]),
    ("sleep_contexts.child_age", "is_between_0_and_300_months", ["null", "0", "300"], ["-1", "301"]),
    ("predictions.confidence", "is_between_0_and_1", ["null", "0", "1.00"], ["-0.01", "1.01", "'NaN'"]),
    ("predictions.generation_time", "is_not_negative", ["null", "0"], ["-1"]),
    ("predictions.used_count", "is_not_negative", ["0"], ["-1"]),
    (
        "predictions.user_feedback",
        "is_known",
        ["null", "'helpful'", "'not_helpful'", "'inaccurate'"],
        ["'Helpful'", "''"],
    ),
]
COLUMNS = {  # that a sentence names shorter
    "duration": "duration_minutes",
    "type": "session_type",
    "end": "end_time",
    "child_age": "child_age_months",
    "generation_time": "generation_time_ms",
}


def check_values_on_the_boundary_are_taken_and_just_beyond_it_refused(pg: Connection) -> None:
    """Every limit of every column, from both sides; the refusal comes from exactly that limit."""
    new_family(pg)
    for subject, sentence, inside, outside in BOUNDARIES:
        table, name = subject.split(".")
        update = f"update public.{table} set {COLUMNS.get(name, name)} = {{}}"
        for value in inside:
            with accepted(f"{subject} takes {value}"), pg.transaction(force_rollback=True):
                pg.execute(update.format(value).encode())
        for value in outside:
            with refused(pg, "23514", f"{table}_{name}_{sentence}"):
                pg.execute(update.format(value).encode())


def check_sleep_does_not_start_in_the_future(pg: Connection) -> None:
    """Now is the last moment to fall asleep; the next microsecond is not."""
    child = new_child(pg)
    insert = "insert into public.sleep_sessions (child_id, start_time, session_type) values (%s, now() + %s, 'nap')"
    with accepted("a child falls asleep"):
        pg.execute(insert, (child, "0 us"))
    with refused(pg, "23514", "sleep_sessions_start_is_not_in_the_future"):
        pg.execute(insert, (child, "1 us"))


def check_telegram_users_are_unique(pg: Connection) -> None:
    """One account for one person."""
    parent = new_parent(pg)
    with refused(pg, "23505", "users_telegram_user_id_key"):
        pg.execute(
            "insert into public.users (telegram_user_id, first_name) values (%s, 'x')", (parent.telegram,)
        )


def check_accounts_start_with_all_messages_on(pg: Connection) -> None:
    """Three settings, all true."""
    new_parent(pg)
    wanted = {"notifications_enabled": True, "sleep_reminders": True, "wake_reminders": True}
    assert pg.execute("select settings from public.users").fetchall() == [(wanted,)]


def check_updated_at_is_the_database_s(pg: Connection) -> None:
    """An update moves updated_at to now, whatever the client sent."""
    new_family(pg)
    for table in ("users", "children", "sleep_sessions", "predictions"):
        pg.execute(f"update public.{table} set updated_at = '2001-01-01'".encode())
        moved = pg.execute(f"select bool_and(updated_at = now()) from public.{table}".encode()).fetchone()
        assert moved == (True,), table


def check_children_are_summed_up(pg: Connection) -> None:
    """Each child once, with its nights and naps; a child without sleep has zero."""
    family = new_family(pg)
    pg.execute("update public.sleep_sessions set session_type = 'nap' where id = %s", (family.sessions[1],))
    second = new_child(pg, family.parent, None)
    new_parent(pg)
    found = pg.execute(
        "select child_id, session_count, night_count, nap_count, last_session_start is null, age_months is null"
        " from public.user_children_summary"
    )
    assert set(found) == {(family.child, 3, 2, 1, False, False), (second, 0, 0, 0, True, True)}


# Born, and the days on which the age is asked for; the day is the day in UTC.
BIRTHDAYS = [
    (date(2024, 1, 31), [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 30), date(2024, 3, 31)]),
    (date(2024, 2, 29), [date(2025, 2, 28), date(2025, 3, 1), date(2028, 2, 28), date(2028, 2, 29)]),
    (date(2024, 12, 31), [date(2024, 12, 31), date(2025, 1, 1), date(2025, 1, 31)]),
    (date(2025, 5, 1), [date(2025, 4, 30), date(2025, 5, 31), date(2025, 6, 1)]),
]


def check_ages_are_whole_months_today_in_utc(pg: Connection) -> None:
    """On the day and the day before, at both ends of the day, whatever zone the reader is in; 0 before birth."""
    clock = Clock(pg)
    for born, days in BIRTHDAYS:
        child = new_child(pg, None, born)
        for day in days:
            for hour, minute in ((0, 0), (23, 59)):
                clock.set(datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.utc))
                for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
                    pg.execute("select set_config('timezone', %s, true)", (zone,))
                    query = "select age_months from public.user_children_summary where child_id = %s"
                    assert pg.execute(query, (child,)).fetchone() == (oracle.months_old(born, day),), (
                        born,
                        day,
                        zone,
                    )
    clock.reset()


def check_statistics_do_not_multiply(pg: Connection) -> None:
    """One prediction served three times is one prediction and three usages."""
    family = new_family(pg)
    second = new_session(pg, family.child, 60, 61)
    pg.execute(
        "insert into public.prediction_usage (child_id, prediction_id, was_from_cache)"
        " select child_id, id, true from public.predictions, generate_series(1, 2)"
    )
    assert second
    row = pg.execute(
        "select total_predictions, active_predictions, total_usages, cache_hits, cache_misses, hit_percentage::text"
        " from public.prediction_cache_stats where child_id = %s",
        (family.child,),
    ).fetchone()
    assert row == (1, 0, 3, 2, 1, "66.67")
