"""Promises about who may read and write which rows and columns."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pgproof.database import Connection

from ..world import (
    MIDDLE,
    accepted,
    as_server,
    as_user,
    as_visitor,
    leave_trace,
    new_admin,
    new_booking,
    new_crypto_payment,
    new_payment,
    new_referral,
    new_review,
    new_trip,
    new_user,
    one,
    refused,
    settle_persona,
)

OWNERS = {"users": "id", "referrals": "referrer_id"}
PRIVATE = (
    "users",
    "trips",
    "expenses",
    "bookings",
    "payments",
    "crypto_payments",
    "user_behavior_log",
)
FOR_ADMINS_TOO = (
    "traveler_personas",
    "booking_outcomes",
    "trip_predictions",
    "outcome_predictions",
    "referrals",
    "shared_content",
)


@dataclass(frozen=True)
class Life:
    """A traveller with a row in every table."""

    user: UUID
    trip: UUID
    booking: UUID


def new_life(pg: Connection) -> Life:
    """Make a traveller with a row in every table."""
    user = new_user(pg)
    life = Life(user, new_trip(pg, user), new_booking(pg, user))
    new_expense(pg, user, life.trip)
    new_payment(pg, user)
    new_crypto_payment(pg, user)
    settle_persona(pg, user, MIDDLE)
    new_review(pg, user, booking=life.booking)
    new_referral(pg, user)
    leave_trace(pg, user)
    pg.execute(
        "insert into public.trip_predictions"
        " (user_id, predicted_destination, predicted_dates_range, confidence)"
        " values (%s, 'Rome', '[2026-05-01,2026-05-08)', 0.5)",
        (user,),
    )
    pg.execute(
        "insert into public.outcome_predictions (user_id, booking_id, predicted_rating, confidence)"
        " values (%s, %s, 4.5, 0.5)",
        (user, life.booking),
    )
    pg.execute(
        "insert into public.shared_content (user_id, content_type, content_identifier)"
        " values (%s, 'trip', %s)",
        (user, str(life.trip)),
    )
    return life


def new_expense(pg: Connection, user: UUID, trip: UUID) -> UUID:
    """Somebody has spent something on a trip."""
    return one(
        pg,
        "insert into public.expenses (user_id, trip_id, category, amount)"
        " values (%s, %s, 'food', 5) returning id",
        (user, trip),
    )


def owners(pg: Connection, table: str) -> set[UUID]:
    """Whose rows of a table can be seen."""
    query = f"select {OWNERS.get(table, 'user_id')} from public.{table}"
    return {owner for (owner,) in pg.execute(query.encode())}


def check_everybody_sees_what_is_theirs(pg: Connection) -> None:
    """Travellers their own rows; admins also everybody's analytics; the server all; visitors nothing."""
    mine, theirs = new_life(pg), new_life(pg)
    admin = new_admin(pg)
    for table in (*PRIVATE, *FOR_ADMINS_TOO):
        with as_user(pg, mine.user):
            assert owners(pg, table) == {mine.user}, table
        with as_user(pg, admin):
            seen = owners(pg, table) - {admin}
        assert seen == ({mine.user, theirs.user} if table in FOR_ADMINS_TOO else set()), table
        with as_server(pg):
            assert owners(pg, table) >= {mine.user, theirs.user}, table
        with refused(pg), as_visitor(pg):
            owners(pg, table)


def check_verified_is_the_servers_word(pg: Connection) -> None:
    """A traveller can neither enter a verified review nor verify one, nor change the facts of one."""
    life = new_life(pg)
    booking = new_booking(pg, life.user)
    values = "(%s, %s, 'hotel-nile', '2026-02-01', '2026-02-03', 120, 240, 5, true, true"
    columns = (
        "(user_id, booking_id, hotel_identifier, check_in_date, check_out_date, price_per_night, total_price,"
        " rating, would_rebook, expectation_exceeded"
    )
    insert = "insert into public.booking_outcomes"
    with refused(pg), as_user(pg, life.user):
        pg.execute(f"{insert} {columns}, verified) values {values}, true)".encode(), (life.user, booking))
    for change in (
        "verified = true",
        "hotel_identifier = 'x'",
        "total_price = 1",
        "check_out_date = '2027-01-01'",
    ):
        with refused(pg), as_user(pg, life.user):
            pg.execute(f"update public.booking_outcomes set {change}".encode())
    with accepted(pg), as_user(pg, life.user):
        pg.execute(f"{insert} {columns}) values {values})".encode(), (life.user, booking))
        assert pg.execute("update public.booking_outcomes set rating = 4, review = 'Quiet.'").rowcount == 2
    assert one(pg, "select verified from public.booking_outcomes where booking_id = %s", (booking,)) is False


def check_nobody_reviews_somebody_elses_booking(pg: Connection) -> None:
    """Neither in one's own name (foreign key) nor in theirs (policy), reviewed already or not."""
    me, reviewed, fresh = new_user(pg), new_life(pg), new_user(pg)
    bookings = ((reviewed.user, reviewed.booking), (fresh, new_booking(pg, fresh)))
    insert = (
        "insert into public.booking_outcomes (user_id, booking_id, hotel_identifier, check_in_date,"
        " check_out_date, price_per_night, total_price, rating, would_rebook, expectation_exceeded)"
        " values (%s, %s, 'hotel-nile', '2026-02-01', '2026-02-03', 120, 240, 1, false, false)"
    )
    for owner, booking in bookings:
        # The same refusal for both: it does not tell whether the booking was reviewed.
        with refused(pg, "23503"), as_user(pg, me):
            pg.execute(insert.encode(), (me, booking))
        with refused(pg), as_user(pg, me):
            pg.execute(insert.encode(), (owner, booking))


def check_money_is_the_servers_word(pg: Connection) -> None:
    """Clients neither enter nor change bookings and payments; not even the server deletes payments."""
    life = new_life(pg)
    for table in ("bookings", "payments", "crypto_payments"):
        for statement in (f"update public.{table} set status = 'x'", f"delete from public.{table}"):
            with refused(pg), as_user(pg, life.user):
                pg.execute(statement.encode())
    with refused(pg), as_user(pg, life.user):
        pg.execute("insert into public.payments (user_id, amount) values (%s, 1)", (life.user,))
    for table in ("payments", "crypto_payments"):
        with refused(pg), as_server(pg):
            pg.execute(f"delete from public.{table}".encode())
    for account in ("auth.users", "public.bookings"):
        with refused(pg, "23503", "23001"):
            pg.execute(f"delete from {account}".encode())


def check_children_stay_with_their_owner(pg: Connection) -> None:
    """No expense on somebody else's trip, no payment for somebody else's booking."""
    mine, theirs = new_life(pg), new_life(pg)
    with refused(pg, "23503"), as_user(pg, mine.user):
        new_expense(pg, mine.user, theirs.trip)
    with refused(pg), as_user(pg, mine.user):
        new_expense(pg, theirs.user, theirs.trip)
    with refused(pg), as_user(pg, mine.user):
        pg.execute("update public.expenses set user_id = %s", (theirs.user,))
    with refused(pg), as_user(pg, mine.user):
        pg.execute("update public.trips set user_id = %s", (theirs.user,))
    with refused(pg, "23503"):
        pg.execute(
            "update public.payments set booking_id = %s where user_id = %s", (theirs.booking, mine.user)
        )


def check_profiles_hold_no_promotion(pg: Connection) -> None:
    """Travellers enter themselves under their own address and change what is theirs to say."""
    account, victim = (
        one(pg, "insert into auth.users (id) values (gen_random_uuid()) returning id"),
        new_user(pg),
    )
    insert = "insert into public.users (id, email) values (%s, %s)"
    with refused(pg), as_user(pg, account, email="me@travel.example"):
        pg.execute(insert.encode(), (account, "somebody.else@travel.example"))
    with refused(pg), as_user(pg, account):
        pg.execute(insert.encode(), (account, "me@travel.example"))
    with accepted(pg), as_user(pg, account, email="me@travel.example"):
        pg.execute(insert.encode(), (account, "me@travel.example"))
        assert pg.execute("update public.users set travel_style = 'slow'").rowcount == 1
    changes = (
        "total_trips = 99",
        "loyalty_score = 9",
        "engagement_level = 'premium'",
        "telegram_id = 1",
        "email = 'x'",
    )
    for change in changes:
        with refused(pg), as_user(pg, account):
            pg.execute(f"update public.users set {change}".encode())
    with as_user(pg, account):
        assert pg.execute("update public.users set full_name = 'x' where id = %s", (victim,)).rowcount == 0
    with refused(pg), as_user(pg, account):
        pg.execute("delete from public.users")


def check_shared_content_counts_itself(pg: Connection) -> None:
    """Travellers share and stop sharing; the counts are the server's."""
    life = new_life(pg)
    for column in ("view_count", "share_count", "signup_count", "viral_score", "k_factor"):
        with refused(pg), as_user(pg, life.user):
            pg.execute(f"update public.shared_content set {column} = 100".encode())
        with refused(pg), as_user(pg, life.user):
            pg.execute(
                f"insert into public.shared_content (user_id, content_type, content_identifier, {column})"
                " values (%s, 'trip', 'x', 100)".encode(),
                (life.user,),
            )
    with accepted(pg), as_user(pg, life.user):
        assert pg.execute("delete from public.shared_content").rowcount == 1


def check_computed_rows_are_read_only(pg: Connection) -> None:
    """Personas and predictions are concluded by the server, not claimed by the traveller."""
    life = new_life(pg)
    for table in ("traveler_personas", "trip_predictions", "outcome_predictions"):
        for statement in (
            f"update public.{table} set created_at = now()",
            f"delete from public.{table}",
            f"insert into public.{table} (user_id) values ('{life.user}')",
        ):
            with refused(pg), as_user(pg, life.user):
                pg.execute(statement.encode())
