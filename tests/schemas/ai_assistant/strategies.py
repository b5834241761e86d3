"""Populations of ai_assistant, as small as Hypothesis can make them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from .oracle import Request

# Month ends, a leap day, both ends of the range, and days that share a month.
DAYS = st.sampled_from(
    [
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 1, 31),
        date(2026, 2, 1),
        date(2024, 2, 29),
        date(1, 1, 1),
        date(9999, 12, 31),
    ]
)
COSTS = st.decimals(Decimal(0), Decimal("3"), places=5) | st.just(Decimal("0.00005"))
TOKENS = st.integers(0, 2**40) | st.just(0)


def requests(tenants: int = 2, users: int = 2, max_size: int = 12) -> st.SearchStrategy[list[Request]]:
    """Requests of numbered tenants; a user is numbered within its tenant, None is the tenant as a whole."""
    return st.lists(
        st.builds(
            Request,
            tenant=st.integers(0, tenants - 1),
            user=st.none() | st.integers(0, users - 1),
            day=DAYS,
            prompt=TOKENS,
            completion=TOKENS,
            cost=COSTS,
        ),
        max_size=max_size,
    )


def ratings(messages: int = 4, members: int = 4) -> st.SearchStrategy[list[list[int]]]:
    """For each message the ratings that it got, one a member at most."""
    return st.lists(st.lists(st.sampled_from([-1, 1]), max_size=members), max_size=messages)
