"""The report for code scanning: one SARIF 2.1.0 log with a run per project.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html is the standard that the names come from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pgproof.finding import Finding
from pgproof.report.model import ProjectReport

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"  # what GitHub and editors call the root of the repository


def render_sarif(reports: Sequence[ProjectReport]) -> str:
    """One JSON document. A script that did not apply is a notification of a run that was not successful.

    Paths have to be told from the root of the repository for a viewer to find them: see ``relative_to``.
    """
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report) for report in reports]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _run(report: ProjectReport) -> dict[str, Any]:
    rules = list(dict.fromkeys(each.rule for each in report.findings))
    return {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {"id": f"pgproof/{quote(report.name, safe='')}/"},
        "invocations": [_invocation(report)],
        "results": [_result(report, each, rules.index(each.rule)) for each in report.findings],
    }


def _driver(report: ProjectReport, rules: Sequence[str]) -> dict[str, Any]:
    first = {each.rule: each for each in reversed(report.findings)}
    return {
        "name": "pgproof",
        "version": version("pgproof"),
        "rules": [_rule(first[name]) for name in rules],
    }


def _rule(example: Finding) -> dict[str, Any]:
    return {
        "id": example.rule,
        "name": "".join(word.capitalize() for word in example.rule.split("-")),
        "shortDescription": {"text": example.rule.replace("-", " ")},
        "help": {"text": f"{example.remedy} (expected, for example: {example.expected})"},
        "defaultConfiguration": {"level": example.severity},
    }


def _invocation(report: ProjectReport) -> dict[str, Any]:
    if not report.failure:
        return {"executionSuccessful": True}
    failure = {"level": "error", "message": {"text": report.failure}}
    return {"executionSuccessful": False, "toolExecutionNotifications": [failure]}


def _result(report: ProjectReport, finding: Finding, index: int) -> dict[str, Any]:
    message = f"{finding.subject}: {finding.observed}\nexpected: {finding.expected}\nremedy: {finding.remedy}"
    result = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": message},
        "locations": [_location(finding)],
        **_related(finding),
        "partialFingerprints": {"pgproofKey/v1": f"{report.name}/{finding.key}"},
    }
    if finding.reproduction:
        result["properties"] = {"reproduction": finding.reproduction}
    return result


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding.subject}]}
    if finding.source:
        location["physicalLocation"] = _physical(finding.source, finding.source_line)
    elif finding.path:
        location["physicalLocation"] = _physical(finding.path, finding.line)
    return location


def _related(finding: Finding) -> dict[str, Any]:
    """Where the expected is said, if the result points at what contradicts it."""
    if not (finding.source and finding.path):
        return {}
    told = {
        "message": {"text": "what is expected"},
        "physicalLocation": _physical(finding.path, finding.line),
    }
    return {"relatedLocations": [told]}


def _physical(path: Path, line: int | None) -> dict[str, Any]:
    region = {"region": {"startLine": line}} if line else {}
    return {"artifactLocation": _artifact(path), **region}


def _artifact(path: Path) -> dict[str, str]:
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": ROOT}
