"""What GitHub reads back from the annotations."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.finding import Finding
from pgproof.report import FORMATS, ProjectReport, relative_to

HOSTILE = Finding(
    rule="leak-select",
    subject='anon on public."a,b::c"',
    expected="nothing",
    observed="100% of it\r\n::error::forged",
    remedy="revoke",
    path=Path("sql/a,b:c/access.toml"),
    line=3,
)
REPORT = ProjectReport("demo", "embedded", "18.6", "platform plain", findings=(HOSTILE,))


def read(text):
    """The commands of a log as the runner takes them apart: at ``::``, then at commas, then unescaped."""
    for line in text.splitlines():
        name, properties, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()
        pairs = (pair.split("=", 1) for pair in properties.split(","))
        yield name, {key: unescaped(value) for key, value in pairs}, unescaped(message)


def unescaped(text):
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_what_is_hostile_comes_back_whole_and_forges_nothing():
    (name, properties, message), summary = read(FORMATS["github"]([REPORT]))
    assert name == "error"
    assert properties == {
        "file": "sql/a,b:c/access.toml",
        "line": "3",
        "title": 'demo: leak-select: anon on public."a,b::c"',
    }
    assert message.startswith("100% of it\r\n::error::forged\nexpected: nothing\nremedy: revoke")
    assert summary == ("notice", {"title": "pgproof"}, "1 project checked, 1 error")


@pytest.mark.parametrize(
    ("severity", "command"), [("error", "error"), ("warning", "warning"), ("note", "notice")]
)
def test_the_severity_decides_the_command(severity, command):
    report = replace(REPORT, findings=(replace(HOSTILE, severity=severity),))
    assert next(read(FORMATS["github"]([report])))[0] == command


def test_a_finding_whose_cause_is_known_points_at_it():
    report = replace(REPORT, findings=(replace(HOSTILE, source=Path("sql/001.sql"), source_line=12),))
    _, properties, _ = next(read(FORMATS["github"]([report])))
    assert (properties["file"], properties["line"]) == ("sql/001.sql", "12")


def test_a_finding_without_a_place_says_none():
    report = replace(REPORT, findings=(replace(HOSTILE, path=None, line=3),))
    assert set(next(read(FORMATS["github"]([report])))[1]) == {"title"}


def test_a_script_that_did_not_apply_is_an_error():
    name, properties, message = next(read(FORMATS["github"]([replace(REPORT, findings=(), failure="a\nb")])))
    assert (name, properties["title"], message) == ("error", "demo: a script did not apply", "a\nb")


def test_paths_are_told_from_the_folder_given_and_only_inside_it(tmp_path):
    inside = replace(HOSTILE, path=tmp_path / "sql" / "x.toml")
    outside = replace(HOSTILE, path=tmp_path.parent / "elsewhere.toml")
    (report,) = relative_to([replace(REPORT, findings=(inside, outside, HOSTILE))], tmp_path)
    assert [each.path for each in report.findings] == [Path("sql/x.toml"), outside.path, HOSTILE.path]
