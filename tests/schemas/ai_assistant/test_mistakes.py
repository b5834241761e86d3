"""Every mistake that people make in this schema turns a check red, and every check knows a mistake."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgproof.pytest_plugin import setting

from .. import scripts
from ..mistakes import mistake_id
from .checks import access, messages, summaries, usage
from .conftest import FIXTURES, PROJECT

BAD = FIXTURES / "bad"

# variant, the check that must turn red
MISTAKES: list[tuple[str, Callable[..., None]]] = [
    ("rls_not_enabled", access.check_members_see_their_tenant_only),
    ("rls_missing_on_the_table_that_policies_read", access.check_members_see_their_tenant_only),
    ("members_read_every_tenant", access.check_members_see_their_tenant_only),
    ("colleagues_locked_out", access.check_members_see_their_tenant_only),
    ("policy_asks_itself", access.check_members_see_their_tenant_only),
    ("claims_are_cast_without_care", access.check_nobody_sees_anything),
    ("empty_claims_raise", access.check_nobody_sees_anything),
    ("everything_to_anon", access.check_visitors_are_refused_everywhere),
    ("deactivated_members_get_in", access.check_deactivated_members_have_no_access),
    ("conversation_in_any_name", access.check_members_start_conversations_as_themselves),
    ("colleagues_write_system_messages", access.check_members_speak_as_user_in_their_own_conversations),
    ("name_capture", access.check_members_speak_as_user_in_their_own_conversations),
    ("feedback_on_any_message", access.check_members_rate_messages_of_their_tenant),
    ("colleagues_edit_conversations", access.check_members_change_and_delete_their_own_rows_only),
    ("everybody_deletes_feedback", access.check_members_change_and_delete_their_own_rows_only),
    ("conversation_moves_to_another_tenant", access.check_rows_stay_in_their_tenant),
    ("conversation_key_without_the_tenant", access.check_rows_stay_in_their_tenant),
    ("feedback_moves_to_a_foreign_message", access.check_rows_stay_in_their_tenant),
    ("user_messages_become_system_messages", access.check_rows_stay_in_their_tenant),
    ("admins_of_every_tenant", access.check_admins_deactivate_members_of_their_tenant),
    ("admins_edit_colleagues", access.check_admins_deactivate_members_of_their_tenant),
    ("members_make_themselves_admins", access.check_members_change_only_their_own_profile),
    (
        "answers_do_not_touch_the_conversation",
        messages.check_a_message_touches_its_conversation_whoever_writes_it,
    ),
    ("touched_once_per_message", messages.check_many_messages_touch_a_conversation_once),
    ("message_without_tenant_is_refused", messages.check_a_message_is_of_its_conversation_s_tenant),
    ("message_keeps_the_tenant_that_was_sent", messages.check_a_message_is_of_its_conversation_s_tenant),
    (
        "messages_hold_their_conversation_in_the_tenant",
        messages.check_a_message_is_of_its_conversation_s_tenant,
    ),
    (
        "tenant_looked_up_in_conversations",
        messages.check_messages_are_read_without_the_tenant_s_conversations,
    ),
    ("updated_at_from_the_client", messages.check_updated_at_is_the_database_s),
    ("length_in_bytes", messages.check_values_on_the_boundary_are_taken_and_just_beyond_it_refused),
    ("rating_without_limits", messages.check_values_on_the_boundary_are_taken_and_just_beyond_it_refused),
    ("null_user_makes_a_second_row", usage.check_the_tenant_as_a_whole_has_one_row_a_day),
    ("null_user_makes_a_second_row", usage.check_requests_add_up),
    ("usage_open_to_everyone", usage.check_usage_is_read_by_the_tenant_and_written_by_the_service_role),
    ("members_write_their_own_bill", usage.check_usage_is_read_by_the_tenant_and_written_by_the_service_role),
    ("anyone_bills", usage.check_only_the_service_role_bills),
    ("execute_left_with_public", usage.check_only_the_service_role_bills),
    ("usage_key_without_the_tenant", usage.check_nobody_bills_another_tenant),
    ("requests_are_not_counted", usage.check_requests_add_up),
    ("negative_usage", usage.check_nonsense_is_refused),
    ("cost_that_is_not_a_number", usage.check_nonsense_is_refused),
    ("deleted_members_collide", usage.check_a_deleted_member_s_usage_stays_on_the_bill),
    ("summary_without_unique_index", summaries.check_summaries_refresh_as_printed),
    ("summary_index_over_an_expression", summaries.check_summaries_refresh_as_printed),
    ("refresh_finds_the_view", summaries.check_summaries_refresh_as_printed),
    ("search_path_is_left_changed", summaries.check_summaries_refresh_as_printed),
    ("counts_rows_of_the_left_join", summaries.check_a_message_without_feedback_has_none),
    ("forgets_messages_without_feedback", summaries.check_a_message_without_feedback_has_none),
    ("months_without_the_year", summaries.check_a_month_adds_up),
    ("summary_shows_all_tenants", summaries.check_summaries_show_members_their_tenant_only),
    ("summary_granted_to_members", summaries.check_summaries_show_members_their_tenant_only),
    ("summary_filtered_for_everybody", summaries.check_summaries_show_members_their_tenant_only),
    ("definer_hides_the_caller", summaries.check_summaries_show_members_their_tenant_only),
    ("today_with_owner_rights", summaries.check_summaries_show_members_their_tenant_only),
    ("summary_filtered_after_the_condition", summaries.check_a_leaky_condition_learns_nothing),
    ("today_of_the_reader", summaries.check_today_is_the_day_in_utc),
    ("one_date_stops_the_summary", summaries.check_no_row_stops_a_summary),
    ("cost_that_is_not_a_number", summaries.check_no_row_stops_a_summary),
]
# The same for what several connections do to each other, each on a database of its own.
RACES: list[tuple[str, Callable[..., None]]] = [
    ("touched_in_any_order", messages.check_writers_into_the_same_conversations_do_not_lock_each_other_out),
    ("read_then_written", usage.check_writers_at_once_lose_nothing),
    ("fold_reads_before_it_deletes", usage.check_billing_while_members_are_deleted_loses_nothing),
    ("summary_without_unique_index", summaries.check_summaries_refresh_while_they_are_written_to_and_read),
]
# Put in place of a script of the project: what the report of the whole project then says.
SCRIPTS = [
    (
        "seed_with_ids_that_are_no_uuids",
        "seed_test_data.sql",
        "seed-fails: .*invalid input syntax for type uuid",
    ),
    ("rollback_leaves_a_function", "rollback_004_messages.sql", "rollback-differs: .*touch_conversations"),
    ("rollback_forgets_the_default", "rollback_006_usage_metrics.sql", "rollback-differs: .*created_at"),
    ("rollback_all_in_the_wrong_order", "rollback_all.sql", "rollback-fails: .*2BP01"),
]
# Files that PostgreSQL refuses as a whole.
REFUSED = [("summary_over_a_missing_column", psycopg.errors.UndefinedColumn)]
TOO_EARLY = ["rollback_without_a_transaction"]
MODULES = (access, messages, summaries, usage)
# Compare with an oracle for other checks.
HELPERS = {
    "check_usage",
    "check_feedback_summary",
    "check_monthly_summary",
    "check_equals_a_fresh_computation",
}


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


@pytest.mark.parametrize(("name", "how"), REFUSED, ids=mistake_id)
def test_mistake_does_not_apply(pg, name, how):
    with pytest.raises(how):
        pg.execute(variant(name))


@pytest.mark.parametrize(("name", "script", "said"), SCRIPTS, ids=mistake_id)
def test_script_turns_the_project_red(request, tmp_path, name, script, said):
    folder = tmp_path / "ai_assistant"
    shutil.copytree(PROJECT, folder)
    shutil.copy(BAD / f"{name}.sql", folder / script)
    with pytest.raises(AssertionError, match=f"(?s){said}"):
        scripts.check_project(folder, setting(request.config, "server"))


@pytest.mark.parametrize("name", TOO_EARLY)
def test_rollback_that_stops_halfway_is_noticed(pg_clone, pg_workbench, name):
    psql = pg_workbench.session.server.psql
    with pytest.raises(AssertionError):
        scripts.check_out_of_order_changes_nothing(
            pg_clone.connect(), psql, pg_clone.dsn, BAD / f"{name}.sql"
        )


def test_every_variant_is_used():
    used = {name for name, *_ in (*MISTAKES, *RACES, *SCRIPTS, *REFUSED)} | {*TOO_EARLY}
    assert used == {path.stem for path in Path(BAD).glob("*.sql")}


def test_every_check_has_a_mistake_that_turns_it_red():
    checks = {name for module in MODULES for name in vars(module) if name.startswith("check_")}
    assert {check.__name__ for _, check in (*MISTAKES, *RACES)} == checks - HELPERS
