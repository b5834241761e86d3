"""A contract as single claims: their names before anything runs, and what became of each afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pgproof import access, settings, template
from pgproof.access.contract.model import COMMANDS, SERVICE
from pgproof.conductor import bench, where, worlds
from pgproof.errors import UsageError
from pgproof.finding import Finding
from pgproof.project import Project
from pgproof.report.render_text import finding_text

REST = "everything else"


@dataclass
class Told:
    """What became of one claim: its findings as texts, and how often it was tried (None: not counted)."""

    attempts: int | None = None
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Note a finding; only an error makes the claim wrong."""
        (self.wrong if finding.severity == "error" else self.remarks).append(finding_text(finding))


def project_of(contract: Path, overrides: Mapping[str, Any]) -> Project:
    """The project that a contract belongs to: the Supabase CLI keeps its files one folder down, and both are projects,
    of which the one with settings is meant. Raises ``UsageError`` where no project has it.
    """
    folders = (contract.parent, contract.parent.parent)
    for folder in sorted(folders, key=lambda each: settings.read(each).source is None):
        project, _ = bench.load(folder, overrides)
        if project.contract.resolve() == contract.resolve():
            return project
    raise UsageError(f"{contract}: no project has this contract; expected it beside the migrations")


def claims(contract: Path, overrides: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """World and name of every claim: ``reader delete public.notes``. Reads files, starts nothing."""
    project = project_of(contract, overrides)
    names = list(_names(access.read_contract(contract)))
    for world in worlds.names_of(project):
        for name in (*names, REST):
            yield world, name


def _names(contract: access.Contract) -> Iterator[str]:
    kinds = [each.name for each in contract.actors]
    for relation in contract.relations:
        for command in COMMANDS:
            yield from (f"{kind} {command} {relation}" for kind in kinds if kind != SERVICE)
    for function in contract.functions:
        yield from (f"{kind} call {function}" for kind in kinds)


def run_world(contract: Path, world: str, overrides: Mapping[str, Any]) -> dict[str, Told]:
    """Run the access suite in one world and say of every claim what became of it.

    Raises ``UsageError`` where the contract is at fault, ``ServerError`` if there is no server.
    """
    project = project_of(contract, overrides)
    server = project.settings.server
    read = access.read_contract(contract)
    session = template.start_session(project, server)
    try:
        return _run(session, project, read, world, True)
    except template.NeedsOwnCluster:
        pass
    finally:
        session.close()
    with template.open_session(project, server, f"cells {secrets.token_hex(8)}", passing=True) as alone:
        return _run(alone, project, read, world, False)


def _run(
    session: template.Session, project: Project, contract: access.Contract, world: str, shared: bool
) -> dict[str, Told]:
    with worlds.populated(session, project, contract, world, shared) as place:
        (seen,) = worlds.run_in_all([place], contract, bench.silent)
    scripts = [(each.up, each.up.read_text("utf-8")) for each in project.migrations]
    findings = tuple(where.located(seen.report.findings, scripts))
    return attributed(contract, replace(seen.report, findings=findings))


def attributed(contract: access.Contract, report: access.AccessReport) -> dict[str, Told]:
    """Every finding at the claim that it is about; what is about none of them at the rest."""
    found = {name: Told() for name in (*_names(contract), REST)}
    for cell in report.matrix:
        if cell.actor != SERVICE:
            found[f"{cell.actor} {cell.command} {cell.relation}"].attempts = cell.attempts
    for finding in report.findings:
        found[_about(found, report, finding)].add(finding)
    return found


def _about(found: Mapping[str, Told], report: access.AccessReport, finding: Finding) -> str:
    said = f" {finding.rule.replace('-', ' ')} {finding.subject} "
    marks = [name for name in found if all(f" {word} " in said for word in name.split(" ", 2))]
    called = [
        name
        for name in found
        if " call " in name and all(f" {word} " in said for word in name.split(" call "))
    ]
    broken = [
        f"{each.actor} {each.command} {each.relation}"
        for each in report.matrix
        if each.verdict not in ("ok", "not-exercised")
        and all(f" {word} " in said for word in (each.actor, each.relation))
    ]
    return next((name for name in (*marks, *called, *broken) if name in found), REST)
