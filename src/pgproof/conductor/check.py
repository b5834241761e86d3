"""Every claim of a project put to the test, in order."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from pgproof import recorded, template
from pgproof.conductor.access_check import check_access
from pgproof.conductor.bench import Progress, describe_platform, silent
from pgproof.finding import Finding
from pgproof.project import Project
from pgproof.psql import ScriptFailed
from pgproof.rehearsal import rehearse
from pgproof.report.model import MatrixCell, ProjectReport, Step


def check(
    project: Project, server: str, *, update: bool = False, progress: Progress = silent
) -> ProjectReport:
    """Put every claim of ``project`` to the test and report what came of it.

    ``update`` writes what is recorded (catalog, access) instead of comparing with it.
    Raises ``ServerError`` if there is no server; a script that does not apply is part of the report.
    """
    session = template.start_session(project, server)
    try:
        return check_on(session, project, update, progress)
    except template.NeedsOwnCluster:
        pass
    finally:
        session.close()
    with template.open_session(project, server, owner=f"check {secrets.token_hex(8)}", passing=True) as alone:
        return check_on(alone, project, update, progress, shared=False)


def check_on(
    session: template.Session, project: Project, update: bool, progress: Progress, shared: bool = True
) -> ProjectReport:
    """``check`` on an open session."""
    progress(f"{project.name}: preparing the {project.platform} platform")
    base = template.ensure_template(session, project, count=0)
    rehearsal, failure = None, ""
    matrix: tuple[MatrixCell, ...] = ()
    try:
        rehearsal = rehearse(session, project, base, shared, progress)
    except ScriptFailed as failed:
        failure = str(failed)
    steps, findings = (rehearsal.steps, rehearsal.findings) if rehearsal else ([], [])
    if rehearsal and project.contract.exists():
        part = check_access(
            session, project, base.note.missing, update=update, shared=shared, progress=progress
        )
        steps, findings, matrix = [*steps, *part.steps], [*findings, *part.findings], part.matrix
    elif rehearsal and project.platform == "supabase":
        steps = [*steps, untried_access(project)]
    if rehearsal:
        before, after = rehearsal.scenes[0].catalog, rehearsal.scenes[-1].catalog
        for step, one in recorded.compare(project, before, after, base.note.missing, update):
            steps, findings = [*steps, step], [*findings, *([one] if one else [])]
    return ProjectReport(
        name=project.name,
        server=session.server.kind,
        version=session.server.version,
        platform=describe_platform(project),
        stand_ins=rehearsal.stand_ins if rehearsal else (),
        missing=base.note.missing,
        steps=tuple(steps),
        findings=errors_first((*file_remarks(project), *findings)),
        failure=failure,
        matrix=matrix,
    )


def errors_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by severity and otherwise in the order they were made: nobody reads through warnings to an error."""
    return tuple(sorted(findings, key=lambda each: ("error", "warning", "note").index(each.severity)))


def untried_access(project: Project) -> Step:
    """What a report without errors must not hide: nobody was acted as."""
    claim = f"who may do what was not tried: no {project.contract.name}; pgproof init writes a first one"
    return Step("access", claim, "not run")


def file_remarks(project: Project) -> tuple[Finding, ...]:
    """What was noticed when the project's files were read."""
    return tuple(
        Finding(
            rule=each.rule,
            severity="warning",
            subject=each.path.name,
            expected="a file that every client reads alike",
            observed=each.observed,
            remedy=each.remedy,
            path=each.path,
        )
        for each in project.remarks
    )
