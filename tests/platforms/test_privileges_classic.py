"""What the API roles have on what a migration made without granting anything, in the older world."""

from __future__ import annotations

import pytest

from .grants import TABLE, every, privileges


def test_a_table_is_open_to_every_api_role(pg):
    assert privileges(pg, "table", "public.things", TABLE) == every(TABLE)


def test_a_sequence_is_open_to_every_api_role(pg):
    assert privileges(pg, "sequence", "public.tickets", ["usage", "select", "update"]) == every(
        ["usage", "select", "update"]
    )


def test_a_function_is_granted_to_every_api_role_by_name(pg):
    pg.execute("revoke execute on function public.count_things() from public")
    assert privileges(pg, "function", "public.count_things()", ["execute"]) == every(["execute"])


@pytest.mark.parametrize("role", ["postgres", "supabase_admin"])
def test_it_is_the_same_for_whoever_makes_the_table(pg, role):
    pg.execute(f"set local role {role}")
    pg.execute("create table public.made ()")
    assert privileges(pg, "table", "public.made", TABLE) == every(TABLE)


def test_another_schema_is_closed(pg):
    pg.execute("create schema private; create table private.made ()")
    assert privileges(pg, "table", "private.made", TABLE) == set()
