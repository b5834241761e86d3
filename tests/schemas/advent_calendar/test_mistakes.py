"""Every mistake that people make in this schema turns a check red, and every check knows a mistake."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import psycopg
import pytest

from ..mistakes import mistake_id
from .checks import access, accounts, expiry, locked, memory, published, questions, races, tenancy, transfer
from .world import FIXTURES, has_vectors, load

BAD = FIXTURES / "bad"
RED = AssertionError
ERROR = psycopg.Error  # the statement that ought to succeed is refused
INSTEAD = re.compile(r"-- Instead of (\w+): ")

# variant, the check that must turn red, how it does
MISTAKES: list[tuple[str, Callable[..., None], type[Exception]]] = [
    ("owner_compared_with_email", access.check_owners_see_their_own_rows_only, RED),
    ("rls_not_enabled", access.check_owners_see_their_own_rows_only, RED),
    ("anybody_deletes", access.check_owners_change_their_own_rows_only, RED),
    ("events_can_be_changed", access.check_events_cannot_be_changed_or_deleted, RED),
    ("rows_for_others", access.check_rows_cannot_be_made_for_others, RED),
    ("rows_can_be_given_away", access.check_rows_cannot_be_given_away, RED),
    ("owners_choose_their_plan", access.check_owners_cannot_change_what_the_server_decides, RED),
    ("tokens_readable", access.check_owners_cannot_change_what_the_server_decides, RED),
    ("everything_to_anon", access.check_visitors_are_refused_everywhere, RED),
    ("closed_accounts_live_on", access.check_a_closed_account_reaches_nothing, RED),
    ("books_of_the_transfer_open", access.check_nobody_reads_the_books_of_the_transfer, RED),
    ("address_as_typed", accounts.check_the_first_sign_in_opens_one_account, ERROR),
    ("address_as_typed", accounts.check_the_owner_of_the_address_claims_what_was_carried_over, ERROR),
    ("unconfirmed_addresses_claim", accounts.check_nobody_claims_with_an_address_that_is_not_confirmed, RED),
    ("claims_take_over", accounts.check_nobody_takes_over_an_account_that_has_an_owner, RED),
    ("closed_account_is_served", accounts.check_a_closed_account_is_not_opened_again, RED),
    ("accounts_inserted_by_hand", accounts.check_only_somebody_who_signed_in_opens_an_account, RED),
    ("person_cannot_be_deleted", accounts.check_a_deleted_person_takes_the_family_along, ERROR),
    ("published_by_policy", published.check_published_calendars_cannot_be_listed, RED),
    ("links_are_case_sensitive", published.check_whoever_has_link_or_slug_reads_calendar_and_days, RED),
    ("unpublished_by_link", published.check_no_link_no_calendar, RED),
    ("unpublished_by_link", published.check_what_was_published_can_be_taken_back, RED),
    ("key_is_a_link", published.check_no_link_no_calendar, RED),
    ("reader_sees_the_child", published.check_a_reader_learns_nothing_of_the_family, RED),
    ("photos_of_unpublished_days", published.check_media_of_other_days_stay_with_the_family, RED),
    ("expired_addresses_shown", published.check_media_are_shown_while_their_address_is_good, RED),
    ("publish_date_of_the_client", published.check_publishing_is_dated_once, RED),
    ("slug_passes_for_a_link", published.check_a_slug_cannot_pass_for_a_share_link, RED),
    ("lock_is_a_flag", locked.check_a_locked_calendar_refuses_changes, RED),
    ("days_not_locked", locked.check_the_days_of_a_locked_calendar_refuse_changes, RED),
    ("days_not_locked", locked.check_a_locked_calendar_keeps_its_pictures, RED),
    ("surprises_not_locked", locked.check_the_surprises_of_a_locked_calendar_refuse_changes, RED),
    ("lock_looks_where_a_day_goes", locked.check_days_neither_enter_nor_leave_a_locked_calendar, RED),
    ("locked_for_ever", locked.check_locking_and_unlocking_pass_alone, ERROR),
    ("locked_families_cannot_leave", locked.check_an_account_can_be_deleted_with_its_locked_calendar, ERROR),
    ("openings_without_a_date", locked.check_opening_is_dated_once, RED),
    ("calendar_for_another_child", tenancy.check_nothing_points_into_another_account, RED),
    ("photo_of_another_family", tenancy.check_a_child_keeps_a_photo_of_its_own_account, RED),
    ("several_children", tenancy.check_an_account_has_one_child_and_a_child_one_calendar_a_year, RED),
    ("expiry_nobody_reads", expiry.check_expired_rows_are_invisible_at_once, RED),
    ("expired_can_be_prolonged", expiry.check_expired_rows_cannot_be_brought_back, RED),
    ("messages_outlive_their_session", expiry.check_messages_expire_with_their_session, RED),
    ("fragments_live_a_week", expiry.check_a_row_lives_as_long_as_promised, RED),
    ("cleanup_takes_one_batch", expiry.check_cleanup_removes_what_has_expired_and_nothing_else, RED),
    ("analytics_die_with_the_conversation", expiry.check_analytics_outlive_the_conversation, RED),
    ("signed_addresses_stay", expiry.check_signed_addresses_are_cleared, RED),
    ("job_is_gone", expiry.check_jobs_are_scheduled, RED),
    ("job_is_gone", expiry.check_jobs_keep_up, RED),
    ("search_filters_after_the_index", memory.check_a_family_finds_its_own_memories, RED),
    (
        "search_filters_after_the_index",
        memory.check_there_are_as_many_as_asked_for_where_the_scan_gives_up,
        RED,
    ),
    (
        "search_filters_after_the_index",
        memory.check_so_many_are_compared_one_by_one_and_one_more_is_looked_up,
        RED,
    ),
    ("search_filters_after_the_index", memory.check_the_search_takes_odd_questions, RED),
    ("search_finds_what_has_expired", memory.check_expired_memories_are_not_found, RED),
    ("search_runs_as_owner", memory.check_a_family_finds_its_own_memories, RED),
    ("search_runs_as_owner", memory.check_only_who_is_signed_in_searches, RED),
    ("no_vector_index", memory.check_the_index_serves_a_search_of_everything, RED),
    ("transfer_resets_opened_days", transfer.check_nothing_is_lost, RED),
    ("transfer_drops_analytics", transfer.check_nothing_is_lost, RED),
    ("transfer_drops_analytics", transfer.check_the_oracle_alone_sees_what_is_lost, RED),
    ("transfer_into_columns_that_do_not_exist", transfer.check_nothing_is_lost, RED),
    ("transfer_runs_only_once", transfer.check_running_twice_changes_nothing, RED),
    ("transfer_deduplicates_by_timestamp", transfer.check_nothing_is_lost, RED),
    ("transfer_deduplicates_by_timestamp", transfer.check_the_oracle_alone_sees_what_is_lost, RED),
    ("transfer_invents_personas", transfer.check_nothing_is_lost, RED),
    ("transfer_invents_publish_dates", transfer.check_nothing_is_lost, RED),
    ("transfer_of_expired_chats", transfer.check_moved_chats_outlive_the_next_cleanup, RED),
    ("messages_are_searched_for", questions.check_old_questions_read_few_pages_more, RED),
    ("transfer_counts_only", transfer.check_nothing_can_be_lost_without_a_word, RED),
]
# The same for what two connections can do to each other, each on a database of its own.
RACES: list[tuple[str, Callable[..., None], type[Exception]]] = [
    ("lock_looked_for_before_it_is_taken", locked.check_a_change_under_way_makes_the_lock_wait, RED),
    (
        "account_looked_for_before_it_is_made",
        races.check_two_first_sign_ins_open_one_account,
        psycopg.errors.UniqueViolation,
    ),
    ("messages_counted_anew", races.check_messages_of_two_connections_are_all_counted, RED),
    ("cleanup_waits", expiry.check_cleanup_waits_for_nobody, psycopg.errors.LockNotAvailable),
    (
        "cleanup_waits_for_fragments",
        races.check_cleanup_passes_over_a_conversation_whose_memory_is_being_changed,
        psycopg.errors.LockNotAvailable,
    ),
]
MODULES = (access, accounts, expiry, locked, memory, published, questions, races, tenancy, transfer)


def about_vectors(check: Callable[..., None]) -> bool:
    return inspect.getmodule(check) is memory


@pytest.mark.parametrize(("name", "check", "how"), MISTAKES, ids=mistake_id)
def test_mistake_turns_its_check_red(pg, name, check, how):
    if about_vectors(check) and not has_vectors(pg):
        pytest.skip("this server has no pgvector, so memories have no embeddings")
    with pg.transaction(force_rollback=True):
        check(pg)
    text = (BAD / f"{name}.sql").read_text(encoding="utf-8")
    section = INSTEAD.match(text)
    if not section:
        load(pg, f"bad/{name}")
    with pytest.raises(how):
        check(pg, {section[1]: text}) if section else check(pg)


@pytest.mark.parametrize(("name", "check", "how"), RACES, ids=mistake_id)
def test_race_turns_its_check_red(pg_clone, name, check, how):
    check(pg_clone)
    load(pg_clone.connect(), f"bad/{name}")
    with pytest.raises(how):
        check(pg_clone)


def test_no_leak_is_found_where_owners_are_locked_out_which_is_why_both_are_tested(pg):
    load(pg, "bad/owner_compared_with_email")
    published.check_published_calendars_cannot_be_listed(pg)
    access.check_visitors_are_refused_everywhere(pg)
    access.check_rows_cannot_be_given_away(pg)


def test_the_first_run_of_a_transfer_that_runs_only_once_is_fine(pg):
    text = (BAD / "transfer_runs_only_once.sql").read_text(encoding="utf-8")
    transfer.check_nothing_is_lost(pg, {"chat_record": text})


@pytest.mark.parametrize("name", ["transfer_drops_analytics", "transfer_deduplicates_by_timestamp"])
def test_the_transfer_itself_refuses_to_end_with_rows_missing(pg, name):
    text = (BAD / f"{name}.sql").read_text(encoding="utf-8")
    section = INSTEAD.match(text)
    assert section
    transfer.bring_back_legacy(pg, transfer.SAMPLE)
    with pytest.raises(AssertionError, match="ACT01"):
        transfer.try_transfer(pg, {section[1]: text})


def test_every_variant_is_used():
    used = {name for name, *_ in (*MISTAKES, *RACES)}
    assert used == {path.stem for path in BAD.glob("*.sql")}


def test_every_check_has_a_mistake_that_turns_it_red():
    checks = {name for module in MODULES for name in vars(module) if name.startswith("check_")}
    assert {check.__name__ for _, check, _ in (*MISTAKES, *RACES)} == checks
