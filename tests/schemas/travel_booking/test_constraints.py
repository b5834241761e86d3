"""The limits of single values, each with the nearest value on either side."""

from __future__ import annotations

from datetime import datetime, timezone

import psycopg
import pytest

from .checks import numbers, trips
from .world import new_booking, new_crypto_payment, new_payment, new_review, new_trip, new_user, one, refused

BOUNDARIES = [
    # table, assignments that are accepted, assignments that are refused, by which constraint
    ("trips", ["budget = null", "budget = 0.01"], ["budget = 0", "budget = -1"], "trips_budget_is_positive"),
    (
        "trips",
        ["end_date = start_date + 1"],
        ["end_date = start_date", "end_date = start_date - 1"],
        "trips_end_is_after_start",
    ),
    ("trips", ["group_size = 1"], ["group_size = 0"], "trips_group_size_is_positive"),
    (
        "trips",
        [f"status = '{status}'" for status in ("planned", "ongoing", "completed", "cancelled")],
        ["status = ''", "status = 'Planned'"],
        "trips_status_is_known",
    ),
    (
        "payments",
        ["amount = 0.01", "amount = 9999999999.99"],
        ["amount = 0", "amount = 0.004"],
        "payments_amount_is_positive",
    ),
    (
        "payments",
        [f"status = '{status}'" for status in ("pending", "completed", "failed", "refunded", "cancelled")],
        ["status = 'paid'"],
        "payments_status_is_known",
    ),
    (
        "payments",
        ["currency = 'USD'"],
        ["currency = 'usd'", "currency = 'SARX'"],
        "payments_currency_is_a_code",
    ),
    ("crypto_payments", ["amount = 0.01"], ["amount = 0"], "crypto_payments_amount_is_positive"),
    (
        "crypto_payments",
        ["confirmations = 0"],
        ["confirmations = -1"],
        "crypto_payments_confirmations_is_not_negative",
    ),
    (
        "crypto_payments",
        ["id = 'AMK-00000000'", "id = 'AMK-ZZZZZZZZ'"],
        [
            "id = 'AMK-1234567'",
            "id = 'AMK-123456789'",
            "id = 'amk-12345678'",
            "id = 'XXX-12345678'",
            "id = E'AMK-1234567\\n'",
        ],
        "crypto_payments_id_can_be_quoted",
    ),
    (
        "crypto_payments",
        [f"status = '{s}'" for s in ("pending", "confirming", "confirmed", "expired", "failed", "refunded")],
        ["status = 'cancelled'"],
        "crypto_payments_status_is_known",
    ),
    (
        "booking_outcomes",
        ["rating = 1", "rating = 5"],
        ["rating = 0", "rating = 6"],
        "booking_outcomes_rating_is_1_to_5",
    ),
    (
        "booking_outcomes",
        ["value_for_money = 1", "value_for_money = 5", "value_for_money = null"],
        ["value_for_money = 0", "value_for_money = 6"],
        "booking_outcomes_value_for_money_is_1_to_5",
    ),
    (
        "booking_outcomes",
        ["check_out_date = check_in_date + 1"],
        ["check_out_date = check_in_date"],
        "booking_outcomes_check_out_is_after_check_in",
    ),
    (
        "booking_outcomes",
        ["price_per_night = 0.01"],
        ["price_per_night = 0"],
        "booking_outcomes_price_per_night_is_positive",
    ),
    (
        "booking_outcomes",
        ["total_price = 0.01"],
        ["total_price = 0"],
        "booking_outcomes_total_price_is_positive",
    ),
]


@pytest.fixture
def rows(pg):
    """One row in each of the tables."""
    user = new_user(pg)
    new_trip(pg, user)
    new_payment(pg, user)
    new_crypto_payment(pg, user)
    new_review(pg, user, booking=new_booking(pg, user))
    return pg


@pytest.mark.parametrize(
    ("table", "accepted", "refused", "constraint"), BOUNDARIES, ids=lambda value: str(value)[:40]
)
def test_boundaries(rows, table, accepted, refused, constraint):
    for assignment in accepted:
        with rows.transaction(force_rollback=True):
            assert rows.execute(f"update public.{table} set {assignment}".encode()).rowcount == 1
    for assignment in refused:
        with pytest.raises(psycopg.errors.CheckViolation) as caught, rows.transaction():
            rows.execute(f"update public.{table} set {assignment}".encode())
        assert caught.value.diag.constraint_name == constraint


def test_a_trip_needs_no_budget(pg):
    trips.check_a_trip_needs_no_budget(pg)


def test_a_trip_begins_and_ends(pg):
    trips.check_a_trip_begins_and_ends(pg)


def test_every_number_is_one(pg):
    numbers.check_every_number_is_one(pg)


def test_nights_are_counted_not_claimed(pg):
    review = new_review(pg, new_user(pg))
    nights = "select nights_stayed from public.booking_outcomes where id = %s"
    assert one(pg, nights, (review,)) == 2
    pg.execute("update public.booking_outcomes set check_out_date = '2026-03-01' where id = %s", (review,))
    assert one(pg, nights, (review,)) == 28
    with refused(pg, "428C9"):
        pg.execute("update public.booking_outcomes set nights_stayed = 1")


def test_defaults_are_those_of_the_guide(pg):
    user = new_user(pg)
    payment, review = new_payment(pg, user), new_review(pg, user, verified=False)
    pg.execute("insert into public.payments (user_id, amount) values (%s, 1)", (user,))
    assert pg.execute(
        "select currency, status from public.payments where id <> %s", (payment,)
    ).fetchall() == [("SAR", "pending")]
    assert one(pg, "select verified from public.booking_outcomes where id = %s", (review,)) is False
    pg.execute("insert into public.referrals (referrer_id) values (%s)", (user,))
    assert pg.execute("select status, reward_tier, reward_claimed from public.referrals").fetchall() == [
        ("pending", "bronze", False)
    ]


def test_a_booking_is_reviewed_once(pg):
    user = new_user(pg)
    booking = new_booking(pg, user)
    new_review(pg, user, booking=booking)
    with refused(pg, "23505"):
        new_review(pg, user, booking=booking)


def test_updates_move_updated_at_whatever_the_client_says(pg, pg_clock):
    trip = new_trip(pg, new_user(pg))
    later = datetime(2031, 1, 1, tzinfo=timezone.utc)
    pg_clock.set(later)
    pg.execute("update public.trips set updated_at = '2001-01-01'")
    assert one(pg, "select updated_at from public.trips where id = %s", (trip,)) == later
