"""What people and programs read, word for word (snapshots), and what the formats promise to their readers."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from pgproof import __version__
from pgproof.finding import Finding
from pgproof.report import FORMATS, ProjectReport, Step, exit_code

ROLLBACK = Finding(
    rule="rollback-differs",
    subject="rollback_002_b.sql",
    expected="the catalog as it was before 002_b.sql",
    observed="table public.b: still there\nindex public.b_pkey: still there",
    remedy="undo in the script what it leaves, from the bottom of the migration up",
    path=Path("sql/demo/rollback_002_b.sql"),
)
WARNING = Finding(
    rule="apply-warning",
    severity="warning",
    subject="001_a.sql",
    expected="the migration applies without a warning",
    observed="01000 careful",
    remedy="mend what the server warns of",
    path=Path("sql/demo/001_a.sql"),
    line=7,
    reproduction="create table a ();\nselect 1;",
)
CLEAN = ProjectReport(
    name="demo", server="embedded", version="18.6", platform="platform plain",
    steps=(Step("apply", "2 migrations applied from zero"), Step("seed", "the project has no seed data", "not run")),
)  # fmt: skip
FAULTY = replace(
    CLEAN,
    name="faulty",
    stand_ins=("pg_cron",),
    missing=("vector",),
    steps=(
        *CLEAN.steps,
        Step("rollback", "2 migrations rolled back one by one, the catalog as before each", "failed"),
    ),
    findings=(WARNING, ROLLBACK),
)
BROKEN = replace(CLEAN, name="broken", steps=(), failure="001_a.sql:1: error 42601: syntax error")


@pytest.mark.parametrize("form", FORMATS)
def test_the_whole_report_reads_as_it_should(form, snapshot):
    text = FORMATS[form]([CLEAN, FAULTY, BROKEN])
    steady = re.sub("<style>.*</style>", "<style></style>", text, flags=re.DOTALL)
    assert steady.replace(f'"version": "{__version__}"', '"version": "ours"') == snapshot


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([CLEAN], 0),
        ([replace(CLEAN, findings=(WARNING,))], 0),
        ([CLEAN, FAULTY], 1),
        ([FAULTY, BROKEN], 3),
    ],
)
def test_the_exit_code_says_the_worst(reports, code):
    assert exit_code(reports) == code


@pytest.mark.parametrize(("length", "whole"), [(1, True), (4, True), (5, False)])
def test_text_prints_short_scripts_and_says_where_long_ones_are(length, whole):
    script = "\n".join(f"select {number};" for number in range(length))
    text = FORMATS["text"]([replace(FAULTY, findings=(replace(WARNING, reproduction=script + "\n"),))])
    assert all((f"select {number};" in text) is whole for number in range(length))
    assert ("--format html" in text) is not whole


def test_json_keeps_every_field_and_the_key():
    (project,) = json.loads(FORMATS["json"]([FAULTY]))["projects"]
    assert [each["key"] for each in project["findings"]] == [WARNING.key, ROLLBACK.key]
    assert project["findings"][0]["reproduction"] == WARNING.reproduction


def test_junit_counts_what_it_lists():
    for suite in xml.fromstring(FORMATS["junit"]([FAULTY, BROKEN])):
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(attribute)) == sum(case.find(tag) is not None for case in cases)


def test_junit_survives_characters_that_xml_cannot_hold():
    odd = replace(FAULTY, findings=(replace(ROLLBACK, observed="null \0, escape \x1b, <&>, é, 🌙"),))
    text = xml.fromstring(FORMATS["junit"]([odd])).find(".//failure[@type]").text
    assert "<&>, é, 🌙" in text
    assert "\0" not in text


def test_a_key_depends_on_rule_and_subject_alone():
    assert replace(ROLLBACK, observed="else", line=3, severity="note").key == ROLLBACK.key
    assert replace(ROLLBACK, subject="else").key != ROLLBACK.key
