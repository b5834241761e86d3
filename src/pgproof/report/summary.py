"""One line about all reports, and the findings' paths as the reader knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pgproof.finding import Finding
from pgproof.report.model import ProjectReport


def closing(reports: Sequence[ProjectReport]) -> str:
    """``2 projects checked, 1 error, 3 warnings``, and which projects did not apply."""
    broken = [report.name for report in reports if report.failure]
    parts = [
        f"{_counted(len(reports), 'project')} checked",
        _counted(count(reports, "error"), "error"),
    ]
    if warnings := count(reports, "warning"):
        parts.append(_counted(warnings, "warning"))
    if broken:
        parts.append(f"did not apply: {', '.join(broken)}")
    return ", ".join(parts)


def count(reports: Sequence[ProjectReport], severity: str) -> int:
    """How many findings of this severity there are."""
    return sum(each.severity == severity for report in reports for each in report.findings)


def relative_to(reports: Sequence[ProjectReport], base: Path) -> list[ProjectReport]:
    """The same reports with every path inside the folder ``base`` told from there; others stay as they are."""
    return [
        replace(report, findings=tuple(_from(base, each) for each in report.findings)) for report in reports
    ]


def _from(base: Path, finding: Finding) -> Finding:
    return replace(finding, path=_told(base, finding.path), source=_told(base, finding.source))


def _told(base: Path, path: Path | None) -> Path | None:
    return path.relative_to(base) if path and path.is_relative_to(base) else path


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
