from __future__ import annotations

from hypothesis import example, given

from . import strategies
from .checks import referrals
from .checks.referrals import check_k_factors_equal_oracle, k_factor
from .world import as_server, as_user, as_visitor, new_admin, new_referral, new_user, one, refused


def test_cycles_end(pg):
    referrals.check_cycles_end(pg)


def test_k_counts_the_whole_network(pg):
    referrals.check_k_counts_the_whole_network(pg)


@given(edges=strategies.referrals)
@example(edges=[(0, 1, "signed_up"), (1, 0, "signed_up")])
@example(edges=[(0, None, "signed_up")] * 3)
@example(edges=[(a, b, "active_user") for a in range(4) for b in range(4) if a != b])
def test_k_factors_equal_the_oracle(pg, edges):
    users = [new_user(pg) for _ in range(7)]
    converted = {user: [] for user in users}
    for referrer, friend, status in dict.fromkeys(edges):
        referred = None if friend is None else users[friend]
        if referrer == friend or (referred is not None and referred in converted[users[referrer]]):
            continue
        new_referral(pg, users[referrer], referred, status)
        converted[users[referrer]].append(referred)
    new_referral(pg, users[0])
    check_k_factors_equal_oracle(pg, converted)


def test_a_friend_who_leaves_still_counts(pg):
    user, friend = new_user(pg), new_user(pg)
    new_referral(pg, user, friend)
    assert k_factor(pg, user) * 2 == 1
    pg.execute("delete from auth.users where id = %s", (friend,))
    assert k_factor(pg, user) == 1


def test_k_factor_of_somebody_else_is_refused_except_to_admins(pg):
    user, friend, admin = new_user(pg), new_user(pg), new_admin(pg)
    new_referral(pg, user, friend)
    query = "select public.calculate_k_factor(%s)"
    for actor in (as_user(pg, friend), as_visitor(pg)):
        with refused(pg), actor:
            pg.execute(query, (user,))
    for actor in (as_user(pg, admin), as_server(pg)):
        with actor:
            assert one(pg, query, (user,)) * 2 == 1


def test_k_factor_of_nobody_is_zero(pg):
    with as_server(pg):
        assert one(pg, "select public.calculate_k_factor(null)") == 0


def test_nobody_rewards_themselves(pg):
    referrals.check_nobody_rewards_themselves(pg)


def test_codes_are_drawn_by_the_database(pg):
    user = new_user(pg)
    for _ in range(20):
        new_referral(pg, user)
    codes = {code for (code,) in pg.execute("select referral_code from public.referrals")}
    assert len(codes) == 20
    assert all(len(code) == 12 and code.isalnum() and code.upper() == code for code in codes)
