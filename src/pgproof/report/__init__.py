"""Findings -> something to read: one file per format. Pure: a report goes in, text comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pgproof.report.model import MatrixCell, ProjectReport, Step
from pgproof.report.render_github import render_github
from pgproof.report.render_html import render_html
from pgproof.report.render_json import render_json
from pgproof.report.render_junit import render_junit
from pgproof.report.render_sarif import render_sarif
from pgproof.report.render_text import render_text
from pgproof.report.summary import relative_to

__all__ = ["FORMATS", "MatrixCell", "ProjectReport", "Step", "exit_code", "relative_to"]

FORMATS: dict[str, Callable[[Sequence[ProjectReport]], str]] = {
    "text": render_text,
    "json": render_json,
    "junit": render_junit,
    "github": render_github,
    "sarif": render_sarif,
    "html": render_html,
}


def exit_code(reports: Sequence[ProjectReport]) -> int:
    """3 if SQL did not apply, else 1 if there is a finding that is an error, else 0."""
    if any(report.failure for report in reports):
        return 3
    errors = any(each.severity == "error" for report in reports for each in report.findings)
    return 1 if errors else 0
