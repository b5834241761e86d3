"""A project on a server, ready to be used: what the fixtures and ``pgproof up`` stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pgproof import project as projects
from pgproof import psql, template
from pgproof.project import Project
from pgproof.settings import Settings, read
from pgproof.template import Clone, Session, Template

Progress = Callable[[str], None]


def silent(_: str) -> None:
    """Progress for those who did not ask."""


@dataclass(frozen=True)
class Workbench:
    """A project on a server: a template with every migration applied, ready to be cloned."""

    project: Project
    session: Session
    template: Template

    def clone(self) -> Clone:
        """A database of one's own with every migration applied; dropped when the workbench closes."""
        return self.session.clone(self.template.name, self.template.settings)


def discover(folder: Path) -> tuple[Path, ...]:
    """The folders of the projects at ``folder``. Raises ``UsageError`` if there is none."""
    return projects.discover(folder)


def load(folder: Path, overrides: Mapping[str, Any] | None = None) -> tuple[Project, str]:
    """The project in ``folder`` with some settings overridden, and the server that it asks for."""
    found = read(folder.resolve()) if folder.is_dir() else Settings()
    project = projects.load(folder, replace(found, **(overrides or {})))
    return project, project.settings.server


def open_workbench(
    project: Project, server: str, *, reuse: bool = True, progress: Progress = silent
) -> Workbench:
    """Start a server and make sure of the project's template; the caller closes ``workbench.session``.

    Raises ``ScriptFailed`` if a migration does not apply, ``ServerError`` if there is no server.
    """
    session = template.start_session(project, server)
    try:
        try:
            made = template.ensure_template(session, project, reuse=reuse, progress=progress)
        except template.NeedsOwnCluster:
            owner = template.digests(project, session.server)[-1]
            session.close()
            session = template.start_session(project, server, owner)
            made = template.ensure_template(session, project, reuse=reuse, shared=False, progress=progress)
    except BaseException:
        session.close()
        raise
    return Workbench(project, session, made)


@contextmanager
def workbench(
    project: Project, server: str, *, reuse: bool = True, progress: Progress = silent
) -> Iterator[Workbench]:
    """``open_workbench`` that closes itself."""
    opened = open_workbench(project, server, reuse=reuse, progress=progress)
    try:
        yield opened
    finally:
        opened.session.close()


@dataclass(frozen=True)
class Playground:
    """A ready database for a person or a program: its address, and what it is in words."""

    dsn: str
    described: str
    environment: dict[str, str]


@contextmanager
def playground(
    project: Project, server: str, *, seeded: bool, kept: str | None = None, progress: Progress = silent
) -> Iterator[Playground]:
    """A database with every migration (and, if ``seeded``, the seed data) applied, gone at the end.

    ``kept`` is the name of a database that a failed test left; it is opened instead, and stays.
    """
    with workbench(project, server, progress=progress) as bench:
        if kept:
            name = bench.session.require_kept(kept)
        else:
            name = bench.clone().name
            if seeded:
                psql.run(
                    bench.session.server.psql, bench.session.server.dsn(name), project.seeds, project.root
                )
        reachable = bench.session.over_loopback()
        progress("")
        yield Playground(reachable.dsn(name), describe(bench), reachable.environment(name))


def describe(bench: Workbench) -> str:
    """What a workbench is, in one line."""
    server = bench.session.server
    return f"{bench.project.name} on PostgreSQL {server.version} ({server.kind}), {describe_platform(bench.project)}"


def describe_platform(project: Project) -> str:
    """The platform in words, with the reason if it was guessed."""
    world = f", {project.settings.world} default privileges" if project.platform == "supabase" else ""
    guessed = f" (guessed: {project.platform_reason})" if project.platform_reason else ""
    return f"platform {project.platform}{world}{guessed}"
