"""Families of advent_calendar, made row by row with only what a test is about, and who acts on them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from psycopg import sql

from pgproof.database import Connection, acting_as

ROOT = Path(__file__).parents[3]
SQL = ROOT / "sql" / "advent_calendar"
FIXTURES = ROOT / "fixtures" / "advent_calendar"
DIMENSIONS = 1536

# Every table that belongs to a family, with its key; a parent stands before its children.
TABLES = {
    "account_v2": "account_id",
    "account_session": "session_id",
    "media_asset": "asset_id",
    "child_profile_v2": "child_id",
    "family_settings": "settings_id",
    "advent_calendar_v2": "calendar_id",
    "calendar_day_v2": "day_id",
    "surprise_collection_v2": "collection_id",
    "surprise_video": "video_id",
    "chat_session_v2": "session_id",
    "chat_message_v2": "message_id",
    "memory_fragment": "fragment_id",
    "memory_embedding": "embedding_id",
    "calendar_analytics": "event_id",
    "day_analytics": "event_id",
    "chat_analytics": "event_id",
    "user_engagement": "event_id",
}


@dataclass(frozen=True)
class Family:
    """A family with one row in every table: the person who signs in, and the keys of the rows by table."""

    person: UUID
    keys: dict[str, UUID]

    def __getattr__(self, name: str) -> UUID:
        known = {"account": "account_v2", "child": "child_profile_v2", "calendar": "advent_calendar_v2",
                 "day": "calendar_day_v2", "session": "chat_session_v2", "asset": "media_asset",
                 "collection": "surprise_collection_v2"}  # fmt: skip
        try:
            return self.keys[known[name]]
        except KeyError:
            raise AttributeError(name) from None


def one(pg: Connection, query: str, values: Any = None) -> Any:
    """The only value of the only row that a query returns."""
    rows = pg.execute(query.encode(), values).fetchall()
    assert [len(row) for row in rows] == [1], f"expected one value, got {len(rows)} rows: {query}"
    return rows[0][0]


def run_script(pg: Connection, path: Path) -> None:
    """Run a whole file, all or nothing."""
    with pg.transaction():
        pg.execute(path.read_bytes())


def load(pg: Connection, name: str) -> None:
    """Run a data set of ``fixtures/advent_calendar``, or a known-bad variant (``bad/...``)."""
    run_script(pg, FIXTURES / f"{name}.sql")


def insert(pg: Connection, table: str, **values: Any) -> UUID:
    """Insert one row and return its key; what is not given has its default."""
    statement = sql.SQL("insert into public.{} ({}) values ({}) returning {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
        sql.Identifier(TABLES[table]),
    )
    row = pg.execute(statement, list(values.values())).fetchone()
    assert row is not None
    key: UUID = row[0]
    return key


def new_person(pg: Connection, email: str | None = None, *, confirmed: bool = True) -> UUID:
    """Somebody who can sign in."""
    person: UUID = one(
        pg,
        "insert into auth.users (id, email, email_confirmed_at)"
        " values (gen_random_uuid(), %s, case when %s then now() end) returning id",
        (email or f"{uuid4()}@family.example", confirmed),
    )
    return person


def new_account(pg: Connection, person: UUID | None = None, **values: Any) -> UUID:
    """An account; without a person nobody can sign in to it."""
    return insert(
        pg, "account_v2", **{"email": f"{uuid4()}@family.example", "auth_provider_id": person, **values}
    )


def vector(*leading: float) -> str:
    """An embedding that begins with ``leading`` and is 0 from there on."""
    return str([float(value) for value in leading] + [0.0] * (DIMENSIONS - len(leading)))


def has_vectors(pg: Connection) -> bool:
    """Whether this server has pgvector, so that memories have embeddings."""
    found: bool = one(pg, "select to_regtype('extensions.vector') is not null")
    return found


def row_of(table: str, keys: dict[str, UUID]) -> dict[str, Any]:
    """Values for a new row of ``table`` in the family that has ``keys``; a calendar is the one of 2026."""
    account = {"account_id": keys["account_v2"]}
    child = {**account, "child_id": keys.get("child_profile_v2")}
    calendar = {**account, "calendar_id": keys.get("advent_calendar_v2")}
    asset, session = keys.get("media_asset"), keys.get("chat_session_v2")
    day, collection = keys.get("calendar_day_v2"), keys.get("surprise_collection_v2")
    rows: dict[str, dict[str, Any]] = {
        "account_session": {**account, "session_token": str(uuid4()), "expires_at": "infinity"},
        "media_asset": {**account, "asset_type": "photo", "storage_path": "a.jpg"},
        "child_profile_v2": {**account, "child_name": "Juno", "hero_photo_asset_id": asset},
        "family_settings": child,
        "advent_calendar_v2": {**child, "year": 2026},
        "calendar_day_v2": {**calendar, "day_number": 1, "message": "One!", "photo_asset_id": asset},
        "surprise_collection_v2": calendar,
        "surprise_video": {**account, "collection_id": collection, "youtube_video_id": "abcdefghijk"},
        "chat_session_v2": {**child, "persona_used": "mummy"},
        "chat_message_v2": {**account, "session_id": session, "sender": "child", "message_text": "Hello!"},
        "memory_fragment": {**child, "session_id": session, "content": "Likes carrots."},
        "memory_embedding": {**child, "content_hash": "0" * 64, "content_preview": "Carrots.",
                             "source_type": "manual_entry"},
        "calendar_analytics": {**calendar, "event_type": "calendar_view"},
        "day_analytics": {**account, "day_id": day, "event_type": "day_open"},
        "chat_analytics": {**child, "session_id": session, "event_type": "chat_start"},
        "user_engagement": {**account, "event_type": "daily_visit"},
    }  # fmt: skip
    return rows[table]


def add(pg: Connection, table: str, family: Family | dict[str, UUID], **values: Any) -> UUID:
    """Insert one more row of ``table`` into a family; ``values`` are what the test is about."""
    row = {**row_of(table, family.keys if isinstance(family, Family) else family), **values}
    if table == "memory_embedding" and has_vectors(pg):
        row.setdefault("embedding", vector(1))
    return insert(pg, table, **row)


def new_family(pg: Connection, *, person: UUID | None = None, **calendar: Any) -> Family:
    """A family with one row in every table. ``calendar`` are columns of its calendar."""
    person = person or new_person(pg)
    keys = {"account_v2": new_account(pg, person)}
    for table in TABLES:
        if table not in keys:
            keys[table] = add(pg, table, keys, **(calendar if table == "advent_calendar_v2" else {}))
    return Family(person, keys)


def as_person(pg: Connection, person: UUID | Family) -> AbstractContextManager[Connection]:
    """Be somebody who has signed in, with an e-mail address among the claims as Supabase sends it."""
    subject = person.person if isinstance(person, Family) else person
    email = one(pg, "select email from auth.users where id = %s", (subject,))
    return acting_as(pg, "authenticated", {"sub": str(subject), "role": "authenticated", "email": email})


def as_visitor(pg: Connection) -> AbstractContextManager[Connection]:
    """Be somebody who has not signed in."""
    return acting_as(pg, "anon", {"role": "anon"})


def as_service(pg: Connection) -> AbstractContextManager[Connection]:
    """Be the application's own server."""
    return acting_as(pg, "service_role", {"role": "service_role"})


def keys_of(pg: Connection, table: str) -> set[UUID]:
    """The keys of the rows of ``table`` that can be seen."""
    query = sql.SQL("select {} from public.{}").format(sql.Identifier(TABLES[table]), sql.Identifier(table))
    return {key for (key,) in pg.execute(query)}


def columns_of(pg: Connection, table: str) -> Sequence[str]:
    """The columns of a table of the schema public, in order."""
    rows = pg.execute(
        "select attname from pg_attribute where attrelid = format('public.%%I', %s::text)::regclass"
        " and attnum > 0 and not attisdropped order by attnum",
        (table,),
    )
    return [str(name) for (name,) in rows]
