"""Which of the four tables every event of the old application belongs in: a part of the oracle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .legacy import Event, Legacy
from .oracle_values import as_number, as_score, as_uuid, dated

if TYPE_CHECKING:
    from .oracle import Expected

KINDS = {
    "calendar": ("calendar_view", "calendar_share", "calendar_publish", "calendar_unpublish"),
    "day": ("day_open", "day_view", "day_share"),
    "chat": ("chat_start", "message_sent", "chat_end", "persona_switch"),
    "engagement": ("daily_visit", "weekly_active", "monthly_active", "feature_usage"),
}
TABLE_OF_KIND = {
    "calendar": "calendar_analytics",
    "day": "day_analytics",
    "chat": "chat_analytics",
    "engagement": "user_engagement",
}


def door_of(event: Event, doors: Mapping[UUID | None, tuple[UUID, int]]) -> tuple[UUID, int] | None:
    """The day that an event names by its key, or else by calendar and number."""
    payload = payload_of(event)
    calendar, number = as_uuid(payload.get("calendar_id")), as_number(payload.get("day_number"))
    by_number = (calendar, number) if calendar and number is not None else None
    return doors.get(as_uuid(payload.get("calendar_day_id")), by_number)


def payload_of(event: Event) -> dict[str, Any]:
    found = event.payload.value if event.payload else None
    return found if isinstance(found, dict) else {}


def sort_events(legacy: Legacy, result: Expected, adopted: Iterable[int]) -> None:
    """Where every event lands; ``adopted`` are the numbers of advent_days that became days."""
    doors: dict[UUID | None, tuple[UUID, int]] = {
        key: (day[1], day[2]) for key, day in result.rows["calendar_day_v2"].items()
    }
    there = {*doors.values(), *((legacy.calendar[0].calendar_id, day) for day in adopted)}
    children = {row[0]: key for key, row in result.rows["child_profile_v2"].items()}
    for event in legacy.analytics_event:
        kind = next((kind for kind, types in KINDS.items() if event.event_type in types), None)
        row = _sorted(kind, event, result, door_of(event, doors), there, children) if kind else None
        if row is None:
            reason = "names_nothing_that_was_moved"
            if not (event.payload and isinstance(event.payload.value, dict)):
                reason = "payload_is_not_an_object"
            result.reject("analytics_event", event.event_id, reason if kind else "unknown_event_type")
            continue
        table = TABLE_OF_KIND[kind or ""]
        shared = (event.event_type, payload_of(event), dated(event.created_at))
        result.rows[table][event.event_id] = (*row, *shared)
        result.moved("analytics_event", event.event_id, table)


def _sorted(
    kind: str,
    event: Event,
    result: Expected,
    door: tuple[UUID, int] | None,
    there: set[tuple[UUID, int]],
    children: Mapping[UUID, UUID],
) -> tuple[Any, ...] | None:
    """What the event is about, or nothing: account, then what it names. ``there`` are the days that were moved."""
    payload, rows = payload_of(event), result.rows
    calendar = door[0] if door in there and door else as_uuid(payload.get("calendar_id"))
    of_calendar = rows["advent_calendar_v2"].get(calendar, (None,))[0]
    if kind == "calendar":
        return (of_calendar, calendar) if of_calendar else None
    if kind == "day":
        waited = as_number(payload.get("time_to_open_seconds"))
        return (of_calendar, door, waited) if door in there else None
    message, child = as_uuid(payload.get("message_id")), as_uuid(payload.get("child_id"))
    chat = rows["chat_message_v2"].get(message, (None, as_uuid(payload.get("chat_id"))))[1]
    named = as_uuid(payload.get("account_id"))
    family = (
        rows["chat_session_v2"].get(chat, (None,))[0]
        or rows["child_profile_v2"].get(child, (None,))[0]
        or of_calendar
        or (named if named in rows["account_v2"] else None)
    )
    if kind == "engagement":
        score, streak = as_score(payload.get("engagement_score")), as_number(payload.get("streak_days"))
        return (family, score or Decimal(0), streak or 0) if family else None
    own = children.get(family)
    return (family, own, chat if chat in rows["chat_session_v2"] else None) if own else None
