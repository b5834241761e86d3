"""What exists before the first migration: SQL that stands in for Supabase, and for extensions a server lacks.

``template`` runs what this room returns; ``servers`` puts ``extensions_dir()`` on ``extension_control_path``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pgproof.database import Connection

Privileges = Literal["classic", "explicit"]

_HERE = Path(__file__).parent
_STAND_IN = "pgproof stand-in"
# What Supabase has installed in every project; a project's own list comes on top.
_ALWAYS_IN_SUPABASE = ("pg_stat_statements", "pgcrypto", "supabase_vault", "uuid-ossp")
# Extensions whose control file fixes the schema; everything else goes to "extensions", as from the dashboard.
_BRING_THEIR_SCHEMA = frozenset({"pg_cron", "pg_net", "plpgsql", "supabase_vault"})


@dataclass(frozen=True)
class Platform:
    """What a project finds before its first migration.

    ``privileges`` says which of Supabase's two worlds the database is in. ``classic`` grants everything made
    in ``public`` to the API roles at once; it is the default because the tables of most projects were made in
    it. ``explicit`` grants nothing: new projects since 2026-05-30, new tables everywhere since 2026-10-30.
    ``extensions`` are those that the owner enabled beforehand.
    """

    name: Literal["supabase", "plain"] = "supabase"
    privileges: Privileges = "classic"
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extensions:
    """The script that creates a platform's extensions, and the names that nobody has."""

    sql: str
    missing: tuple[str, ...]


def scripts(platform: Platform) -> tuple[tuple[str, str], ...]:
    """The scripts that make an empty database look like the platform, in order, as (name, SQL text)."""
    if platform.name == "plain":
        return ()
    folder = _HERE / "supabase"
    paths = [*sorted(folder.glob("[0-9]*.sql")), folder / "privileges" / f"{platform.privileges}.sql"]
    return tuple((path.relative_to(_HERE).as_posix(), path.read_text(encoding="utf-8")) for path in paths)


def roles_sql(platform: Platform) -> str:
    """The script that the cluster needs once, '' for none.

    It may run again, and from two databases at the same time.
    """
    if platform.name == "plain":
        return ""
    return (_HERE / "supabase" / "roles.sql").read_text(encoding="utf-8")


def database_settings(platform: Platform) -> tuple[tuple[str, str], ...]:
    """Settings that every session in the database starts with, as (name, value).

    They are not part of ``scripts``, because ``create database ... template`` copies no settings: each clone
    has to be given them.
    """
    if platform.name == "plain":
        return ()
    return (("search_path", '"$user", public, extensions'),)


def extension_names(platform: Platform) -> tuple[str, ...]:
    """Every extension that is there before the first migration, in the order of creation."""
    always = _ALWAYS_IN_SUPABASE if platform.name == "supabase" else ()
    return tuple(dict.fromkeys((*always, *platform.extensions)))


def extension_sql(platform: Platform, available: set[str]) -> Extensions:
    """The script for ``extension_names``; ``available`` is what the server's pg_available_extensions has."""
    names = extension_names(platform)
    present = [name for name in names if name in available]
    missing = tuple(name for name in names if name not in available)
    return Extensions("".join(_create(platform, name) for name in present), missing)


def _create(platform: Platform, name: str) -> str:
    place = "" if platform.name == "plain" or name in _BRING_THEIR_SCHEMA else " with schema extensions"
    return f"create extension {_quoted(name)}{place} cascade;\n"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def extensions_dir() -> Path:
    """The folder to put on ``extension_control_path``, after ``$system``: a real extension always wins.

    PostgreSQL (18 and later) looks for control files in its subfolder ``extension``; the user that the server
    runs as must be able to read it.
    """
    return _HERE


@cache
def stand_in_names() -> tuple[str, ...]:
    """Every extension that pgproof can stand in for."""
    return tuple(sorted(path.stem for path in (_HERE / "extension").glob("*.control")))


def stand_ins(available: set[str]) -> tuple[str, ...]:
    """Which stand-ins a server with these extensions of its own would use: only for names that it lacks."""
    return tuple(name for name in stand_in_names() if name not in available)


def stand_ins_in(conn: Connection) -> tuple[str, ...]:
    """The extensions of this database that are stand-ins, recognised by their comment."""
    rows = conn.execute(
        "select e.extname from pg_catalog.pg_extension as e"
        " where pg_catalog.starts_with(pg_catalog.obj_description(e.oid, 'pg_extension'), %s)"
        " order by e.extname",
        (_STAND_IN,),
    )
    return tuple(str(name) for (name,) in rows)


def clock_sql() -> str:
    """The script that puts the movable clock and ``run_jobs`` into schema ``pgproof`` of a database.

    It reads schedules with the SQL of the stand-in for pg_cron, which a server with the real one has not.
    """
    schedules = (_HERE / "extension" / "pg_cron--schedules.sql").read_text("utf-8")
    others = [(_HERE / name).read_text("utf-8") for name in ("clock.sql", "messages.sql", "jobs.sql")]
    return "\n".join([schedules.replace("pgproof_cron", "pgproof"), *others])


@cache
def digest(platform: Platform) -> str:
    """A key that changes whenever a database made for this platform would come out differently."""
    made_of = hashlib.sha256(repr(platform).encode())
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in {".sql", ".control"}:
            made_of.update(path.relative_to(_HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return made_of.hexdigest()
