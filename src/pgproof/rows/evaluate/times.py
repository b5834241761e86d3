"""Dates, times and intervals: arithmetic, parts and truncation, in UTC."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from pgproof.rows.evaluate.datum import TIME, TIMESTAMP, TIMESTAMPTZ, Tag
from pgproof.rows.evaluate.datum_times import (
    DATE_INFINITY,
    DATE_LIMITS,
    MICROS_PER_DAY,
    TIME_INFINITY,
    TIMESTAMP_LIMITS,
    Interval,
    civil,
    days_of,
    month_length,
    within,
)
from pgproof.rows.syntax.signals import Refused, Unknown

MOMENTS = ("date", TIMESTAMP, TIMESTAMPTZ)
_UNIX = 946_684_800_000_000  # microseconds from 1970 to 2000
_SUBDAY = {
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "milliseconds": 1000,
    "microseconds": 1,
}


def to_moment(tag: Tag) -> Callable[[int], int]:
    """From a date or timestamp to microseconds that can be compared: days reach further than timestamps.

    The last days are after every timestamp and still before infinity (PostgreSQL's
    ``date_cmp_timestamp_internal`` in src/backend/utils/adt/date.c).
    """
    if tag == "date":
        return lambda days: _for_ever(days) if abs(days) == DATE_INFINITY else days * MICROS_PER_DAY
    return lambda micros: _for_ever(micros) if abs(micros) == TIME_INFINITY else micros


def _for_ever(value: int) -> int:
    return TIME_INFINITY**2 if value > 0 else -(TIME_INFINITY**2)


def time_operator(operator: str, left: Tag, right: Tag) -> tuple[Tag, Callable[..., Any]] | None:
    """The arithmetic between two types of times, or None."""
    found = _OPERATORS.get((operator, left, right))
    if found is None and operator == "+":
        mirrored = _OPERATORS.get(("+", right, left))
        return mirrored and (mirrored[0], lambda a, b: mirrored[1](b, a))
    return found


def timestamp_to_date(micros: int) -> int:
    """The day."""
    if abs(micros) == TIME_INFINITY:
        return DATE_INFINITY if micros > 0 else -DATE_INFINITY
    return micros // MICROS_PER_DAY


def _date_micros(days: int) -> int:
    if abs(days) == DATE_INFINITY:
        return TIME_INFINITY if days > 0 else -TIME_INFINITY
    return days * MICROS_PER_DAY


def date_to_timestamp(days: int) -> int:
    """Midnight. Raises ``Refused`` for a day that no timestamp can be in."""
    micros = _date_micros(days)
    return micros if abs(micros) == TIME_INFINITY else within(micros, TIMESTAMP_LIMITS)


def _add_days(days: int, count: int) -> int:
    if abs(days) == DATE_INFINITY:
        return days
    return within(days + count, DATE_LIMITS)


def _date_minus_date(a: int, b: int) -> int:
    if DATE_INFINITY in (abs(a), abs(b)):
        raise Refused("22008")
    return a - b


def add_interval(micros: int, interval: Interval) -> int:
    """A timestamp some months, days and microseconds later, in this order."""
    if abs(micros) == TIME_INFINITY:
        return micros
    days, clock = divmod(micros, MICROS_PER_DAY)
    if interval.months:
        year, month, day = civil(days)
        year, month = divmod(year * 12 + month - 1 + interval.months, 12)
        days = days_of(year, month + 1, min(day, month_length(year, month + 1)))
    return within((days + interval.days) * MICROS_PER_DAY + clock + interval.micros, TIMESTAMP_LIMITS)


def _back(micros: int, interval: Interval) -> int:
    return add_interval(micros, _negated(interval))


def _negated(interval: Interval) -> Interval:
    return Interval(-interval.months, -interval.days, -interval.micros)


def _difference(a: int, b: int) -> Interval:
    if TIME_INFINITY in (abs(a), abs(b)):
        raise Unknown("the difference of infinite timestamps")  # an error before PostgreSQL 17
    days, micros = divmod(abs(a - b), MICROS_PER_DAY)
    return Interval(0, days, micros) if a >= b else Interval(0, -days, -micros)


def _add_intervals(a: Interval, b: Interval) -> Interval:
    return Interval(a.months + b.months, a.days + b.days, a.micros + b.micros)


def _times_integer(interval: Interval, factor: Any) -> Interval:
    if factor != int(factor):
        raise Unknown("a fraction of an interval")
    times = int(factor)
    return Interval(interval.months * times, interval.days * times, interval.micros * times)


def _time_plus(micros: int, interval: Interval) -> int:
    return (micros + interval.micros) % MICROS_PER_DAY


_Operators: TypeAlias = dict[tuple[str, Tag, Tag], tuple[Tag, Callable[..., Any]]]
_OPERATORS: _Operators = {
    ("+", "date", "integer"): ("date", _add_days),
    ("-", "date", "integer"): ("date", lambda a, n: _add_days(a, -n)),
    ("-", "date", "date"): ("integer", _date_minus_date),
    ("+", "date", "interval"): (TIMESTAMP, lambda a, b: add_interval(date_to_timestamp(a), b)),
    ("-", "date", "interval"): (TIMESTAMP, lambda a, b: add_interval(date_to_timestamp(a), _negated(b))),
    ("+", "date", TIME): (TIMESTAMP, lambda a, b: within(date_to_timestamp(a) + b, TIMESTAMP_LIMITS)),
    ("+", "interval", "interval"): ("interval", _add_intervals),
    ("-", "interval", "interval"): ("interval", lambda a, b: _add_intervals(a, _negated(b))),
    ("*", "interval", "double precision"): ("interval", _times_integer),
    ("*", "double precision", "interval"): ("interval", lambda n, a: _times_integer(a, n)),
    ("+", TIME, "interval"): (TIME, _time_plus),
    ("-", TIME, "interval"): (TIME, lambda a, b: _time_plus(a, _negated(b))),
    ("-", TIME, TIME): ("interval", lambda a, b: Interval(0, 0, a - b)),
}
for _tag in (TIMESTAMP, TIMESTAMPTZ):
    _OPERATORS |= {
        ("+", _tag, "interval"): (_tag, add_interval),
        ("-", _tag, "interval"): (_tag, _back),
        ("-", _tag, _tag): ("interval", _difference),
    }


def extract(field: str, tag: Tag, value: Any) -> Decimal:
    """``extract(field from value)``, with the scale the server gives it. Raises ``Unknown``."""
    if tag == "interval":
        return _extract_interval(field, value)
    if tag in ("date", TIMESTAMP, TIMESTAMPTZ):
        if abs(value) in (DATE_INFINITY, TIME_INFINITY):
            raise Unknown("a part of infinity")
        if tag == "date" and (field in _SUBDAY or field.startswith("timezone")):
            raise Refused("0A000")
        days, micros = (value, 0) if tag == "date" else divmod(value, MICROS_PER_DAY)
        if field == "epoch":
            return _scaled(days * MICROS_PER_DAY + micros + _UNIX, 6)
        return _clock_part(field, micros) if field in _SUBDAY else Decimal(_day_part(field, days))
    if tag == TIME:
        return _scaled(value, 6) if field == "epoch" else _clock_part(field, value)
    raise Unknown(f"extract from {tag}")


def _scaled(micros: int, digits: int) -> Decimal:
    return Decimal(micros).scaleb(-digits)


def _clock_part(field: str, micros: int) -> Decimal:
    if field == "second":
        return _scaled(micros % 60_000_000, 6)
    if field == "milliseconds":
        return _scaled(micros % 60_000_000, 3)
    if field == "microseconds":
        return Decimal(micros % 60_000_000)
    if field not in _SUBDAY:
        raise Unknown(f"the part {field} of a time")
    return Decimal(micros // _SUBDAY[field] % (24 if field == "hour" else 60))


def _day_part(field: str, days: int) -> int:
    year, month, day = civil(days)
    weekday = (days + 6) % 7  # 2000-01-01 was a Saturday; 0 is Sunday
    parts: dict[str, Callable[[], int]] = {
        "year": lambda: year if year > 0 else year - 1,
        "month": lambda: month,
        "day": lambda: day,
        "quarter": lambda: (month + 2) // 3,
        "dow": lambda: weekday,
        "isodow": lambda: weekday or 7,
        "doy": lambda: days - days_of(year, 1, 1) + 1,
        "week": lambda: _iso_week(days)[1],
        "isoyear": lambda: _iso_year(_iso_week(days)[0]),
        "julian": lambda: days + 2451545,
    }
    if field not in parts:
        raise Unknown(f"the part {field} of a date")
    return parts[field]()


def _iso_year(year: int) -> int:
    return year if year > 0 else year - 1


def _iso_week(days: int) -> tuple[int, int]:
    thursday = days - (days + 5) % 7 + 3
    year = civil(thursday)[0]
    return year, (thursday - days_of(year, 1, 1)) // 7 + 1


def _extract_interval(field: str, value: Interval) -> Decimal:
    if field == "epoch":
        years, months = int(value.months / 12), value.months - int(value.months / 12) * 12
        seconds = years * 31_557_600 + months * 2_592_000 + value.days * 86_400  # a year of 365.25 days
        return _scaled(seconds * 10**6 + value.micros, 6)
    if field == "day":
        return Decimal(value.days)
    if field == "hour" and value.micros >= 0:
        return Decimal(value.micros // 3_600_000_000)
    if field in ("minute", "second") and value.micros >= 0:
        return _clock_part(field, value.micros)
    raise Unknown(f"the part {field} of an interval")


def date_part(field: str, tag: Tag, value: Any) -> float:
    """``date_part``: extract as a floating-point number."""
    return float(extract(field, tag, value))


def truncate(field: str, micros: int) -> int:
    """``date_trunc`` of a timestamp. Raises ``Unknown``."""
    if abs(micros) == TIME_INFINITY:
        return micros
    if field in _SUBDAY:
        return micros // _SUBDAY[field] * _SUBDAY[field]
    days = micros // MICROS_PER_DAY
    year, month, _ = civil(days)
    starts: dict[str, Callable[[], int]] = {
        "day": lambda: days,
        "week": lambda: days - (days + 5) % 7,
        "month": lambda: days_of(year, month, 1),
        "quarter": lambda: days_of(year, (month - 1) // 3 * 3 + 1, 1),
        "year": lambda: days_of(year, 1, 1),
    }
    if field not in starts:
        raise Unknown(f"date_trunc to {field}")
    return within(starts[field]() * MICROS_PER_DAY, TIMESTAMP_LIMITS)
