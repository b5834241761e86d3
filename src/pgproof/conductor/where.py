"""Where in the migrations an object was last made as it is: so that a finding points at the line to change. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pgproof.finding import Finding

Scripts = Sequence[tuple[Path, str]]
ALSO = {"functions": "(?:functions|routines)"}  # what default privileges may be written on
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
CAUSE = re.compile(
    r"^(?P<kind>policy|function|grant|relation|defaults) (?P<name>.+?)(?: on (?P<table>\S+))?$"
)
STATEMENTS = {
    "policy": r"\b(?:create|alter)\s+policy\s+{name}\s+on\s+{table}(?![\w.])",
    "function": r"\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\s+{name}\s*\(",
    "grant": r"\bgrant\s(?:[^;]*?\W)?(?:{name}|all)\b[^;]*?\son\s+(?:table\s+)?{table}(?![\w.])",
    "defaults": r"\balter\s+default\s+privileges\b[^;]*?\bgrant\b[^;]*?\bon\s+{table}\s+to\b[^;]*?(?<!\w){name}(?!\w)",
    "relation": r"\bcreate\s+(?:\w+\s+)*?(?:table|view)\s+(?:if\s+not\s+exists\s+)?{name}(?![\w.])",
}


def located(findings: Iterable[Finding], scripts: Scripts) -> list[Finding]:
    """The findings, with the place in ``scripts`` (in the order in which they run) of what is to blame."""
    bare = [(path, without_comments(text)) for path, text in scripts]
    return [_located(each, bare) for each in findings]


def without_comments(text: str) -> str:
    """The text with comments blanked out, every line where it was."""
    return COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _located(finding: Finding, scripts: Scripts) -> Finding:
    kinds = list(dict.fromkeys(each.split()[0] for each in finding.causes))
    for kind in kinds:
        places = [place(each, scripts) for each in finding.causes if each.split()[0] == kind]
        found = max((each for each in places if each), default=None)
        if found:
            return replace(finding, source=scripts[found[0]][0], source_line=found[1])
    return finding


def place(cause: str, scripts: Scripts) -> tuple[int, int] | None:
    """The number of the script and the line of the last statement that made the object; None if none is found."""
    match = CAUSE.match(cause)
    if match is None:
        return None
    pattern = STATEMENTS[match["kind"]].format(
        name=_written(match["name"]), table=ALSO.get(match["table"]) or _written(match["table"] or "")
    )
    for number in range(len(scripts) - 1, -1, -1):
        found = list(re.finditer(pattern, scripts[number][1], re.IGNORECASE))
        if found:
            return number, scripts[number][1].count("\n", 0, found[-1].start()) + 1
    return None


def _written(name: str) -> str:
    """A pattern for a name as people write it: with or without its schema, with or without quotes."""
    schema, dot, own = name.partition(".")
    plain = (own or schema).strip('"')
    quoted = f'(?:"{re.escape(plain)}"|{re.escape(plain)})'
    return rf'(?:"?{re.escape(schema)}"?\s*\.\s*)?{quoted}' if dot else rf"(?:\w+\.)?{quoted}"
