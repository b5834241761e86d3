"""The access part of a check: the contract in every world, and the lock that keeps what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from pgproof import access, database, template
from pgproof.access.measuring import lock
from pgproof.conductor import where, worlds
from pgproof.conductor.bench import Progress
from pgproof.finding import Finding
from pgproof.project import Project
from pgproof.report.model import MatrixCell, Step


@dataclass(frozen=True)
class AccessPart:
    """What the access part adds to a report."""

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    matrix: tuple[MatrixCell, ...]


def check_access(
    session: template.Session,
    project: Project,
    missing: Sequence[str],
    *,
    update: bool,
    shared: bool,
    progress: Progress,
) -> AccessPart:
    """Hold the database against the project's contract, and what was measured against the lock.

    ``update`` writes the lock instead. ``missing`` are extensions that this server could not give: what depends on one
    is not there, so nothing is compared. Raises ``UsageError`` where the contract is at fault.
    """
    contract = access.read_contract(project.contract)
    with ExitStack() as stack:
        places = [
            stack.enter_context(worlds.populated(session, project, contract, name, shared))
            for name in worlds.names_of(project)
        ]
        lacking = [each for each in missing if each in project.settings.extensions]
        left_out: tuple[str, ...] = ()
        if lacking:
            contract, left_out = access.without_unknown(contract, places[0].catalog)
        seen = worlds.run_in_all(places, contract, progress)
        compared = compare_lock(project, contract, places[0], missing, update, progress)
    steps = [_step(project, each) for each in seen]
    if left_out:
        claim = f"not tried, since this server has no {', '.join(lacking)}: {', '.join(left_out)}"
        steps.append(Step("access", claim, "not run"))
    scripts = [(each.up, each.up.read_text("utf-8")) for each in project.migrations]
    findings = where.located(worlds.findings_of(seen), scripts)
    matrix = tuple(
        MatrixCell(
            each.relation, each.command, each.actor, each.condition, each.verdict, each.attempts, each.line
        )
        for each in worlds.matrix_of(seen)
    )
    return AccessPart((*steps, compared[0]), (*findings, *compared[1]), matrix)


def _step(project: Project, seen: worlds.Seen) -> Step:
    report = seen.report
    where = f" with {seen.world.name} default privileges" if seen.world.name else ""
    claim = (
        f"{project.contract.name} kept{where}: {report.attempts} attempts by {report.actors} actors"
        f" on {report.relations} relations and {report.functions} functions"
    )
    failed = any(each.severity == "error" for each in report.findings)
    return Step("access", claim, "failed" if failed else "ok")


def compare_lock(
    project: Project,
    contract: access.Contract,
    world: worlds.World,
    missing: Sequence[str],
    update: bool,
    progress: Progress,
) -> tuple[Step, list[Finding]]:
    """Measure who can do what in a world, and hold it against the lock, or write it if ``update``."""
    path = project.contract.with_suffix(".lock")
    lacking = [each for each in missing if each in project.settings.extensions]
    if lacking:
        return Step("lock", f"not measured: this server has no {', '.join(lacking)}", "not run"), []
    if not update and not path.exists():
        claim = f"no {path.name} to compare with; pgproof check --update writes it"
        return Step("lock", claim, "not run"), []
    with database.connect(world.dsn) as connection:
        measured = access.measured_lock(connection, contract, world.catalog, progress)
    if update:
        path.write_text(lock.render(measured), "utf-8")
        return Step("lock", f"who can do what recorded in {path.name}"), []
    text = path.read_text("utf-8")
    changed = lock.changes(lock.parse(path, text), measured)
    claim = f"who can do what is as in {path.name}"
    if not changed:
        return Step("lock", claim), []
    findings = [
        Finding(
            rule="lock-differs",
            subject=f"{entry.command} by {entry.actor} on {entry.subject}",
            expected=f"what is recorded in {path.name}",
            observed=said,
            remedy="if the change is meant, record it: pgproof check --update",
            path=path,
            line=lock.line_of(text, entry.place),
        )
        for entry, said in changed
    ]
    return Step("lock", claim, "failed"), findings
