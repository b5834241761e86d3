"""Every way of being wrong that is known has its variants, and every variant shows one: fixtures/access/classes.toml."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pgproof.access.beside.server_checks import MENDED, version_findings

from .variants import FIXTURES, VARIANTS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLES = tomllib.loads((FIXTURES / "classes.toml").read_text("utf-8"))
CLASSES = {f"{table} {name}": each for table, classes in TABLES.items() for name, each in classes.items()}
KNOWN = 67  # ways in which row-level security goes wrong, as advisories and issue threads tell them
every_class = pytest.mark.parametrize("one", CLASSES.values(), ids=CLASSES)


def test_every_known_way_is_there():
    assert [*TABLES["bugs"]] == [str(number) for number in range(1, KNOWN + 1)]


@every_class
def test_every_class_is_shown_by_variants_that_there_are_or_is_the_servers_own(one):
    names = {each.folder.name for each in VARIANTS}
    assert one["says"]
    assert one.get("variants") or one.get("server")
    assert set(one.get("variants", ())) <= names
    assert all((FIXTURES.parent / f"{each}.sql").is_file() for each in one.get("schemas", ()))


def test_every_variant_shows_a_class_and_those_with_a_number_that_class():
    shown = {name for one in CLASSES.values() for name in one.get("variants", ())}
    assert shown == {each.folder.name for each in VARIANTS}
    for name in shown:
        number = int(name[:2])
        assert number == 0 or name in TABLES["bugs"][str(number)]["variants"]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.folder.name)
def test_every_variant_is_broken_nearly_missed_and_repaired(variant):
    files = {each.name for each in variant.folder.iterdir()}
    assert files - {"access.toml"} == {"broken.sql", "near_miss.sql", "repaired.sql"}
    assert variant.caught[0]


@pytest.mark.parametrize("name", [name for one in CLASSES.values() for name in one.get("server", ())])
def test_a_flaw_of_the_server_is_told_before_the_version_that_mends_it_and_not_from_it_on(name):
    (fixes,) = (fixes for what, fixes in MENDED.items() if what.startswith(name))
    for major, minor in fixes:
        told = [
            {each.subject for each in version_findings(Path("access.toml"), major * 10000 + each)}
            for each in (minor - 1, minor)
        ]
        assert [name in each for each in told] == [True, False]
