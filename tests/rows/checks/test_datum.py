from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgproof.rows.evaluate.datum import TIMESTAMP, TIMESTAMPTZ, from_datum, to_datum
from pgproof.rows.evaluate.datum_times import (
    DATE_LIMITS,
    TIMESTAMP_LIMITS,
    civil,
    days_of,
    read_interval,
    write_date,
    write_timestamp,
)
from pgproof.rows.syntax.signals import Refused, Unknown


@given(days=st.integers(*DATE_LIMITS))
def test_days_are_written_as_the_date_that_the_server_counts(pg, days):
    counted = pg.execute("select %s::text::date - '2000-01-01'::date", (write_date(days),)).fetchone()[0]
    assert counted == days
    assert to_datum("date", write_date(days)) == days


@given(days=st.integers(*DATE_LIMITS))
def test_the_calendar_goes_there_and_back(days):
    assert days_of(*civil(days)) == days


@given(micros=st.integers(*TIMESTAMP_LIMITS))
def test_microseconds_are_written_as_the_timestamp_that_the_server_counts(pg, micros):
    text = write_timestamp(micros, aware=True)
    shown = pg.execute("select %s::text::timestamptz::text", (text,)).fetchone()[0]
    assert to_datum(TIMESTAMPTZ, shown) == micros == to_datum(TIMESTAMPTZ, text)


@given(months=st.integers(-50, 50), days=st.integers(-50, 50), micros=st.integers(-(10**11), 10**11))
def test_intervals_are_read_as_the_server_prints_them(pg, months, days, micros):
    query = "select make_interval(months => %s, days => %s) + %s * interval '1 microsecond'"
    text = pg.execute(f"select ({query})::text", (months, days, micros)).fetchone()[0]
    found = read_interval(text)
    assert (found.months, found.days, found.micros) == (months, days, micros)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("date", date(2024, 2, 29)),
        (TIMESTAMP, datetime(2024, 2, 29, 23, 59, 59, 999999)),
        (TIMESTAMPTZ, datetime(1, 1, 1, tzinfo=timezone.utc)),
        ("time without time zone", time(12, 30, 0, 1)),
        ("interval", timedelta(days=-3, microseconds=5)),
        ("numeric", Decimal("1.50")),
        ("text[]", ["a", None, 'with "quotes", and commas']),
        ("jsonb", {"a": [1, None]}),
        ("date", "infinity"),
        ("date", "5874897-12-31"),
        ("time without time zone", "24:00:00"),
    ],
)
def test_what_a_row_holds_comes_back(tag, value):
    assert from_datum(tag, to_datum(tag, value)) == value


@pytest.mark.parametrize(
    ("tag", "text", "sqlstate"),
    [
        ("integer", "2147483648", "22003"),
        ("integer", "one", "22P02"),
        ("boolean", "maybe", "22P02"),
        ("date", "2023-02-29", "22008"),
        ("int4range", "[5,1)", "22000"),
        ("uuid", "no uuid", "22P02"),
        ("double precision", "1e400", "22003"),
    ],
)
def test_input_that_the_server_refuses_is_refused_with_its_sqlstate(pg, tag, text, sqlstate):
    with pytest.raises(Refused) as refused:
        to_datum(tag, text)
    assert refused.value.sqlstate == sqlstate
    with pytest.raises(psycopg.Error) as raised, pg.transaction():
        pg.execute(f"select %s::text::{tag}", (text,))
    assert raised.value.sqlstate == sqlstate


@pytest.mark.parametrize(
    ("tag", "text"), [("date", "29 February 2024"), ("integer[]", "{{1,2},{3,4}}"), ("inet", "10.0.0.1")]
)
def test_a_form_that_is_not_read_exactly_is_unknown(tag, text):
    with pytest.raises(Unknown):
        to_datum(tag, text)


def test_a_range_is_kept_as_the_server_keeps_it(pg):
    for text in ("[1,3]", "(1,3)", "[1,1)", "(,5]", "empty", "(1,2)"):
        shown = pg.execute("select %s::text::int4range::text", (text,)).fetchone()[0]
        assert to_datum("int4range", text) == to_datum("int4range", shown)
