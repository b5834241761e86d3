from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from .oracle import Profile, Streak, persona, streak, two_places

TODAY = date(2024, 3, 1)


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=day) for day in days]


@pytest.mark.parametrize(
    ("days", "before", "expected"),
    [
        (ago(), 0, Streak(0, 0, None, None)),
        (ago(), 9, Streak(0, 9, None, None)),
        (ago(0), 0, Streak(1, 1, TODAY, TODAY)),
        (ago(1), 0, Streak(1, 1, date(2024, 2, 29), date(2024, 2, 29))),
        (ago(2), 0, Streak(0, 1, date(2024, 2, 28), None)),
        (ago(0, 1, 2, 4, 5, 6, 7), 0, Streak(3, 4, TODAY, date(2024, 2, 28))),
        (ago(0, 1, 2), 5, Streak(3, 5, TODAY, date(2024, 2, 28))),
        (ago(-1, 0), 0, Streak(0, 2, date(2024, 3, 2), None)),
    ],
)
def test_streaks_worked_out_by_hand(days, before, expected):
    assert streak(days, TODAY, before) == expected


@pytest.mark.parametrize(
    ("profile", "sessions", "expected"),
    [
        (None, 9, "unknown"),
        (Profile("calm", "office"), 5, "mindful_professional"),
        (Profile("calm", "office"), 4, "unknown"),
        (Profile(None, "office"), 5, "unknown"),
        (Profile("STRESSED", "Homework with the kids"), 5, "mindful_professional"),
        (Profile("STRESSED", "Homework with the kids"), 4, "burned_out_parent"),
        (Profile(preferences=("bedtime",)), 0, "unknown"),
        (Profile(preferences=("My Family",), calming_elements=("a", "b", "c")), 0, "burned_out_parent"),
        (Profile(calming_elements=("a", "b", None)), 0, "wellness_seeker"),
        (Profile(calming_elements=("a", "Binaural")), 0, "wellness_seeker"),
        (Profile(calming_elements=("meditation", "b")), 0, "unknown"),
    ],
)
def test_personas_worked_out_by_hand(profile, sessions, expected):
    assert persona(profile, sessions) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("1/3", "0.33"), ("2/3", "0.67"), ("1/200", "0.01"), ("7", "7")]
)
def test_halves_round_up(value, expected):
    assert two_places(Fraction(value)) == Decimal(expected)
