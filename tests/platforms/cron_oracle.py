"""Vixie's cron by hand: reads a schedule character by character, and runs it minute by minute.

Slow and plain on purpose, and without anything in common with the SQL that it judges.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
FIELDS = [(0, 59, []), (0, 23, []), (1, 31, []), (1, 12, MONTHS), (0, 7, WEEKDAYS)]
SHORT = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class Invalid(Exception):
    """The real pg_cron would not take this schedule."""


@dataclass
class Reader:
    """A text read character by character; '' at its end."""

    text: str
    at: int = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        character = self.peek()
        self.at += 1
        return character

    def word(self) -> str:
        word = ""
        while self.peek().isascii() and self.peek().isalnum():
            word += self.take()
        return word


def number(reader: Reader, low: int, names: list[str]) -> int:
    word = reader.word()
    if word.lower() in names:
        return names.index(word.lower()) + low
    if not word.isdigit():
        raise Invalid(word)
    return int(word)


def element(reader: Reader, low: int, high: int, names: list[str]) -> set[int]:
    stepped = True
    if reader.peek() == "*":
        reader.take()
        first, last = low, high
    else:
        first = last = number(reader, low, names)
        stepped = reader.peek() == "-"
        if stepped:
            reader.take()
            last = number(reader, low, names)
    step = 1
    if reader.peek() == "/":
        reader.take()
        step = number(reader, 0, []) if stepped else 0
    if not 1 <= step <= high or not low <= first <= high or not low <= last <= high:
        raise Invalid(reader.text)
    return {value for value in range(low, high + 1) if first <= value <= last and (value - first) % step == 0}


def field(reader: Reader, low: int, high: int, names: list[str]) -> set[int]:
    values = element(reader, low, high, names)
    while reader.peek() == ",":
        reader.take()
        values |= element(reader, low, high, names)
    while reader.peek() not in ("", " ", "\t", "\n"):
        reader.take()
    while reader.peek() in (" ", "\t") and reader.peek():
        reader.take()
    return values


@dataclass(frozen=True)
class Schedule:
    """The five fields as sets; ``last`` for '$', ``both`` where a star makes both kinds of day count."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    last: bool
    both: bool

    def due(self, at: datetime) -> bool:
        """Is this the minute?"""
        by_month = at.day in self.days or (self.last and (at + timedelta(days=1)).day == 1)
        by_week = at.isoweekday() % 7 in {day % 7 for day in self.weekdays}
        day = by_month and by_week if self.both else by_month or by_week
        return day and at.month in self.months and at.hour in self.hours and at.minute in self.minutes


def read(text: str) -> Schedule:
    """Read five fields or an abbreviation. Raises ``Invalid``."""
    reader = Reader(SHORT.get(text, text).lstrip(" \t"))
    values: list[set[int]] = []
    stars = []
    last = False
    for place, (low, high, names) in enumerate(FIELDS):
        stars.append(reader.peek() == "*")
        if place == 2 and reader.peek() == "$":
            reader.take()
            if reader.peek() not in (" ", "\t"):
                raise Invalid(text)
            last = True
            values.append(set())
            while reader.peek() in (" ", "\t"):
                reader.take()
        else:
            values.append(field(reader, low, high, names))
    return Schedule(*map(frozenset, values), last=last, both=stars[2] or stars[4])


def due_times(text: str, after: datetime, until: datetime) -> list[datetime]:
    """Every minute in (after, until] at which ``text`` is due."""
    schedule = read(text)
    minute = after.replace(second=0, microsecond=0)
    times = []
    while minute <= until:
        if minute > after and schedule.due(minute):
            times.append(minute)
        minute += timedelta(minutes=1)
    return times
