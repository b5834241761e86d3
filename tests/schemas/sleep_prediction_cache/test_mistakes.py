"""Every mistake that people make in this schema turns a check red, and every check knows a mistake."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pgproof.pytest_plugin import setting

from .. import scripts
from ..mistakes import mistake_id
from ..outcomes import refused
from . import world
from .checks import access, contexts, invalidation, races, rows, serving
from .conftest import FIXTURES, PROJECT

BAD = FIXTURES / "bad"

# variant, the check that must turn red
MISTAKES: list[tuple[str, Callable[..., None]]] = [
    ("parents_see_everybody", access.check_parents_see_their_own_rows_only),
    ("rls_missing_on_children", access.check_parents_see_their_own_rows_only),
    ("rls_missing_on_users", access.check_parents_see_their_own_rows_only),
    ("children_locked_out", access.check_parents_see_their_own_rows_only),
    ("empty_claims_raise", access.check_nobody_sees_anything),
    ("cast_after_the_handler", access.check_nobody_sees_anything),
    ("claims_from_user_metadata", access.check_nobody_sees_anything),
    ("claims_as_numbers_only", access.check_a_claim_may_be_a_number_or_a_text),
    ("everything_to_anon", access.check_visitors_are_refused_everywhere),
    ("sleep_of_any_child", access.check_parents_write_their_own_children_s_sleep),
    ("sleep_can_be_given_away", access.check_nothing_is_given_away_or_taken),
    ("parents_close_accounts", access.check_accounts_are_not_the_parents_to_make_or_close),
    ("parents_write_predictions", access.check_the_cache_is_written_by_the_service_role),
    ("feedback_on_any_prediction", access.check_parents_give_feedback_on_their_own_child_s_predictions),
    ("execute_left_with_public", access.check_functions_are_for_the_service_role),
    ("count_can_be_written", access.check_the_count_is_nobody_s_to_write),
    ("parents_cannot_invalidate", access.check_a_parent_s_change_retires_predictions),
    ("edited_sleep_keeps_its_prediction", invalidation.check_a_change_of_sleep_retires_what_rests_on_it),
    ("deleted_sleep_keeps_its_prediction", invalidation.check_a_change_of_sleep_retires_what_rests_on_it),
    ("new_sleep_keeps_its_prediction", invalidation.check_a_change_of_sleep_retires_what_rests_on_it),
    ("any_change_retires_everything", invalidation.check_a_change_of_sleep_retires_what_rests_on_it),
    ("writing_the_same_retires", invalidation.check_what_changes_nothing_retires_nothing),
    ("moved_sleep_concerns_one_child", invalidation.check_a_moved_session_concerns_both_children),
    ("moved_sleep_stays_the_last", invalidation.check_a_moved_session_concerns_both_children),
    ("only_the_named_sessions_count", invalidation.check_sleep_that_ends_is_news),
    ("corrections_of_the_past_retire", invalidation.check_what_was_before_the_first_session_concerns_nobody),
    ("one_pass_per_row", invalidation.check_one_statement_is_one_pass),
    ("child_cannot_be_deleted", invalidation.check_a_child_can_go_with_everything_about_it),
    ("context_for_every_request", contexts.check_same_sleep_same_context),
    ("hash_without_the_child", contexts.check_same_sleep_same_context),
    ("context_takes_what_it_is_told", contexts.check_contexts_are_of_the_child_s_own_finished_sleep),
    ("context_takes_what_it_is_told", contexts.check_a_context_sums_up_its_sessions),
    ("long_sleep_has_no_context", contexts.check_no_child_is_left_without_prediction),
    ("context_keys_without_the_child", contexts.check_a_prediction_rests_on_its_own_child_s_context),
    ("two_active_predictions", serving.check_a_context_has_one_active_prediction),
    ("late_predictions_are_active", serving.check_a_late_prediction_is_inactive),
    ("late_predictions_are_active", serving.check_a_prediction_starts_uncounted),
    ("usage_is_counted_once_per_statement", serving.check_served_is_counted),
    ("usage_of_nothing", serving.check_unknown_predictions_are_not_served),
    ("any_quality", rows.check_values_on_the_boundary_are_taken_and_just_beyond_it_refused),
    ("future_sleep", rows.check_sleep_does_not_start_in_the_future),
    ("two_accounts_for_one_person", rows.check_telegram_users_are_unique),
    ("settings_start_empty", rows.check_accounts_start_with_all_messages_on),
    ("updated_at_from_the_client", rows.check_updated_at_is_the_database_s),
    ("summary_multiplies_sessions", rows.check_children_are_summed_up),
    ("months_of_thirty_days", rows.check_ages_are_whole_months_today_in_utc),
    ("today_of_the_reader", rows.check_ages_are_whole_months_today_in_utc),
    ("statistics_multiply", rows.check_statistics_do_not_multiply),
]
# The same for what several connections do to each other, each on a database of its own.
RACES: list[tuple[str, Callable[..., None]]] = [
    ("counter_is_read_then_written", races.check_servings_at_once_are_all_counted),
    ("two_active_predictions", races.check_requests_at_once_share_context_and_prediction),
    ("new_sleep_keeps_its_prediction", races.check_what_is_active_at_the_end_describes_the_sleep),
    ("context_does_not_wait", races.check_sleep_and_context_wait_for_each_other),
    ("change_does_not_wait", races.check_sleep_and_context_wait_for_each_other),
    ("late_prediction_does_not_wait", races.check_sleep_and_prediction_wait_for_each_other),
    ("retired_in_one_statement", races.check_sleep_that_waited_retires_what_it_waited_for),
]
# Put in place of a script of the project: what the rehearsal of the whole project then says.
SCRIPTS = [
    ("rollback_with_create_table_as", "rollback_improved_schema.sql", "rollback-differs: .*predictions"),
    (
        "rollback_leaves_the_trigger",
        "rollback_improved_schema.sql",
        "rollback-differs: .*invalidate_predictions",
    ),
]
MODULES = (access, contexts, invalidation, races, rows, serving)
# Compares after every storm.
HELPERS = {"check_current_contexts_describe_the_sleep"}


def variant(name: str) -> str:
    return (BAD / f"{name}.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "check"), MISTAKES, ids=mistake_id)
def test_mistake_turns_its_check_red(pg, name, check):
    with pg.transaction(force_rollback=True):
        check(pg)
    pg.execute(variant(name))
    with pytest.raises(AssertionError):
        check(pg)


@pytest.mark.parametrize(("name", "check"), RACES, ids=mistake_id)
def test_race_turns_its_check_red(pg_clone, name, check):
    pg_clone.connect().execute(variant(name))
    with pytest.raises(AssertionError):
        check(pg_clone)


@pytest.mark.parametrize(("name", "script", "said"), SCRIPTS, ids=mistake_id)
def test_script_turns_the_project_red(request, tmp_path, name, script, said):
    folder = tmp_path / "sleep_prediction_cache"
    shutil.copytree(PROJECT, folder)
    shutil.copy(BAD / f"{name}.sql", folder / script)
    with pytest.raises(AssertionError, match=f"(?s){said}"):
        scripts.check_project(folder, setting(request.config, "server"))


@pytest.mark.parametrize("name", [name for name, *_ in SCRIPTS])
def test_bad_rollback_breaks_the_writing_down_of_sleep(pg, name):
    child = world.new_child(pg)
    pg.execute(variant(name))
    with refused(pg, "42P01"):
        night = world.new_session(pg, child)
        pg.execute("update public.sleep_sessions set quality = 'good' where id = %s", (night,))


def test_every_variant_is_used():
    used = {name for name, *_ in (*MISTAKES, *RACES, *SCRIPTS)}
    assert used == {path.stem for path in Path(BAD).glob("*.sql")}


def test_every_check_has_a_mistake_that_turns_it_red():
    checks = {name for module in MODULES for name in vars(module) if name.startswith("check_")}
    assert {check.__name__ for _, check in (*MISTAKES, *RACES)} == checks - HELPERS
