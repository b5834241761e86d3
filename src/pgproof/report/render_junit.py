"""The report for CI servers that read JUnit XML: a suite per project, a case per step and per finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as xml

from pgproof.finding import Finding
from pgproof.report.model import ProjectReport, Step

# Characters that XML 1.0 cannot hold, not even escaped.
UNSPEAKABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(reports: Sequence[ProjectReport]) -> str:
    """One ``testsuites`` element. Warnings and notes are passed cases that say so in ``system-out``."""
    root = xml.Element("testsuites", name="pgproof")
    for report in reports:
        _suite(root, report)
    xml.indent(root)
    return xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: xml.Element, report: ProjectReport) -> None:
    suite = xml.SubElement(root, "testsuite", name=report.name)
    for step in report.steps:
        _step(suite, report, step)
    for finding in report.findings:
        _finding(suite, report, finding)
    if report.failure:
        case = xml.SubElement(suite, "testcase", classname=report.name, name="scripts apply")
        _body(xml.SubElement(case, "error", message="a script did not apply"), report.failure)
    suite.set("tests", str(len(suite.findall("testcase"))))
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(kind, str(len(suite.findall(f"testcase/{tag}"))))


def _step(suite: xml.Element, report: ProjectReport, step: Step) -> None:
    case = xml.SubElement(suite, "testcase", classname=report.name, name=step.rule)
    if step.outcome == "not run":
        xml.SubElement(case, "skipped", message=_clean(step.claim))
    elif step.outcome == "failed":
        xml.SubElement(case, "failure", message=_clean(step.claim))


def _finding(suite: xml.Element, report: ProjectReport, finding: Finding) -> None:
    case = xml.SubElement(
        suite, "testcase", classname=f"{report.name}.{finding.rule}", name=_clean(finding.subject)
    )
    text = f"expected {finding.expected}\nobserved {finding.observed}\nremedy {finding.remedy}\n{finding.reproduction}"
    if finding.severity == "error":
        _body(xml.SubElement(case, "failure", message=_clean(finding.observed), type=finding.rule), text)
    else:
        _body(xml.SubElement(case, "system-out"), f"{finding.severity}\n{text}")


def _body(element: xml.Element, text: str) -> None:
    element.text = _clean(text)


def _clean(text: str) -> str:
    return UNSPEAKABLE.sub("\N{REPLACEMENT CHARACTER}", text)
