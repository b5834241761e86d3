"""The README is true: its commands, its finding and its examples are run."""

import re
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")


def blocks(language):
    fences = re.finditer(r"^ *```(\w*)\n(.*?)^ *```$", TEXT, re.DOTALL | re.MULTILINE)
    return [match[2] for match in fences if match[1] == language]


def test_the_first_two_commands_are_complete_in_themselves():
    first, second = [line for line in TEXT.splitlines() if line.startswith("$ ")][:2]
    for command in (first, second):
        assert command.startswith("$ python3 -m venv .venv && .venv/bin/pip install ")
    assert first.endswith(" .venv/bin/pgproof check sql")
    assert second.endswith(" .venv/bin/tox")


def test_the_finding_is_what_pgproof_says(pgproof):
    done = pgproof("check", ROOT / "fixtures" / "shop")
    assert done.returncode == 1
    said = re.sub(r"\S+/access\.toml:\d+", "access.toml:7", done.stdout)
    (shown,) = [block for block in blocks("") if block.startswith("error ")]
    for line in shown.splitlines():
        if line.strip() != "...":
            assert re.sub(r" +", " ", line).strip() in re.sub(r" +", " ", said)


def test_the_policy_and_the_contract_shown_are_those_that_were_run():
    migration = (ROOT / "fixtures" / "shop" / "001_notes.sql").read_text()
    assert blocks("sql")[0].strip() in migration
    contract = (ROOT / "fixtures" / "shop" / "access.toml").read_text()
    assert all(line in contract for line in blocks("toml")[0].splitlines())


@pytest.mark.parametrize("block", blocks("toml"))
def test_every_toml_example_parses(block):
    assert tomllib.loads(re.sub(r"^ {3}", "", block, flags=re.MULTILINE))


def test_the_test_examples_pass(pytester):
    pytester.makeini(f"[pytest]\npgproof_project = {ROOT / 'fixtures' / 'shop'}\n")
    pytester.makepyfile(fixtures=blocks("python")[0], strategies=blocks("python")[1])
    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider", "fixtures.py", "strategies.py")
    ran.assert_outcomes(passed=3)


def test_every_fixture_of_the_table_exists():
    import pgproof.pytest_plugin as plugin

    named = re.findall(r"^\| `(\w+)", TEXT.split("## In your tests")[1].split("## Servers")[0], re.MULTILINE)
    assert named
    assert all(hasattr(plugin, name) for name in named)


def test_every_command_is_described_and_exists(pgproof):
    helped = pgproof("--help").stdout
    commands = set(re.findall(r"^    (\w+) ", helped, re.MULTILINE))
    assert commands
    assert all(f"pgproof {command}" in TEXT for command in commands)
