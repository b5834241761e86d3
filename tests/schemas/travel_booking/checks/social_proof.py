"""Promises about social proof: verified reviews only, one formula, always up to date, public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from pgproof.database import Connection

from .. import oracle
from ..oracle import Proof, Review
from ..world import (
    ECONOMY,
    LUXURY,
    MIDDLE,
    NEW,
    accepted,
    as_user,
    as_visitor,
    load,
    new_review,
    new_user,
    one,
    settle_persona,
)

COLUMNS = (
    "hotel_identifier, persona_type, total_bookings, avg_rating, rebook_rate,"
    " expectation_exceeded_rate, avg_value_for_money, trust_score"
)


def add(pg: Connection, reviews: Iterable[Review]) -> dict[UUID, Review]:
    """Make these reviews, each of a traveller of its own; returns them by review."""
    made = {}
    for review in reviews:
        user = new_user(pg)
        if review.persona is not None:
            settle_persona(pg, user, review.persona)
        identifier = new_review(
            pg,
            user,
            review.hotel,
            review.rating,
            review.would_rebook,
            review.expectation_exceeded,
            review.value_for_money,
            review.verified,
        )
        made[identifier] = review
    return made


def read(pg: Connection, relation: str) -> dict[tuple[str, str | None], Proof]:
    """The proof that a relation holds, by hotel and persona."""
    rows = pg.execute(f"select {COLUMNS} from {relation}".encode()).fetchall()
    found = {(row[0], row[1]): Proof(*row[2:]) for row in rows}
    assert len(found) == len(rows), f"{relation} has two rows for one hotel and persona"
    return found


def check_cache_equals_oracle(pg: Connection, reviews: Iterable[Review]) -> None:
    """Exactly the rows that the verified reviews make, with their numbers."""
    assert read(pg, "public.social_proof_cache") == oracle.social_proof(reviews)


def check_three_personas_of_one_hotel(pg: Connection) -> None:
    """Every persona has its row beside the one for all; unverified reviews count nowhere."""
    with accepted(pg):
        load(pg, "hotel_with_three_personas")
    all_, saver, middle, luxury = (
        proof_of(pg, "hotel-nile", persona) for persona in (None, ECONOMY, MIDDLE, LUXURY)
    )
    assert all_ == Proof(3, *map(Decimal, ("3.67", "0.6667", "0.3333", "3.00", "0.5933")))
    assert saver == Proof(1, *map(Decimal, ("5.00", "1.0000", "1.0000", "5.00", "1.0000")))
    assert middle == Proof(1, Decimal("4.00"), Decimal(1), Decimal(0), None, Decimal("0.62"))
    assert luxury == Proof(1, Decimal("2.00"), Decimal(0), Decimal(0), Decimal(1), Decimal("0.16"))
    assert proof_of(pg, "hotel-nile", NEW) is None
    assert proof_of(pg, "hotel-tigris") is None


def proof_of(pg: Connection, hotel: str, persona: str | None = None) -> Proof | None:
    """What `get_hotel_social_proof()` answers."""
    query = f"select {COLUMNS} from public.get_hotel_social_proof(%s, %s)"
    rows = pg.execute(query.encode(), (hotel, persona)).fetchall()
    assert [row[:2] for row in rows] in ([], [(hotel, persona)])
    return Proof(*rows[0][2:]) if rows else None


def check_cache_follows_every_change(pg: Connection) -> None:
    """Verification, un-verification, edits, moves, deletion, and a persona that is settled otherwise."""
    user = new_user(pg)
    settle_persona(pg, user, MIDDLE)
    review = new_review(pg, user, "hotel-nile", 4, True, False, verified=False)
    state = Review("hotel-nile", 4, True, False, None, False, MIDDLE)
    check_cache_equals_oracle(pg, [state])

    def change(assignment: str, **changed: object) -> None:
        nonlocal state
        pg.execute(f"update public.booking_outcomes set {assignment} where id = %s".encode(), (review,))
        state = replace(state, **changed)
        check_cache_equals_oracle(pg, [state])

    change("verified = true", verified=True)
    change("rating = 1, expectation_exceeded = true", rating=1, expectation_exceeded=True)
    change("hotel_identifier = 'hotel-tigris'", hotel="hotel-tigris")
    change("verified = false", verified=False)
    change("verified = true, value_for_money = 2", verified=True, value_for_money=2)
    settle_persona(pg, user, LUXURY)
    check_cache_equals_oracle(pg, [replace(state, persona=LUXURY)])
    pg.execute("delete from public.traveler_personas where user_id = %s", (user,))
    check_cache_equals_oracle(pg, [replace(state, persona=None)])
    pg.execute("delete from public.booking_outcomes where id = %s", (review,))
    check_cache_equals_oracle(pg, [])


def check_travellers_edit_verified_reviews(pg: Connection) -> None:
    """A traveller may not write the cache, and still their edit reaches it."""
    user = new_user(pg)
    settle_persona(pg, user, MIDDLE)
    review = new_review(pg, user, rating=5)
    with accepted(pg), as_user(pg, user):
        pg.execute("update public.booking_outcomes set rating = 2 where id = %s", (review,))
    assert proof_of(pg, "hotel-nile").avg_rating == 2
    with accepted(pg), as_user(pg, user):
        pg.execute("delete from public.booking_outcomes where id = %s", (review,))
    assert proof_of(pg, "hotel-nile") is None


def check_one_formula_for_all_and_for_each(pg: Connection) -> None:
    """A hotel that one persona alone has reviewed earns the same trust overall as among that persona."""
    for rating, rebook, exceeded in ((1, False, True), (3, True, False), (5, True, True), (4, False, False)):
        user = new_user(pg)
        settle_persona(pg, user, LUXURY)
        hotel = f"hotel-{rating}"
        new_review(pg, user, hotel, rating, rebook, exceeded)
        expected = rating * Decimal("0.08") + rebook * Decimal("0.3") + exceeded * Decimal("0.3")
        assert proof_of(pg, hotel).trust_score == expected
        assert proof_of(pg, hotel, LUXURY).trust_score == expected


def check_social_proof_is_public(pg: Connection) -> None:
    """Visitors read it, and nothing else about who reviewed what."""
    load(pg, "hotel_with_three_personas")
    for actor in (as_visitor(pg), as_user(pg, new_user(pg))):
        with accepted(pg), actor:
            assert proof_of(pg, "hotel-nile", MIDDLE).total_bookings == 1
            assert one(pg, "select count(*) from public.social_proof_cache") == 4


def check_the_hourly_job_leaves_alone_what_is_true(pg: Connection) -> None:
    """It passes by every hotel there is, writes the rows that were wrong, and no other."""
    load(pg, "hotel_with_three_personas")
    places = "select persona_type, ctid::text from public.social_proof_cache"
    before = dict(pg.execute(places).fetchall())
    pg.execute("update public.social_proof_cache set trust_score = 0 where persona_type = %s", (MIDDLE,))
    pg.execute("select public.refresh_analytics_views()")
    after = dict(pg.execute(places).fetchall())
    assert {persona for persona, place in after.items() if before[persona] != place} == {MIDDLE}
    assert proof_of(pg, "hotel-nile", MIDDLE).trust_score == Decimal("0.62")
