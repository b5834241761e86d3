from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgproof.rows.model.tables import Space
from pgproof.rows.values.blocks import DAY
from pgproof.rows.values.encode import texts
from pgproof.rows.values.measures import (
    Measure,
    at_least,
    at_most,
    between,
    counted,
    finer,
    limits,
    measure_of,
    written,
)

measures = st.builds(Measure, st.just("integer"), unit=st.sampled_from([1, 7, 100, DAY]))
bounds = st.fractions(-(10**15), 10**15)


@given(measures, bounds, st.booleans())
def test_the_first_step_above_a_bound_is_above_it_and_the_one_before_is_not(
    measure: Measure, bound: Fraction, open_: bool
) -> None:
    step = at_least(measure, bound, open_=open_)
    assert step % measure.unit == 0
    assert step > bound if open_ else step >= bound
    assert step - measure.unit <= bound if open_ else step - measure.unit < bound


@given(measures, bounds, st.booleans())
def test_the_last_step_below_a_bound_mirrors_the_first_above(
    measure: Measure, bound: Fraction, open_: bool
) -> None:
    assert at_most(measure, bound, open_=open_) == -at_least(measure, -bound, open_=open_)


@given(st.integers(-(10**12), 10**12), st.integers(0, 10**6), st.sampled_from([1, 5, 100]))
def test_between_stays_between(low: int, width: int, unit: int) -> None:
    measure = Measure("integer", unit=unit)
    draws = np.array([0.0, 0.3, 0.999999999])
    lows, highs = np.full(3, low), np.full(3, low + width)
    drawn = between(measure, draws, lows, highs)
    assert (drawn % unit == 0).all()
    assert (drawn >= low).all()
    assert (drawn <= max(low + width, -(-low // unit) * unit)).all()


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        (Space("numeric", "numeric(3,2)", precision=3, scale=2), (-999, 999)),
        (
            Space(
                "numeric", "numeric(3,2)", low=0, low_open=True, high=Decimal("2.005"), precision=3, scale=2
            ),
            (1, 200),
        ),
        (Space("integer", "integer", low=1, high=24), (1, 24)),
        (
            Space("date", "date", low=date(2024, 1, 1), high=date(2024, 1, 3), high_open=True),
            (19723 * DAY, 19724 * DAY),
        ),
        (Space("time", "time", low=None), (-(DAY - 1), DAY - 1)),
    ],
)
def test_limits_are_the_ends_of_a_space(space: Space, expected: tuple[int, int]) -> None:
    measure = measure_of(space)
    assert measure is not None
    assert limits(measure, space) == expected


def test_what_has_no_order_is_not_measured() -> None:
    assert measure_of(Space("text", "text")) is None


def test_a_number_counted_more_finely_is_written_as_it_was() -> None:
    price = finer(Measure("numeric", 2), 4)
    assert texts(written(price, np.array([1234500]))) == ["123.45"]
    assert texts(written(finer(Measure("integer"), 2), np.array([700]))) == ["7"]


def test_moments_with_and_without_a_zone_count_alike() -> None:
    aware = datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=3)))
    assert counted(Measure("timestamptz"), aware) == counted(Measure("timestamp"), datetime(2024, 5, 1, 9))


def test_what_is_no_number_is_not_counted() -> None:
    with pytest.raises(ValueError, match="'x' is not a integer"):
        counted(Measure("integer"), "x")
