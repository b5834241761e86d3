"""Days, microseconds and intervals as PostgreSQL counts them, and their input syntax (ISO style, UTC)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import NoReturn

from pgproof.rows.syntax.signals import Refused, Unknown

EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)
EPOCH_ORDINAL = EPOCH.toordinal()
MICROS_PER_DAY = 86_400_000_000
DATE_INFINITY = 2**31 - 1
TIME_INFINITY = 2**63 - 1
DATE_LIMITS = (-2451545, 2145031948)  # 4714-11-24 BC to 5874897-12-31
TIMESTAMP_LIMITS = (-211813488000000000, 9223371331199999999)  # 4714-11-24 BC to 294276-12-31 23:59:59.999999
_SPECIAL = {"infinity": 1, "-infinity": -1}
_DATE = r"(?P<year>\d{4,7})-(?P<month>\d{2})-(?P<day>\d{2})"
_TIME = r"(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6}))?)?"
_ZONE = r"(?P<zone>[+-]\d{2}(?::\d{2}){0,2}|Z| ?UTC)?"
_ERA = r"(?P<era> BC)?"
_UNITS = {
    "year": (12, 0, 0),
    "mon": (1, 0, 0),
    "month": (1, 0, 0),
    "week": (0, 7, 0),
    "day": (0, 1, 0),
    "hour": (0, 0, 3_600_000_000),
    "hr": (0, 0, 3_600_000_000),
    "minute": (0, 0, 60_000_000),
    "min": (0, 0, 60_000_000),
    "second": (0, 0, 1_000_000),
    "sec": (0, 0, 1_000_000),
    "microsecond": (0, 0, 1),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """Months, days and microseconds, kept apart as PostgreSQL keeps them."""

    months: int = 0
    days: int = 0
    micros: int = 0

    @property
    def length(self) -> int:
        """What comparisons look at: microseconds, a month being 30 days and a day 24 hours."""
        return (self.months * 30 + self.days) * MICROS_PER_DAY + self.micros


def civil(days: int) -> tuple[int, int, int]:
    """Year (0 is 1 BC), month and day of a count of days since 2000-01-01, in the Gregorian calendar."""
    era, day_of_era = divmod(days + 730425, 146097)  # days since 0000-03-01, in eras of 400 years
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def days_of(year: int, month: int, day: int) -> int:
    """The count of days since 2000-01-01."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 730425


def month_length(year: int, month: int) -> int:
    """How many days that month has."""
    following = days_of(year + month // 12, month % 12 + 1, 1)
    return following - days_of(year, month, 1)


def read_date(text: str) -> int:
    """Days of ``text`` in ISO form. Raises ``Unknown`` for other forms, ``Refused`` for impossible dates."""
    if text in _SPECIAL:
        return _SPECIAL[text] * DATE_INFINITY
    found = re.fullmatch(_DATE + _ERA, text)
    if not found:
        # A time behind the date is read and dropped by the server.
        micros = read_timestamp(text, aware=False)
        return micros // MICROS_PER_DAY
    return within(_days(found), DATE_LIMITS)


def read_timestamp(text: str, *, aware: bool) -> int:
    """Microseconds of ``text`` in ISO form. A zone is minded where ``aware``; where it is missing, UTC."""
    if text in _SPECIAL:
        return _SPECIAL[text] * TIME_INFINITY
    found = re.fullmatch(_DATE + r"(?:[ T]" + _TIME + _ZONE + ")?" + _ERA, text)
    if not found:
        _not_iso(text)
    micros = _days(found) * MICROS_PER_DAY
    if found["hour"]:
        micros += _micros(found)
    if aware and found["zone"]:
        micros -= _offset(found["zone"])
    return within(micros, TIMESTAMP_LIMITS)


def read_time(text: str) -> int:
    """Microseconds since midnight."""
    found = re.fullmatch(_TIME, text)
    if not found:
        _not_iso(text)
    return _micros(found)


def read_interval(text: str) -> Interval:
    """An interval in the style ``postgres`` and its verbose input: ``1 year 2 mons -3 days 04:05:06.7``."""
    months = days = micros = 0
    rest = text
    while rest:
        if unit := re.match(r"([+-]?\d+) ?([a-z]+?)s?(?:\s+|$)", rest):
            if unit[2] not in _UNITS:
                _not_iso(text)
            scale = _UNITS[unit[2]]
            months, days, micros = (
                a + int(unit[1]) * b for a, b in zip((months, days, micros), scale, strict=True)
            )
        elif unit := re.match(r"([+-]?)(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$", rest):
            size = (int(unit[2]) * 60 + int(unit[3])) * 60_000_000 + int(unit[4] or 0) * 1_000_000
            size += int((unit[5] or "0").ljust(6, "0"))
            micros += -size if unit[1] == "-" else size
        else:
            _not_iso(text)
        rest = rest[unit.end() :]
    return Interval(months, days, micros) if text else _not_iso(text)


def write_date(days: int) -> str:
    """Input syntax of a date."""
    if abs(days) == DATE_INFINITY:
        return "infinity" if days > 0 else "-infinity"
    year, month, day = civil(days)
    era = " BC" if year < 1 else ""
    return f"{year if year > 0 else 1 - year:04d}-{month:02d}-{day:02d}{era}"


def write_timestamp(micros: int, *, aware: bool) -> str:
    """Input syntax of a timestamp, in UTC where ``aware``."""
    if abs(micros) == TIME_INFINITY:
        return "infinity" if micros > 0 else "-infinity"
    days, clock = divmod(micros, MICROS_PER_DAY)
    written, _, era = write_date(days).partition(" ")
    return f"{written} {write_time(clock)}{'+00' if aware else ''}{' BC' if era else ''}"


def write_time(micros: int) -> str:
    """Input syntax of a time of day."""
    seconds, fraction = divmod(micros, 10**6)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}" if fraction else text


def write_interval(value: Interval) -> str:
    """Input syntax of an interval."""
    return f"{value.months} mons {value.days} days {value.micros} microseconds"


def within(value: int, limits: tuple[int, int]) -> int:
    """``value``, if it is inside the limits of its type. Raises ``Refused``."""
    if not limits[0] <= value <= limits[1]:
        raise Refused("22008")
    return value


def _days(found: re.Match[str]) -> int:
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    if found["era"]:
        year = 1 - year
    if not (1 <= month <= 12 and 1 <= day <= month_length(year, month)) or int(found["year"]) == 0:
        raise Refused("22008")
    return days_of(year, month, day)


def _micros(found: re.Match[str]) -> int:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    fraction = int((found["fraction"] or "0").ljust(6, "0"))
    micros = ((hour * 60 + minute) * 60 + second) * 10**6 + fraction
    if minute > 59 or second > 60 or micros > MICROS_PER_DAY:
        raise Refused("22008")
    return micros


def _offset(zone: str) -> int:
    if zone.strip() in ("Z", "UTC"):
        return 0
    sign = -1 if zone[0] == "-" else 1
    parts = [int(part) for part in zone[1:].split(":")] + [0, 0]
    return sign * ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 10**6


def _not_iso(text: str) -> NoReturn:
    raise Unknown(f"the time {text!r}")
