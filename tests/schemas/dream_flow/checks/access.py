"""Promises about who reaches which rows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pgproof.database import Connection

from ...outcomes import refused
from ..world import (
    as_user,
    as_visitor,
    new_asset,
    new_feedback,
    new_profile,
    new_ritual,
    new_session,
    new_user,
    recompute,
)

TABLES = ("profiles", "rituals", "sessions", "session_assets", "session_feedback", "user_streaks")
WRITABLE = TABLES[:-1]


@dataclass(frozen=True)
class Life:
    """A user with one row in every table."""

    user: UUID
    session: UUID


def new_life(pg: Connection) -> Life:
    """Make a user with a row in every table."""
    user = new_user(pg)
    new_profile(pg, user)
    new_ritual(pg, user, is_default=True)
    session = new_session(pg, user)
    new_asset(pg, session)
    new_feedback(pg, session, user)
    recompute(pg)
    return Life(user, session)


def owner_of_rows(table: str) -> str:
    """An SQL expression: the owner of a row of ``table``."""
    if table == "profiles":
        return "id"
    if table == "session_assets":
        return "(select s.user_id from public.sessions as s where s.id = session_assets.session_id)"
    return "user_id"


def owners(pg: Connection, table: str) -> set[UUID]:
    """Whose rows of ``table`` can be seen."""
    query = f"select {owner_of_rows(table)} from public.{table}"
    return {row[0] for row in pg.execute(query.encode())}


def check_users_see_their_own_rows_only(pg: Connection) -> None:
    """In every table: the own row, and nobody else's."""
    mine, _theirs = new_life(pg), new_life(pg)
    for table in TABLES:
        with as_user(pg, mine.user):
            assert owners(pg, table) == {mine.user}, table


def check_users_change_and_delete_their_own_rows_only(pg: Connection) -> None:
    """Blind or not, an update or delete reaches the own rows and leaves the others."""
    mine, theirs = new_life(pg), new_life(pg)
    for table in WRITABLE:
        for condition in ("", " where id is not null"):
            with pg.transaction(force_rollback=True):
                with as_user(pg, mine.user):
                    for command in (
                        f"update public.{table} set created_at = now()",
                        f"delete from public.{table}",
                    ):
                        assert pg.execute(f"{command}{condition}".encode()).rowcount == 1, command
                assert owners(pg, table) == {theirs.user}, table


def check_rows_cannot_be_given_away_or_taken(pg: Connection) -> None:
    """No update makes a row somebody else's, also not one that does not read the row."""
    mine, theirs = new_life(pg), new_life(pg)
    pg.execute("delete from public.profiles where id = %s", (theirs.user,))
    for table, column, value in (
        ("profiles", "id", theirs.user),
        ("rituals", "user_id", theirs.user),
        ("sessions", "user_id", theirs.user),
        ("session_assets", "session_id", theirs.session),
        ("session_feedback", "user_id", theirs.user),
    ):
        for condition in ("", " where id is not null"):
            with refused(pg, "42501"), as_user(pg, mine.user):
                pg.execute(f"update public.{table} set {column} = %s{condition}".encode(), (value,))


def check_rows_cannot_be_made_for_others(pg: Connection) -> None:
    """No insert makes a row that belongs to somebody else, whether it asks to see the row or not."""
    mine, theirs = new_life(pg), new_life(pg)
    pg.execute("delete from public.session_feedback")
    values = {"empty": new_user(pg), "me": mine.user, "user": theirs.user, "session": theirs.session}
    for insert in (
        "insert into public.profiles (id) values (%(empty)s)",
        "insert into public.rituals (user_id, name, routine) values (%(user)s, 'a', 'b')",
        "insert into public.sessions (user_id, prompt, theme, story_text) values (%(user)s, 'a', 'b', 'c')",
        "insert into public.session_assets (session_id, asset_type, asset_url)"
        " values (%(session)s, 'audio', 'a')",
        "insert into public.session_feedback (session_id, user_id, rating, mood_delta)"
        " values (%(session)s, %(me)s, 1, 0)",
    ):
        for end in ("", " returning id"):
            with refused(pg, "42501"), as_user(pg, mine.user):
                pg.execute(f"{insert}{end}".encode(), values)


def check_visitors_are_refused_everywhere(pg: Connection) -> None:
    """Somebody who has not signed in has no privilege on any table."""
    new_life(pg)
    for table in TABLES:
        for statement in (
            f"select from public.{table}",
            f"insert into public.{table} default values",
            f"update public.{table} set created_at = now()" if table in WRITABLE else f"table public.{table}",
            f"delete from public.{table}",
            f"truncate public.{table} cascade",
        ):
            with refused(pg, "42501"), as_visitor(pg):
                pg.execute(statement.encode())


def check_assets_follow_their_session(pg: Connection) -> None:
    """Who owns the session owns the assets, before and after the session changes hands."""
    mine, theirs = new_life(pg), new_life(pg)
    pg.execute("delete from public.session_feedback")
    for life in (mine, theirs):
        with as_user(pg, life.user):
            assert pg.execute("select session_id from public.session_assets").fetchall() == [(life.session,)]
            new_asset(pg, life.session)
    pg.execute("update public.sessions set user_id = %s where id = %s", (theirs.user, mine.session))
    with as_user(pg, theirs.user):
        assert pg.execute("select count(*) from public.session_assets").fetchone() == (4,)
    with as_user(pg, mine.user):
        assert pg.execute("select count(*) from public.session_assets").fetchone() == (0,)
