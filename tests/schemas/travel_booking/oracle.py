"""What travel_booking has to answer, computed in Python from plain values, without looking at its SQL."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .world import ECONOMY, FREQUENT, LUXURY, MIDDLE, NEW

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST_HASH = "0" * 64


@dataclass(frozen=True)
class Review:
    """A review as a test knows it; ``persona`` is the traveller's, if settled."""

    hotel: str
    rating: int
    would_rebook: bool
    expectation_exceeded: bool
    value_for_money: int | None
    verified: bool
    persona: str | None


@dataclass(frozen=True)
class Proof:
    """Social proof: how many reviews, and what they average to."""

    total_bookings: int
    avg_rating: Decimal
    rebook_rate: Decimal
    expectation_exceeded_rate: Decimal
    avg_value_for_money: Decimal | None
    trust_score: Decimal


def rounded(value: Fraction, places: int) -> Decimal:
    """``value`` as PostgreSQL rounds a numeric: half away from zero."""
    scaled = Decimal((value * 10**places * 2 + 1) // 2)
    return scaled.scaleb(-places).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def mean(values: Iterable[int | Fraction]) -> Fraction:
    """The exact average; ``values`` must not be empty."""
    known = list(values)
    return sum(map(Fraction, known), Fraction(0)) / len(known)


def proof(reviews: Sequence[Review]) -> Proof:
    """What these reviews add up to."""
    rating = mean(review.rating for review in reviews)
    rebook = mean(int(review.would_rebook) for review in reviews)
    exceeded = mean(int(review.expectation_exceeded) for review in reviews)
    values = [review.value_for_money for review in reviews if review.value_for_money is not None]
    trust = rating / 5 * Fraction(4, 10) + rebook * Fraction(3, 10) + exceeded * Fraction(3, 10)
    return Proof(
        len(reviews),
        rounded(rating, 2),
        rounded(rebook, 4),
        rounded(exceeded, 4),
        rounded(mean(values), 2) if values else None,
        rounded(trust, 4),
    )


def social_proof(reviews: Iterable[Review]) -> dict[tuple[str, str | None], Proof]:
    """Proof by hotel and persona; None stands for all travellers."""
    groups: dict[tuple[str, str | None], list[Review]] = defaultdict(list)
    for review in reviews:
        if review.verified:
            groups[review.hotel, None].append(review)
            if review.persona is not None:
                groups[review.hotel, review.persona].append(review)
    return {key: proof(group) for key, group in groups.items()}


def persona(budgets: Sequence[Fraction], bookings: int) -> str:
    """The persona of somebody whose actions told these budgets."""
    if not budgets:
        return FREQUENT if bookings >= 10 else NEW
    average = mean(budgets)
    return ECONOMY if average < 80 else MIDDLE if average < 150 else LUXURY


def network(start: object, converted: Mapping[object, Sequence[object]]) -> set[object]:
    """``start`` and everybody brought by them, directly or through others."""
    known, waiting = {start}, [start]
    while waiting:
        for friend in converted.get(waiting.pop(), ()):
            if friend is not None and friend not in known:
                known.add(friend)
                waiting.append(friend)
    return known


def k_factor(start: object, converted: Mapping[object, Sequence[object]]) -> Decimal:
    """Converted referrals made in the network of ``start``, per head; None is a friend who has left."""
    members = network(start, converted)
    return rounded(Fraction(sum(len(converted.get(each, ())) for each in members), len(members)), 4)


def favorites(destinations: Iterable[str]) -> list[str]:
    """The three most frequent ones, the earlier in code point order first among equals."""
    counted = Counter(destinations)
    return sorted(counted, key=lambda name: (-counted[name], name.encode()))[:3]


def seal(fields: Sequence[str | int | None], documents: tuple[str | None, str | None], at: datetime) -> str:
    """The hash of an audit row: SHA-256 of a JSON array of its fields in order of the table.

    ``fields`` are id, table, operation, user, performed by, performed as, IP address and previous hash;
    ``documents`` the old and new data as PostgreSQL prints jsonb.
    """
    number, table, operation, user, by, role, address, previous = fields
    seconds = _seconds(at)
    words = [json.dumps(each, ensure_ascii=False) for each in (number, table, operation, user, by, role)]
    words += [each or "null" for each in documents]
    words += [json.dumps(each, ensure_ascii=False) for each in (address, seconds, previous)]
    return hashlib.sha256(f"[{', '.join(words)}]".encode()).hexdigest()


def _seconds(at: datetime) -> str:
    microseconds = (at - EPOCH) // timedelta(microseconds=1)
    sign, rest = ("-" if microseconds < 0 else ""), abs(microseconds)
    return f"{sign}{rest // 1_000_000}.{rest % 1_000_000:06d}"


def month_of(at: datetime) -> str:
    """The name of the partition of a moment."""
    return f"user_behavior_log_{at.astimezone(timezone.utc):%Y_%m}"
