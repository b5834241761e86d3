"""The schemas that are shipped: for the JSON report and for editors of access.toml, held against what is real."""

from __future__ import annotations

import json
import sys
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from pgproof.conductor import bench, check
from pgproof.finding import Finding
from pgproof.report import FORMATS, MatrixCell, ProjectReport, Step

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
REPORT = json.loads(files("pgproof.report").joinpath("report.schema.json").read_text("utf-8"))
CONTRACT = json.loads(files("pgproof.access").joinpath("access.schema.json").read_text("utf-8"))
CONTRACTS = sorted((ROOT / "sql").glob("*/access.toml"))


def faults(schema, value):
    return [each.message for each in jsonschema.Draft202012Validator(schema).iter_errors(value)]


@pytest.fixture(scope="module")
def report():
    """The shop as the command line reports it: leaks, warnings, a matrix and a step that was not run."""
    project, server = bench.load(ROOT / "fixtures" / "shop")
    return json.loads(FORMATS["json"]([check.check(project, server)]))


@pytest.mark.parametrize("schema", [REPORT, CONTRACT], ids=["report", "contract"])
def test_the_schemas_are_schemas(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_real_report_is_what_its_schema_says(report):
    assert faults(REPORT, report) == []
    assert {each["severity"] for each in report["projects"][0]["findings"]} == {"error", "warning"}
    assert all(report["projects"][0][part] for part in ("steps", "findings", "matrix"))


def test_a_report_of_nothing_but_a_failure_is_too():
    broken = ProjectReport("a", "embedded", "18.6", "platform plain", failure="001.sql:1: error")
    assert faults(REPORT, json.loads(FORMATS["json"]([broken]))) == []


@pytest.mark.parametrize(
    ("kind", "part"),
    [(ProjectReport, "project"), (Step, "step"), (Finding, "finding"), (MatrixCell, "cell")],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_every_field_is_described_and_required(kind, part):
    described = REPORT["$defs"][part]
    names = {each.name for each in fields(kind)} | ({"key"} if kind is Finding else set())
    assert set(described["properties"]) == names == set(described["required"])


@pytest.mark.parametrize("change", ["verdict", "severity", "extra", "version"])
def test_another_report_is_not(report, change):
    wrong = json.loads(json.dumps(report))
    project = wrong["projects"][0]
    {
        "verdict": lambda: project["matrix"][0].update(verdict="fine"),
        "severity": lambda: project["findings"][0].update(severity="fatal"),
        "extra": lambda: project.update(extra=1),
        "version": lambda: wrong.update(version=2),
    }[change]()
    assert len(faults(REPORT, wrong)) == 1


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.parent.name)
def test_the_editors_schema_takes_every_contract_that_ships(path):
    assert faults(CONTRACT, tomllib.loads(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "[actor.x]\nrole = 'a'",
        "[actors.x]\neach = 'select 1'",
        "[actors.x]\nrole = 'a'\nquery = 'select 1'",
        "[relations.a]\nread.x = 'true'",
        "[relations.a]\nselect = 'true'",
        "[relations.a]\ninsert.x = { where = 'true', columns = ['a'] }",
        "[relations.a]\nholds.x = ['select']",
        "[functions.f]\ncalls = []",
        "[functions.f]\ncall = 'x'",
        "exposed = 'public'",
    ],
)
def test_the_editors_schema_marks_a_mistake(text):
    assert faults(CONTRACT, tomllib.loads(text))
