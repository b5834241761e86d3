"""What dream_flow must answer, computed in plain Python from lists of what happened.

Nothing here knows SQL; the rules are those of the schema's specification, written a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

PERSONAS = ("mindful_professional", "burned_out_parent", "wellness_seeker", "unknown")
DAY = timedelta(days=1)
ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True)
class Streak:
    """A row of user_streaks without its owner."""

    current: int
    longest: int
    last_session: date | None
    start: date | None


@dataclass(frozen=True)
class Profile:
    """A row of profiles, as far as personas look at it."""

    mood: str | None = None
    routine: str | None = None
    preferences: tuple[str | None, ...] = ()
    calming_elements: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Session:
    """A row of sessions, as far as statistics look at it."""

    at: datetime
    theme: str = "sea"
    target_length: int = 400
    num_scenes: int = 4

    @property
    def day(self) -> date:
        """The date in UTC."""
        return self.at.astimezone(timezone.utc).date()


@dataclass(frozen=True)
class Person:
    """A user's profile, if there is one, and sessions."""

    profile: Profile | None = None
    sessions: tuple[Session, ...] = ()


def streak(days: Iterable[date], today: date, longest_before: int = 0) -> Streak:
    """The streak of someone with sessions on ``days``, walking back from the last one."""
    active = set(days)
    if not active:
        return Streak(0, longest_before, None, None)
    longest = max([longest_before, *(_length_of_run_ending(day, active) for day in active)])
    last = max(active)
    if last not in (today, today - DAY):
        return Streak(0, longest, last, None)
    current = _length_of_run_ending(last, active)
    return Streak(current, longest, last, last - (current - 1) * DAY)


def _length_of_run_ending(day: date, active: set[date]) -> int:
    length = 0
    while day in active:
        length += 1
        if day == date.min:
            break
        day -= DAY
    return length


def persona(profile: Profile | None, session_count: int) -> str:
    """The first persona that fits."""
    known = profile or Profile()
    routine = _mentions(known.routine)
    mood = _mentions(known.mood)
    preferences = _mentions(*known.preferences)
    calming = _mentions(*known.calming_elements)
    if (
        session_count >= 5
        and routine("work", "professional", "office", "screen", "computer")
        and mood("calm", "focused", "stressed")
    ):
        return "mindful_professional"
    if routine("kid", "child", "bedtime", "parent", "family") or preferences("kid", "child", "family"):
        return "burned_out_parent"
    if (
        len(known.calming_elements) > 2
        or preferences("asmr", "meditation", "wellness", "sensory")
        or calming("asmr", "binaural", "ambient", "sensory")
    ):
        return "wellness_seeker"
    return "unknown"


class _mentions:
    def __init__(self, *texts: str | None) -> None:
        self.texts = [text.translate(ASCII_LOWER) for text in texts if text is not None]

    def __call__(self, *keywords: str) -> bool:
        return any(keyword in text for text in self.texts for keyword in keywords)


def personas(people: Mapping[UUID, Person]) -> dict[UUID, tuple[object, ...]]:
    """analytics_user_personas by user: persona, mood, routine, counts, first and last date."""
    return {
        user: (
            persona(person.profile, len(person.sessions)),
            person.profile and person.profile.mood,
            person.profile and person.profile.routine,
            len(person.sessions),
            len({session.day for session in person.sessions}),
            len({session.theme for session in person.sessions}),
            min((session.day for session in person.sessions), default=None),
            max((session.day for session in person.sessions), default=None),
        )
        for user, person in people.items()
        if person.profile or person.sessions
    }


def sessions_by_day(people: Mapping[UUID, Person]) -> dict[date, list[tuple[UUID, Session]]]:
    """Who had which sessions on a day, newest day first."""
    days: dict[date, list[tuple[UUID, Session]]] = {}
    for user, person in people.items():
        for session in person.sessions:
            days.setdefault(session.day, []).append((user, session))
    return dict(sorted(days.items(), reverse=True))


def story_stats(told: Sequence[tuple[UUID, Session]]) -> tuple[object, ...]:
    """analytics_daily_story_stats of one day, without the date."""
    users = {user for user, _ in told}
    sessions = [session for _, session in told]
    return (
        len(sessions),
        len(users),
        two_places(Fraction(len(sessions), len(users))),
        len({session.theme for session in sessions}),
        two_places(Fraction(sum(session.target_length for session in sessions), len(sessions))),
        two_places(Fraction(sum(session.num_scenes for session in sessions), len(sessions))),
    )


def persona_mix(
    told: Sequence[tuple[UUID, Session]], people: Mapping[UUID, Person]
) -> dict[str, tuple[int, int, Decimal]]:
    """analytics_daily_persona_mix of one day: users, stories and percentage of users by persona."""
    kind = {user: persona(people[user].profile, len(people[user].sessions)) for user, _ in told}
    users = Counter(kind.values())
    stories = Counter(kind[user] for user, _ in told)
    return {
        name: (users[name], stories[name], two_places(Fraction(100 * users[name], len(kind))))
        for name in PERSONAS
    }


def two_places(value: Fraction) -> Decimal:
    """``value``, which is not negative, rounded half up to two decimal places."""
    return Decimal(int(value * 100 + Fraction(1, 2))) / 100
