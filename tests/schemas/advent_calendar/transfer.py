"""Running the transfer: legacy tables with rows in them, the script or parts of it, and what it left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pgproof.database import Connection

from .legacy import Legacy, load_legacy
from .oracle_values import UNSET
from .world import SQL, one, run_script

SCRIPT = SQL / "migration_data_transfer.sql"
CLEANUP = SQL / "migration_legacy_cleanup.sql"
UNDO_CLEANUP = SQL / "rollback_migration_legacy_cleanup.sql"
UNDO = SQL / "rollback_migration_data_transfer.sql"
LEGACY_DATA = SQL / "legacy" / "seed_legacy_data.sql"
COMPARISON = "select migration.refuse_differences();"
SECTION = re.compile(
    r"^-- (account|child|calendar|calendar_day|advent_days|surprise_config|chat_record|chat_message|"
    r"analytics_event|Nothing lost)[:,]",
    re.MULTILINE,
)

# What the oracle predicts of a row, in its order; dates as text, a date of this transfer as UNSET.
QUERIES = {
    "account_v2": "account_id, email, plan, settings, {created_at}",
    "child_profile_v2": "child_id, account_id, child_name,"
    " (select storage_path from public.media_asset as a where a.asset_id = hero_photo_asset_id),"
    " chat_persona, custom_persona_prompt, theme, {created_at}",
    "advent_calendar_v2": "calendar_id, account_id, child_id, share_uuid, year, theme, is_published,"
    " published_at, publish_date_unknown, {created_at}",
    "calendar_day_v2": "day_id, account_id, calendar_id, day_number, message,"
    " (select storage_path from public.media_asset as a where a.asset_id = photo_asset_id),"
    " is_opened, opened_at::text, {created_at}",
    "chat_session_v2": "session_id, account_id, child_id, persona_used, total_messages, metadata,"
    " {created_at}",
    "chat_message_v2": "message_id, account_id, session_id, sender, message_type, message_text, {created_at}",
    "calendar_analytics": "event_id, account_id, calendar_id, event_type, metadata, {occurred_at}",
    "day_analytics": "event_id, account_id, (select array[d.calendar_id::text, d.day_number::text]"
    " from public.calendar_day_v2 as d where d.day_id = day_analytics.day_id), time_to_open_seconds,"
    " event_type, metadata, {occurred_at}",
    "chat_analytics": "event_id, account_id, child_id, session_id, event_type, metadata, {occurred_at}",
    "user_engagement": "event_id, account_id, engagement_score, streak_days, event_type, metadata,"
    " {occurred_at}",
}


def bring_back_legacy(pg: Connection, legacy: Legacy | None = None) -> datetime:
    """Undo the cleanup, so that the legacy tables are there, and fill them. Returns the time."""
    run_script(pg, UNDO_CLEANUP)
    if legacy:
        load_legacy(pg, legacy)
    before: datetime = one(pg, "select now()")
    return before


def sections(script: str) -> dict[str, str]:
    """The parts of the script: ``start``, one per legacy table, and ``Nothing lost`` at the end."""
    marks = [(found[1], found.start()) for found in SECTION.finditer(script)]
    ends = [start for _, start in marks] + [len(script)]
    return {name: script[start:end] for (name, start), end in zip([("start", 0), *marks], ends, strict=True)}


def script_with(replaced: Mapping[str, str] | None = None, *, compared: bool = True) -> str:
    """The script, with other text for some of its sections, or without the comparison that ends it."""
    parts = sections(SCRIPT.read_text(encoding="utf-8"))
    assert not set(replaced or {}) - set(parts), "no such section"
    script = "".join({**parts, **(replaced or {})}.values())
    return script if compared else script.replace(COMPARISON, "")


def transfer(pg: Connection, replaced: Mapping[str, str] | None = None, *, compared: bool = True) -> None:
    """Run the script in one transaction (a savepoint, inside one)."""
    with pg.transaction():
        pg.execute(script_with(replaced, compared=compared).encode())


def rows_after(pg: Connection, table: str, since: datetime) -> dict[UUID, tuple[Any, ...]]:
    """The rows of a new table by key, as the oracle predicts them; ``since`` is when the transfer began."""
    dated = {
        column: f"case when {column} between %(since)s and clock_timestamp() then %(unset)s"
        f" else {column}::text end"
        for column in ("created_at", "occurred_at")
    }
    query = f"select {QUERIES[table].format(**dated)} from public.{table}"
    pg.execute("set timezone to 'UTC'")
    found = pg.execute(query.encode(), {"since": since, "unset": UNSET}).fetchall()
    return {key: tuple(_plain(value) for value in row) for key, *row in found}


def _plain(value: Any) -> Any:
    return (UUID(value[0]), int(value[1])) if isinstance(value, list) else value


def landed(pg: Connection) -> dict[tuple[str, str, str], str]:
    """Where every legacy row and part of a row went, as the mapping has it."""
    rows = pg.execute("select legacy_table, legacy_key, part, new_table from migration.row_mapping")
    return {(table, key, part): new_table for table, key, part, new_table in rows}


def rejected(pg: Connection) -> dict[tuple[str, str, str], str]:
    """What was rejected, and why."""
    rows = pg.execute("select legacy_table, legacy_key, part, reason from migration.rejects")
    return {(table, key, part): reason for table, key, part, reason in rows}


def adopted(pg: Connection) -> dict[int, tuple[Any, ...]]:
    """The rows of advent_days that became days, by number."""
    rows = pg.execute(
        "select d.day_number, d.message, a.storage_path, d.is_opened, d.opened_at::text"
        " from migration.row_mapping as m join public.calendar_day_v2 as d on d.day_id = m.new_key"
        " left join public.media_asset as a on a.asset_id = d.photo_asset_id"
        " where m.legacy_table = 'advent_days' and m.part = 'row'"
    )
    return {number: tuple(rest) for number, *rest in rows}


def collected(pg: Connection) -> dict[UUID, list[tuple[int, str, str]]]:
    """The videos of every calendar that has a collection."""
    rows = pg.execute(
        "select c.calendar_id, v.sort_order, v.youtube_video_id, v.source_url"
        " from public.surprise_collection_v2 as c left join public.surprise_video as v using (collection_id)"
        " order by c.calendar_id, v.sort_order"
    )
    found: dict[UUID, list[tuple[int, str, str]]] = {}
    for calendar, *video in rows:
        found.setdefault(calendar, [])
        if video[0] is not None:
            found[calendar].append((video[0], video[1], video[2]))
    return found
