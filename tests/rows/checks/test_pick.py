from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from random import Random

import pytest

from pgproof.rows.checks.pick import Picker
from pgproof.rows.checks.spaces import holds, is_empty, without
from pgproof.rows.model.tables import Space

from .tables import text

FIRST, LAST = (datetime(year, 12 if year > 1 else 1, 31 if year > 1 else 1) for year in (1, 9999))


def drawn(space, count=400):
    source = Random(7)
    picker = Picker(lambda n: source.randrange(n), awkward=True)
    return [picker.value(space) for _ in range(count)]


def test_a_text_of_thousands_of_letters_takes_few_choices():
    asked = []
    picker = Picker(lambda n: asked.append(n) or n - 1, awkward=True)
    assert len(picker.value(Space("text", "text", min_length=5001))) >= 5001
    assert len(asked) < 250


@pytest.mark.parametrize(("low", "high", "special"), [
    (FIRST, LAST, {"infinity", "-infinity", "294276-12-31 23:59:59"}),
    (datetime(2024, 1, 1), LAST, {"infinity", "294276-12-31 23:59:59"}),
    (FIRST, datetime(2025, 1, 1), {"-infinity"}),
    (datetime(2024, 1, 1), datetime(2025, 1, 1), set()),
])  # fmt: skip
def test_infinity_is_drawn_where_nothing_bounds_a_time(low, high, special):
    space = Space("timestamp", "timestamp without time zone", low=low, high=high, scale=6)
    assert {value for value in drawn(space) if isinstance(value, str)} == special


def test_a_numeric_holds_what_postgresql_would_not_round():
    space = Space("numeric", "numeric(5,2)", precision=5, scale=2)
    assert holds(space, Decimal("999.99"))
    assert not holds(space, Decimal("0.001"))
    assert not holds(space, Decimal("1000"))
    assert holds(Space("numeric", "numeric"), Decimal("0.001"))


def test_texts_that_are_excluded_are_never_drawn_and_leave_nothing_where_there_was_nothing_else():
    space = without(text(1), ("", *(chr(code) for code in range(ord("a"), ord("z")))))
    assert not is_empty(space)
    assert not set(drawn(space)) & set(space.excluded)
    assert is_empty(without(Space("text", "text", max_length=0), ("",)))


@pytest.mark.parametrize("gone", [("NaN",), ("NaN", "0", "0.01")])
def test_a_number_that_is_not_one_takes_none_of_the_others_away(gone):
    space = Space("numeric", "numeric(3,2)", low=Decimal(0), high=Decimal("0.01"), precision=3, scale=2)
    assert is_empty(without(space, tuple(map(Decimal, gone)))) == (len(gone) == 3)


def test_infinity_takes_none_of_the_days_away():
    day = date(2024, 2, 29)
    space = Space("date", "date", low=day, high=day)
    assert not is_empty(without(space, ("infinity",)))
    assert is_empty(without(space, ("infinity", day)))


def test_of_two_moments_the_awkward_one_keeps_its_time_zone():
    space = Space("timestamptz", "timestamp with time zone", low=FIRST.replace(tzinfo=timezone.utc),
                  high=LAST.replace(tzinfo=timezone.utc), scale=6)  # fmt: skip
    moments = [value for value in drawn(space) if not isinstance(value, str)]
    assert moments
    assert all(moment.tzinfo is not None for moment in moments)


@pytest.mark.parametrize(("way", "sign"), [(8, "-"), (9, "")])
def test_the_ends_of_a_numeric_are_written_to_the_last_digit(way, sign):
    space = Space("numeric", "numeric(36,18)", precision=36, scale=18)
    found = Picker(lambda n: min(way, n - 1)).value(space)
    assert str(found) == sign + "9" * 18 + "." + "9" * 18
