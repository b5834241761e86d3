"""Every cell of a contract as a test: whole pytest runs inside pytest (`pytester`)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

SHOP = Path(__file__).parents[2] / "fixtures" / "shop"
STRICT = "[pytest]\nfilterwarnings = error\n"
BROKEN = ("user select", "stranger select", "user becomes", "user delete", "nobody delete", "stranger delete")


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest in a folder that holds the shop, in a process of its own."""
    monkeypatch.delenv("CI", raising=False)
    shutil.copytree(SHOP, pytester.path / "shop")

    def run_(*words, settings=""):
        pytester.makeini(STRICT + settings)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *words)

    return run_


def cells(result):
    return [line for line in result.outlines if "access.toml::" in line]


def test_a_contract_is_collected_when_it_is_named_or_asked_for_and_not_otherwise(run):
    assert cells(run("--collect-only", "-q", "shop")) == []
    named = cells(run("--collect-only", "-q", "shop/access.toml"))
    assert named[0] == "shop/access.toml::access[classic][user select public.notes]"
    assert named[-1] == "shop/access.toml::access[explicit][everything else]"
    assert len(named) == 2 * (5 * 3 + 1)
    assert cells(run("--collect-only", "-q", "shop", settings="pgproof_access = true\n")) == named


def test_a_cell_fails_with_its_finding_and_others_pass_also_when_workers_share_them(run, pytester):
    run("shop/access.toml", "-k", "classic", "-n2", "--junitxml=report.xml").assert_outcomes(
        passed=10, failed=6
    )
    cases = {each.get("name"): each for each in xml.parse(pytester.path / "report.xml").iter("testcase")}
    broken = {name for name, each in cases.items() if each.find("failure") is not None}
    assert broken == {f"access[classic][{claim} public.notes]" for claim in BROKEN}
    said = cases["access[classic][user select public.notes]"].find("failure").text
    assert "leak-select: user on public.notes" in said
    assert re.search(r"made at .*001_notes\.sql:\d+$", said, re.MULTILINE)
    assert "could read 2" in said


def test_cells_are_selected_by_words_and_a_mistake_in_the_contract_is_an_error_with_its_line(run, pytester):
    run("shop/access.toml", "-k", "explicit and nobody and delete").assert_outcomes(passed=1, deselected=31)
    path = pytester.path / "shop" / "access.toml"
    path.write_text(path.read_text("utf-8").replace("select.user", "select.usr"), "utf-8")
    done = run("shop/access.toml")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        ["*access.toml:7: unknown actor 'usr'; expected one of nobody, service_role, stranger, user"]
    )


def test_a_contract_one_folder_down_goes_with_the_settings_of_the_folder_above(run, pytester):
    migrations = pytester.path / "app" / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    shutil.copy(SHOP / "001_notes.sql", migrations / "20240101000000_notes.sql")
    shutil.copy(SHOP / "access.toml", migrations.parent)
    named = "app/supabase/access.toml"
    assert len(cells(run("--collect-only", "-q", named))) == 2 * (5 * 3 + 1)
    (pytester.path / "app" / "pgproof.toml").write_text('[project]\nprivileges = "explicit"\n', "utf-8")
    assert {each.split("[")[1] for each in cells(run("--collect-only", "-q", named))} == {"explicit]"}
