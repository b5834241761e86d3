"""The conductor: the only module that knows in which order things happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pgproof import project as projects
from pgproof import template
from pgproof.project import Project
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


def load(folder: Path, server: str | None = None) -> tuple[Project, str]:
    """The project in ``folder`` and the server to use for it: the one asked for, else the one it names."""
    project = projects.load(folder)
    return project, server or project.settings.server


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
