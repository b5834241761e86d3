"""The report for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent

from pgproof.finding import Finding
from pgproof.report.model import ProjectReport
from pgproof.report.summary import closing

MARKS = {"ok": "ok", "failed": "FAILED", "not run": "--"}
FEW_LINES = 4


def render_text(reports: Sequence[ProjectReport]) -> str:
    """Every project with its steps, then its findings, then one closing line for all."""
    blocks = ["\n".join(_project(report)) for report in reports]
    return "\n\n".join([*blocks, closing(reports)]) + "\n"


def _project(report: ProjectReport) -> Iterator[str]:
    yield f"{report.name}  on PostgreSQL {report.version} ({report.server}), {report.platform}"
    if report.stand_ins:
        yield f"  stand-ins, not the real extensions: {', '.join(report.stand_ins)}"
    if report.missing:
        yield f"  missing, neither real nor stand-in: {', '.join(report.missing)}"
    for remark in report.remarks:
        yield f"  {remark}"
    for step in report.steps:
        yield f"  {MARKS[step.outcome]:<6}  {step.claim}"
    if report.failure:
        yield f"\n{indent(report.failure, '  ')}"
    for finding in report.findings:
        yield f"\n{indent(finding_text(finding), '  ')}"


def finding_text(finding: Finding) -> str:
    """One finding with everything that was seen."""
    lines = [f"{finding.severity} {finding.rule}: {finding.subject}  [{finding.key}]"]
    if finding.path:
        lines.append(f"  at        {finding.path}{f':{finding.line}' if finding.line else ''}")
    if finding.source:
        lines.append(f"  made at   {finding.source}:{finding.source_line}")
    for label, text in (
        ("expected", finding.expected),
        ("observed", finding.observed),
        ("remedy", finding.remedy),
    ):
        lines.append(f"  {label:<9} " + text.replace("\n", "\n" + " " * 12))
    if finding.reproduction:
        lines.append(_reproduction(finding.reproduction.rstrip()))
    return "\n".join(lines)


def _reproduction(script: str) -> str:
    """A script of a few lines; of a longer one, which would bury the findings, where to read it."""
    if script.count("\n") >= FEW_LINES:
        return "  reproduce with psql: --format html and --format json write out the script"
    return "  reproduce\n" + indent(script, "    ")
