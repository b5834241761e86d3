"""Hypothesis strategies for lives in dream_flow: days around awkward dates, texts around the keywords."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import strategies as st

from .oracle import Person, Profile, Session

# A leap day, the turn of a year, the end of a short February, clocks that change, the turn of a century.
ANCHORS = (
    date(2024, 2, 29),
    date(2024, 1, 1),
    date(2023, 3, 1),
    date(2024, 3, 31),
    date(2000, 1, 1),
    date(1999, 12, 31),
)
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu")
KEYWORDS = (
    "work", "professional", "office", "screen", "computer", "calm", "focused", "stressed", "kid", "child",
    "bedtime", "parent", "family", "asmr", "meditation", "wellness", "sensory", "binaural", "ambient",
)  # fmt: skip
NOISE = ("", "ki", "d", "wor k", "Kid", "ch\u0131ld", "100%", "_", "tea", "\\", "\U0001f319")

anchors = st.sampled_from(ANCHORS)
zones = st.sampled_from(ZONES)


def days_around(anchor: date, reach: int = 7) -> st.SearchStrategy[date]:
    """Days at most ``reach`` away from ``anchor``."""
    return st.integers(-reach, reach).map(lambda offset: anchor + timedelta(days=offset))


@st.composite
def moments(draw: st.DrawFn, anchor: date) -> datetime:
    """Any time of a day around ``anchor``, in any offset; the ends of the day more often."""
    day = draw(days_around(anchor))
    time = draw(st.times() | st.sampled_from([datetime.min.time(), datetime.max.time()]))
    offset = draw(st.just(0) | st.integers(-14 * 4, 14 * 4))
    return datetime.combine(day, time, timezone(timedelta(minutes=15 * offset)))


@st.composite
def histories(draw: st.DrawFn) -> tuple[date, list[list[datetime]]]:
    """An awkward date, and for each of up to four users the moments of their sessions around it."""
    anchor = draw(anchors)
    return anchor, draw(st.lists(st.lists(moments(anchor), max_size=14), min_size=1, max_size=4))


def texts() -> st.SearchStrategy[str]:
    """A text with keywords, near misses and anything else in it, in any case."""
    free = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=5)
    word = st.sampled_from(KEYWORDS).flatmap(
        lambda w: st.sampled_from([w, w.upper(), w.title(), w + "s", w[:-1]])
    )
    return st.lists(word | st.sampled_from(NOISE) | free, max_size=4).map(" ".join)


def profiles() -> st.SearchStrategy[Profile]:
    """A profile: any field may be absent, any list may hold nulls."""
    items = st.lists(st.none() | texts(), max_size=4).map(tuple)
    return st.builds(Profile, st.none() | texts(), st.none() | texts(), items, items)


def people() -> st.SearchStrategy[list[Person]]:
    """Up to five people with and without profile and with up to seven sessions around one date."""

    def around(anchor: date) -> st.SearchStrategy[list[Person]]:
        sessions = st.builds(
            Session,
            at=moments(anchor),
            theme=st.sampled_from(["sea", "forest", "Sea", ""]),
            target_length=st.integers(1, 2_000),
            num_scenes=st.integers(0, 9),
        )
        person = st.builds(Person, st.none() | profiles(), st.lists(sessions, max_size=7).map(tuple))
        return st.lists(person, max_size=5)

    return anchors.flatmap(around)
