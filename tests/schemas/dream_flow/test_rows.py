from __future__ import annotations

import pytest

from ..outcomes import refused
from .checks import rows as checks
from .checks.access import TABLES, new_life

# What the primary key on id alone already refuses.
IMPLIED = {"sessions_user_id_id_key"}


def test_values_on_the_boundary_are_taken_and_just_beyond_it_refused(pg):
    checks.check_values_on_the_boundary_are_taken_and_just_beyond_it_refused(pg)


def test_a_row_needs_its_parent(pg):
    checks.check_a_row_needs_its_parent(pg)


def test_an_update_moves_updated_at_whatever_the_client_sends(pg):
    checks.check_an_update_moves_updated_at_whatever_the_client_sends(pg)


def test_a_deleted_user_takes_everything_along_and_nothing_of_others(pg):
    checks.check_a_deleted_user_takes_everything_along_and_nothing_of_others(pg)


def test_a_deleted_session_takes_assets_and_feedback_along(pg):
    checks.check_a_deleted_session_takes_assets_and_feedback_along(pg)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_exists_once(pg, table):
    new_life(pg)
    with refused(pg, "23505", f"{table}_pkey"):
        pg.execute(f"insert into public.{table} select * from public.{table}")


@pytest.mark.parametrize("table", TABLES)
def test_required_columns_refuse_null(pg, table):
    new_life(pg)
    required = pg.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attnotnull",
        (f"public.{table}",),
    ).fetchall()
    assert required
    for (column,) in required:
        if column != "updated_at" or table == "session_assets":  # the trigger fills it whatever is sent
            with refused(pg, "23502"):
                pg.execute(f"update public.{table} set {column} = null")


def test_every_constraint_is_exercised_by_a_test_above(pg):
    exercised = (
        {constraint for *_, constraint in (*checks.BOUNDARIES, *checks.PARENTS)}
        | {f"{table}_pkey" for table in TABLES}
        | {"session_feedback_session_id_key"}  # test_a_session_has_one_feedback
    )
    found = pg.execute(
        "select conname from pg_constraint"
        " where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'p', 'u')"
    )
    assert {name for (name,) in found} == exercised | IMPLIED
