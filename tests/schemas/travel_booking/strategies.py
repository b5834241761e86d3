"""What Hypothesis draws for travel_booking: small, awkward and valid."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from .oracle import Review
from .world import PERSONAS

HOTELS = ("hotel-nile", "فندق النيل", "'; drop table hotels; --")

reviews = st.builds(
    Review,
    hotel=st.sampled_from(HOTELS),
    rating=st.integers(1, 5),
    would_rebook=st.booleans(),
    expectation_exceeded=st.booleans(),
    value_for_money=st.none() | st.integers(1, 5),
    verified=st.sampled_from([True, True, True, False]),
    persona=st.none() | st.sampled_from(PERSONAS),
)

# Sensible budgets as clients send them, with the number that they mean.
budgets = st.one_of(
    st.integers(1, 1_000_000).map(lambda n: (n, Fraction(n))),
    st.sampled_from([79, 80, 81, 149, 150, 151]).map(lambda n: (n, Fraction(n))),
    st.decimals("0.01", "999999.99", places=2).map(lambda d: (float(d), Fraction(str(float(d))))),
    st.decimals("0.01", "999999.99", places=2).map(lambda d: (str(d), Fraction(d))),
)

# Everything else that a client may send where a budget should be.
nonsense = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(max_value=0),
    st.integers(min_value=1_000_001),
    st.floats(max_value=0, allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs", "Nd"]), max_size=8),
    st.sampled_from(["NaN", "-1", "+1", "1e3", "1,000", "0x10", "1_000", ".5", "5.", "12345678", "0"]),
    st.lists(st.integers(1, 100), max_size=2),
    st.dictionaries(st.sampled_from(["min", "budget"]), st.integers(1, 100), max_size=1),
)

people = st.integers(0, 6)
referrals = st.lists(
    st.tuples(people, st.none() | people, st.sampled_from(["signed_up", "first_booking", "active_user"])),
    max_size=14,
)
