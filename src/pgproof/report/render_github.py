"""The report for a GitHub workflow: commands in the log that become annotations of the changed lines.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions says how they are written; the
escapes are those of its toolkit. GitHub shows the first ten errors and ten warnings of a step; the log has all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgproof.finding import Finding
from pgproof.report.model import ProjectReport
from pgproof.report.summary import closing

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(reports: Sequence[ProjectReport]) -> str:
    """One workflow command per finding and per script that did not apply, and one that sums up.

    Paths have to be told from the root of the repository for GitHub to find them: see ``relative_to``.
    """
    return "".join(f"{command}\n" for command in _commands(reports))


def _commands(reports: Sequence[ProjectReport]) -> Iterator[str]:
    for report in reports:
        if report.failure:
            yield _command("error", report.failure, title=f"{report.name}: a script did not apply")
        for finding in report.findings:
            yield _annotation(report, finding)
    yield _command("notice", closing(reports), title="pgproof")


def _annotation(report: ProjectReport, finding: Finding) -> str:
    path, line = (finding.source, finding.source_line) if finding.source else (finding.path, finding.line)
    message = f"{finding.observed}\nexpected: {finding.expected}\nremedy: {finding.remedy}"
    return _command(
        COMMANDS[finding.severity],
        f"{message}\n[{finding.key}]",
        file=path.as_posix() if path else "",
        line=str(line) if path and line else "",
        title=f"{report.name}: {finding.rule}: {finding.subject}",
    )


def _command(name: str, message: str, **properties: str) -> str:
    told = ",".join(f"{key}={_in_property(value)}" for key, value in properties.items() if value)
    return f"::{name} {told}::{_in_message(message)}"


def _in_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _in_property(text: str) -> str:
    return _in_message(text).replace(":", "%3A").replace(",", "%2C")
