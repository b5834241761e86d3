"""A first contract for a project that has none, by measuring: what ``pgproof init`` does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pgproof import access, catalog, database, psql
from pgproof.access.attempts.perform import install
from pgproof.access.contract.model import NOBODY, STRANGER, ActorKind, Contract
from pgproof.access.measuring.draft import Draft, with_cascades
from pgproof.access.measuring.guess import guess_actors
from pgproof.access.measuring.measure import measure
from pgproof.access.relations.subjects import exposed, root_of
from pgproof.catalog import Catalog
from pgproof.conductor import bench, population
from pgproof.conductor.bench import Progress
from pgproof.conductor.current import refresh_views
from pgproof.database import Connection
from pgproof.errors import UsageError
from pgproof.project import Project

SCHEMAS = ("public",)
SETTINGS = """\
[project]
name = {name}
platform = "supabase"
# The default privileges of the Supabase project this is meant for: "classic" if new tables there are open to anon and
# authenticated until you revoke that, "explicit" if they are closed until you grant; "both" checks both.
privileges = "classic"
"""
CASCADED = re.compile(r"^(?P<actor>\S+) on (?P<relation>.+?)(?: by .+)?$")


@dataclass(frozen=True)
class Drafted:
    """The files that were written, and how many lines of the contract wait to be confirmed."""

    files: tuple[Path, ...]
    lines: int


def draft(folder: Path, overrides: Mapping[str, Any], progress: Progress) -> Drafted:
    """Write ``access.toml`` for the project in ``folder``, and ``pgproof.toml`` where it has no settings yet.

    Raises ``UsageError`` rather than overwrite a contract, and for a project that is not for Supabase.
    """
    project, chosen = bench.load(folder, overrides)
    refuse(project)
    settings = folder / "pgproof.toml"
    files: dict[Path, str] = {}
    if project.settings.source is None:
        files[settings] = SETTINGS.format(name=json.dumps(project.name))
        project = replace(project, settings=replace(project.settings, privileges="classic"))
    with bench.workbench(project, chosen, progress=progress) as place:
        dsn = place.clone().dsn
        psql.run(place.session.server.psql, dsn, project.seeds, project.root)
        with database.connect(dsn) as connection:
            files |= drafted_files(connection, project, progress)
    for path, text in files.items():
        path.write_text(text, "utf-8")
    return Drafted(tuple(files), files[project.contract].count("# measured"))


def refuse(project: Project) -> None:
    """Raise ``UsageError`` where nothing can be drafted, or something would be lost."""
    for path in (project.contract, project.root / population.FILE):
        if path.exists():
            raise UsageError(
                f"{path} exists and init overwrites nothing; move it away to have another drafted"
            )
    if project.platform != "supabase":
        raise UsageError(
            f"{project.root} is for plain PostgreSQL ({project.platform_reason or 'as its settings say'}); init knows the "
            'users of Supabase alone: write access.toml by hand, or set platform = "supabase"'
        )


def drafted_files(connection: Connection, project: Project, progress: Progress) -> dict[Path, str]:
    """The contract and the rows it needs, from a database with the migrations and the seed data."""
    progress(f"{project.name}: making up rows")
    found = catalog.read(connection)
    script = population.populate(connection, project, found, SCHEMAS)
    refresh_views(connection)
    guessed = [
        each for each in guess_actors(found, SCHEMAS) if connection.execute(each.each.encode()).fetchone()
    ]
    actors = (*guessed, *_built_in())
    blank = blank_contract(project.contract, found, actors)
    with database.rolled_back(connection):
        install(connection)
        measured = measure(connection, blank, found, progress, everybody=True)
    made = Draft(project.name, found, actors, measured, (population.FILE,) if script else ())
    text = with_what_is_passed_on(connection, project, made, progress).render()
    return {project.contract: text, **({project.root / population.FILE: script} if script else {})}


def _built_in() -> tuple[ActorKind, ...]:
    return (
        ActorKind(NOBODY, "anon", claims={"role": "anon"}),
        ActorKind(STRANGER, "authenticated", claims={"sub": access.UNKNOWN_USER, "role": "authenticated"}),
    )


def blank_contract(path: Path, found: Catalog, actors: tuple[ActorKind, ...]) -> Contract:
    """A contract that speaks of every relation and function that is offered, and allows nothing."""
    names = [each.qualified for each in exposed(found, SCHEMAS) if root_of(found, each) == each.qualified]
    return Contract(path, SCHEMAS, (), actors, {}, dict.fromkeys(names, 1), {})


def with_what_is_passed_on(
    connection: Connection, project: Project, made: Draft, progress: Callable[[str], None]
) -> Draft:
    """The draft with what the access suite finds that deletes do elsewhere, which measuring rows one by one misses."""
    contract = access.contract_of(project.contract, made.render())
    with database.rolled_back(connection):
        report = access.run(connection, contract, made.catalog, progress)
    subjects = [CASCADED.match(each.subject) for each in report.findings if each.rule == "leak-cascade"]
    return with_cascades(made, [(each["relation"], each["actor"]) for each in subjects if each])
