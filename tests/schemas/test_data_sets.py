"""The data sets for a person's own tests: they say what they need, load as they are, and go as they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETS = tuple(
    path
    for folder in sorted((ROOT / "fixtures").iterdir())
    if (ROOT / "sql" / folder.name).is_dir()
    for path in sorted(folder.glob("*.sql"))
    if not path.stem.startswith(
        "legacy_"
    )  # for the legacy tables alone: tests/schemas/advent_calendar loads them
)
NEEDS = re.compile(r"-- Needs: (?P<needs>.+?)\.  Undone by: (?P<undo>.+)")
NO_STATEMENT = "the end of the transaction"
TABLES = """
select r.oid::regclass::text
from pg_class as r
where r.relkind = 'r' and r.relnamespace::regnamespace::text in ('public', 'private', 'auth')
"""


@pytest.fixture(scope="module", params=SETS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def data_set(request):
    return request.param


@pytest.fixture(scope="module")
def pg_project(data_set):
    return ROOT / "sql" / data_set.parent.name


def needs(path):
    """What the header says: the data set that comes before, if any, and what takes this one away."""
    first, _, third, *_ = path.read_text(encoding="utf-8").split("\n")
    assert first == f"-- {path.relative_to(ROOT)}"
    said = NEEDS.fullmatch(third)
    assert said, f"{path}: line 3 is {third!r}, expected '-- Needs: <what>.  Undone by: <what>'"
    return said["needs"], said["undo"]


def counts(pg):
    names = [name for (name,) in pg.execute(TABLES)]
    return {name: pg.execute(f"select count(*) from {name}".encode()).fetchone() for name in names}


def test_a_data_set_loads_and_is_undone_as_its_header_says(pg, data_set):
    needed, undo = needs(data_set)
    before = counts(pg)
    chain = [data_set] if needed == "every migration" else [data_set.with_name(needed), data_set]
    for path in chain:
        pg.execute(path.read_text(encoding="utf-8").encode())
    assert counts(pg) != before
    if not undo.startswith(NO_STATEMENT):
        for path in reversed(chain):
            pg.execute(needs(path)[1].encode())
        assert counts(pg) == before


def test_every_schema_has_data_sets():
    assert {path.parent.name for path in SETS} == {
        path.parent.name for path in ROOT.glob("sql/*/pgproof.toml")
    }
