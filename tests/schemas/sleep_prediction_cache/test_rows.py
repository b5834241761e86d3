from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from . import oracle
from .checks import rows

CHECKS = [value for name, value in vars(rows).items() if name.startswith("check_")]
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_rows(pg, check):
    check(pg)


@given(st.lists(st.tuples(DAYS, DAYS), max_size=50))
@example([(date(2024, 2, 29), date(2023, 2, 28)), (date(2024, 1, 31), date(2024, 2, 29))])
def test_any_age_is_what_counting_birthdays_gives(pg, some):
    ages = pg.execute(
        "select private.age_in_months(d.born, d.day) from unnest(%s::date[], %s::date[]) with ordinality"
        " as d (born, day, place) order by d.place",
        ([born for born, _ in some], [day for _, day in some]),
    ).fetchall()
    assert [age for (age,) in ages] == [oracle.months_old(born, day) for born, day in some]
