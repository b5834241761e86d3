from __future__ import annotations

from datetime import date

import pytest

from .checks.access import TABLES, owners
from .conftest import ROOT
from .world import as_user, recompute

FIXTURES = sorted(path.stem for path in (ROOT / "fixtures" / "dream_flow").glob("*.sql"))


@pytest.fixture
def load(pg, fixture_sql):
    def load_(name):
        pg.execute(fixture_sql(name))
        return dict(pg.execute("select split_part(email, '@', 1), id from auth.users").fetchall())

    return load_


def test_two_families_have_a_row_in_every_table_and_see_only_their_own(pg, load):
    people = load("two_families")
    assert set(people) == {"anna", "bela"}
    for table in TABLES:
        assert owners(pg, table) == set(people.values())
        for user in people.values():
            with as_user(pg, user):
                assert owners(pg, table) == {user}


def test_streaks_on_leap_day_are_what_the_addresses_say(pg, load):
    people = load("streaks_on_leap_day")
    streaks = recompute(pg, date(2024, 2, 29))
    assert len(people) == len(streaks) == 6
    for address, user in people.items():
        assert address.endswith(f".{streaks[user].current}-{streaks[user].longest}")


def test_every_persona_is_what_the_address_says(pg, load):
    people = load("every_persona")
    personas = dict(pg.execute("select user_id, persona from public.analytics_user_personas").fetchall())
    assert {address: address.split(".")[1] for address in people} == {
        address: personas[user] for address, user in people.items()
    }
    assert len(set(personas.values())) == 4


@pytest.mark.parametrize("name", FIXTURES)
def test_a_data_set_is_undone_as_its_header_says(pg, fixture_sql, name):
    text = fixture_sql(name)
    path, _, last, *_ = text.split("\n")
    assert path == f"-- fixtures/dream_flow/{name}.sql"
    pg.execute(text)
    pg.execute(last.partition("Undone by: ")[2])
    assert [pg.execute(f"select count(*) from public.{table}").fetchone() for table in TABLES] == [(0,)] * 6
