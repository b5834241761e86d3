"""Promises that hold for everybody, the server included: no row points into another account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pgproof.database import Connection

from ...outcomes import refused
from ..world import Family, add, new_family

# table, the column that points, what it points to, the constraint that refuses another account's
POINTERS = (
    ("family_settings", "child_id", "child_profile_v2", "family_settings_account_id_child_id_fkey"),
    ("advent_calendar_v2", "child_id", "child_profile_v2", "advent_calendar_v2_account_id_child_id_fkey"),
    ("calendar_day_v2", "calendar_id", "advent_calendar_v2", "calendar_day_v2_account_id_calendar_id_fkey"),
    ("calendar_day_v2", "photo_asset_id", "media_asset", "calendar_day_v2_account_id_photo_asset_id_fkey"),
    ("calendar_day_v2", "voice_asset_id", "media_asset", "calendar_day_v2_account_id_voice_asset_id_fkey"),
    ("calendar_day_v2", "music_asset_id", "media_asset", "calendar_day_v2_account_id_music_asset_id_fkey"),
    ("surprise_collection_v2", "calendar_id", "advent_calendar_v2",
     "surprise_collection_v2_account_id_calendar_id_fkey"),
    ("surprise_video", "collection_id", "surprise_collection_v2",
     "surprise_video_account_id_collection_id_fkey"),
    ("chat_session_v2", "child_id", "child_profile_v2", "chat_session_v2_account_id_child_id_fkey"),
    ("chat_message_v2", "session_id", "chat_session_v2", "chat_message_v2_account_id_session_id_fkey"),
    ("memory_fragment", "child_id", "child_profile_v2", "memory_fragment_account_id_child_id_fkey"),
    ("memory_fragment", "session_id", "chat_session_v2", "memory_fragment_account_id_session_id_fkey"),
    ("memory_embedding", "child_id", "child_profile_v2", "memory_embedding_account_id_child_id_fkey"),
    ("calendar_analytics", "calendar_id", "advent_calendar_v2",
     "calendar_analytics_account_id_calendar_id_fkey"),
    ("day_analytics", "day_id", "calendar_day_v2", "day_analytics_account_id_day_id_fkey"),
    ("chat_analytics", "child_id", "child_profile_v2", "chat_analytics_account_id_child_id_fkey"),
    ("chat_analytics", "session_id", "chat_session_v2", "chat_analytics_account_id_session_id_fkey"),
)  # fmt: skip
# What two rows of one family cannot share.
FREE: dict[str, dict[str, Any]] = {
    "advent_calendar_v2": {"year": 2028},
    "calendar_day_v2": {"day_number": 17},
    "surprise_video": {"sort_order": 5},
}


def emptied(pg: Connection, family: Family, table: str) -> None:
    """Make room in a table that has one row per parent."""
    if table in ("family_settings", "surprise_collection_v2"):
        pg.execute(f"delete from public.{table} where account_id = %s".encode(), (family.account,))


def check_nothing_points_into_another_account(pg: Connection) -> None:
    """Each pointer in turn: to the own row is fine, to the same row of another family is refused."""
    mine, theirs = new_family(pg), new_family(pg)
    for table, column, target, constraint in POINTERS:
        with pg.transaction(force_rollback=True):
            for family in (mine, theirs):
                emptied(pg, family, table)
            free = FREE.get(table, {})
            with refused(pg, "23503", constraint):
                add(pg, table, mine, **{**free, column: theirs.keys[target]})
            key: UUID = add(pg, table, mine, **{**free, column: mine.keys[target]})
            assert key


def check_a_child_keeps_a_photo_of_its_own_account(pg: Connection) -> None:
    """The hero photo of a child is one of the family's own media."""
    mine, theirs = new_family(pg), new_family(pg)
    with refused(pg, "23503", "child_profile_v2_account_id_hero_photo_asset_id_fkey"):
        pg.execute(
            "update public.child_profile_v2 set hero_photo_asset_id = %s where child_id = %s",
            (theirs.asset, mine.child),
        )


def check_an_account_has_one_child_and_a_child_one_calendar_a_year(pg: Connection) -> None:
    """A second child, a second calendar for the same year, a second door of the same number are refused."""
    mine = new_family(pg)
    with refused(pg, "23505", "child_profile_v2_account_id_key"):
        add(pg, "child_profile_v2", mine)
    with refused(pg, "23505", "advent_calendar_v2_child_id_year_key"):
        add(pg, "advent_calendar_v2", mine)
    with refused(pg, "23505", "calendar_day_v2_calendar_id_day_number_key"):
        add(pg, "calendar_day_v2", mine)
    with refused(pg, "23505", "surprise_collection_v2_calendar_id_key"):
        add(pg, "surprise_collection_v2", mine)
