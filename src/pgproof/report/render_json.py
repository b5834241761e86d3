"""The report for programs: one JSON document, stable in its order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pgproof.finding import Finding
from pgproof.report.model import ProjectReport

SCHEMA_VERSION = 1


def render_json(reports: Sequence[ProjectReport]) -> str:
    """``{"version": 1, "projects": [...]}``; every project has the fields of ``ProjectReport``."""
    projects = [
        {**asdict(report), "findings": [_finding(each) for each in report.findings]} for report in reports
    ]
    return json.dumps({"version": SCHEMA_VERSION, "projects": projects}, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    paths = {"path": finding.path, "source": finding.source}
    told = {name: str(path) if path else None for name, path in paths.items()}
    return {**asdict(finding), **told, "key": finding.key}
