"""When a schedule is due, and which texts are schedules, against an oracle that reads and counts by hand."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pgproof.platforms.clock import Clock

from . import cron_oracle as oracle

UTC = timezone.utc
START = datetime(2024, 2, 26, 23, 58, tzinfo=UTC)  # a leap day and the end of a month within a week


def numbers(low, high, names):
    each = st.integers(low, high).map(str)
    return st.one_of(each, st.sampled_from([*names, *(name.title() for name in names)])) if names else each


@st.composite
def elements(draw, low, high, names):
    step = draw(st.one_of(st.just(""), st.integers(1, high).map("/{}".format)))
    shape = draw(st.sampled_from(["star", "one", "range"]))
    if shape == "star":
        return "*" + step
    if shape == "one":
        return draw(numbers(low, high, names))
    first, last = sorted(draw(st.tuples(st.integers(low, high), st.integers(low, high))))
    return f"{first}-{last}{step}"


def field(low, high, names):
    return st.lists(elements(low, high, names), min_size=1, max_size=3).map(",".join)


@st.composite
def schedules(draw):
    fields = [draw(field(*each)) for each in oracle.FIELDS]
    if draw(st.integers(0, 3)) == 0:
        fields[2] = "$"
    blanks = draw(st.lists(st.sampled_from([" ", "  ", "\t"]), min_size=6, max_size=6))
    return blanks[0].lstrip() + "".join(f + b for f, b in zip(fields, blanks[1:], strict=True))


moments = st.datetimes(datetime(2023, 12, 25), datetime(2028, 3, 5), timezones=st.just(UTC))


@pytest.fixture(autouse=True)
def reader_of_schedules(pg):
    """What reads schedules comes with the clock, also where pg_cron is the real one."""
    Clock(pg).reset()


def due(pg, schedule, after, until):
    rows = pg.execute(
        "select at from pgproof.due_times(%s, %s, %s) as at order by at", (schedule, after, until)
    )
    return [at for (at,) in rows]


def accepted(pg, schedule):
    return pg.execute("select not (pgproof.parse_schedule(%s) is null)", (schedule,)).fetchone()[0]


def is_valid(schedule):
    try:
        oracle.read(schedule)
    except oracle.Invalid:
        return False
    return True


@given(schedule=schedules(), after=moments, minutes=st.integers(0, 3 * 24 * 60))
@example(schedule="0 0 29 2 *", after=datetime(2024, 2, 28, tzinfo=UTC), minutes=3000)
@example(schedule="59 23 $ 2 *", after=datetime(2023, 2, 27, tzinfo=UTC), minutes=3000)
@example(schedule="0 0 13 * fri", after=datetime(2024, 9, 11, tzinfo=UTC), minutes=4000)
@example(schedule="0 0 */2 * fri", after=datetime(2024, 9, 11, tzinfo=UTC), minutes=4000)
@example(schedule="0 0 * * 7", after=datetime(2024, 9, 7, tzinfo=UTC), minutes=3000)
@example(schedule="0 0 $ * 0", after=datetime(2024, 6, 29, tzinfo=UTC), minutes=3000)
def test_a_schedule_is_due_when_the_oracle_says(pg, schedule, after, minutes):
    until = after + timedelta(minutes=minutes)
    assert due(pg, schedule, after, until) == oracle.due_times(schedule, after, until)


@given(text=st.text(st.sampled_from("0123456789*/,-$ \tjanmoT;@é"), min_size=0, max_size=24))
@example(text="* * * * *extra")
@example(text="5;x * * * * ignored")
@example(text="*5 * * * *")
@example(text="1/2 * * * *")
@example(text="*/0 * * * *")
@example(text="*/59 * * * *")
@example(text="*/60 * * * *")
@example(text="5é * * * *")
@example(text="5-1 * * * *")
@example(text="* * $1 * *")
@example(text="* * $ * *")
@example(text="* * 1,$ * *")
@example(text="0 0 1 jan-mar/2 mon,fri")
@example(text="* * * *")
@example(text="")
def test_a_text_is_a_schedule_when_a_reader_of_single_characters_can_read_it(pg, text):
    assert accepted(pg, text) == is_valid(text)


@pytest.mark.parametrize("schedule", [s for s in oracle.SHORT if s not in ("@yearly", "@annually")])
def test_abbreviations_are_due_as_what_they_stand_for(pg, schedule):
    until = START + timedelta(days=8)
    assert due(pg, schedule, START, until) == oracle.due_times(schedule, START, until)
    assert due(pg, schedule, START, until)


@pytest.mark.parametrize("schedule", ["@yearly", "@annually"])
def test_a_year_begins_on_the_first_of_january(pg, schedule):
    year = datetime(2025, 1, 1, tzinfo=UTC)
    assert due(pg, schedule, START, datetime(2025, 12, 31, tzinfo=UTC)) == [year]


@pytest.mark.parametrize("schedule", ["@reboot", "@restart"])
def test_a_restart_is_accepted_and_never_comes(pg, schedule):
    assert accepted(pg, schedule)
    assert due(pg, schedule, START, START + timedelta(days=800)) == []


@pytest.mark.parametrize("schedule", ["@", "@often", "@Daily", "@daily2", " daily"])
def test_other_abbreviations_are_refused(pg, schedule):
    assert not accepted(pg, schedule)


@pytest.mark.parametrize(
    "schedule",
    ["1 second", "30 seconds", " 30 sEcOnDs ", "17  seconds ", "59 seconds", "05 seconds", "5seconds"],
)
def test_seconds_from_1_to_59_are_accepted(pg, schedule):
    assert accepted(pg, schedule)


@pytest.mark.parametrize(
    "schedule",
    [
        "0 seconds",
        "60 seconds",
        "-1 seconds",
        "1000000000000 seconds",
        "1 minute",
        "seconds",
        "5 secondss",
        "5 second x",
    ],
)
def test_other_intervals_are_refused(pg, schedule):
    assert not accepted(pg, schedule)


def test_an_interval_is_due_at_its_multiples_so_that_adjoining_windows_miss_nothing(pg):
    middle, end = START + timedelta(seconds=31), START + timedelta(seconds=90)
    parts = due(pg, "20 seconds", START, middle) + due(pg, "20 seconds", middle, end)
    assert parts == due(pg, "20 seconds", START, end)
    assert [at.second for at in parts] == [20, 40, 0, 20]


@given(schedule=schedules(), after=moments, split=st.integers(0, 2000), rest=st.integers(0, 2000))
def test_two_adjoining_windows_are_one(pg, schedule, after, split, rest):
    middle = after + timedelta(minutes=split)
    end = middle + timedelta(minutes=rest)
    assert due(pg, schedule, after, middle) + due(pg, schedule, middle, end) == due(pg, schedule, after, end)


def test_the_start_of_a_window_is_out_and_its_end_is_in(pg):
    at = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
    assert due(pg, "0 2 * * *", at, at + timedelta(days=1)) == [at + timedelta(days=1)]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_the_time_zone_of_the_session_does_not_matter(pg, zone):
    pg.execute("select set_config('timezone', %s, true)", (zone,))
    assert due(pg, "30 2 1 3 *", START, START + timedelta(days=9)) == [
        datetime(2024, 3, 1, 2, 30, tzinfo=UTC)
    ]


@pytest.mark.parametrize(("length", "is_accepted"), [(999, True), (1000, False)])
def test_a_schedule_of_1000_bytes_is_too_long(pg, length, is_accepted):
    assert accepted(pg, "* * * * *".ljust(length)) == is_accepted
