"""Rows of dream_flow, made one at a time with only what a test is about, and what the schema answers."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime
from uuid import UUID

from pgproof.database import Connection, acting_as

from .oracle import Streak

JOB = "nightly-recompute-streaks"


def new_user(pg: Connection) -> UUID:
    """A user who has only signed up."""
    return _id(pg, "insert into auth.users (id) values (gen_random_uuid()) returning id")


def new_profile(
    pg: Connection,
    user: UUID,
    mood: str | None = None,
    routine: str | None = None,
    preferences: Iterable[str | None] = (),
    calming_elements: Iterable[str | None] = (),
) -> UUID:
    """The profile of ``user``."""
    return _id(
        pg,
        "insert into public.profiles (id, mood, routine, preferences, calming_elements)"
        " values (%s, %s, %s, %s, %s) returning id",
        (user, mood, routine, list(preferences), list(calming_elements)),
    )


def new_ritual(pg: Connection, user: UUID, *, is_default: bool = False) -> UUID:
    """A saved ritual of ``user``."""
    return _id(
        pg,
        "insert into public.rituals (user_id, name, routine, is_default)"
        " values (%s, 'Week night', 'Tea, then a story', %s) returning id",
        (user, is_default),
    )


def new_session(
    pg: Connection,
    user: UUID,
    at: datetime | str = "2024-03-01 20:00:00+00",
    theme: str = "sea",
    target_length: int = 400,
    num_scenes: int = 4,
) -> UUID:
    """A session of ``user`` at a moment (a text may hold what Python's datetime cannot)."""
    return _id(
        pg,
        "insert into public.sessions"
        " (user_id, prompt, theme, story_text, target_length, num_scenes, created_at)"
        " values (%s, 'Somewhere calm', %s, 'The sea turned over.', %s, %s, %s) returning id",
        (user, theme, target_length, num_scenes, at),
    )


def new_asset(pg: Connection, session: UUID) -> UUID:
    """An asset of ``session``."""
    return _id(
        pg,
        "insert into public.session_assets (session_id, asset_type, asset_url)"
        " values (%s, 'audio', 'https://assets.dreamflow.example/a.mp3') returning id",
        (session,),
    )


def new_feedback(pg: Connection, session: UUID, author: UUID, rating: int = 4, mood_delta: int = 1) -> UUID:
    """What ``author`` says about ``session``."""
    return _id(
        pg,
        "insert into public.session_feedback (session_id, user_id, rating, mood_delta)"
        " values (%s, %s, %s, %s) returning id",
        (session, author, rating, mood_delta),
    )


def _id(pg: Connection, statement: str, values: tuple[object, ...] = ()) -> UUID:
    row = pg.execute(statement.encode(), values).fetchone()
    assert row is not None
    return row[0]


def recompute(pg: Connection, today: date | None = None) -> dict[UUID, Streak]:
    """Everybody's streak as ``recompute_user_streaks`` returns it."""
    return {
        row[0]: Streak(*row[1:])
        for row in pg.execute("select * from public.recompute_user_streaks(%s)", (today,))
    }


def stored_streaks(pg: Connection) -> dict[UUID, Streak]:
    """Everybody's streak as the table has it."""
    columns = "user_id, current_streak, longest_streak, last_session_date, streak_start_date"
    return {
        row[0]: Streak(*row[1:]) for row in pg.execute(f"select {columns} from public.user_streaks".encode())
    }


def as_user(pg: Connection, user: UUID) -> AbstractContextManager[Connection]:
    """Be ``user``, signed in."""
    return acting_as(pg, "authenticated", {"sub": str(user), "role": "authenticated"})


def as_visitor(pg: Connection) -> AbstractContextManager[Connection]:
    """Be somebody who has not signed in."""
    return acting_as(pg, "anon", {"role": "anon"})


def as_service(pg: Connection) -> AbstractContextManager[Connection]:
    """Be the application's own backend."""
    return acting_as(pg, "service_role", {"role": "service_role"})
