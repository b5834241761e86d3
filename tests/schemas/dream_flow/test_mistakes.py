"""Every mistake that people make in this schema turns a check red, and every check knows a mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ..mistakes import mistake_id
from ..sql_text import SqlFile
from ..text_rules import dollar_quotes_are_named
from .checks import access, analytics, feedback, job, rituals, rows, streaks
from .conftest import ROOT

BAD = ROOT / "fixtures" / "dream_flow" / "bad"
RED = AssertionError

# variant, the check that must turn red, how it does
MISTAKES: list[tuple[str, Callable[..., None], type[Exception]]] = [
    ("ambiguous_on_conflict", streaks.check_computing_again_changes_nothing, psycopg.errors.AmbiguousColumn),
    ("loop_from_today", streaks.check_a_streak_that_ended_yesterday_is_alive, RED),
    ("only_today_counts", streaks.check_a_streak_that_ended_yesterday_is_alive, RED),
    (
        "forgets_users_without_sessions",
        streaks.check_deleting_everything_ends_the_streak_and_keeps_the_longest,
        RED,
    ),
    ("streaks_of_the_alive_only", streaks.check_whoever_stopped_has_a_row_without_a_start, RED),
    ("ended_streak_keeps_its_start", streaks.check_whoever_stopped_has_a_row_without_a_start, RED),
    ("one_user_after_the_other", streaks.check_all_users_are_one_pass, RED),
    ("longest_goes_down", streaks.check_the_longest_streak_never_goes_down, RED),
    ("day_of_the_server", streaks.check_the_day_is_the_day_in_utc, RED),
    ("counts_sessions_not_days", streaks.check_a_day_counts_once, RED),
    ("counts_up_every_run", streaks.check_computing_again_changes_nothing, RED),
    (
        "one_date_stops_everybody",
        streaks.check_one_impossible_date_does_not_stop_the_others,
        psycopg.errors.DatetimeFieldOverflow,
    ),
    ("anyone_recomputes", streaks.check_only_the_service_role_computes, RED),
    ("users_write_streaks", streaks.check_users_cannot_write_streaks, RED),
    ("job_is_gone", job.check_the_job_is_scheduled_daily_at_two, RED),
    ("job_at_two_on_sundays", job.check_the_job_is_scheduled_daily_at_two, RED),
    ("job_at_two_on_sundays", job.check_the_job_keeps_streaks_up_to_date_night_after_night, RED),
    (
        "job_calls_a_function_that_is_not_there",
        job.check_the_job_keeps_streaks_up_to_date_night_after_night,
        RED,
    ),
    ("feedback_on_any_session", feedback.check_nobody_rates_a_session_of_somebody_else, RED),
    ("feedback_can_be_moved", feedback.check_feedback_cannot_be_moved_to_somebody_elses_session, RED),
    (
        "feedback_key_without_the_owner",
        feedback.check_even_the_service_role_cannot_mix_up_author_and_owner,
        RED,
    ),
    ("feedback_once_per_author", feedback.check_a_session_has_one_feedback, RED),
    ("views_with_owner_rights", analytics.check_only_the_service_role_reads_the_views, RED),
    ("views_with_owner_rights", analytics.check_a_view_shows_nobody_more_than_the_tables_do, RED),
    ("views_granted_to_users", analytics.check_only_the_service_role_reads_the_views, RED),
    ("chain_of_views_with_owner_rights", analytics.check_a_view_shows_nobody_more_than_the_tables_do, RED),
    ("immutable_by_assertion", analytics.check_the_day_of_a_view_is_the_day_in_utc, RED),
    ("day_of_the_reader", analytics.check_the_day_of_a_view_is_the_day_in_utc, RED),
    ("no_index_for_the_day", analytics.check_the_index_serves_the_day_grouping, RED),
    ("null_persona", analytics.check_the_mix_of_every_day_is_complete, RED),
    ("percentage_of_stories", analytics.check_the_views_on_some_people, RED),
    ("whole_percentages", analytics.check_the_views_on_some_people, RED),
    ("parents_first", analytics.check_the_views_on_some_people, RED),
    ("personas_by_profile_only", analytics.check_the_mix_of_every_day_is_complete, RED),
    ("persona_after_four_sessions", analytics.check_each_word_and_number_decides, RED),
    ("persona_with_two_elements", analytics.check_each_word_and_number_decides, RED),
    ("persona_whatever_the_mood", analytics.check_each_word_and_number_decides, RED),
    ("persona_words_for_all_columns", analytics.check_each_word_and_number_decides, RED),
    ("two_defaults", rituals.check_a_user_has_one_default_ritual, RED),
    ("assets_of_everybody", access.check_users_see_their_own_rows_only, RED),
    ("assets_locked_out", access.check_users_see_their_own_rows_only, RED),
    ("assets_locked_out", access.check_assets_follow_their_session, RED),
    ("rls_not_enabled", access.check_users_see_their_own_rows_only, RED),
    ("everything_to_anon", access.check_visitors_are_refused_everywhere, RED),
    ("rows_can_be_given_away", access.check_rows_cannot_be_given_away_or_taken, RED),
    ("rows_for_others", access.check_rows_cannot_be_made_for_others, RED),
    ("anybody_deletes", access.check_users_change_and_delete_their_own_rows_only, RED),
    ("rating_of_zero", rows.check_values_on_the_boundary_are_taken_and_just_beyond_it_refused, RED),
    ("asset_without_session", rows.check_a_row_needs_its_parent, RED),
    ("updated_at_stands_still", rows.check_an_update_moves_updated_at_whatever_the_client_sends, RED),
    (
        "account_cannot_be_deleted",
        rows.check_a_deleted_user_takes_everything_along_and_nothing_of_others,
        psycopg.errors.ForeignKeyViolation,
    ),
    (
        "session_cannot_be_deleted",
        rows.check_a_deleted_session_takes_assets_and_feedback_along,
        psycopg.errors.ForeignKeyViolation,
    ),
]
# The same for what two connections can do to each other, each on a database of its own.
RACES = [
    ("default_guarded_by_trigger", rituals.check_two_switches_at_once_leave_one_default, RED),
    ("runs_do_not_wait", streaks.check_two_runs_at_once_wait_for_each_other, RED),
]
# Files that PostgreSQL refuses as a whole.
REFUSED = [
    ("nested_dollar_quotes", psycopg.errors.SyntaxError),
    ("date_of_timestamptz_in_index", psycopg.errors.InvalidObjectDefinition),
]
MODULES = (access, analytics, feedback, job, rituals, rows, streaks)
HELPERS = {"check_streaks", "check_personas", "check_daily_views"}  # compare with an oracle for other checks


def variant(name: str) -> str:
    return (BAD / f"{name}.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "check", "how"), MISTAKES, ids=mistake_id)
def test_mistake_turns_its_check_red(pg, name, check, how):
    with pg.transaction(force_rollback=True):
        check(pg)
    pg.execute(variant(name))
    with pytest.raises(how):
        check(pg)


@pytest.mark.parametrize(("name", "check", "how"), RACES, ids=mistake_id)
def test_race_turns_its_check_red(pg_clone, name, check, how):
    check(pg_clone)
    pg_clone.connect().execute(variant(name))
    with pytest.raises(how):
        check(pg_clone)


@pytest.mark.parametrize(("name", "how"), REFUSED, ids=mistake_id)
def test_mistake_does_not_apply(pg, name, how):
    with pytest.raises(how):
        pg.execute(variant(name))


def test_nested_dollar_quotes_break_a_house_rule_before_they_reach_a_server():
    assert list(dollar_quotes_are_named(SqlFile("x.sql", variant("nested_dollar_quotes"))))


def test_a_trigger_is_enough_for_one_connection_which_is_why_the_race_is_tested(pg):
    pg.execute(variant("default_guarded_by_trigger"))
    rituals.check_a_user_has_one_default_ritual(pg)


def test_every_variant_is_used():
    used = {name for name, *_ in (*MISTAKES, *RACES, *REFUSED)}
    assert used == {path.stem for path in Path(BAD).glob("*.sql")}


def test_every_check_has_a_mistake_that_turns_it_red():
    checks = {name for module in MODULES for name in vars(module) if name.startswith("check_")}
    assert {check.__name__ for _, check, _ in (*MISTAKES, *RACES)} == checks - HELPERS
