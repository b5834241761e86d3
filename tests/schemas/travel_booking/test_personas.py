from __future__ import annotations

from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from . import strategies
from .checks import personas
from .checks.personas import Trace, check_statistics_equal_oracle, persona_of, refresh, user_with_budgets
from .world import (
    LUXURY,
    MIDDLE,
    as_server,
    as_user,
    as_visitor,
    leave_trace,
    new_admin,
    new_user,
    one,
    refused,
)

told = strategies.budgets.map(lambda budget: Trace("search", {"budget": budget[0]}, budget[1]))
garbled = strategies.nonsense.map(lambda value: Trace("search", {"budget": value}, None))
silent = st.sampled_from(["booking", "search", "view_hotel"]).map(lambda action: Trace(action, {}, None))
shapeless = st.sampled_from([[], [1], 1, "budget", None, True]).map(lambda data: Trace("booking", data, None))
traces = st.lists(st.one_of(told, silent, garbled, shapeless), max_size=12)


def test_thresholds_go_by_the_average_budget(pg):
    personas.check_thresholds(pg)


def test_unknown_budget_is_not_luxury(pg):
    personas.check_unknown_budget_is_not_luxury(pg)


def test_poison_does_not_stop_the_refresh(pg):
    personas.check_poison_does_not_stop_the_refresh(pg)


@given(histories=st.lists(traces, max_size=3))
@example(histories=[[Trace("search", {"budget": 10**400}, None)] * 2])
@example(histories=[[Trace("search", {"budget": 1e308}, None)] * 2])
@example(histories=[[Trace("search", {"budget": "0.0001"}, Fraction(1, 10_000))]])
def test_statistics_equal_the_oracle(pg, histories):
    people = {}
    for history in histories:
        user = new_user(pg)
        people[user] = history
        for trace in history:
            leave_trace(pg, user, trace.action, trace.data)
    refresh(pg)
    check_statistics_equal_oracle(pg, people)


def test_persona_is_looked_up_not_computed(pg):
    user = user_with_budgets(pg, 100)
    assert persona_of(pg, user) is None
    refresh(pg)
    assert persona_of(pg, user) == MIDDLE
    leave_trace(pg, user, "search", {"budget": 10_000})
    assert persona_of(pg, user) == MIDDLE
    refresh(pg)
    assert persona_of(pg, user) == LUXURY


def test_persona_of_an_unknown_user_is_null(pg):
    refresh(pg)
    with as_server(pg):
        assert one(pg, "select public.calculate_traveler_persona(%s)", (uuid4(),)) is None
        assert one(pg, "select public.calculate_traveler_persona(null)") is None


def test_persona_of_somebody_else_is_refused_except_to_admins(pg):
    user, other, admin = user_with_budgets(pg, 100), new_user(pg), new_admin(pg)
    refresh(pg)
    query = "select public.calculate_traveler_persona(%s)"
    for actor in (as_user(pg, other), as_visitor(pg)):
        with refused(pg), actor:
            pg.execute(query, (user,))
    with as_user(pg, admin):
        assert one(pg, query, (user,)) == MIDDLE


def test_materialized_views_are_out_of_reach_of_clients(pg):
    personas.check_materialized_views_are_out_of_reach(pg)


@pytest.mark.parametrize("relation", ["user_booking_stats", "hotel_social_proof"])
def test_the_server_reads_the_materialized_views_and_clients_are_refused(pg, relation):
    for actor in (as_user(pg, new_admin(pg)), as_visitor(pg)):
        with refused(pg), actor:
            pg.execute(f"select from private.{relation}".encode())
    with as_server(pg):
        pg.execute(f"select from private.{relation}".encode())


def test_only_the_server_and_its_jobs_refresh(pg):
    for actor in (as_user(pg, new_admin(pg)), as_visitor(pg)):
        with refused(pg), actor:
            pg.execute("select public.refresh_analytics_views()")
