"""A contract held against the database in every world of default privileges that its users may live in.

On Supabase a new table belongs to everybody (``classic``) or to nobody but its owner (``explicit``), depending on when
the project was made, so the same migrations give two databases.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import get_args

from pgproof import access, catalog, database, psql, settings, template
from pgproof.access.judging.matrix import WORST
from pgproof.catalog import Catalog
from pgproof.catalog.model import DefaultPrivileges
from pgproof.conductor.bench import Progress
from pgproof.conductor.current import refresh_views
from pgproof.finding import Finding
from pgproof.project import Project


@dataclass(frozen=True)
class World:
    """A populated database with the default privileges named ``name`` (empty where the platform has no such choice);
    ``given`` are those that were there before the first migration.
    """

    name: str
    dsn: str
    catalog: Catalog
    given: tuple[DefaultPrivileges, ...]


@dataclass(frozen=True)
class Seen:
    """What the access suite said in one world."""

    world: World
    report: access.AccessReport


def names_of(project: Project) -> tuple[str, ...]:
    """The worlds that a project is meant for."""
    if project.platform != "supabase":
        return ("",)
    return get_args(settings.World) if project.settings.privileges == "both" else (project.settings.world,)


def in_world(project: Project, name: str) -> Project:
    """The project with other default privileges."""
    chosen = settings.checked("privileges", name, "privileges")
    return replace(project, settings=replace(project.settings, privileges=chosen))


@contextmanager
def populated(
    session: template.Session, project: Project, contract: access.Contract, name: str, shared: bool
) -> Iterator[World]:
    """A database in world ``name`` with the migrations, the seed data and the contract's population; gone at the end.

    Where the project changes its cluster it gets one for each world: the roles of one are in the way of the other.
    """
    chosen = in_world(project, name) if name else project
    with ExitStack() as held:
        if not shared:
            alone = template.open_session(
                chosen, session.choice, f"world {secrets.token_hex(8)}", passing=True
            )
            session = held.enter_context(alone)
        made = template.ensure_template(session, chosen, shared=shared)
        clone = session.clone(made.name, made.settings, brief=project.seeds_fit_in_memory)
        held.callback(session.drop, clone.name)
        scripts = [*project.seeds, *(contract.path.parent / each for each in contract.population)]
        psql.run(session.server.psql, clone.dsn, scripts, project.root)
        with database.connect(clone.dsn) as connection:
            refresh_views(connection)
            seen = catalog.read(connection)
        yield World(name, clone.dsn, seen, catalog.default_privileges(made.note.given))


def run_in_all(worlds: Sequence[World], contract: access.Contract, progress: Progress) -> list[Seen]:
    """The access suite in each world, side by side: they are databases of their own.

    Raises ``UsageError`` where the contract is at fault.
    """

    def run(world: World) -> Seen:
        with database.connect(world.dsn) as connection:
            return Seen(world, access.run(connection, contract, world.catalog, progress, given=world.given))

    with ThreadPoolExecutor(len(worlds)) as pool:
        return list(pool.map(run, worlds))


def findings_of(seen: Sequence[Seen]) -> list[Finding]:
    """The findings of all worlds, each once; what is found in one world only says in which."""
    found: dict[str, list[tuple[str, Finding]]] = {}
    for each in seen:
        for finding in each.report.findings:
            found.setdefault(finding.key, []).append((each.world.name, finding))
    return [
        one[1] if len(told) == len(seen) else _only_in(*one) for told in found.values() for one in told[:1]
    ]


def _only_in(world: str, finding: Finding) -> Finding:
    return replace(finding, observed=f"{finding.observed}; with {world} default privileges only")


def matrix_of(seen: Sequence[Seen]) -> tuple[access.MatrixCell, ...]:
    """The cells of all worlds: how often each was tried in all, and the worst that came of it."""
    return tuple(
        replace(
            cells[0],
            verdict=min((each.verdict for each in cells), key=WORST.index),
            attempts=sum(each.attempts for each in cells),
        )
        for cells in zip(*(each.report.matrix for each in seen), strict=True)
    )
