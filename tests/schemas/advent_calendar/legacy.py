"""A database of the old application as plain values, and how it gets into PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timezone
from typing import Any, TypeAlias
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from pgproof.database import Connection

Moment: TypeAlias = "datetime | str | None"  # a text is a moment that Python does not know, such as infinity


@dataclass(frozen=True)
class Json:
    """A JSON document; ``Json(None)`` is null in JSON, where ``None`` alone is null in SQL."""

    value: Any


@dataclass(frozen=True)
class Links:
    """An array of texts, with the number of its first element; ``rows`` > 1 cuts it into that many rows."""

    urls: tuple[str | None, ...]
    first: int = 1
    rows: int = 1

    def literal(self) -> str:
        """The array as PostgreSQL reads it."""
        if not self.urls:
            return "{}"
        quoted = ["null" if url is None else _quoted(url) for url in self.urls]
        width = len(quoted) // self.rows
        parts = [quoted[start : start + width] for start in range(0, len(quoted), width)]
        body = "{" + ",".join("{" + ",".join(part) + "}" for part in parts) + "}"
        if self.rows == 1:
            body = body[1:-1]
        bounds = f"[{self.first}:{self.first + (self.rows if self.rows > 1 else width) - 1}]"
        bounds += f"[1:{width}]" if self.rows > 1 else ""
        return f"{bounds}={body}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True)
class Account:
    """Who signed up."""

    account_id: UUID
    email: str
    plan: str | None = None
    settings_json: Json | None = None
    created_at: Moment = None


@dataclass(frozen=True)
class Child:
    """The child of an account."""

    child_id: UUID
    account_id: UUID
    child_name: str | None = "Mia"
    hero_photo_url: str | None = None
    chat_persona: str | None = None
    custom_chat_prompt: str | None = None
    theme: str | None = None
    created_at: Moment = None


@dataclass(frozen=True)
class Calendar:
    """The calendar of a child in a year."""

    calendar_id: UUID
    child_id: UUID
    share_uuid: UUID | None = None
    is_published: bool | None = None
    year: int = 2024
    created_at: Moment = None


@dataclass(frozen=True)
class Day:
    """A door of a calendar."""

    calendar_day_id: UUID
    calendar_id: UUID
    day_number: int
    photo_url: str | None = None
    text_content: str | None = None
    created_at: Moment = None


@dataclass(frozen=True)
class Chat:
    """A conversation."""

    chat_id: UUID
    child_id: UUID
    session_id: str | None = None
    created_at: Moment = None


@dataclass(frozen=True)
class Message:
    """What was said in a conversation."""

    message_id: UUID
    chat_id: UUID
    sender: str = "child"
    message_text: str | None = "Hello!"
    timestamp: Moment = None


@dataclass(frozen=True)
class Event:
    """Something that happened, in the client's words."""

    event_id: UUID
    event_type: str | None = None
    payload: Json | None = None
    created_at: Moment = None


@dataclass(frozen=True)
class Surprise:
    """The videos of a calendar."""

    calendar_id: UUID
    youtube_urls: Links | None = None


@dataclass(frozen=True)
class AdventDay:
    """A door of the very first version."""

    id: int
    message: str | None = None
    photo_url: str | None = None
    is_opened: bool | None = None


@dataclass(frozen=True)
class Legacy:
    """The whole database, a tuple per table, parents first."""

    account: tuple[Account, ...] = ()
    child: tuple[Child, ...] = ()
    calendar: tuple[Calendar, ...] = ()
    calendar_day: tuple[Day, ...] = ()
    chat_record: tuple[Chat, ...] = ()
    chat_message: tuple[Message, ...] = ()
    analytics_event: tuple[Event, ...] = ()
    surprise_config: tuple[Surprise, ...] = ()
    advent_days: tuple[AdventDay, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many rows every table has."""
        return {field.name: len(getattr(self, field.name)) for field in fields(self)}

    def more(self, **rows: Any) -> Legacy:
        """The same with other rows in some tables."""
        return replace(self, **rows)


def load_legacy(pg: Connection, legacy: Legacy) -> None:
    """Fill the legacy tables, which have to be there and empty."""
    for field in fields(legacy):
        rows: Iterable[Any] = getattr(legacy, field.name)
        if not rows:
            continue
        (row_type,) = {type(row) for row in rows}
        names = [sql.Identifier(each.name) for each in fields(row_type)]
        statement = sql.SQL("copy public.{} ({}) from stdin").format(
            sql.Identifier(field.name), sql.SQL(", ").join(names)
        )
        with pg.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row([_sent(getattr(row, each.name)) for each in fields(row)])


def _sent(value: Any) -> Any:
    if isinstance(value, Json):
        return Jsonb(value.value)
    return value.literal() if isinstance(value, Links) else value


def moment_text(moment: Moment) -> str | None:
    """A moment as PostgreSQL shows it in the time zone UTC."""
    if not isinstance(moment, datetime):
        return moment
    utc = moment.astimezone(timezone.utc)
    fraction = f"{utc.microsecond:06}".rstrip("0")
    return f"{utc:%Y-%m-%d %H:%M:%S}".rjust(19, "0") + (f".{fraction}" if fraction else "") + "+00"


def moment_order(moment: Moment) -> tuple[bool, bool, bool, datetime]:
    """A key to sort moments by: what Python does not know is before all that it knows, save for infinity."""
    known = isinstance(moment, datetime)
    beginning = datetime.min.replace(tzinfo=timezone.utc)
    return (moment == "infinity", moment != "-infinity", known, moment if known else beginning)
