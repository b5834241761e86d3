"""What the SARIF 2.1.0 standard requires of a log, by its sections, asked of ours."""

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from pgproof import __version__
from pgproof.finding import Finding
from pgproof.report import FORMATS, ProjectReport

LEAK = Finding(
    rule="leak-select",
    subject="anon on public.notes",
    expected="nothing",
    observed="anon could read 1",
    remedy="narrow the policy",
    path=Path("sql/my project/100%.toml"),
    line=3,
    reproduction="select 1;",
)
OTHERS = (
    replace(LEAK, rule="access-error", severity="warning", path=None),
    replace(LEAK, subject="user on public.notes", severity="note", line=None, reproduction=""),
)
REPORT = ProjectReport("demo", "embedded", "18.6", "platform plain", findings=(LEAK, *OTHERS))
BROKEN = ProjectReport("broken", "embedded", "18.6", "platform plain", failure="001_a.sql:1: syntax error")


@pytest.fixture(scope="module")
def log():
    return json.loads(FORMATS["sarif"]([REPORT, BROKEN]))


def test_the_log_names_its_version_and_schema(log):
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")


def test_every_run_names_the_tool_and_only_rules_that_it_used(log):
    for run, rules in zip(log["runs"], [["leak-select", "access-error"], []], strict=True):
        driver = run["tool"]["driver"]
        assert (driver["name"], driver["version"]) == ("pgproof", __version__)
        assert [rule["id"] for rule in driver["rules"]] == rules
        assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in driver["rules"])


def test_every_result_has_what_a_viewer_needs(log):
    run = log["runs"][0]
    assert len(run["results"]) == len(REPORT.findings)
    for result, finding in zip(run["results"], REPORT.findings, strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        assert result["level"] == finding.severity
        assert result["level"] in ("none", "note", "warning", "error")
        assert finding.observed in result["message"]["text"]
        assert result["partialFingerprints"] == {"pgproofKey/v1": f"demo/{finding.key}"}
        assert result.get("properties", {}).get("reproduction", "") == finding.reproduction


def test_a_place_is_a_relative_uri_with_a_line_where_it_is_known(log):
    with_line, without_path, without_line = (each["locations"][0] for each in log["runs"][0]["results"])
    artifact = with_line["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "%SRCROOT%"
    assert " " not in artifact["uri"]
    assert unquote(artifact["uri"]) == "sql/my project/100%.toml"
    assert with_line["physicalLocation"]["region"] == {"startLine": 3}
    assert "physicalLocation" not in without_path
    assert without_path["logicalLocations"] == [{"fullyQualifiedName": "anon on public.notes"}]
    assert "region" not in without_line["physicalLocation"]


def test_a_place_outside_the_repository_is_a_whole_uri():
    report = replace(REPORT, findings=(replace(LEAK, path=Path("/else where/a.toml")),))
    (run,) = json.loads(FORMATS["sarif"]([report]))["runs"]
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "file:///else%20where/a.toml"}


def test_a_script_that_did_not_apply_is_no_success(log):
    good, bad = (run["invocations"][0] for run in log["runs"])
    assert good == {"executionSuccessful": True}
    assert bad["executionSuccessful"] is False
    assert bad["toolExecutionNotifications"][0]["message"]["text"] == BROKEN.failure


def test_fingerprints_tell_projects_apart():
    runs = json.loads(FORMATS["sarif"]([REPORT, replace(REPORT, name="other")]))["runs"]
    first, second = (run["results"][0]["partialFingerprints"]["pgproofKey/v1"] for run in runs)
    assert first != second
    assert len({run["automationDetails"]["id"] for run in runs}) == 2


def test_a_result_whose_cause_is_known_points_at_it_and_relates_to_the_contract():
    known = replace(LEAK, source=Path("sql/my project/001.sql"), source_line=12)
    (result,) = json.loads(FORMATS["sarif"]([replace(REPORT, findings=(known,))]))["runs"][0]["results"]
    (location,), (related,) = result["locations"], result["relatedLocations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("/001.sql")
    assert location["physicalLocation"]["region"] == {"startLine": 12}
    assert related["physicalLocation"]["region"] == {"startLine": 3}
    (plain,) = json.loads(FORMATS["sarif"]([replace(REPORT, findings=(LEAK,))]))["runs"][0]["results"]
    assert "relatedLocations" not in plain
