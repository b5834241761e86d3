"""From a project to a template database: the longest prefix that exists already, and psql for the rest.

A template is named by a digest of all that made it and marked ``datistemplate`` as the very last step, so a ruin
is known by the missing mark (the idea is pgtestdb's). Besides the finished state the one before the last migration is kept,
because that is the one being edited, and those 2, 4, 8 ... steps before the end that took long enough to get to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from itertools import pairwise
from typing import ParamSpec, TypeVar

import pgproof
from pgproof import database, platforms, psql, servers
from pgproof.database import sql
from pgproof.errors import PgproofError, UsageError
from pgproof.project import Project
from pgproof.template import cluster_state, databases, names
from pgproof.template.note import Note
from pgproof.template.session import Session, build_lock, platform_of

Progress = Callable[[str], None]
GIVEN = """
    select pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname, d.defaclobjtype::text, d.defaclacl::text[]
    from pg_catalog.pg_default_acl as d
    left join pg_catalog.pg_namespace as n on d.defaclnamespace = n.oid
    order by 1, 2, 3
"""
P = ParamSpec("P")
R = TypeVar("R")


class NeedsOwnCluster(PgproofError):
    """The project's scripts change roles or settings of the cluster, so it cannot share one."""


@dataclass(frozen=True, slots=True)
class Template:
    """A finished template: its database, what its build said, and how many migrations this call had to apply."""

    name: str
    digest: str
    settings: tuple[tuple[str, str], ...]
    note: Note
    applied: int


def digests(project: Project, server: servers.Server) -> tuple[str, ...]:
    """The digest of the platform alone, then one per migration: everything that could make a difference counts, and
    what is kept in a note.
    """
    platform = platform_of(project)
    noted = [each.name for each in fields(Note)]
    base = repr((pgproof.__version__, platforms.digest(platform), server.kind, server.version_num, noted))
    parts = ("", *project.chain)
    return tuple(blake2b(f"{base}\0{part}".encode(), digest_size=16).hexdigest() for part in parts)


def ensure_template(
    session: Session,
    project: Project,
    *,
    count: int | None = None,
    reuse: bool = True,
    shared: bool = True,
    progress: Progress = lambda _: None,
) -> Template:
    """Find or build the template of ``project`` with its first ``count`` migrations applied (all by default).

    ``reuse=False`` builds it again from nothing. ``shared`` says that other projects use the cluster too.
    Raises ``ScriptFailed`` if a migration does not apply, ``NeedsOwnCluster`` if it changes the cluster.
    """
    wanted = digests(project, session.server)
    wanted = wanted if count is None else wanted[: count + 1]
    found = read_template(session, wanted[-1], project) if reuse else None
    if found:
        return found
    with build_lock(session):
        remove_ruins(session)
        found = read_template(session, wanted[-1], project) if reuse else None  # while we waited
        return found or build(session, project, wanted, reuse, shared, progress)


def read_template(session: Session, digest: str, project: Project) -> Template | None:
    """The finished template with ``digest``, if there is one."""
    row = session.maintenance.execute(
        "select pg_catalog.shobj_description(oid, 'pg_database') from pg_catalog.pg_database"
        " where datname = %s and datistemplate",
        (names.template(digest),),
    ).fetchone()
    if row is None:
        return None
    settings = platforms.database_settings(platform_of(project))
    return Template(names.template(digest), digest, settings, Note.from_text(row[0]), applied=0)


def remove_ruins(session: Session) -> None:
    """Drop what a builder left who was killed: with the build lock in our hands, nobody is building."""
    rows = session.maintenance.execute(
        "select datname from pg_catalog.pg_database"
        " where starts_with(datname, %s) or (starts_with(datname, %s) and not datistemplate)",
        (names.WORK, names.TEMPLATE),
    ).fetchall()
    for (name,) in rows:
        session.drop(name)


def build(
    session: Session, project: Project, wanted: Sequence[str], reuse: bool, shared: bool, progress: Progress
) -> Template:
    """Apply what is missing on top of the longest finished prefix, keeping states on the way."""
    start, note = longest_prefix(session, wanted) if reuse else (-1, Note())
    before = cluster_state.read(session.maintenance)
    settings = platforms.database_settings(platform_of(project))
    origin = names.template(wanted[start]) if start >= 0 else "template0"
    copying, work = timed(session.work_database, origin, settings)
    made, end, spent = {work}, len(wanted) - 1, 0.0
    try:
        for first, last in stretches(start, end):
            took, note = timed(advance, session, project, work, first, last, note, progress)
            spent += took
            if last == end - 1 or (last < end and worth_keeping(spent, copying)):
                made.add(snapshot(session, work, wanted[last], note))
                spent = 0.0
        if shared and cluster_state.read(session.maintenance) != before:
            raise NeedsOwnCluster(f"{project.name} changes roles or settings that its whole cluster has")
    except BaseException:
        clear_away(session, made, before)
        raise
    finish(session, work, wanted[-1], note)
    return Template(names.template(wanted[-1]), wanted[-1], settings, note, end - max(start, 0))


def timed(work: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> tuple[float, R]:
    """Call ``work``; returns the seconds that it took and its result."""
    start = time.monotonic()
    made = work(*arguments, **options)
    return time.monotonic() - start, made


def worth_keeping(spent: float, copying: float) -> bool:
    """Whether to keep a state that took ``spent`` seconds to get to from the one before, when a copy takes ``copying``.

    The copy is paid for now, what it saves perhaps later. Quick migrations are applied again in less time.
    """
    return spent > 2 * copying


def longest_prefix(session: Session, wanted: Sequence[str]) -> tuple[int, Note]:
    """The index of the last digest that has a finished template, and the note on it; -1 if none has."""
    rows = session.maintenance.execute(
        "select datname, pg_catalog.shobj_description(oid, 'pg_database') from pg_catalog.pg_database"
        " where datistemplate and datname = any(%s)",
        ([names.template(each) for each in wanted],),
    ).fetchall()
    notes: dict[str, str | None] = dict(rows)
    for index in range(len(wanted) - 1, -1, -1):
        if names.template(wanted[index]) in notes:
            return index, Note.from_text(notes[names.template(wanted[index])])
    return -1, Note()


def stretches(start: int, end: int) -> list[tuple[int, int]]:
    """Runs of migrations (first, last; counted from 1) between the states that may be worth keeping.

    State 0 is the platform; before it there is nothing, -1.

    >>> stretches(-1, 7)
    [(0, 0), (1, 3), (4, 5), (6, 6), (7, 7)]
    """
    stops, distance = {start, max(start, 0), end}, 1
    while end - distance > start:
        stops.add(end - distance)
        distance *= 2
    return [(first + 1, last) for first, last in pairwise(sorted(stops))]


def advance(
    session: Session, project: Project, work: str, first: int, last: int, note: Note, progress: Progress
) -> Note:
    """Bring ``work`` from the state before ``first`` to ``last``; returns the note on it."""
    if last == 0:
        return apply_platform(session, platform_of(project), work)
    progress(f"applying {project.migrations[last - 1].up.name}")
    return replace(note, said=note.said + apply(session, project, work, first, last))


def apply_platform(session: Session, platform: platforms.Platform, work: str) -> Note:
    """Make the empty database ``work`` look like the platform; the note has what could not be had, and what it gives."""
    extensions = platforms.extension_sql(platform, set(session.available))
    making = database.needing_room(f"the {platform.name} platform")
    with making, database.connect(session.server.dsn(work)) as connection:
        for _, text in platforms.scripts(platform):
            connection.execute(text.encode())
        if extensions.sql:
            connection.execute(extensions.sql.encode())
        given = connection.execute(GIVEN).fetchall()
    return Note(missing=extensions.missing, given=tuple((*each[:3], tuple(each[3])) for each in given))


def apply(session: Session, project: Project, work: str, first: int, last: int) -> tuple[psql.Message, ...]:
    """Apply migrations ``first`` to ``last`` (counted from 1) to the database ``work``."""
    scripts = [each.up for each in project.migrations[first - 1 : last]]
    return psql.run(session.server.psql, session.server.dsn(work), scripts, project.root)


def snapshot(session: Session, work: str, digest: str, note: Note) -> str:
    """Keep the present state of ``work`` as the template with ``digest``; returns its name."""
    copy = f"{names.WORK}{digest[:24]}"
    databases.create(session.maintenance, copy, work)
    return finish(session, copy, digest, note)


def finish(session: Session, made: str, digest: str, note: Note) -> str:
    """Turn database ``made`` into the template with ``digest``: name, note, and last of all the mark."""
    name = names.template(digest)
    connection = session.maintenance
    discard_template(session, name)
    target = sql.Identifier(name)
    session.has_built = True
    session.set_aside(made, name)
    connection.execute(sql.SQL("comment on database {} is {}").format(target, sql.Literal(note.to_text())))
    connection.execute(sql.SQL("alter database {} with is_template true").format(target))
    return name


def discard_template(session: Session, name: str) -> None:
    """Drop a template, mark and all, if it exists."""
    session.maintenance.execute(
        "update pg_catalog.pg_database set datistemplate = false where datname = %s", (name,)
    )
    session.drop(name)


def clear_away(session: Session, made: Iterable[str], before: cluster_state.ClusterState) -> None:
    """Undo a build that failed: its databases, and what it did to the cluster."""
    if session.maintenance.broken:
        return
    for name in made:
        if name == names.CRON:
            session.discard(name)
        else:
            discard_template(session, name)
    restore_cluster(session, before)


def restore_cluster(session: Session, before: cluster_state.ClusterState) -> None:
    """Take back what scripts did to the whole cluster; what cannot be taken back marks a cluster of ours as dirty.

    Raises ``UsageError`` if the server is somebody else's: they have to know what was changed.
    """
    if cluster_state.read(session.maintenance) == before:
        return
    now = cluster_state.restore(session.maintenance, before)
    if now == before:
        return
    if session.server.folder:
        (session.server.folder / "dirty").touch()
        return
    changed = [each.name for each in fields(before) if getattr(before, each.name) != getattr(now, each.name)]
    raise UsageError(
        f"the project's scripts changed the {' and '.join(changed)} of {session.server.host}:{session.server.port} "
        "and this cannot be taken back; compare with what it was, and use --server embedded"
    )
