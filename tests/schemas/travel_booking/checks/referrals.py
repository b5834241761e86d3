"""Promises about referrals: the k-factor, and that nobody rewards themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from pgproof.database import Connection

from .. import oracle
from ..world import accepted, as_server, as_user, load, new_referral, new_user, one, refused

QUICK = "2s"  # an endless recursion would run until then


def k_factor(pg: Connection, user: UUID) -> Decimal:
    """What `calculate_k_factor()` answers the traveller."""
    with accepted(pg):
        pg.execute("select set_config('statement_timeout', %s, true)", (QUICK,))
        with as_user(pg, user):
            answer = one(pg, "select public.calculate_k_factor(%s)", (user,))
        pg.execute("set local statement_timeout = 0")
    return answer


def check_k_factors_equal_oracle(pg: Connection, converted: Mapping[UUID, Sequence[UUID | None]]) -> None:
    """For every traveller, whatever cycles there are."""
    for user in converted:
        assert k_factor(pg, user) == oracle.k_factor(user, converted)


def check_cycles_end(pg: Connection) -> None:
    """Each of three who brought one another counts the whole circle once."""
    load(pg, "referral_cycle")
    for name in ("ann", "bob", "cem"):
        user = one(pg, "select md5(%s)::uuid", (name,))
        assert k_factor(pg, user) == Decimal("1.3333")


def check_k_counts_the_whole_network(pg: Connection) -> None:
    """Friends of friends count; invitations that nobody answered do not; 1.5 each is 1.5, not 1."""
    first, second, third, fourth = (new_user(pg) for _ in range(4))
    assert k_factor(pg, first) == 0
    new_referral(pg, first)
    assert k_factor(pg, first) == 0
    new_referral(pg, first, second)
    assert k_factor(pg, first) == Decimal("0.5")
    new_referral(pg, second, third)
    new_referral(pg, third, fourth)
    assert [k_factor(pg, user) for user in (first, second, third, fourth)] == [
        Decimal("0.75"),
        Decimal("0.6667"),
        Decimal("0.5"),
        0,
    ]
    for _ in range(3):
        new_referral(pg, fourth, status="active_user")
    assert [k_factor(pg, user) for user in (first, fourth)] == [Decimal("1.5"), 3]


def check_nobody_rewards_themselves(pg: Connection) -> None:
    """A traveller invites, and that is all: no status, friend, tier, reward or code of one's choice."""
    user, friend = new_user(pg), new_user(pg)
    new_referral(pg, user, friend)
    with accepted(pg), as_user(pg, user):
        pg.execute("insert into public.referrals (referrer_id) values (%s)", (user,))
        assert one(pg, "select count(*) from public.referrals") == 2
    for column, value in (
        ("status", "active_user"),
        ("referred_user_id", friend),
        ("reward_tier", "platinum"),
        ("reward_claimed", True),
        ("referral_code", "MINE"),
    ):
        with refused(pg), as_user(pg, user):
            pg.execute(f"update public.referrals set {column} = %s".encode(), (value,))
        with refused(pg), as_user(pg, user):
            pg.execute(
                f"insert into public.referrals (referrer_id, {column}) values (%s, %s)".encode(),
                (user, value),
            )
    with refused(pg), as_user(pg, user):
        pg.execute("delete from public.referrals")
    with refused(pg), as_user(pg, user):
        pg.execute("insert into public.referrals (referrer_id) values (%s)", (friend,))
    with accepted(pg), as_server(pg):
        pg.execute("update public.referrals set reward_claimed = true where status <> 'pending'")
