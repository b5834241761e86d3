"""Promises about who reaches which rows: the family itself, and nobody else."""

from __future__ import annotations

from psycopg import sql

from pgproof.database import Connection, acting_as

from ...outcomes import refused
from ..world import (
    TABLES,
    Family,
    add,
    as_person,
    as_visitor,
    has_vectors,
    keys_of,
    new_family,
    row_of,
    vector,
)

# What owners may delete, and a column that they may change, if any; as the comments of the migrations say.
WRITABLE: dict[str, str | None] = {
    "account_v2": "settings",
    "child_profile_v2": "child_name",
    "family_settings": "privacy_level",
    "advent_calendar_v2": "title",
    "calendar_day_v2": "message",
    "surprise_collection_v2": "title",
    "surprise_video": "title",
    "chat_session_v2": "metadata",
    "memory_fragment": "content",
    "memory_embedding": "access_count",
    "account_session": None,
    "media_asset": None,
    "chat_message_v2": None,
}
NEVER_DELETED = ("calendar_analytics", "day_analytics", "chat_analytics", "user_engagement")
INSERTED_BY_THE_SERVER = ("account_v2", "account_session")
VALUES = {"settings": "{}", "metadata": "{}", "privacy_level": "public", "access_count": 1}


def check_owners_see_their_own_rows_only(pg: Connection) -> None:
    """In every table: the own row, and nobody else's."""
    mine, _theirs = new_family(pg), new_family(pg)
    for table in TABLES:
        with as_person(pg, mine):
            assert keys_of(pg, table) == {mine.keys[table]}, table


def check_owners_change_their_own_rows_only(pg: Connection) -> None:
    """Blind or not, an update or delete reaches the own row and leaves the others."""
    mine, theirs = new_family(pg), new_family(pg)
    for table, column in WRITABLE.items():
        for condition in ("", f" where {TABLES[table]} is not null"):
            with pg.transaction(force_rollback=True):
                with as_person(pg, mine):
                    if column:
                        change = f"update public.{table} set {column} = %s{condition}"
                        assert pg.execute(change.encode(), (VALUES.get(column, "New"),)).rowcount == 1, change
                    assert pg.execute(f"delete from public.{table}{condition}".encode()).rowcount == 1, table
                assert theirs.keys[table] in keys_of(pg, table), table
                assert mine.keys[table] not in keys_of(pg, table), table


def check_events_cannot_be_changed_or_deleted(pg: Connection) -> None:
    """What has happened, and what was said, stays."""
    mine = new_family(pg)
    for table in NEVER_DELETED:
        for statement in (f"update public.{table} set metadata = '{{}}'", f"delete from public.{table}"):
            with refused(pg, "42501"), as_person(pg, mine):
                pg.execute(statement.encode())
    with refused(pg, "42501"), as_person(pg, mine):
        pg.execute("update public.chat_message_v2 set message_text = 'No.'")


def check_rows_cannot_be_made_for_others(pg: Connection) -> None:
    """An insert for the own account succeeds; the same for another is refused, whether it asks to see the row or not."""
    mine, theirs = new_family(pg), new_family(pg)
    for table in sorted(set(TABLES) - set(INSERTED_BY_THE_SERVER)):
        with pg.transaction(force_rollback=True):
            pg.execute(f"delete from public.{table} where account_id = %s".encode(), (mine.account,))
            with as_person(pg, mine):
                add(pg, table, mine)
        with refused(pg, "42501"), as_person(pg, mine):
            add(pg, table, theirs)
        with refused(pg, "42501"), as_person(pg, mine):
            pg.execute(*blind_insert(pg, table, theirs))


def blind_insert(pg: Connection, table: str, family: Family) -> tuple[sql.Composed, list[object]]:
    """An insert that does not ask to see the row, which a select policy might refuse instead of the insert policy."""
    row = row_of(table, family.keys)
    if table == "memory_embedding" and has_vectors(pg):
        row["embedding"] = vector(1)
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join(sql.Placeholder() * len(row))
    statement = sql.SQL("insert into public.{} ({}) values ({})")
    return statement.format(sql.Identifier(table), names, places), list(row.values())


def check_rows_cannot_be_given_away(pg: Connection) -> None:
    """No update moves a row to another account, also not one that does not read the row."""
    mine, theirs = new_family(pg), new_family(pg)
    for table in TABLES:
        for condition in ("", f" where {TABLES[table]} is not null"):
            with refused(pg, "42501"), as_person(pg, mine):
                statement = f"update public.{table} set account_id = %s{condition}"
                pg.execute(statement.encode(), (theirs.account,))


def check_owners_cannot_change_what_the_server_decides(pg: Connection) -> None:
    """Not the plan, the address, or whose account it is; not when something was published; not a token."""
    mine = new_family(pg)
    for table, column in (
        ("account_v2", "plan"), ("account_v2", "email"), ("account_v2", "email_verified"),
        ("account_v2", "auth_provider_id"), ("account_v2", "is_active"), ("account_session", "expires_at"),
        ("advent_calendar_v2", "published_at"), ("advent_calendar_v2", "publish_date_unknown"),
        ("calendar_day_v2", "opened_at"), ("chat_session_v2", "total_messages"),
        ("chat_session_v2", "expires_at"), ("media_asset", "storage_path"), ("media_asset", "signed_url"),
    ):  # fmt: skip
        with refused(pg, "42501"), as_person(pg, mine):
            pg.execute(f"update public.{table} set {column} = {column}".encode())
    with refused(pg, "42501"), as_person(pg, mine):
        pg.execute("select session_token from public.account_session")
    for table, column, value in (
        ("advent_calendar_v2", "published_at", "2001-01-01"), ("calendar_day_v2", "is_opened", True),
        ("calendar_day_v2", "opened_at", "2001-01-01"), ("chat_session_v2", "session_token", "guessed"),
        ("chat_session_v2", "total_messages", 99), ("media_asset", "processing_status", "completed"),
        ("media_asset", "signed_url", "https://a"),
    ):  # fmt: skip
        with refused(pg, "42501"), as_person(pg, mine):
            pg.execute(
                f"insert into public.{table} (account_id, {column}) values (%s, %s)".encode(),
                (mine.account, value),
            )


def check_visitors_are_refused_everywhere(pg: Connection) -> None:
    """Somebody who has not signed in has no privilege on any table."""
    new_family(pg, is_published=True)
    for table in TABLES:
        for statement in (
            f"select from public.{table}",
            f"insert into public.{table} default values",
            f"update public.{table} set account_id = account_id",
            f"delete from public.{table}",
            f"truncate public.{table} cascade",
        ):
            with refused(pg, "42501"), as_visitor(pg):
                pg.execute(statement.encode())


def check_a_closed_account_reaches_nothing(pg: Connection) -> None:
    """Once an account is not active, its owner sees no row of it and changes none."""
    mine = new_family(pg)
    pg.execute("update public.account_v2 set is_active = false where account_id = %s", (mine.account,))
    for table in TABLES:
        with as_person(pg, mine):
            assert keys_of(pg, table) == set(), table
    with as_person(pg, mine):
        assert pg.execute("delete from public.account_v2").rowcount == 0


def check_nobody_reads_the_books_of_the_transfer(pg: Connection) -> None:
    """They hold data of every family, so no role of the API gets near them."""
    for table in (
        "row_mapping",
        "adjusted_values",
        "rejects",
        "transfer_runs",
        "reconciliation",
        "restored_rows",
    ):
        for role in ("anon", "authenticated", "service_role"):
            with refused(pg, "42501"), acting_as(pg, role, {"role": role}):
                pg.execute(f"select from migration.{table}".encode())
