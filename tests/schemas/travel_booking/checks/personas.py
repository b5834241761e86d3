"""Promises about personas and the statistics that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from pgproof.database import Connection

from .. import oracle
from ..world import (
    ECONOMY,
    FREQUENT,
    LUXURY,
    MIDDLE,
    NEW,
    accepted,
    as_server,
    as_user,
    leave_trace,
    load,
    new_user,
    one,
)


@dataclass(frozen=True)
class Trace:
    """An action as a client sends it, and the budget that it tells, if any."""

    action: str
    data: object
    budget: Fraction | None


def refresh(pg: Connection) -> None:
    """What the hourly job does."""
    with as_server(pg):
        pg.execute("select public.refresh_analytics_views()")


def persona_of(pg: Connection, user: UUID) -> str | None:
    """What `calculate_traveler_persona()` answers the traveller."""
    with as_user(pg, user):
        return one(pg, "select public.calculate_traveler_persona(%s)", (user,))


def user_with_budgets(pg: Connection, *budgets: float, bookings: int = 0) -> UUID:
    """A traveller whose actions told these budgets."""
    user = new_user(pg)
    for budget in budgets:
        leave_trace(pg, user, "search", {"budget": budget})
    for _ in range(bookings):
        leave_trace(pg, user, "booking")
    return user


def check_thresholds(pg: Connection) -> None:
    """Below 80 economy, below 150 middle, else luxury, by the average."""
    expected = {
        user_with_budgets(pg, 0.01): ECONOMY,
        user_with_budgets(pg, 79.99): ECONOMY,
        user_with_budgets(pg, 80): MIDDLE,
        user_with_budgets(pg, 79.99, 80.01): MIDDLE,
        user_with_budgets(pg, 79.99, 80.00): ECONOMY,
        user_with_budgets(pg, 149.99): MIDDLE,
        user_with_budgets(pg, 150): LUXURY,
        user_with_budgets(pg, 1, 1, 448): LUXURY,
        user_with_budgets(pg, 1_000_000): LUXURY,
    }
    refresh(pg)
    assert {user: persona_of(pg, user) for user in expected} == expected


def check_unknown_budget_is_not_luxury(pg: Connection) -> None:
    """Without a budget, somebody is new, or travels all the time."""
    silent, nine, ten = new_user(pg), user_with_budgets(pg, bookings=9), user_with_budgets(pg, bookings=10)
    refresh(pg)
    assert [persona_of(pg, user) for user in (silent, nine, ten)] == [NEW, NEW, FREQUENT]


def check_poison_does_not_stop_the_refresh(pg: Connection) -> None:
    """Whatever one client has sent, everybody's statistics are refreshed, and nonsense counts as unknown."""
    load(pg, "poisoned_behaviour")
    with accepted(pg):
        refresh(pg)
    stats = pg.execute(
        "select user_id = md5('sensible')::uuid, avg_budget, persona_type from private.user_booking_stats"
        " where user_id in (md5('sensible')::uuid, md5('poison')::uuid) order by 1 desc"
    ).fetchall()
    assert stats == [(True, Decimal(120), MIDDLE), (False, None, NEW)]


def check_statistics_equal_oracle(pg: Connection, people: Mapping[UUID, Sequence[Trace]]) -> None:
    """Actions, bookings, average budget and persona of each traveller, one row each."""
    rows = pg.execute(
        "select user_id, total_actions, total_bookings, avg_budget, persona_type"
        " from private.user_booking_stats"
    ).fetchall()
    assert len(rows) == one(pg, "select count(*) from public.users")
    found = {row[0]: row[1:] for row in rows}
    for user, traces in people.items():
        budgets = [trace.budget for trace in traces if trace.budget is not None]
        bookings = sum(trace.action == "booking" for trace in traces)
        actions, booked, average, persona = found[user]
        assert (actions, booked) == (len(traces), bookings)
        assert persona == oracle.persona(budgets, bookings)
        assert (average is None) == (not budgets)
        if budgets:
            assert abs(Fraction(average) - oracle.mean(budgets)) < Fraction(1, 10**9)


def check_materialized_views_are_out_of_reach(pg: Connection) -> None:
    """Row-level security does not exist for them: clients read none, by privilege, wherever it is."""
    readable = pg.execute(
        "select c.oid::regclass::text, r.rolname from pg_class as c cross join pg_roles as r"
        " where c.relkind = 'm' and r.rolname in ('anon', 'authenticated')"
        " and has_table_privilege(r.rolname, c.oid, 'select')"
    ).fetchall()
    assert readable == []
