"""``Session``: a share in a server together with the right to make databases there.

Everything a session makes carries its token; when a session is gone, the next one drops what it left.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pgproof import database, platforms, servers
from pgproof.database import Connection, errors, sql
from pgproof.errors import UsageError
from pgproof.project import Project
from pgproof.template import databases, extensions, memory, names

BUILD_LOCK = 7_021_954_118  # one builder per server; any constant that is ours
SESSION_LOCK = 7_021_954_119  # every session holds a share of it; any constant that is ours
TEMPLATES = (
    100  # that stay on a cluster of ours, of some 10 MB each: who edits all day must not fill the disk
)
LEFTOVERS = """
select d.datname
from pg_catalog.pg_database as d
where d.datname like 'pgproof\\_c\\_%'
    and not exists (
        select from pg_catalog.pg_stat_activity as a
        where a.application_name = 'pgproof ' || substr(d.datname, 11, 8)
    )
order by d.datname
"""


@dataclass(frozen=True, slots=True)
class Clone:
    """A database of one's own: its name, and how to connect to it."""

    name: str
    dsn: str


@dataclass(slots=True)
class Session:
    """An open server, a maintenance connection and the clones made through it. Make one with ``open_session``.

    ``choice`` is how the server was asked for (``local:/usr/lib/postgresql/17/bin``).
    """

    lease: servers.Lease
    maintenance: Connection
    token: str
    available: frozenset[str]
    has_cron: bool
    choice: str = ""
    count: int = 0
    clones: list[str] = field(default_factory=list)
    has_built: bool = False

    @property
    def server(self) -> servers.Server:
        """The server of this session."""
        return self.lease.server

    def clone(
        self, template: str, settings: tuple[tuple[str, str], ...] = (), *, brief: bool = False
    ) -> Clone:
        """A new copy of ``template``, dropped at the end of the session at the latest.

        ``settings`` are those that each connection to it starts with (a copy does not inherit its template's).
        A ``brief`` one is for a test or a check: in memory, where there is room.
        """
        name = self.next_name()
        databases.create(self.maintenance, name, template, settings, self.place(brief))
        return Clone(name, self.server.dsn(name))

    def place(self, brief: bool) -> str:
        """The tablespace for a database: in memory, if it is ``brief`` and there is room."""
        return memory.tablespace(self.maintenance, self.server) if brief else "pg_default"

    def next_name(self) -> str:
        """A name for a database that goes when this session does."""
        self.count += 1
        self.clones.append(names.clone(self.token, self.count))
        return self.clones[-1]

    def work_database(
        self, template: str, settings: tuple[tuple[str, str], ...], *, brief: bool = False
    ) -> str:
        """A copy of ``template`` to run migrations in, which may create any extension that there is.

        A real pg_cron ties that to one name, so where it is loaded only the holder of the build lock may ask.
        """
        name = self.next_name()
        databases.create(self.maintenance, name, template, settings, self.place(brief))
        if not self.has_cron:
            return name
        self.give_back_cron()  # one that was killed may have taken it along
        databases.rename(self.maintenance, (names.CRON, before := self.next_name()), (name, names.CRON))
        self.drop(before)
        return names.CRON

    def give_back_cron(self) -> None:
        """Have an empty database under pg_cron's name: without one, ``cron.schedule`` fails everywhere."""
        if self.has_cron:
            with contextlib.suppress(database.errors.DuplicateDatabase):
                databases.create(self.maintenance, names.CRON)

    def set_aside(self, name: str, wanted: str) -> None:
        """Rename database ``name``; where it is pg_cron's, an empty one takes its place in the same step."""
        if name != names.CRON or not self.has_cron:
            databases.rename(self.maintenance, (name, wanted))
            return
        databases.create(self.maintenance, empty := self.next_name())
        databases.rename(self.maintenance, (name, wanted), (empty, names.CRON))

    def discard(self, name: str) -> None:
        """Drop a database that was built in; where it is pg_cron's, an empty one takes its place."""
        if name == names.CRON:
            aside = self.next_name()
            self.set_aside(name, aside)
            name = aside
        self.drop(name)

    def helper(self) -> Session:
        """The same session over a second connection, for another thread; close it before this one."""
        maintenance = database.connect(self.server.dsn(), application=f"pgproof {self.token}")
        lent = servers.Lease(self.server, fresh=False, release=lambda: None)
        return Session(
            lent, maintenance, self.token, self.available, self.has_cron, self.choice, count=1_000_000
        )

    def drop(self, name: str) -> None:
        """Drop a database that pgproof made. Raises ``ValueError`` for any other, and for the one that pg_cron needs."""
        if not names.is_ours(name):
            raise ValueError(f"{name} is none of those that pgproof made and may drop")
        database.drop_database(self.maintenance, name)
        if name in self.clones:
            self.clones.remove(name)

    def keep(self, name: str, label: str) -> str:
        """Rename clone ``name`` so that it outlives the session; returns the new name."""
        kept = f"{names.KEPT}{label}"[:63]
        self.drop(kept)
        databases.to_disk(self.maintenance, name)
        databases.rename(self.maintenance, (name, kept))
        if name in self.clones:
            self.clones.remove(name)
        return kept

    def require_kept(self, name: str) -> str:
        """``name``, if a database of that name was kept. Raises ``UsageError`` that lists those that were."""
        rows = self.maintenance.execute(
            "select datname from pg_catalog.pg_database where starts_with(datname, %s) order by datname",
            (names.KEPT,),
        ).fetchall()
        kept = [found for (found,) in rows]
        if name not in kept:
            raise UsageError(f"no kept database {name!r}; kept are: {', '.join(kept) or 'none'}")
        return name

    def over_loopback(self) -> servers.Server:
        """The server as programs reach it that know no sockets: loopback and the random password of its start."""
        if not self.server.host.startswith("/"):
            return self.server
        role, password = sql.Identifier(self.server.user), sql.Literal(self.server.loopback_password)
        self.maintenance.execute(sql.SQL("alter role {} password {}").format(role, password))
        return self.server.over_loopback()

    def reap(self) -> None:
        """Drop clones of sessions that are gone."""
        for (name,) in self.maintenance.execute(LEFTOVERS).fetchall():
            self.drop(name)

    def drop_templates_if_last(self, keep: int) -> None:
        """Drop all templates but the ``keep`` newest, unless another session may be using them."""
        self.maintenance.execute("select pg_catalog.pg_advisory_unlock_shared(%s)", (SESSION_LOCK,))
        row = self.maintenance.execute(
            "select pg_catalog.pg_try_advisory_lock(%s)", (SESSION_LOCK,)
        ).fetchone()
        if row is None or not row[0]:
            return
        made = self.maintenance.execute(
            "update pg_catalog.pg_database set datistemplate = false where oid in ("
            " select oid from pg_catalog.pg_database where starts_with(datname, %s) or starts_with(datname, %s)"
            " order by oid desc offset %s) returning datname",
            (names.TEMPLATE, names.WORK, keep),
        ).fetchall()
        for (name,) in made:
            self.drop(name)

    def close(self) -> None:
        """Drop what this session made and give the server back.

        A disk that is full takes no DROP either, and ends the server where it takes no more of the log: what stays
        is dropped by the next session.
        """
        try:
            if not self.maintenance.closed and not self.maintenance.broken:
                self._drop_all()
            self.maintenance.close()
        except errors.OperationalError as error:
            if not (isinstance(error, errors.DiskFull) or self.maintenance.broken):
                raise
        finally:
            self.lease.close()

    def _drop_all(self) -> None:
        for name in list(self.clones):
            self.drop(name)
        if self.lease.temporary or self.has_built:
            self.drop_templates_if_last(keep=0 if self.lease.temporary else TEMPLATES)


@contextmanager
def build_lock(session: Session) -> Iterator[None]:
    """Be the only one on the server who builds."""
    connection = session.maintenance
    connection.execute("select pg_catalog.pg_advisory_lock(%s)", (BUILD_LOCK,))
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("select pg_catalog.pg_advisory_unlock(%s)", (BUILD_LOCK,))


@contextmanager
def open_session(project: Project, choice: str, owner: str = "", passing: bool = False) -> Iterator[Session]:
    """Open a session on a server of kind ``choice`` for ``project``'s platform; everything it makes goes with it.

    ``owner`` sets the cluster apart from the one that other projects share; ``passing`` removes it at the end.
    """
    session = start_session(project, choice, owner, passing)
    try:
        yield session
    finally:
        session.close()


def start_session(project: Project, choice: str, owner: str = "", passing: bool = False) -> Session:
    """As ``open_session``, for a caller that closes the session itself."""
    platform = platform_of(project)
    roles = platforms.roles_sql(platform)
    lease = servers.lease(
        choice,
        content=f"{platform.name} {platforms.digest(platforms.Platform(platform.name))}",
        owner=owner,
        passing=passing,
        prepare=lambda server: prepare(server, roles),
        stand_ins=platforms.extensions_dir(),
        allow_url=project.settings.allow_url,
    )
    token = secrets.token_hex(names.TOKEN // 2)
    try:
        maintenance = database.connect(lease.server.dsn(), application=f"pgproof {token}")
    except BaseException:
        lease.close()
        raise
    maintenance.execute("select pg_catalog.pg_advisory_lock_shared(%s)", (SESSION_LOCK,))
    available = extensions.available(maintenance)
    session = Session(lease, maintenance, token, available, extensions.has_real_cron(maintenance), choice)
    if session.has_cron and lease.fresh:
        with build_lock(session):  # a builder needs the same name
            session.give_back_cron()
    with database.needing_room("what earlier runs left to be dropped"):
        session.reap()
    return session


def prepare(server: servers.Server, roles: str) -> None:
    """Put the platform's roles into a new cluster."""
    if not roles:
        return
    connection = database.connect(server.dsn())
    with connection:
        connection.execute(roles.encode())


def platform_of(project: Project) -> platforms.Platform:
    """The platform that a project's settings ask for."""
    return platforms.Platform(project.platform, project.settings.world, project.settings.extensions)
