"""Whose row it is, where no foreign key says so and the settings do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.rows.conftest import ROOT
from tests.rows.tables import name, table

from pgproof import catalog
from pgproof.database import Connection
from pgproof.errors import UsageError
from pgproof.rows.plan.declared import read_declared, with_declared
from pgproof.rows.plan.make import make_plan
from pgproof.rows.seeding.look import plan_in_words
from pgproof.rows.seeding.seed import SeedReport

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Fill = Callable[..., SeedReport]
One = Callable[[str], Any]

NOTES = """
create table teams (id int primary key, name text not null);
create table users (
    id uuid primary key, team_id int not null references teams (id), handle text not null unique,
    created_at timestamptz not null
);
create table notes (
    id int primary key, team_id int not null references teams (id), owner uuid not null, written_for text not null,
    created_at timestamptz not null
);
"""
OWNER = {"notes": {"owner": {"references": "public.users"}}}
STRANGERS = "select count(*) from notes n where not exists (select from users u where u.id = n.owner)"


def test_without_a_word_an_owner_is_a_stranger(fill: Fill, one: One) -> None:
    fill(NOTES)
    assert one(STRANGERS) == one("select count(*) from notes") > 0


def test_a_declared_owner_is_a_user_of_the_same_team_who_was_there_before(fill: Fill, one: One) -> None:
    settings = {"notes": {**OWNER["notes"], "written_for": {"references": "users (handle)", "ratio": 3}}}
    fill(NOTES, settings, scale=10)
    assert one(STRANGERS) == 0
    assert one("select count(distinct owner) from notes") > 50
    assert one("select count(*) from notes") == 3 * one("select count(*) from users")
    both = "select count(*) from notes n join users u on u.{} = n.{} where u.team_id <> n.team_id"
    assert one(both.format("id", "owner")) == one(both.format("handle", "written_for")) == 0
    assert (
        one("select count(*) from notes n join users u on u.id = n.owner where n.created_at < u.created_at")
        == 0
    )


def test_a_declared_owner_is_found_again_when_rows_are_there_already(fill: Fill, one: One) -> None:
    fill(NOTES, OWNER)
    fill("", OWNER, rows={"teams": 0, "users": 0, "notes": 100})
    assert one(STRANGERS) == 0


def test_the_plan_says_that_the_settings_declared_it(db: Connection) -> None:
    db.execute(NOTES)
    said = plan_in_words(db, make_plan(catalog.read(db), OWNER))
    (line,) = [line for line in said.splitlines() if line.startswith("    owner ")]
    assert "a row of public.users" in line
    assert line.endswith("(owner in the settings)")


def test_the_settings_in_the_readme_are_understood(fill: Fill, one: One) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (block,) = [part for part in text.split("```toml\n")[1:] if part.startswith("[rows]")]
    settings = tomllib.loads(block.partition("```")[0])["rows"]
    fill(
        "create table users (id uuid primary key, plan text not null, city text, age int);"
        "create table notes (id int primary key, owner uuid not null, user_id uuid not null references users (id))",
        settings,
    )
    assert (
        one("select count(*) from users where plan in ('free', 'paid')")
        == one("select count(*) from users")
        == 1000
    )
    assert one("select count(*) from notes where owner in (select id from users)") == 3000


TABLES = (
    table("users", "id", "age: integer"),
    table("notes", "id", "owner", "points: integer"),
)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"notes": {"owner": {"references": "people"}}}, "there is no table 'people' to fill; tables are: public.notes, public.users"),
        ({"nobody": {"owner": {"references": "users"}}}, r'\[rows."nobody".owner\]: there is no table .nobody.'),
        ({"notes": {"writer": {"references": "users"}}}, r"public.notes has no column 'writer'; it has id, owner, points"),
        ({"notes": {"owner": {"references": "users (age)"}}}, r"a column of public.users with a key .*columns are: id"),
        ({"notes": {"points": {"references": "users"}}}, r"points is .* and public.users.id is .*; declare a column"),
        ({"notes": {"owner": {"references": "users ("}}}, r"references is 'users \('; expected \"table\" or"),
        ({"notes": {"owner": {"references": 3}}}, "references is 3; expected"),
    ],
)  # fmt: skip
def test_a_reference_that_cannot_be_is_named_with_its_place(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        with_declared(TABLES, read_declared(settings))


def test_what_is_declared_becomes_a_foreign_key_of_that_table_alone() -> None:
    users, notes = with_declared(TABLES, read_declared({"public.notes": {"owner": {"references": "users"}}}))
    assert users.references == ()
    (reference,) = notes.references
    assert (reference.columns, reference.target, reference.target_columns) == (
        ("owner",),
        name("users"),
        ("id",),
    )
