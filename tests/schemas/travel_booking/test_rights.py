from __future__ import annotations

import pytest

from pgproof.database import acting_as

from .checks import rights
from .world import as_user, new_account, new_admin, new_user, one, refused


@pytest.mark.parametrize(
    "check",
    [
        rights.check_everybody_sees_what_is_theirs,
        rights.check_verified_is_the_servers_word,
        rights.check_nobody_reviews_somebody_elses_booking,
        rights.check_money_is_the_servers_word,
        rights.check_children_stay_with_their_owner,
        rights.check_profiles_hold_no_promotion,
        rights.check_shared_content_counts_itself,
        rights.check_computed_rows_are_read_only,
    ],
    ids=lambda check: check.__name__.removeprefix("check_"),
)
def test_rights(pg, check):
    check(pg)


@pytest.mark.parametrize("claims", [None, "", "{}"], ids=repr)
def test_without_claims_nothing_is_seen(pg, claims):
    rights.new_life(pg)
    with acting_as(pg, "authenticated", claims):
        for table in (*rights.PRIVATE, *rights.FOR_ADMINS_TOO):
            assert rights.owners(pg, table) == set(), table


def test_an_admin_who_is_dismissed_reads_no_more(pg):
    admin = new_admin(pg)
    life = rights.new_life(pg)
    pg.execute("delete from private.admins where user_id = %s", (admin,))
    with as_user(pg, admin):
        assert rights.owners(pg, "referrals") == set()
    with refused(pg), as_user(pg, admin):
        pg.execute("select public.get_user_analytics(%s)", (life.user,))


def test_nobody_names_admins_through_the_api(pg):
    user = new_user(pg)
    for role in ("authenticated", "service_role", "anon"):
        with refused(pg), acting_as(pg, role, {"sub": str(user)}):
            pg.execute("insert into private.admins (user_id) values (%s)", (user,))
        with refused(pg), acting_as(pg, role, {"sub": str(user)}):
            pg.execute("select from private.admins")


def test_an_admin_need_not_be_a_traveller(pg):
    account = new_account(pg)
    pg.execute("insert into private.admins (user_id) values (%s)", (account,))
    life = rights.new_life(pg)
    with as_user(pg, account):
        assert rights.owners(pg, "referrals") == {life.user}
        assert one(pg, "select public.calculate_k_factor(%s)", (life.user,)) == 0
