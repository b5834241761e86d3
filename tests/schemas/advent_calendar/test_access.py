from __future__ import annotations

import pytest

from pgproof.database import acting_as

from ..outcomes import refused
from .checks import access, accounts, races
from .world import TABLES, keys_of, new_family, one

NOBODY = {
    "claims absent": None,
    "claims empty": "",
    "no subject": {"role": "authenticated"},
    "subject null": {"sub": None, "role": "authenticated"},
    "subject of nobody": {"sub": "00000000-0000-4000-8000-000000000000", "role": "authenticated"},
    "only an address": {"email": "clara@family.example", "role": "authenticated"},
}
CHECKS = [
    access.check_owners_see_their_own_rows_only,
    access.check_owners_change_their_own_rows_only,
    access.check_events_cannot_be_changed_or_deleted,
    access.check_rows_cannot_be_made_for_others,
    access.check_rows_cannot_be_given_away,
    access.check_owners_cannot_change_what_the_server_decides,
    access.check_visitors_are_refused_everywhere,
    access.check_a_closed_account_reaches_nothing,
    access.check_nobody_reads_the_books_of_the_transfer,
    accounts.check_the_first_sign_in_opens_one_account,
    accounts.check_the_owner_of_the_address_claims_what_was_carried_over,
    accounts.check_nobody_claims_with_an_address_that_is_not_confirmed,
    accounts.check_nobody_takes_over_an_account_that_has_an_owner,
    accounts.check_a_closed_account_is_not_opened_again,
    accounts.check_only_somebody_who_signed_in_opens_an_account,
    accounts.check_a_deleted_person_takes_the_family_along,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_promise(pg, check):
    check(pg)


@pytest.mark.parametrize("claims", NOBODY.values(), ids=NOBODY.keys())
@pytest.mark.parametrize("table", TABLES)
def test_somebody_without_a_known_subject_reaches_no_row(pg, table, claims):
    family = new_family(pg)
    with acting_as(pg, "authenticated", claims):
        assert keys_of(pg, table) == set()
    with acting_as(pg, "authenticated", claims), pg.transaction():
        if one(pg, "select has_table_privilege(%s, 'delete')", (f"public.{table}",)):
            assert pg.execute(f"delete from public.{table}".encode()).rowcount == 0
    assert family.keys[table] in keys_of(pg, table)


@pytest.mark.parametrize("claims", ["{", "sub", '{"sub": "not a uuid"}', '{"sub": ""}', "[]x"])
def test_malformed_claims_are_refused(pg, claims):
    new_family(pg)
    with refused(pg, "22P02"), acting_as(pg, "authenticated", claims):
        keys_of(pg, "account_v2")


@pytest.mark.parametrize("claims", [None, "", "{", '{"sub": "not a uuid"}'])
def test_a_visitor_with_any_claims_reads_a_published_calendar(pg, claims):
    new_family(pg, is_published=True, public_slug="juno-2026")
    with acting_as(pg, "anon", claims):
        assert one(pg, "select year from public.published_calendar('juno-2026')") == 2026


def test_two_first_sign_ins_open_one_account(pg_clone):
    races.check_two_first_sign_ins_open_one_account(pg_clone)
