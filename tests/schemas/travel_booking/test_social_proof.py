from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pgproof.database import rolled_back

from . import oracle, strategies
from .checks import social_proof
from .checks.social_proof import add, check_cache_equals_oracle, read
from .world import MIDDLE, PERSONAS, as_server, as_user, new_review, new_user, one, refused


def test_each_persona_of_a_hotel_has_its_row(pg):
    social_proof.check_three_personas_of_one_hotel(pg)


def test_cache_follows_verification_edits_deletes_and_personas(pg):
    social_proof.check_cache_follows_every_change(pg)


def test_travellers_edit_verified_reviews_without_rights_on_the_cache(pg):
    social_proof.check_travellers_edit_verified_reviews(pg)


def test_trust_is_one_formula_overall_and_per_persona(pg):
    social_proof.check_one_formula_for_all_and_for_each(pg)


def test_social_proof_is_public(pg):
    social_proof.check_social_proof_is_public(pg)


def test_nobody_writes_the_cache_by_hand(pg):
    user = new_user(pg)
    for actor in (as_server, lambda pg: as_user(pg, user)):
        for statement in (
            "update public.social_proof_cache set trust_score = 1",
            "delete from public.social_proof_cache",
        ):
            with refused(pg), actor(pg):
                pg.execute(statement.encode())


@given(reviews=st.lists(strategies.reviews, max_size=12))
def test_cache_and_report_equal_the_oracle(pg, reviews):
    add(pg, reviews)
    check_cache_equals_oracle(pg, reviews)
    pg.execute("select public.refresh_analytics_views()")
    assert read(pg, "private.hotel_social_proof") == oracle.social_proof(reviews)


@given(reviews=st.lists(strategies.reviews, min_size=1, max_size=8), verified=st.booleans())
def test_cache_follows_statements_over_many_rows(pg, reviews, verified):
    add(pg, reviews)
    pg.execute("update public.booking_outcomes set verified = %s", (verified,))
    check_cache_equals_oracle(pg, [replace(review, verified=verified) for review in reviews])
    pg.execute("update public.traveler_personas set persona_type = %s", (MIDDLE,))
    same = [replace(each, verified=verified, persona=each.persona and MIDDLE) for each in reviews]
    check_cache_equals_oracle(pg, same)


@pytest.mark.parametrize("table", ["booking_outcomes", "traveler_personas"])
def test_cache_follows_the_emptying_of_a_table(pg, table):
    reviews = [oracle.Review("hotel-nile", 5, True, True, None, True, MIDDLE)]
    add(pg, reviews)
    pg.execute(f"truncate public.{table}".encode())
    left = [] if table == "booking_outcomes" else [replace(reviews[0], persona=None)]
    check_cache_equals_oracle(pg, left)


def test_cache_follows_a_traveller_who_leaves(pg):
    stays, leaves = new_user(pg), new_user(pg)
    new_review(pg, stays, rating=5)
    new_review(pg, leaves, rating=1)
    pg.execute("delete from auth.users where id = %s", (leaves,))
    check_cache_equals_oracle(pg, [oracle.Review("hotel-nile", 5, True, False, None, True, None)])


def test_the_hourly_job_mends_a_cache_that_was_switched_off(pg):
    pg.execute("alter table public.booking_outcomes disable trigger user")
    reviews = [oracle.Review("hotel-nile", 3, False, True, 4, True, None)]
    add(pg, reviews)
    assert one(pg, "select count(*) from public.social_proof_cache") == 0
    with as_server(pg):
        pg.execute("select public.refresh_analytics_views()")
    check_cache_equals_oracle(pg, reviews)


def test_the_hourly_job_leaves_alone_what_is_true(pg):
    social_proof.check_the_hourly_job_leaves_alone_what_is_true(pg)


class SocialProofMachine(RuleBasedStateMachine):
    """Reviews and personas come, change and go; the cache never lags behind."""

    pg = None  # given by the test

    def __init__(self):
        super().__init__()
        self.undo = ExitStack()
        self.undo.enter_context(rolled_back(self.pg))
        self.reviews = {}

    def teardown(self):
        self.undo.close()

    def pick(self, data):
        return data.draw(st.sampled_from(list(self.reviews)), label="review")

    @rule(review=strategies.reviews)
    def write(self, review):
        self.reviews |= add(self.pg, [review])

    @rule(data=st.data(), verified=st.booleans())
    def verify(self, data, verified):
        self.change(data, verified=verified)

    @rule(data=st.data(), rating=st.integers(1, 5), exceeded=st.booleans())
    def edit(self, data, rating, exceeded):
        self.change(data, rating=rating, expectation_exceeded=exceeded)

    @rule(data=st.data(), hotel=st.sampled_from(strategies.HOTELS))
    def move(self, data, hotel):
        self.change(data, hotel=hotel)

    def change(self, data, **changed):
        if not self.reviews:
            return
        identifier = self.pick(data)
        self.reviews[identifier] = new = replace(self.reviews[identifier], **changed)
        self.pg.execute(
            "update public.booking_outcomes set verified = %s, rating = %s, expectation_exceeded = %s,"
            " hotel_identifier = %s where id = %s",
            (new.verified, new.rating, new.expectation_exceeded, new.hotel, identifier),
        )

    @rule(data=st.data(), persona=st.none() | st.sampled_from(PERSONAS))
    def settle(self, data, persona):
        if not self.reviews:
            return
        identifier = self.pick(data)
        user = one(self.pg, "select user_id from public.booking_outcomes where id = %s", (identifier,))
        self.pg.execute("delete from public.traveler_personas where user_id = %s", (user,))
        if persona:
            social_proof.settle_persona(self.pg, user, persona)
        self.reviews[identifier] = replace(self.reviews[identifier], persona=persona)

    @rule(data=st.data())
    def delete(self, data):
        if self.reviews:
            identifier = self.pick(data)
            self.pg.execute("delete from public.booking_outcomes where id = %s", (identifier,))
            del self.reviews[identifier]

    @invariant()
    def cache_is_up_to_date(self):
        check_cache_equals_oracle(self.pg, self.reviews.values())


def test_cache_is_up_to_date_after_any_history(pg):
    machine = type("Machine", (SocialProofMachine,), {"pg": pg})
    run_state_machine_as_test(machine, settings=settings(stateful_step_count=25))
