"""Promises about social proof when many write at once; each check needs a database of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from psycopg import IsolationLevel
from psycopg.errors import DeadlockDetected

from ...concurrency import all_at_once, in_transaction, meanwhile, wait_until_blocked
from ..oracle import Review
from ..world import LUXURY, MIDDLE, PERSONAS, new_review, new_user, one, settle_persona
from .social_proof import check_cache_equals_oracle

WRITERS = 16


def check_sixteen_writers_leave_a_true_cache(own, isolation: IsolationLevel | None = None) -> None:
    """All review the same hotel at once and are settled as some persona meanwhile: no sum is lost."""
    pg = own.connect()
    users = [new_user(pg) for _ in range(WRITERS)]

    def works(place):
        user = users[place]

        def review(connection):
            new_review(connection, user, rating=1 + place % 5)

        def settle(connection):
            settle_persona(connection, user, LUXURY if place % 2 else MIDDLE)

        def correct(connection):
            connection.execute(
                "update public.booking_outcomes set rating = 5 where user_id = %s and rating = 1", (user,)
            )

        return [review, settle, correct, review, correct]

    all_at_once(own, [works(place) for place in range(WRITERS)], isolation)

    expected = [
        Review("hotel-nile", 5 if place % 5 == 0 else 1 + place % 5, True, False, None, True, persona)
        for place in range(WRITERS)
        for persona in 2 * [LUXURY if place % 2 else MIDDLE]
    ]
    assert {review.persona for review in expected} < set(PERSONAS)
    check_cache_equals_oracle(pg, expected)


def check_persona_writers_leave_a_true_cache(own, isolation: IsolationLevel | None = None) -> None:
    """Personas of travellers who have reviewed the same hotel change at once; no review is written."""
    pg = own.connect()
    users = [new_user(pg) for _ in range(WRITERS)]
    for user in users:
        new_review(pg, user, rating=3)

    def works(place):
        return [
            lambda connection, persona=persona: settle_persona(connection, users[place], persona)
            for persona in (PERSONAS[place % 5], PERSONAS[(place + 1) % 5], PERSONAS[place % 3])
        ]

    all_at_once(own, [works(place) for place in range(WRITERS)], isolation)

    check_cache_equals_oracle(
        pg,
        [Review("hotel-nile", 3, True, False, None, True, PERSONAS[place % 3]) for place in range(WRITERS)],
    )


def check_first_review_meets_a_new_persona(own, isolation: IsolationLevel | None = None) -> None:
    """A persona is settled while its traveller writes their first review: neither knows of the other yet."""
    pg = own.connect()
    user = new_user(pg)
    settle_persona(pg, user, MIDDLE)

    meanwhile(
        own,
        lambda server: settle_persona(server, user, LUXURY),
        lambda traveller: new_review(traveller, user, rating=3),
        isolation,
    )

    check_cache_equals_oracle(pg, [Review("hotel-nile", 3, True, False, None, True, LUXURY)])


def check_a_full_refresh_meets_a_review(own) -> None:
    """The nightly refresh of all hotels runs while a review is being written, and does not put back the sum before it."""
    pg = own.connect()
    users = [new_user(pg), new_user(pg)]
    new_review(pg, users[0], rating=3)

    meanwhile(
        own,
        lambda traveller: new_review(traveller, users[1], rating=5),
        lambda job: job.execute("select private.refresh_social_proof(null)"),
    )

    check_cache_equals_oracle(
        pg, [Review("hotel-nile", rating, True, False, None, True, None) for rating in (3, 5)]
    )


def check_the_end_of_an_account_and_a_review_take_turns(own) -> None:
    """Whoever loses persona and reviews does not wait for a review that waits for the persona: nobody has to retry."""
    watcher, server, traveller = own.connect(), own.connect(), own.connect()
    leaving, staying = new_user(watcher), new_user(watcher)
    new_review(watcher, leaving, rating=3)
    settle_persona(watcher, leaving, MIDDLE)
    with ThreadPoolExecutor(1) as pool:
        with server.transaction():
            server.execute("delete from public.traveler_personas where user_id = %s", (leaving,))
            done = pool.submit(new_review, traveller, staying, rating=5)
            wait_until_blocked(watcher, traveller, done.done)
            try:
                server.execute("delete from public.booking_outcomes where user_id = %s", (leaving,))
            except DeadlockDetected as error:
                raise AssertionError("the account waited for the review") from error
        try:
            done.result()
        except DeadlockDetected as error:
            raise AssertionError("the review waited for the account") from error
    check_cache_equals_oracle(watcher, [Review("hotel-nile", 5, True, False, None, True, None)])


def check_a_late_persona_meets_the_first_review(own) -> None:
    """A transaction that began before the first review was written may not settle a persona without it."""
    pg, server = own.connect(), own.connect()
    user = new_user(pg)
    server.isolation_level = IsolationLevel.REPEATABLE_READ
    attempts = []

    def settle(connection):
        attempts.append(one(connection, "select count(*) from public.booking_outcomes"))
        if len(attempts) == 1:
            new_review(pg, user, rating=3)
        settle_persona(connection, user, LUXURY)

    in_transaction(server, settle)
    assert attempts == [0, 1]
    check_cache_equals_oracle(pg, [Review("hotel-nile", 3, True, False, None, True, LUXURY)])
