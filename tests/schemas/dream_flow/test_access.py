from __future__ import annotations

import pytest

from pgproof.database import acting_as

from ..outcomes import refused
from .checks import access as checks
from .checks.access import TABLES, WRITABLE, new_life, owners
from .world import as_service

NOBODY = {
    "claims absent": None,
    "claims empty": "",
    "no subject": {"role": "authenticated"},
    "subject null": {"sub": None, "role": "authenticated"},
    "subject of nobody": {"sub": "00000000-0000-4000-8000-000000000000", "role": "authenticated"},
}


def test_users_see_their_own_rows_only(pg):
    checks.check_users_see_their_own_rows_only(pg)


def test_users_change_and_delete_their_own_rows_only(pg):
    checks.check_users_change_and_delete_their_own_rows_only(pg)


def test_rows_cannot_be_given_away_or_taken(pg):
    checks.check_rows_cannot_be_given_away_or_taken(pg)


def test_rows_cannot_be_made_for_others(pg):
    checks.check_rows_cannot_be_made_for_others(pg)


def test_visitors_are_refused_everywhere(pg):
    checks.check_visitors_are_refused_everywhere(pg)


def test_assets_follow_their_session(pg):
    checks.check_assets_follow_their_session(pg)


@pytest.mark.parametrize("claims", NOBODY.values(), ids=NOBODY.keys())
@pytest.mark.parametrize("table", TABLES)
def test_someone_without_a_known_subject_reaches_no_row(pg, table, claims):
    life = new_life(pg)
    with acting_as(pg, "authenticated", claims):
        assert owners(pg, table) == set()
        if table in WRITABLE:
            assert pg.execute(f"update public.{table} set created_at = now()").rowcount == 0
            assert pg.execute(f"delete from public.{table}").rowcount == 0
    assert owners(pg, table) == {life.user}


@pytest.mark.parametrize("claims", ["{", "sub", '{"sub": "not a uuid"}'])
def test_malformed_claims_are_refused(pg, claims):
    new_life(pg)
    with refused(pg, "22P02"), acting_as(pg, "authenticated", claims):
        owners(pg, "sessions")


def test_claims_that_are_not_an_object_belong_to_nobody(pg):
    new_life(pg)
    with acting_as(pg, "authenticated", "[]"):
        assert owners(pg, "sessions") == set()


@pytest.mark.parametrize("table", TABLES)
def test_the_service_role_reaches_every_row_but_cannot_truncate(pg, table):
    lives = {new_life(pg).user, new_life(pg).user}
    with refused(pg, "42501"), as_service(pg):
        pg.execute(f"truncate public.{table} cascade")
    with as_service(pg):
        assert owners(pg, table) == lives
        assert pg.execute(f"delete from public.{table}").rowcount == 2


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_the_helpers_are_out_of_reach(pg, role):
    with refused(pg, "42501"), acting_as(pg, role):
        pg.execute("select private.update_updated_at_column()")
