"""What the transfer has to make of a legacy database, written down a second time and without a database."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from .legacy import Legacy, Moment, moment_order, moment_text
from .oracle_events import door_of, sort_events
from .oracle_values import dated, lower_ascii, new_name, new_plan, new_theme, usable, video_of


def new_addresses(legacy: Legacy) -> dict[UUID, str]:
    """The address of every account: its own in lower case, or one that nobody can sign in with."""
    spellings = defaultdict(list)
    for account in legacy.account:
        spellings[lower_ascii(account.email)].append(account)
    found = {}
    for address, accounts in spellings.items():
        first = min(accounts, key=lambda account: (account.email != address, account.account_id.int))
        for account in accounts:
            kept = address if account is first else f"{account.account_id}@duplicate.invalid"
            found[account.account_id] = kept if usable(address) else f"{account.account_id}@invalid.invalid"
    return found


@dataclass
class Expected:
    """What there has to be afterwards: rows by table and key, what landed where, what was rejected."""

    rows: dict[str, dict[UUID, tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(dict))
    landed: dict[tuple[str, str, str], str] = field(default_factory=dict)
    rejected: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def moved(self, table: str, key: Any, new_table: str, part: str = "row") -> None:
        self.landed[table, str(key), part] = f"public.{new_table}"

    def reject(self, table: str, key: Any, reason: str, part: str = "row") -> None:
        self.landed[table, str(key), part] = "migration.rejects"
        self.rejected[table, str(key), part] = reason


def expected(legacy: Legacy) -> Expected:
    """Everything that a transfer of ``legacy`` into empty new tables has to leave."""
    result = Expected()
    _accounts(legacy, result)
    _children(legacy, result)
    _calendars(legacy, result)
    _days(legacy, result)
    _advent_days(legacy, result)
    _surprises(legacy, result)
    _chats(legacy, result)
    sort_events(legacy, result, adopted_days(legacy, result))
    return result


def _accounts(legacy: Legacy, result: Expected) -> None:
    addresses = new_addresses(legacy)
    for row in legacy.account:
        is_object = row.settings_json is not None and isinstance(row.settings_json.value, dict)
        settings = row.settings_json.value if row.settings_json and is_object else {}
        result.rows["account_v2"][row.account_id] = (
            addresses[row.account_id], new_plan(row.plan), settings, dated(row.created_at)
        )  # fmt: skip
        result.moved("account", row.account_id, "account_v2")


def _photo(result: Expected, table: str, key: Any, column: str, url: str | None) -> str | None:
    if url:
        result.moved(table, key, "media_asset", column)
    return url or None


def _children(legacy: Legacy, result: Expected) -> None:
    for row in legacy.child:
        photo = _photo(result, "child", row.child_id, "hero_photo_url", row.hero_photo_url)
        result.rows["child_profile_v2"][row.child_id] = (
            row.account_id, new_name(row.child_name), photo, row.chat_persona or "mummy",
            row.custom_chat_prompt, new_theme(row.theme), dated(row.created_at),
        )  # fmt: skip
        result.moved("child", row.child_id, "child_profile_v2")


def _calendars(legacy: Legacy, result: Expected) -> None:
    children = {child.child_id: child for child in legacy.child}
    for row in legacy.calendar:
        if not 2024 <= row.year <= 2030:
            result.reject("calendar", row.calendar_id, "year_is_not_2024_to_2030")
            continue
        child = children[row.child_id]
        published = bool(row.is_published)
        result.rows["advent_calendar_v2"][row.calendar_id] = (
            child.account_id, row.child_id, row.share_uuid, row.year, new_theme(child.theme), published, None,
            published, dated(row.created_at),
        )  # fmt: skip
        result.moved("calendar", row.calendar_id, "advent_calendar_v2")


def openings(legacy: Legacy) -> dict[tuple[UUID, int], str | None]:
    """Which days were opened, and the first time as far as anything tells it."""
    found: dict[tuple[UUID, int], list[Moment]] = defaultdict(list)
    doors = {day.calendar_day_id: (day.calendar_id, day.day_number) for day in legacy.calendar_day}
    for event in legacy.analytics_event:
        door = door_of(event, doors)
        if event.event_type == "day_open" and door:
            found[door].append(event.created_at)
    if len(legacy.calendar) == 1:
        for old in legacy.advent_days:
            if old.is_opened:
                found[legacy.calendar[0].calendar_id, old.id].append(None)
    return {key: _first(moments) for key, moments in found.items()}


def _first(moments: list[Moment]) -> str | None:
    known = [moment for moment in moments if moment is not None]
    return moment_text(min(known, key=moment_order)) if known else None


def _days(legacy: Legacy, result: Expected) -> None:
    opened = openings(legacy)
    for row in legacy.calendar_day:
        calendar = result.rows["advent_calendar_v2"].get(row.calendar_id)
        if calendar is None:
            result.reject("calendar_day", row.calendar_day_id, "calendar_is_not_there")
            continue
        photo = _photo(result, "calendar_day", row.calendar_day_id, "photo_url", row.photo_url)
        key = (row.calendar_id, row.day_number)
        result.rows["calendar_day_v2"][row.calendar_day_id] = (
            calendar[0], *key, row.text_content or None, photo, key in opened, opened.get(key),
            dated(row.created_at),
        )  # fmt: skip
        result.moved("calendar_day", row.calendar_day_id, "calendar_day_v2")


def _advent_days(legacy: Legacy, result: Expected) -> None:
    taken = {day.day_number for day in legacy.calendar_day}
    for row in legacy.advent_days:
        if row.id > 24:
            result.reject("advent_days", row.id, "day_is_not_1_to_24")
        elif len(legacy.calendar) != 1:
            result.reject("advent_days", row.id, "calendar_is_unknown")
        elif legacy.calendar[0].calendar_id not in result.rows["advent_calendar_v2"]:
            result.reject("advent_days", row.id, "calendar_is_not_there")
        elif row.id in taken:
            result.reject("advent_days", row.id, "calendar_has_another_day_of_that_number")
        else:
            _photo(result, "advent_days", row.id, "photo_url", row.photo_url)
            result.moved("advent_days", row.id, "calendar_day_v2")


def adopted_days(legacy: Legacy, result: Expected) -> dict[int, tuple[Any, ...]]:
    """The rows of advent_days that became days of the only calendar, by number: text, photo, opened, when."""
    opened = openings(legacy)
    found = {}
    for row in legacy.advent_days:
        if result.landed["advent_days", str(row.id), "row"] == "public.calendar_day_v2":
            key = (legacy.calendar[0].calendar_id, row.id)
            found[row.id] = (row.message or None, row.photo_url or None, key in opened, opened.get(key))
    return found


def _surprises(legacy: Legacy, result: Expected) -> None:
    for row in legacy.surprise_config:
        if row.calendar_id not in result.rows["advent_calendar_v2"]:
            result.reject("surprise_config", row.calendar_id, "calendar_is_not_there")
            continue
        result.moved("surprise_config", row.calendar_id, "surprise_collection_v2")
        for place, url in enumerate(row.youtube_urls.urls if row.youtube_urls else (), 1):
            part = f"youtube_urls[{place}]"
            if video_of(url):
                result.moved("surprise_config", row.calendar_id, "surprise_video", part)
            else:
                result.reject("surprise_config", row.calendar_id, "not_a_youtube_video", part)


def videos(legacy: Legacy, result: Expected) -> dict[UUID, list[tuple[int, str | None, str | None]]]:
    """The videos of every calendar that has a collection: place, id, link."""
    return {
        row.calendar_id: [
            (place, video_of(url), url)
            for place, url in enumerate(row.youtube_urls.urls if row.youtube_urls else ())
            if video_of(url)
        ]
        for row in legacy.surprise_config
        if result.landed["surprise_config", str(row.calendar_id), "row"] != "migration.rejects"
    }


def _chats(legacy: Legacy, result: Expected) -> None:
    accounts = {child.child_id: child.account_id for child in legacy.child}
    said: dict[UUID, int] = defaultdict(int)
    for message in legacy.chat_message:
        said[message.chat_id] += bool(message.message_text)
    for row in legacy.chat_record:
        metadata = {} if row.session_id is None else {"legacy_session_id": row.session_id}
        result.rows["chat_session_v2"][row.chat_id] = (
            accounts[row.child_id], row.child_id, "unknown", said[row.chat_id], metadata,
            dated(row.created_at),
        )  # fmt: skip
        result.moved("chat_record", row.chat_id, "chat_session_v2")
    for message in legacy.chat_message:
        if not message.message_text:
            result.reject("chat_message", message.message_id, "message_is_empty")
            continue
        session = result.rows["chat_session_v2"][message.chat_id]
        when = session[-1] if message.timestamp is None else dated(message.timestamp)
        result.rows["chat_message_v2"][message.message_id] = (
            session[0], message.chat_id, message.sender, "text", message.message_text, when
        )  # fmt: skip
        result.moved("chat_message", message.message_id, "chat_message_v2")
