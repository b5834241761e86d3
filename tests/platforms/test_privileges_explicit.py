"""What the API roles have on what a migration made without granting anything, in the newer world."""

from __future__ import annotations

from pathlib import Path

import pytest

from .grants import TABLE, every, privileges


@pytest.fixture(scope="module")
def pg_project():
    return Path("tests/platforms/explicit")


def test_a_table_is_closed_to_every_api_role(pg):
    assert privileges(pg, "table", "public.things", TABLE) == set()


def test_a_sequence_is_closed_to_every_api_role(pg):
    assert privileges(pg, "sequence", "public.tickets", ["usage", "select", "update"]) == set()


def test_a_function_is_open_because_postgresql_opens_it_to_public(pg):
    assert privileges(pg, "function", "public.count_things()", ["execute"]) == every(["execute"])
    pg.execute("revoke execute on function public.count_things() from public")
    assert privileges(pg, "function", "public.count_things()", ["execute"]) == set()


def test_what_supabase_itself_makes_is_open(pg):
    pg.execute("set local role supabase_admin")
    pg.execute("create table public.made ()")
    assert privileges(pg, "table", "public.made", TABLE) == every(TABLE)


def test_api_roles_may_still_name_the_schema(pg):
    assert privileges(pg, "schema", "public", ["usage"]) == every(["usage"])
    assert privileges(pg, "schema", "public", ["create"]) == set()
