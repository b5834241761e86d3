"""Rows of travel_booking, made one at a time with only what a test is about, and who acts on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from pgproof.database import Connection, acting_as

ROOT = Path(__file__).parents[3]
SQL = ROOT / "sql" / "travel_booking"
FIXTURES = ROOT / "fixtures" / "travel_booking"

MIGRATIONS = ("supabase-schema", "enhanced-schema", "crypto-payments-schema", "production-schema-complete")

ECONOMY, MIDDLE, LUXURY = "مسافر_اقتصادي", "مسافر_متوسط", "باحث_عن_الفخامة"
NEW, FREQUENT = "مستكشف_جديد", "مسافر_دائم"
PERSONAS = (ECONOMY, MIDDLE, LUXURY, NEW, FREQUENT)


def load(pg: Connection, name: str) -> None:
    """Run a data set of `fixtures/travel_booking`, or a known-bad variant (`bad/...`)."""
    run_script(pg, FIXTURES / f"{name}.sql")


def run_script(pg: Connection, path: Path) -> None:
    """Run a whole file, all or nothing."""
    with pg.transaction():
        pg.execute(path.read_bytes())


def one(pg: Connection, query: str, values: Any = None) -> Any:
    """The only value of the only row that a query returns."""
    ((value,),) = pg.execute(query.encode(), values).fetchall()
    return value


def new_account(pg: Connection) -> UUID:
    """Somebody who can sign in, and is no traveller yet."""
    return one(pg, "insert into auth.users (id) values (gen_random_uuid()) returning id")


def new_user(pg: Connection) -> UUID:
    """A traveller."""
    account = new_account(pg)
    return one(
        pg,
        "insert into public.users (id, email) values (%s, %s) returning id",
        (account, f"{account}@travel.example"),
    )


def new_admin(pg: Connection) -> UUID:
    """A traveller who is an admin."""
    user = new_user(pg)
    pg.execute("insert into private.admins (user_id) values (%s)", (user,))
    return user


def new_trip(
    pg: Connection,
    user: UUID,
    destination: str = "Cairo",
    days: int = 3,
    status: str = "planned",
    start: date = date(2026, 3, 1),
) -> UUID:
    """A trip of ``user``."""
    return one(
        pg,
        "insert into public.trips (user_id, destination, start_date, end_date, status)"
        " values (%(user)s, %(destination)s, %(start)s, %(start)s + %(days)s, %(status)s) returning id",
        {"user": user, "destination": destination, "start": start, "days": days, "status": status},
    )


def new_booking(pg: Connection, user: UUID, hotel: str = "hotel-nile") -> UUID:
    """Two nights that ``user`` has booked."""
    return one(
        pg,
        "insert into public.bookings (user_id, hotel_identifier, check_in_date, check_out_date, total_price)"
        " values (%s, %s, '2026-02-01', '2026-02-03', 240) returning id",
        (user, hotel),
    )


def new_review(
    pg: Connection,
    user: UUID,
    hotel: str = "hotel-nile",
    rating: int = 4,
    would_rebook: bool = True,
    expectation_exceeded: bool = False,
    value_for_money: int | None = None,
    verified: bool = True,
    booking: UUID | None = None,
) -> UUID:
    """What came of a booking of ``user`` (a new one unless given)."""
    return one(
        pg,
        "insert into public.booking_outcomes (user_id, booking_id, hotel_identifier, check_in_date,"
        " check_out_date, price_per_night, total_price, rating, would_rebook, expectation_exceeded,"
        " value_for_money, verified)"
        " values (%s, %s, %s, '2026-02-01', '2026-02-03', 120, 240, %s, %s, %s, %s, %s) returning id",
        (
            user,
            booking or new_booking(pg, user, hotel),
            hotel,
            rating,
            would_rebook,
            expectation_exceeded,
            value_for_money,
            verified,
        ),
    )


def settle_persona(pg: Connection, user: UUID, persona: str) -> None:
    """Say what kind of traveller ``user`` is."""
    pg.execute(
        "insert into public.traveler_personas (user_id, persona_type) values (%s, %s)"
        " on conflict (user_id) do update set persona_type = excluded.persona_type",
        (user, persona),
    )


def new_payment(
    pg: Connection,
    user: UUID,
    amount: Decimal | int = 100,
    status: str = "completed",
    currency: str = "SAR",
) -> UUID:
    """A payment of ``user`` by card."""
    return one(
        pg,
        "insert into public.payments (user_id, amount, status, currency)"
        " values (%s, %s, %s, %s) returning id",
        (user, amount, status, currency),
    )


def new_crypto_payment(
    pg: Connection,
    user: UUID,
    status: str = "pending",
    expires_at: datetime | str = "2026-02-01 12:00+00",
    amount: Decimal | int = 100,
    currency: str = "SAR",
) -> str:
    """A payment of ``user`` in bitcoin, for a new booking."""
    return one(
        pg,
        "insert into public.crypto_payments (user_id, booking_id, amount, currency, crypto_amount,"
        " crypto_currency, wallet_address, status, expires_at)"
        " values (%s, %s, %s, %s, 0.001, 'BTC', 'wallet', %s, %s) returning id",
        (user, new_booking(pg, user), amount, currency, status, expires_at),
    )


def new_referral(
    pg: Connection, referrer: UUID, referred: UUID | None = None, status: str | None = None
) -> UUID:
    """An invitation by ``referrer``; somebody who is named has signed up."""
    return one(
        pg,
        "insert into public.referrals (referrer_id, referred_user_id, status)"
        " values (%s, %s, %s) returning id",
        (referrer, referred, status or ("signed_up" if referred else "pending")),
    )


def leave_trace(
    pg: Connection,
    user: UUID,
    action: str = "search",
    data: object = None,
    at: datetime | str | None = None,
) -> UUID:
    """A row of the behaviour log; a text may hold a moment that Python's datetime cannot."""
    return one(
        pg,
        "insert into public.user_behavior_log (user_id, action_type, action_data, created_at)"
        " values (%s, %s, %s, coalesce(%s::timestamptz, now())) returning id",
        (user, action, Jsonb({} if data is None else data), at),
    )


def as_user(pg: Connection, user: UUID, **claims: object) -> AbstractContextManager[Connection]:
    """Act as a traveller who has signed in."""
    return acting_as(pg, "authenticated", {"sub": str(user), "role": "authenticated", **claims})


def as_visitor(pg: Connection) -> AbstractContextManager[Connection]:
    """Act as somebody who has not signed in."""
    return acting_as(pg, "anon")


def as_server(pg: Connection) -> AbstractContextManager[Connection]:
    """Act as the application's own server."""
    return acting_as(pg, "service_role", {"role": "service_role"})


@contextmanager
def refused(pg: Connection, *sqlstates: str) -> Iterator[None]:
    """What happens inside must fail with one of these SQLSTATEs (42501 unless given), and leaves nothing."""
    expected, observed = sqlstates or ("42501",), "no error"
    try:
        with pg.transaction():
            yield
    except psycopg.Error as error:
        observed = f"{error.sqlstate}: {error}"
    assert observed[:5] in expected, f"expected {expected}, got {observed}"


@contextmanager
def accepted(pg: Connection) -> Iterator[None]:
    """What happens inside must not fail; an error of the database becomes an AssertionError."""
    try:
        with pg.transaction():
            yield
    except psycopg.Error as error:
        raise AssertionError(f"expected no error, got {error.sqlstate}: {error}") from error
