"""Promises about `get_user_analytics()`: the right numbers, to the right people."""

from __future__ import annotations

from uuid import UUID, uuid4

from pgproof.database import Connection, acting_as

from ..world import (
    as_server,
    as_user,
    as_visitor,
    new_admin,
    new_crypto_payment,
    new_payment,
    new_referral,
    new_review,
    new_trip,
    new_user,
    one,
    refused,
)
from .personas import refresh, user_with_budgets

QUERY = "select public.get_user_analytics(%s)"


def analytics(pg: Connection, user: UUID) -> dict[str, object]:
    """What the traveller is told."""
    with as_user(pg, user):
        return one(pg, QUERY, (user,))


def check_numbers_of_a_busy_traveller(pg: Connection) -> None:
    """Cancelled trips, unpaid payments and other people's rows do not count."""
    user, friend = user_with_budgets(pg, 100), new_user(pg)
    for destination, days in (("Rome", 2), ("Cairo", 3), ("Cairo", 5), ("Amman", 4), ("Petra", 4)):
        new_trip(pg, user, destination, days, "completed")
    new_trip(pg, user, "Rome", 90, "cancelled")
    new_trip(pg, friend, "Paris", 7)
    new_payment(pg, user, 100)
    new_payment(pg, user, 40, "refunded")
    new_payment(pg, user, 50, currency="USD")
    new_crypto_payment(pg, user, "confirmed", amount=25)
    new_crypto_payment(pg, user, "pending", amount=12)
    new_review(pg, user, rating=4)
    new_review(pg, user, rating=5, verified=False)
    new_referral(pg, user, friend)
    new_referral(pg, user)
    refresh(pg)
    assert analytics(pg, user) == {
        "persona": "مسافر_متوسط",
        "total_trips": 5,
        "total_spent": 125.00,
        "avg_trip_duration": 3.60,
        "favorite_destinations": ["Cairo", "Amman", "Petra"],
        "k_factor": 0.5,
        "referral_count": 2,
        "avg_satisfaction": 4.50,
    }


def check_numbers_of_a_new_traveller(pg: Connection) -> None:
    """Nothing yet: counts are zero, averages unknown."""
    assert analytics(pg, new_user(pg)) == {
        "persona": None,
        "total_trips": 0,
        "total_spent": 0,
        "avg_trip_duration": None,
        "favorite_destinations": [],
        "k_factor": 0,
        "referral_count": 0,
        "avg_satisfaction": None,
    }


def check_own_analytics_only(pg: Connection) -> None:
    """Somebody else's are an error and not zeros; admins and the server get everybody's."""
    user, other = new_user(pg), new_user(pg)
    new_trip(pg, user)
    nobody = acting_as(pg, "authenticated")
    for actor in (nobody, as_user(pg, other), as_user(pg, uuid4()), as_visitor(pg)):
        with refused(pg), actor:
            pg.execute(QUERY, (user,))
    with refused(pg), as_user(pg, user):
        pg.execute("select public.get_user_analytics(null)")
    for actor in (as_user(pg, user), as_user(pg, new_admin(pg)), as_server(pg)):
        with actor:
            assert one(pg, QUERY, (user,))["total_trips"] == 1


def check_claims_decide_nothing_but_who_is_calling(pg: Connection) -> None:
    """Absent, empty or malformed claims are nobody; metadata that users can edit makes no admin."""
    user, other = new_user(pg), new_user(pg)
    for claims in (
        {"user_metadata": {"role": "admin", "is_admin": True}},
        {"app_metadata": {"role": "admin"}},
        {"role": "service_role"},
        {"is_admin": True},
    ):
        with refused(pg), as_user(pg, other, **claims):
            pg.execute(QUERY, (user,))
        with as_user(pg, other, **claims):
            assert one(pg, "select count(*) from public.audit_log") == 0
            assert one(pg, "select count(*) from public.traveler_personas where user_id <> %s", (other,)) == 0
