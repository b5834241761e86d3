"""Databases of the old application with everything that could be wrong with them, of any size.

``legacy_of`` takes its decisions from a ``Random``: an ordinary one for large databases, one of Hypothesis'
for those that shrink.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def _id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128))


def _moment(random: Random) -> Moment:
    if random.randrange(8) == 0:
        return random.choice(MOMENTS)
    zone = timezone(timedelta(minutes=random.choice((0, 330, -570))))
    return (BEGIN + timedelta(microseconds=random.randrange(10**14))).astimezone(zone)


def _some(random: Random, values: Sequence[T], most: int) -> list[T]:
    return [random.choice(values) for _ in range(random.randint(0, most))]


def _text(random: Random) -> str | None:
    if random.randrange(4) == 0:
        return None
    return "".join(random.choice(TEXTS) for _ in range(random.randint(1, 2)))


def _accounts(random: Random, families: int) -> tuple[Account, ...]:
    addresses = dict.fromkeys(
        random.choice(ADDRESSES) if random.randrange(3) == 0 else f"{random.choice('aA')}{n}@x.example"
        for n in range(families)
    )
    return tuple(
        Account(_id(random), address, random.choice(PLANS), random.choice(SETTINGS), _moment(random))
        for address in addresses
    )


def _children(random: Random, accounts: tuple[Account, ...]) -> tuple[Child, ...]:
    return tuple(
        Child(
            _id(random), account.account_id, _text(random), _text(random),
            random.choice((None, "mummy", "daddy", "custom")), _text(random), random.choice(THEMES),
            _moment(random),
        )
        for account in accounts
        if random.randrange(5)
    )  # fmt: skip


def _calendars(random: Random, children: tuple[Child, ...]) -> tuple[Calendar, ...]:
    return tuple(
        Calendar(
            _id(random), child.child_id, random.choice((None, _id(random))),
            random.choice((None, True, False)), year, _moment(random),
        )
        for child in children
        for year in dict.fromkeys(_some(random, YEARS, 2))
    )  # fmt: skip


def _days(random: Random, calendars: tuple[Calendar, ...], most: int) -> tuple[Day, ...]:
    return tuple(
        Day(_id(random), calendar.calendar_id, number, _text(random), _text(random), _moment(random))
        for calendar in calendars
        for number in sorted(dict.fromkeys(_some(random, range(1, 25), most)))
    )


def _links(random: Random) -> Links | None:
    urls = tuple(_some(random, PATHS, 4))
    if not urls:
        return random.choice((None, Links(())))
    if random.randrange(4) == 0:
        return Links(urls, random.choice((0, -3, 5)), random.choice((1, len(urls))))
    return Links(urls)


def _payload(random: Random, known: list[UUID]) -> Json | None:
    if random.randrange(6) == 0:
        return random.choice(PAYLOADS)

    def key() -> Any:
        found = str(random.choice(known)) if known and random.randrange(4) else str(_id(random))
        return random.choice((found, found, found, found.upper(), found[:-1], f"{{{found}}}", None, 5))

    names = ("calendar_id", "chat_id", "child_id", "account_id")
    values: dict[str, Any] = {name: key() for name in names if random.randrange(2)}
    for name in ("day_number", "time_to_open_seconds", "engagement_score", "streak_days"):
        if random.randrange(2):
            values[name] = random.choice(NUMBERS) if random.randrange(3) else random.randint(1, 24)
    return Json({**values, "note": _text(random)})


def legacy_of(random: Random, families: int, *, days: int = 3, messages: int = 3, events: int = 3) -> Legacy:
    """A database of ``families`` accounts with up to so many rows below each of them."""
    accounts = _accounts(random, families)
    children = _children(random, accounts)
    calendars = _calendars(random, children)
    chats = tuple(
        Chat(_id(random), child.child_id, random.choice((None, "", "s1", "s1", "s2")), _moment(random))
        for child in children
        for _ in range(random.randint(0, 2))
    )
    said = tuple(
        Message(_id(random), chat.chat_id, random.choice(("child", "parent_agent")), _text(random), when)
        for chat in chats
        # The same moment twice: a timestamp is no key.
        for when in _some(random, (_moment(random), _moment(random)), messages)
    )
    known: list[UUID] = [row.calendar_id for row in calendars] * 3
    known += [row.chat_id for row in chats] + [row.child_id for row in children]
    known += [row.account_id for row in accounts]
    return Legacy(
        accounts, children, calendars, _days(random, calendars, days), chats, said,
        tuple(
            Event(_id(random), random.choice(TYPES), _payload(random, known), _moment(random))
            for _ in range(random.randint(0, events * families))
        ),
        tuple(Surprise(row.calendar_id, _links(random)) for row in calendars if random.randrange(3)),
        tuple(
            AdventDay(number, _text(random), _text(random), random.choice((None, True, False)))
            for number in sorted(dict.fromkeys(_some(random, range(1, 32), 6)))
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
