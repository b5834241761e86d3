"""Databases of the old application with everything that could be wrong with them, of any size.

``legacy_of`` takes its decisions from a ``Random``: an ordinary one for large databases, one of Hypothesis'
for those that shrink.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st

from .legacy import (
    Account,
    AdventDay,
    Calendar,
    Chat,
    Child,
    Day,
    Event,
    Json,
    Legacy,
    Links,
    Message,
    Moment,
    Surprise,
)

T = TypeVar("T")
# One letter in two ways, an emoji of several code points, right to left, and what SQL, CSV and JSON quote.
TEXTS = ("", " ", "a", "Mia", "M\u00eda", "Mi\u0301a", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
         "\u05d0\u05d1", "it's", '"', "\\", "\\N", "NULL", "null", "line\nbreak", "tab\t", "%s", "{}", "$$", "\x01",
         "\ufeff", "x" * 100, "x" * 101, "\U0001f384" * 101)  # fmt: skip
ADDRESSES = ("anna@x.example", "Anna@x.example", "ANNA@X.EXAMPLE", "bo@x.example", "\u00fc@x.example",
             "\u00dc@x.example", "\u0130@x.example", "no at sign", "", "@", "a@", "@b", "a@b@c", "a b@c",
             "a@b\n", "y" * 312 + "@x.example", "Y" * 311 + "@x.example", " anna@x.example")  # fmt: skip
PLANS = (None, "free", "premium", "Premium", " PREMIUM ", "gold", "", "free ", "\u017fremium")
THEMES = (None, "snow", "Snow", " candy ", "stars", "FOREST", "dinosaurs", "", "s\u0131now", "\tsnow")
SETTINGS = (None, Json(None), Json({}), Json([]), Json("text"), Json(1.50), Json({"a": {"b": [1, None]}}),
            Json({"a": "\u00e9\U0001f384"}))  # fmt: skip
YEARS = (2023, 2024, 2025, 2030, 2031, -1, 0, 2_147_483_647)
PATHS = ("abcdefghijk", "https://youtu.be/abcdefghijk", "https://www.youtube.com/watch?v=abcdefghijk",
         "http://m.youtube.com/watch?list=1&v=ABC_-fghijk&t=3", "youtube.com/shorts/abcdefghijk?x",
         "https://youtube-nocookie.com/embed/abcdefghijk/", "https://youtu.be/abcdefghijkl",
         "https://youtu.be/abc", "https://vimeo.com/abcdefghijk", "HTTPS://youtu.be/abcdefghijk", "", "null",
         None, 'a"b', "a\\b", "a,b", "{a}", "https://youtu.be/abcdefghijk#t\n=1",
         "https://www.youtube.com/watch?x=1#v=abcdefghijk")  # fmt: skip
TYPES = (None, "", "day_open", "day_open", "day_view", "day_share", "calendar_view", "calendar_publish",
         "calendar_share", "calendar_unpublish", "chat_start", "message_sent", "chat_end", "persona_switch",
         "daily_visit", "weekly_active", "monthly_active", "feature_usage", "DAY_OPEN", "clicked")  # fmt: skip
NUMBERS = (0, 1, 7, 24, 25, -1, 1.5, 999.99, 1000, 12.345, 1e16, 1e-7, "3", "3.5", "", None, True, [],
           "9" * 10)  # fmt: skip
PAYLOADS = (None, Json(None), Json([]), Json("x"), Json(3), Json(False), Json({}))
MOMENTS: tuple[Moment, ...] = (None, "infinity", "-infinity", "0044-03-15 12:00:00+00 BC")
BEGIN = datetime(2023, 11, 1, tzinfo=timezone.utc)


@dataclass
class Source:
    """Where decisions come from, and keys that differ however little the decisions do."""

    random: Random
    salt: int
    made: int = 0

    def key(self) -> UUID:
        """A key that was not made before."""
        self.made += 1
        return UUID(bytes=hashlib.md5(f"{self.salt}/{self.made}".encode()).digest())

    def pick(self, values: Sequence[T]) -> T:
        """One of ``values``."""
        return self.random.choice(values)

    def number(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both included."""
        return self.random.randint(low, high)

    def one_in(self, times: int) -> bool:
        """True once in so many times."""
        return self.random.randrange(times) == 0


def _moment(source: Source) -> Moment:
    if source.one_in(8):
        return source.pick(MOMENTS)
    zone = timezone(timedelta(minutes=source.pick((0, 330, -570))))
    return (BEGIN + timedelta(microseconds=source.number(0, 10**14))).astimezone(zone)


def _some(source: Source, values: Sequence[T], most: int) -> list[T]:
    return [source.pick(values) for _ in range(source.number(0, most))]


def _text(source: Source) -> str | None:
    if source.one_in(4):
        return None
    if source.one_in(3):
        return "".join(chr(source.number(1, 0xD7FF)) for _ in range(source.number(1, 4)))
    return "".join(source.pick(TEXTS) for _ in range(source.number(1, 2)))


def _accounts(source: Source, families: int) -> tuple[Account, ...]:
    addresses = dict.fromkeys(
        source.pick(ADDRESSES) if source.one_in(3) else f"{source.pick('aA')}{n}@x.example"
        for n in range(families)
    )
    return tuple(
        Account(
            source.key(),
            address,
            source.pick(PLANS),
            source.pick(SETTINGS),
            _moment(source),
        )
        for address in addresses
    )


def _children(source: Source, accounts: tuple[Account, ...]) -> tuple[Child, ...]:
    return tuple(
        Child(
            source.key(), account.account_id, _text(source), _text(source),
            source.pick((None, "mummy", "daddy", "custom")), _text(source), source.pick(THEMES),
            _moment(source),
        )
        for account in accounts
        if not source.one_in(5)
    )  # fmt: skip


def _calendars(source: Source, children: tuple[Child, ...]) -> tuple[Calendar, ...]:
    return tuple(
        Calendar(
            source.key(), child.child_id, source.pick((None, source.key())),
            source.pick((None, True, False)), year, _moment(source),
        )
        for child in children
        for year in dict.fromkeys(_some(source, YEARS, 2))
    )  # fmt: skip


def _days(source: Source, calendars: tuple[Calendar, ...], most: int) -> tuple[Day, ...]:
    return tuple(
        Day(source.key(), calendar.calendar_id, number, _text(source), _text(source), _moment(source))
        for calendar in calendars
        for number in sorted(dict.fromkeys(_some(source, range(1, 25), most)))
    )


def _links(source: Source) -> Links | None:
    urls = tuple(_some(source, PATHS, 4))
    if not urls:
        return source.pick((None, Links(())))
    if source.one_in(4):
        return Links(urls, source.pick((0, -3, 5)), source.pick((1, len(urls))))
    return Links(urls)


def _payload(source: Source, known: Mapping[str, list[UUID]], doors: tuple[Day, ...]) -> Json | None:
    if source.one_in(6):
        return source.pick(PAYLOADS)

    def key(name: str) -> Any:
        # Mostly of the table that the name says.
        keys = known[source.pick((name, name, name, *known))]
        found = str(source.pick(keys)) if keys and not source.one_in(4) else str(source.key())
        return source.pick((found, found, found, found.upper(), found[:-1], f"{{{found}}}", None, 5))

    values: dict[str, Any] = {name: key(name) for name in known if source.one_in(3)}
    for name in ("day_number", "time_to_open_seconds", "engagement_score", "streak_days"):
        if not source.one_in(2):
            values[name] = source.pick(NUMBERS) if not source.one_in(3) else source.number(1, 24)
    if doors and source.one_in(2):
        door = source.pick(doors)
        values |= {
            "calendar_id": str(door.calendar_id),
            "day_number": source.pick((door.day_number, str(door.day_number))),
        }
    return Json({**values, "note": _text(source)})


def legacy_of(random: Random, families: int, *, days: int = 3, messages: int = 3, events: int = 3) -> Legacy:
    """A database of ``families`` accounts with up to so many rows below each of them."""
    source = Source(random, random.getrandbits(64))
    accounts = _accounts(source, families)
    children = _children(source, accounts)
    calendars = _calendars(source, children)
    chats = tuple(
        Chat(source.key(), child.child_id, source.pick((None, "", "s1", "s1", "s2")), _moment(source))
        for child in children
        for _ in range(source.number(0, 2))
    )
    said = tuple(
        Message(source.key(), chat.chat_id, source.pick(("child", "parent_agent")), _text(source), when)
        for chat in chats
        # The same moment twice: a timestamp is no key.
        for when in _some(source, (_moment(source), _moment(source)), messages)
    )
    doors = _days(source, calendars, days)
    known = {
        "calendar_id": [row.calendar_id for row in calendars],
        "calendar_day_id": [row.calendar_day_id for row in doors],
        "chat_id": [row.chat_id for row in chats],
        "message_id": [row.message_id for row in said],
        "child_id": [row.child_id for row in children],
        "account_id": [row.account_id for row in accounts],
    }
    return Legacy(
        accounts, children, calendars, doors, chats, said,
        tuple(
            Event(source.key(), source.pick(TYPES), _payload(source, known, doors), _moment(source))
            for _ in range(source.number(0, events * families))
        ),
        tuple(Surprise(row.calendar_id, _links(source)) for row in calendars if not source.one_in(3)),
        tuple(
            AdventDay(number, _text(source), _text(source), source.pick((None, True, False)))
            for number in sorted(dict.fromkeys(_some(source, range(1, 32), 6)))
        ),
    )  # fmt: skip


@st.composite
def legacies(draw: st.DrawFn, most: int = 4) -> Legacy:
    """Databases of at most ``most`` families, often with one calendar only, which advent_days can join."""
    random = draw(st.randoms(use_true_random=False))
    legacy = legacy_of(random, draw(st.integers(0, most)))
    if legacy.calendar and draw(st.booleans()):
        return only_calendar(legacy)
    return legacy


def only_calendar(legacy: Legacy) -> Legacy:
    """The same with its first calendar alone, so that advent_days have a home."""
    kept = legacy.calendar[0].calendar_id
    return legacy.more(
        calendar=legacy.calendar[:1],
        calendar_day=tuple(day for day in legacy.calendar_day if day.calendar_id == kept),
        surprise_config=tuple(row for row in legacy.surprise_config if row.calendar_id == kept),
    )
