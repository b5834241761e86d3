"""Promises about single rows: what a column may hold, what moves with an update, what goes with a parent."""

from __future__ import annotations

from uuid import uuid4

from pgproof.database import Connection

from ...outcomes import refused
from ..world import as_user, new_asset, new_feedback
from .access import TABLES, WRITABLE, new_life, owners

# table, column, the values on the boundary, the values just beyond it, the constraint between them
BOUNDARIES = (
    ("rituals", "name", ("x", " x"), ("", "  "), "rituals_name_is_not_blank"),
    ("sessions", "target_length", (1, 2**31 - 1), (0, -1), "sessions_target_length_is_positive"),
    ("sessions", "num_scenes", (0, 2**31 - 1), (-1,), "sessions_num_scenes_is_not_negative"),
    (
        "sessions",
        "created_at",
        ("4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00"),
        ("infinity", "-infinity"),
        "sessions_created_at_is_finite",
    ),
    (
        "session_assets",
        "asset_type",
        ("audio", "video", "frame"),
        ("Audio", "image", ""),
        "session_assets_type_is_audio_video_or_frame",
    ),
    ("session_assets", "display_order", (0,), (-1,), "session_assets_display_order_is_not_negative"),
    ("session_feedback", "rating", (1, 5), (0, 6), "session_feedback_rating_is_from_1_to_5"),
    ("session_feedback", "mood_delta", (-5, 5), (-6, 6), "session_feedback_mood_delta_is_from_minus_5_to_5"),
    ("user_streaks", "current_streak", (0, 3), (-1,), "user_streaks_current_is_not_negative"),
    ("user_streaks", "longest_streak", (2,), (1, -1), "user_streaks_longest_is_at_least_current"),
    (
        "user_streaks",
        "streak_start_date",
        ("2024-03-01", None),
        ("2024-03-02",),
        "user_streaks_start_is_not_after_last_session",
    ),
)
PARENTS = (
    ("profiles", "id", "profiles_id_fkey"),
    ("rituals", "user_id", "rituals_user_id_fkey"),
    ("sessions", "user_id", "sessions_user_id_fkey"),
    ("session_assets", "session_id", "session_assets_session_id_fkey"),
    ("session_feedback", "user_id", "session_feedback_user_id_fkey"),
    ("session_feedback", "session_id", "session_feedback_user_id_session_id_fkey"),
    ("user_streaks", "user_id", "user_streaks_user_id_fkey"),
)
WITH_UPDATED_AT = tuple(table for table in TABLES if table != "session_assets")


def check_values_on_the_boundary_are_taken_and_just_beyond_it_refused(pg: Connection) -> None:
    """Each check constraint refuses what it names, and nothing else."""
    new_life(pg)
    pg.execute(
        "update public.user_streaks set current_streak = 2, longest_streak = 3,"
        " streak_start_date = '2024-02-29', last_session_date = '2024-03-01'"
    )
    for table, column, allowed, beyond, constraint in BOUNDARIES:
        statement = f"update public.{table} set {column} = %s".encode()
        for value in beyond:
            with refused(pg, "23514", constraint):
                pg.execute(statement, (value,))
        for value in allowed:
            with pg.transaction(force_rollback=True):
                assert pg.execute(statement, (value,)).rowcount == 1, (table, column, value)


def check_a_row_needs_its_parent(pg: Connection) -> None:
    """No row points at a user or session that does not exist."""
    life = new_life(pg)
    pg.execute("delete from public.session_assets")
    pg.execute("delete from public.session_feedback")
    for table, column, constraint in PARENTS:
        with pg.transaction(force_rollback=True):
            if table == "session_assets":
                new_asset(pg, life.session)
            if table == "session_feedback":
                new_feedback(pg, life.session, life.user)
            with refused(pg, "23503", constraint):
                pg.execute(f"update public.{table} set {column} = %s".encode(), (uuid4(),))


def check_an_update_moves_updated_at_whatever_the_client_sends(pg: Connection) -> None:
    """updated_at is the time of the last update's transaction; created_at stays."""
    life = new_life(pg)
    for table in WITH_UPDATED_AT:
        writer = as_user(pg, life.user) if table in WRITABLE else pg.transaction()
        with pg.transaction(force_rollback=True), writer:
            pg.execute(f"update public.{table} set updated_at = '2001-01-01'".encode())
            assert pg.execute(f"select updated_at = now() from public.{table}".encode()).fetchall() == [
                (True,)
            ], table


def check_a_deleted_user_takes_everything_along_and_nothing_of_others(pg: Connection) -> None:
    """Nothing of the account stays anywhere; the other account is as it was."""
    gone, stays = new_life(pg), new_life(pg)
    pg.execute("delete from auth.users where id = %s", (gone.user,))
    for table in TABLES:
        assert owners(pg, table) == {stays.user}, table


def check_a_deleted_session_takes_assets_and_feedback_along(pg: Connection) -> None:
    """The owner deletes a session: its files and its rating go, profile, ritual and streak stay."""
    mine, theirs = new_life(pg), new_life(pg)
    with as_user(pg, mine.user):
        pg.execute("delete from public.sessions where id = %s", (mine.session,))
    for table in TABLES:
        gone = table in ("sessions", "session_assets", "session_feedback")
        assert owners(pg, table) == ({theirs.user} if gone else {mine.user, theirs.user}), table
