from __future__ import annotations

from decimal import Decimal

from hypothesis import example, given

from . import oracle
from .checks import usage
from .oracle import Request
from .strategies import requests


@given(requests())
@example([Request(0, None, usage.DAY, 1, 1, Decimal(0)), Request(0, None, usage.DAY, 1, 1, Decimal(0))])
def test_any_requests_add_up_as_the_oracle_says(pg, some):
    usage.check_usage(pg, some)


def test_requests_add_up(pg):
    usage.check_requests_add_up(pg)


def test_the_tenant_as_a_whole_has_one_row_a_day(pg):
    usage.check_the_tenant_as_a_whole_has_one_row_a_day(pg)


def test_nonsense_is_refused(pg):
    usage.check_nonsense_is_refused(pg)


def test_nobody_bills_another_tenant(pg):
    usage.check_nobody_bills_another_tenant(pg)


def test_only_the_service_role_bills(pg):
    usage.check_only_the_service_role_bills(pg)


def test_usage_is_read_by_the_tenant_and_written_by_the_service_role(pg):
    usage.check_usage_is_read_by_the_tenant_and_written_by_the_service_role(pg)


def test_a_deleted_member_s_usage_stays_on_the_bill(pg):
    usage.check_a_deleted_member_s_usage_stays_on_the_bill(pg)


def test_sixteen_writers_at_once_lose_nothing(pg_clone):
    usage.check_writers_at_once_lose_nothing(pg_clone)


def test_billing_while_members_are_deleted_loses_nothing(pg_clone):
    usage.check_billing_while_members_are_deleted_loses_nothing(pg_clone)


def test_a_cost_counts_to_the_fourth_place():
    some = [Request(0, None, usage.DAY, 0, 0, Decimal(cost)) for cost in ("0.00004", "0.00005", "1")]
    assert oracle.daily_usage(some)[0, None, usage.DAY].cost == Decimal("1.0001")
