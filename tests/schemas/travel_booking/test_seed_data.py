from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from .checks.analytics import analytics
from .checks.partitions import rows_by_partition
from .checks.social_proof import proof_of, read
from .world import ECONOMY, FREQUENT, LUXURY, MIDDLE, NEW, PERSONAS, SQL, as_user, one, run_script

PEOPLE = {name: UUID(f"00000000-0000-4000-8000-00000000000{letter}") for name, letter in
          zip(("amal", "bilal", "clara", "dana", "eyad", "farida"), "abcdef", strict=True)}  # fmt: skip


@pytest.fixture
def seeded(pg):
    run_script(pg, SQL / "seed_test_data.sql")
    return pg


def test_every_table_has_rows(seeded):
    tables = seeded.execute(
        "select c.oid::regclass::text from pg_class as c where c.relkind in ('r', 'p')"
        " and not c.relispartition and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)"
    ).fetchall()
    empty = [name for (name,) in tables if not one(seeded, f"select exists (select from {name})")]
    assert (len(tables), empty) == (18, [])


def test_the_audit_log_of_the_seed_verifies_and_counts(seeded):
    assert one(seeded, "select public.verify_audit_log_integrity()")
    assert one(seeded, "select count(*) from public.audit_log") == 10


def test_personas_are_one_of_each(seeded):
    settled = {persona for (persona,) in seeded.execute("select persona_type from public.traveler_personas")}
    assert settled == set(PERSONAS)
    told = dict(seeded.execute("select user_id, persona_type from private.user_booking_stats").fetchall())
    assert [told[PEOPLE[name]] for name in ("amal", "bilal", "clara", "dana", "eyad")] == [
        MIDDLE,
        ECONOMY,
        LUXURY,
        NEW,
        NEW,
    ]


def test_social_proof_stands_on_verified_reviews(seeded):
    assert proof_of(seeded, "hotel-bosphorus").total_bookings == 2
    assert proof_of(seeded, "hotel-bosphorus", LUXURY) is None
    assert proof_of(seeded, "hotel-nile", FREQUENT).trust_score == Decimal("0.62")
    assert read(seeded, "private.hotel_social_proof") == read(seeded, "public.social_proof_cache")


def test_k_factor_is_what_the_comment_says(seeded):
    with as_user(seeded, PEOPLE["farida"]):
        assert one(seeded, "select public.calculate_k_factor(%s)", (PEOPLE["amal"],)) == Decimal("0.75")


def test_analytics_of_amal(seeded):
    assert analytics(seeded, PEOPLE["amal"]) == {
        "persona": MIDDLE,
        "total_trips": 2,
        "total_spent": 910,
        "avg_trip_duration": 5,
        "favorite_destinations": ["Cairo", "Istanbul"],
        "k_factor": 0.75,
        "referral_count": 3,
        "avg_satisfaction": 5,
    }


def test_behaviour_is_in_its_months_and_the_rest_waits(seeded):
    assert rows_by_partition(seeded) == {
        "user_behavior_log_2026_01": 1,
        "user_behavior_log_2026_02": 6,
        "user_behavior_log_default": 1,
    }


def test_only_the_unpaid_payment_expires(seeded):
    assert seeded.execute("select * from public.maintain_crypto_payments()").fetchall() == [(1, 0, 1)]
    assert one(seeded, "select id from public.crypto_payments where status = 'expired'") == "AMK-EYAD0001"
