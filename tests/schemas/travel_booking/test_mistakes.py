"""Every mistake that people make in this schema turns a check red: each is a file in `fixtures/.../bad`."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from psycopg import IsolationLevel

from .checks import (
    analytics,
    audit,
    audit_concurrency,
    crypto,
    functions,
    jobs,
    numbers,
    partitions,
    personas,
    referrals,
    rights,
    rollback,
    social_proof,
    trips,
)
from .checks import social_proof_concurrency as concurrency
from .world import FIXTURES, load, new_user

BAD = FIXTURES / "bad"
NEW_YEAR = datetime(2027, 1, 1, tzinfo=timezone.utc)


def check_seals(pg):
    """The seals of some history are those of the oracle."""
    audit.write_history(pg)
    audit.check_seals_are_what_the_oracle_computes(pg)


def check_functions(pg):
    """Every function answers as declared."""
    functions.check_functions_answer_as_declared(pg, new_user(pg))


def check_twelve_months(pg, clock):
    """At new year, twelve months are kept."""
    partitions.check_twelve_months_are_kept(pg, clock, NEW_YEAR, "2026-01-01")


def check_job(pg, clock):
    """At new year, the job works."""
    partitions.check_the_job_needs_no_luck(pg, clock, NEW_YEAR)


def check_two_writers_above_read_committed(own):
    """Two writers, each with a snapshot of its own."""
    audit_concurrency.check_two_writers_make_one_chain(own, IsolationLevel.REPEATABLE_READ)


MISTAKES = [
    ("audit_hash_prints_time", audit.check_untouched_log_verifies_in_every_session),
    ("audit_hash_forgets_who", audit.check_every_edit_is_found),
    ("audit_hash_forgets_who", check_seals),
    ("audit_hash_joins_fields", check_seals),
    ("audit_chain_by_time", audit.check_chain_is_total_and_unforked),
    ("audit_without_anchors", audit.check_every_deletion_is_found),
    ("audit_without_anchors", audit.check_a_rewritten_chain_is_found),
    ("audit_verifies_links_only", audit.check_every_edit_is_found),
    ("audit_log_for_its_users", audit.check_only_admins_read_the_log),
    ("audit_log_can_be_cleared", audit.check_append_only_for_everybody),
    ("audit_log_refuses_rows_only", audit.check_append_only_for_everybody),
    ("audit_log_off_for_replicas", audit.check_append_only_for_everybody),
    ("audit_with_client_rights", audit.check_travellers_changes_are_recorded),
    ("audit_log_written_by_server", audit.check_nobody_writes_the_log_by_hand),
    ("partition_without_rls", partitions.check_partitions_are_as_closed_as_the_whole),
    ("partition_closed_but_not_alike", partitions.check_partitions_are_as_closed_as_the_whole),
    ("no_default_partition", partitions.check_rows_of_any_time_are_kept),
    ("partition_of_a_month_with_rows", partitions.check_rows_of_any_time_are_kept),
    ("partition_only_once", partitions.check_making_a_partition_twice_is_harmless),
    ("clients_date_their_traces", partitions.check_travellers_leave_traces_at_the_servers_time),
    ("social_proof_one_row_per_hotel", social_proof.check_three_personas_of_one_hotel),
    ("social_proof_with_client_rights", social_proof.check_travellers_edit_verified_reviews),
    ("social_proof_of_unverified", social_proof.check_three_personas_of_one_hotel),
    ("social_proof_adds_only", social_proof.check_cache_follows_every_change),
    ("social_proof_keeps_old_personas", social_proof.check_cache_follows_every_change),
    ("social_proof_rewritten_every_hour", social_proof.check_the_hourly_job_leaves_alone_what_is_true),
    ("social_proof_two_formulas", social_proof.check_one_formula_for_all_and_for_each),
    ("social_proof_for_members", social_proof.check_social_proof_is_public),
    ("admin_by_user_metadata", analytics.check_claims_decide_nothing_but_who_is_calling),
    ("service_by_claim", analytics.check_claims_decide_nothing_but_who_is_calling),
    ("budget_zero", trips.check_a_trip_needs_no_budget),
    ("trip_without_end", trips.check_a_trip_begins_and_ends),
    ("amount_that_is_not_a_number", numbers.check_every_number_is_one),
    ("persona_unknown_is_luxury", personas.check_unknown_budget_is_not_luxury),
    ("persona_thresholds_included", personas.check_thresholds),
    ("poison_stops_the_refresh", personas.check_poison_does_not_stop_the_refresh),
    ("poison_overflows_the_sum", personas.check_poison_does_not_stop_the_refresh),
    ("matview_in_the_api", personas.check_materialized_views_are_out_of_reach),
    ("k_factor_never_ends", referrals.check_cycles_end),
    ("k_factor_direct_only", referrals.check_k_counts_the_whole_network),
    ("k_factor_capped", referrals.check_k_counts_the_whole_network),
    ("rewards_for_the_asking", referrals.check_nobody_rewards_themselves),
    ("verified_by_the_client", rights.check_verified_is_the_servers_word),
    ("review_of_any_booking", rights.check_nobody_reviews_somebody_elses_booking),
    ("review_key_tells_of_others", rights.check_nobody_reviews_somebody_elses_booking),
    ("expense_on_any_trip", rights.check_children_stay_with_their_owner),
    ("profile_with_any_email", rights.check_profiles_hold_no_promotion),
    ("payments_by_the_client", rights.check_money_is_the_servers_word),
    ("payments_go_with_the_account", rights.check_money_is_the_servers_word),
    ("analytics_of_anybody", analytics.check_own_analytics_only),
    ("analytics_by_null", analytics.check_own_analytics_only),
    ("analytics_count_cancelled_trips", analytics.check_numbers_of_a_busy_traveller),
    ("return_type_differs", check_functions),
    ("statistics_after_an_hour_only", jobs.check_three_jobs_are_scheduled),
]

OVER_TIME = [
    ("nothing_expires", check_twelve_months),
    ("eleven_months", check_twelve_months),
    ("partition_of_a_month_with_rows", check_job),
    ("expires_what_is_confirming", crypto.check_only_pending_payments_that_are_due_expire),
]

AT_ONCE = [
    ("audit_without_turns", audit_concurrency.check_sixteen_writers_make_one_chain),
    ("audit_without_turns", audit_concurrency.check_two_writers_make_one_chain),
    ("audit_turns_by_lock", check_two_writers_above_read_committed),
    ("social_proof_without_turns", concurrency.check_a_full_refresh_meets_a_review),
    ("social_proof_looks_before_its_turn", concurrency.check_first_review_meets_a_new_persona),
    ("social_proof_looks_before_its_turn", concurrency.check_a_late_persona_meets_the_first_review),
    ("persona_takes_turns_backwards", concurrency.check_the_end_of_an_account_and_a_review_take_turns),
    ("turns_known_by_number", audit_concurrency.check_a_turn_of_another_server_is_nobodys),
]

ROLLBACKS = [
    ("bad/rollback_leaves_audit_trigger", rollback.check_payments_work_after),
    ("bad/rollback_leaves_jobs", rollback.check_no_job_outlives_its_function),
    ("printed/rollback_plan", rollback.check_payments_work_after),
    ("printed/rollback_plan", rollback.check_no_job_outlives_its_function),
]


def name(value):
    return value if isinstance(value, str) else value.__name__.removeprefix("check_")


@pytest.mark.parametrize(("variant", "check"), MISTAKES, ids=name)
def test_mistake_is_caught(pg, variant, check):
    load(pg, f"bad/{variant}")
    with pytest.raises(AssertionError):
        check(pg)


@pytest.mark.parametrize(("variant", "check"), OVER_TIME, ids=name)
def test_mistake_over_time_is_caught(pg, pg_clock, variant, check):
    load(pg, f"bad/{variant}")
    with pytest.raises(AssertionError):
        check(pg, pg_clock)


@pytest.mark.parametrize(("variant", "check"), AT_ONCE, ids=name)
def test_mistake_under_concurrency_is_caught(pg_clone, variant, check):
    load(pg_clone.connect(), f"bad/{variant}")
    with pytest.raises(AssertionError):
        check(pg_clone)


@pytest.mark.parametrize(("variant", "check"), ROLLBACKS, ids=name)
def test_mistake_in_a_rollback_is_caught(pg, variant, check):
    with pytest.raises(AssertionError):
        check(pg, FIXTURES / f"{variant}.sql")


@pytest.mark.parametrize("check", dict.fromkeys(check for _, check in MISTAKES), ids=name)
def test_check_is_green_without_the_mistake(pg, check):
    check(pg)


@pytest.mark.parametrize("check", dict.fromkeys(check for _, check in OVER_TIME), ids=name)
def test_check_over_time_is_green_without_the_mistake(pg, pg_clock, check):
    check(pg, pg_clock)


def test_every_variant_is_tried():
    tried = {variant for variant, _ in (*MISTAKES, *OVER_TIME, *AT_ONCE)}
    tried |= {variant.removeprefix("bad/") for variant, _ in ROLLBACKS if variant.startswith("bad/")}
    assert tried == {path.stem for path in BAD.glob("*.sql")}
