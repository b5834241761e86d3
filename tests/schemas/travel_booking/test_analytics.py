from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgproof.database import acting_as

from . import oracle
from .checks import analytics as checks
from .checks.analytics import QUERY, analytics
from .world import as_server, new_crypto_payment, new_payment, new_trip, new_user, one, refused

NAMES = st.sampled_from(["Cairo", "cairo", "القاهرة", "Zürich", "Amman", "a", "Z"])
STATUSES = st.sampled_from(["planned", "ongoing", "completed", "cancelled"])
TRIPS = st.lists(st.tuples(NAMES, st.integers(1, 30), STATUSES), max_size=10)
CENTS = st.integers(1, 10_000_00)


def test_numbers_of_a_busy_traveller(pg):
    checks.check_numbers_of_a_busy_traveller(pg)


def test_numbers_of_a_new_traveller(pg):
    checks.check_numbers_of_a_new_traveller(pg)


def test_own_analytics_only(pg):
    checks.check_own_analytics_only(pg)


def test_forged_metadata_makes_no_admin(pg):
    checks.check_claims_decide_nothing_but_who_is_calling(pg)


@pytest.mark.parametrize("claims", [None, "", "{}", '{"sub": null}'], ids=repr)
def test_nobody_signed_in_is_refused(pg, claims):
    user = new_user(pg)
    with refused(pg), acting_as(pg, "authenticated", claims):
        pg.execute(QUERY, (user,))


@pytest.mark.parametrize("claims", ["not json", '{"sub": "not a uuid"}', '{"sub": ""}'], ids=repr)
def test_malformed_claims_are_an_error(pg, claims):
    user = new_user(pg)
    with refused(pg, "22P02"), acting_as(pg, "authenticated", claims):
        pg.execute(QUERY, (user,))


def test_an_unknown_user_is_an_error_and_not_zeros(pg):
    with refused(pg, "P0002"), as_server(pg):
        pg.execute(QUERY, (uuid4(),))


@given(trips=TRIPS)
def test_trips_equal_the_oracle(pg, trips):
    user = new_user(pg)
    for destination, days, status in trips:
        new_trip(pg, user, destination, days, status)
    made = [(name, days) for name, days, status in trips if status != "cancelled"]
    told = analytics(pg, user)
    assert told["total_trips"] == len(made)
    assert told["favorite_destinations"] == oracle.favorites(name for name, _ in made)
    average = oracle.rounded(oracle.mean(days for _, days in made), 2) if made else None
    assert told["avg_trip_duration"] == (None if average is None else float(average))


@given(
    cards=st.lists(
        st.tuples(CENTS, st.sampled_from(["completed", "pending", "failed", "refunded"])), max_size=4
    ),
    coins=st.lists(st.tuples(CENTS, st.sampled_from(["confirmed", "confirming", "expired"])), max_size=4),
)
def test_spending_equals_the_oracle(pg, cards, coins):
    user = new_user(pg)
    for cents, status in cards:
        new_payment(pg, user, oracle.rounded(oracle.Fraction(cents, 100), 2), status)
    for cents, status in coins:
        new_crypto_payment(pg, user, status, amount=oracle.rounded(oracle.Fraction(cents, 100), 2))
    paid = sum(cents for cents, status in [*cards, *coins] if status in ("completed", "confirmed"))
    with as_server(pg):
        total = one(pg, "select (public.get_user_analytics(%s) ->> 'total_spent')::numeric", (user,))
    assert total * 100 == paid
