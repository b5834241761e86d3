"""Rows of sleep_prediction_cache, made with only what a test is about, and the people who act on them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

from pgproof.database import Connection, acting_as

MONDAY = datetime(2025, 1, 6, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
NUMBERS = itertools.count(1_000)  # what Telegram would give


@dataclass(frozen=True)
class Parent:
    """A row of users."""

    user: UUID
    telegram: int


def new_parent(pg: Connection) -> Parent:
    """A parent without children."""
    parent = Parent(uuid4(), next(NUMBERS))
    pg.execute(
        "insert into public.users (id, telegram_user_id, first_name) values (%s, %s, 'Irina')",
        (parent.user, parent.telegram),
    )
    return parent


def new_child(pg: Connection, parent: Parent | None = None, born: date | None = date(2024, 6, 15)) -> UUID:
    """A child of ``parent``, or of a parent of its own."""
    child = uuid4()
    pg.execute(
        "insert into public.children (id, user_id, name, date_of_birth) values (%s, %s, 'Mila', %s)",
        (child, (parent or new_parent(pg)).user, born),
    )
    return child


@dataclass(frozen=True)
class Sleep:
    """The content of a row of sleep_sessions; times in hours after a Monday, ``until`` None while asleep."""

    child: UUID
    since: int
    until: int | None
    minutes: int | None = None
    quality: str | None = None
    type: str = "night"
    counts: bool = True


COLUMNS = "id, child_id, start_time, end_time, duration_minutes, quality, session_type, is_active"


def row_of(key: UUID, sleep: Sleep) -> tuple[object, ...]:
    """``sleep`` as a row with the columns ``COLUMNS``."""
    end = None if sleep.until is None else MONDAY + sleep.until * HOUR
    return (
        key,
        sleep.child,
        MONDAY + sleep.since * HOUR,
        end,
        sleep.minutes,
        sleep.quality,
        sleep.type,
        sleep.counts,
    )


def add_sessions(pg: Connection, sessions: Mapping[UUID, Sleep], on_conflict: str = "") -> None:
    """Insert sessions, all in one statement."""
    rows = [row_of(key, sleep) for key, sleep in sessions.items()]
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    values = [value for row in rows for value in row]
    pg.execute(
        f"insert into public.sleep_sessions ({COLUMNS}) values {places} {on_conflict}".encode(), values
    )


def add_or_change_sessions(pg: Connection, sessions: Mapping[UUID, Sleep]) -> None:
    """Insert sessions or, where they are there, give them new contents: all in one statement."""
    assignments = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", ")[1:])
    add_sessions(pg, sessions, f"on conflict (id) do update set {assignments}")


def change_sessions(pg: Connection, sessions: Mapping[UUID, Sleep]) -> None:
    """Give sessions new contents, all in one statement."""
    rows = [row_of(key, sleep) for key, sleep in sessions.items()]
    casts = "(%s::uuid, %s::uuid, %s::timestamptz, %s::timestamptz, %s::integer, %s, %s, %s::boolean)"
    values = [value for row in rows for value in row]
    assignments = ", ".join(f"{name} = new.{name}" for name in COLUMNS.split(", ")[1:])
    pg.execute(
        (
            f"update public.sleep_sessions as s set {assignments}"
            f" from (values {', '.join([casts] * len(rows))}) as new ({COLUMNS}) where s.id = new.id"
        ).encode(),
        values,
    )


def delete_sessions(pg: Connection, keys: Iterable[UUID]) -> None:
    """Delete sessions, all in one statement."""
    pg.execute("delete from public.sleep_sessions where id = any(%s)", (list(keys),))


def new_session(pg: Connection, child: UUID, since: int = 20, until: int | None = 30) -> UUID:
    """A session of ``child``."""
    key = uuid4()
    add_sessions(pg, {key: Sleep(child, since, until)})
    return key


def new_context(pg: Connection, child: UUID, sessions: Iterable[UUID], hash_: str = "as it is") -> UUID:
    """A context, through the function that the application calls."""
    return _one(pg, "select (public.create_sleep_context(%s, %s, %s)).id", (child, hash_, list(sessions)))


def new_prediction(pg: Connection, context: UUID) -> UUID:
    """A prediction, through the function that the application calls."""
    return _one(pg, "select (public.save_prediction(%s, 'openai')).id", (context,))


def insert_prediction(pg: Connection, child: UUID, context: UUID, *, is_active: bool = True) -> UUID:
    """A prediction, as a client would insert it that does not know the function."""
    key = uuid4()
    pg.execute(
        "insert into public.predictions (id, child_id, sleep_context_id, llm_provider, is_active)"
        " values (%s, %s, %s, 'openai', %s)",
        (key, child, context, is_active),
    )
    return key


def serve(pg: Connection, prediction: UUID, *, from_cache: bool = True) -> UUID:
    """A usage, through the function that the application calls."""
    return _one(pg, "select (public.track_prediction_usage(%s, %s)).id", (prediction, from_cache))


def find(pg: Connection, child: UUID, hash_: str = "as it is") -> list[UUID]:
    """What the cache has for this sleep of the child."""
    return [
        row[0] for row in pg.execute("select id from public.find_active_prediction(%s, %s)", (child, hash_))
    ]


def active_predictions(pg: Connection) -> set[UUID]:
    """The predictions that may be served."""
    return {row[0] for row in pg.execute("select id from public.predictions where is_active")}


def _one(pg: Connection, statement: str, values: tuple[object, ...]) -> Any:
    row = pg.execute(statement.encode(), values).fetchone()
    assert row is not None
    return row[0]


@dataclass(frozen=True)
class Family:
    """A parent with a child that slept three times, and a prediction that was served once."""

    parent: Parent
    child: UUID
    sessions: tuple[UUID, UUID, UUID]
    context: UUID
    prediction: UUID
    usage: UUID


def new_family(pg: Connection) -> Family:
    """A parent with a row wherever a parent has rows."""
    parent = new_parent(pg)
    child = new_child(pg, parent)
    sessions = (
        new_session(pg, child, 20, 30),
        new_session(pg, child, 34, 36),
        new_session(pg, child, 44, 54),
    )
    context = new_context(pg, child, sessions)
    prediction = new_prediction(pg, context)
    return Family(parent, child, sessions, context, prediction, serve(pg, prediction, from_cache=False))


def as_parent(pg: Connection, parent: Parent) -> AbstractContextManager[Connection]:
    """Be ``parent``, signed in."""
    return acting_as(pg, "authenticated", {"telegram_user_id": parent.telegram, "role": "authenticated"})


def as_visitor(pg: Connection) -> AbstractContextManager[Connection]:
    """Be somebody who has not signed in."""
    return acting_as(pg, "anon", {"role": "anon"})


def as_service(pg: Connection) -> AbstractContextManager[Connection]:
    """Be the application's own backend."""
    return acting_as(pg, "service_role", {"role": "service_role"})
