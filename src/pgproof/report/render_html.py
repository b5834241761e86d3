"""The report as one HTML file for a browser, a phone or a printer: no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from pgproof.finding import Finding
from pgproof.report.html_matrix import matrix_html
from pgproof.report.html_text import described, folded, mark, text
from pgproof.report.model import ProjectReport
from pgproof.report.summary import closing

OUTCOMES = {
    "ok": ("ok", "✓", "ok"),
    "failed": ("failed", "✗", "failed"),
    "not run": ("closed", "–", "not run"),
}
SEVERITIES = ("error", "warning", "note")  # a page is read from its top
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<h1>pgproof</h1>
<p>{title}</p>
{projects}</body>
</html>
"""


def render_html(reports: Sequence[ProjectReport]) -> str:
    """One self-contained page: per project its steps, its findings and its matrix."""
    return PAGE.format(
        title=text(closing(reports)),
        style=files("pgproof.report").joinpath("report.css").read_text("utf-8"),
        projects="".join(
            part for number, each in enumerate(reports) for part in _project(each, f"p{number}")
        ),
    )


def _project(report: ProjectReport, prefix: str) -> Iterator[str]:
    yield f'<h2 id="{prefix}">{text(report.name)}</h2>\n'
    ground = f"on PostgreSQL {report.version} ({report.server}), {report.platform}"
    yield f'<p class="faint">{text(ground)}</p>\n'
    for remark in _remarks(report):
        yield f'<p class="faint">{text(remark)}</p>\n'
    if report.failure:
        yield f"<h3>{mark('failed', '✗')} a script did not apply</h3>\n<pre>{text(report.failure)}</pre>\n"
    if report.steps:
        lines = (
            f"<li><b>{mark(*OUTCOMES[each.outcome])}</b> {text(each.claim)}</li>" for each in report.steps
        )
        yield f'<ul class="steps">{"".join(lines)}</ul>\n'
    if report.findings:
        yield f"<h3>Findings ({len(report.findings)})</h3>\n"
        worst = sorted(report.findings, key=lambda each: SEVERITIES.index(each.severity))
        yield from (_finding(each, prefix) for each in worst)
    if report.matrix:
        yield matrix_html(report.matrix, report.findings, prefix)


def _remarks(report: ProjectReport) -> Iterator[str]:
    if report.stand_ins:
        yield f"stand-ins, not the real extensions: {', '.join(report.stand_ins)}"
    if report.missing:
        yield f"missing, neither real nor stand-in: {', '.join(report.missing)}"
    yield from report.remarks


def _finding(finding: Finding, prefix: str) -> str:
    label = mark(f"{finding.severity}-finding", finding.severity)
    where = f"{finding.path.as_posix()}{f':{finding.line}' if finding.line else ''}" if finding.path else ""
    told = described(
        [
            ("at", where),
            ("made at", f"{finding.source.as_posix()}:{finding.source_line}" if finding.source else ""),
            ("expected", finding.expected),
            ("observed", finding.observed),
            ("remedy", finding.remedy),
            ("key", finding.key),
        ]
    )
    if finding.reproduction:
        told += folded("reproduce", f"<pre>{text(finding.reproduction.rstrip())}</pre>", kind="script")
    summary = f"{label} <b>{text(finding.rule)}</b> {text(finding.subject)}"
    return folded(summary, told, f"{prefix}-{finding.key}")
