"""Every schema that ships keeps its promises, in both worlds of default privileges, on the server at hand."""

from pathlib import Path

import pytest

from pgproof.conductor import bench, check

ROOT = Path(__file__).parents[1]
SCHEMAS = sorted(path.name for path in (ROOT / "sql").iterdir() if path.is_dir())


def test_the_five_schemas_are_there():
    assert SCHEMAS == [
        "advent_calendar",
        "ai_assistant",
        "dream_flow",
        "sleep_prediction_cache",
        "travel_booking",
    ]


@pytest.mark.parametrize("world", ["classic", "explicit"])
@pytest.mark.parametrize("schema", SCHEMAS)
def test_check_is_clean(request, schema, world):
    server = request.config.getoption("--pgproof-server") or "embedded"
    project, choice = bench.load(ROOT / "sql" / schema, {"server": server, "privileges": world})
    report = check.check(project, choice)
    assert report.failure == ""
    assert [f"{each.rule} {each.subject}: {each.observed}" for each in report.findings] == []
    outcomes = {each.rule: each.outcome for each in report.steps}
    assert {"apply", "seed", "rollback", "reapply"} <= {
        rule for rule, outcome in outcomes.items() if outcome == "ok"
    }


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_migration_has_its_rollback(schema):
    project, _ = bench.load(ROOT / "sql" / schema)
    assert [each.name for each in project.migrations if each.down is None] == []
