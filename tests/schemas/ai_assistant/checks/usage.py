"""Promises about usage: every request counts once, for the right tenant, whatever happens to its member."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg

from pgproof.database import Connection
from pgproof.harness import OwnDatabase

from ...concurrency import Work, all_at_once
from ...outcomes import accepted, refused, touched
from ..oracle import Request, Usage, daily_usage
from ..world import (
    as_member,
    as_service,
    as_visitor,
    increment,
    new_company,
    new_member,
    new_tenant,
)

DAY = date(2026, 1, 5)


def rows(pg: Connection) -> dict[tuple[UUID, UUID | None, date], Usage]:
    """All of usage_metrics; total_tokens is compared on the way."""
    found = {}
    for tenant, user, day, prompt, completion, total, requests, cost in pg.execute(
        "select tenant_id, user_id, date, prompt_tokens, completion_tokens, total_tokens, request_count,"
        " estimated_cost from public.usage_metrics"
    ):
        assert (tenant, user, day) not in found, f"two rows for {user} on {day}"
        found[tenant, user, day] = Usage(prompt, completion, requests, cost)
        assert total == found[tenant, user, day].total
    return found


def settle(pg: Connection, requests: Sequence[Request]) -> list[Request]:
    """The same requests with real tenants and members in place of numbers."""
    tenants = {number: new_tenant(pg) for number in sorted({each.tenant for each in requests})}
    members = {
        key: new_member(pg, tenants[key[0]]).user
        for key in sorted({(each.tenant, each.user) for each in requests if each.user is not None})
    }
    return [
        Request(
            tenants[each.tenant],
            None if each.user is None else members[each.tenant, each.user],
            each.day,
            each.prompt,
            each.completion,
            each.cost,
        )
        for each in requests
    ]


def bill(pg: Connection, requests: Sequence[Request]) -> None:
    """Send every request through the function, as the service role."""
    with as_service(pg), accepted("the service role bills"):
        for each in requests:
            increment(pg, each.tenant, each.user, each.day, each.prompt, each.completion, each.cost)


def check_usage(pg: Connection, requests: Sequence[Request]) -> None:
    """After any requests, the table is what the oracle says."""
    settled = settle(pg, requests)
    bill(pg, settled)
    assert rows(pg) == daily_usage(settled)


SOME = [
    Request(0, 0, DAY, 10, 5, Decimal("0.0010")),
    Request(0, 0, DAY, 1, 0, Decimal("0.00005")),
    Request(0, None, DAY, 7, 7, Decimal("0.5")),
    Request(0, None, DAY, 0, 0, Decimal(0)),
    Request(0, 1, DAY, 3, 4, Decimal("0.0001")),
    Request(1, 0, DAY, 2**40, 2**40, Decimal(1)),
    Request(0, 0, DAY + timedelta(days=1), 10, 5, Decimal("0.0010")),
    Request(0, 0, DAY.replace(year=2025), 2, 2, Decimal("0.0002")),
]


def check_requests_add_up(pg: Connection) -> None:
    """Tokens, cost and one request, in one row per tenant, member and day."""
    check_usage(pg, SOME)


def check_the_tenant_as_a_whole_has_one_row_a_day(pg: Connection) -> None:
    """No member is a value like another: the second request adds, and a second row is refused."""
    tenant = new_tenant(pg)
    for _ in range(2):
        increment(pg, tenant, None)
    assert rows(pg) == {(tenant, None, DAY): Usage(20, 10, 2, Decimal("0.0020"))}
    with refused(pg, "23505", "usage_metrics_tenant_id_user_id_date_key"):
        pg.execute("insert into public.usage_metrics (tenant_id, date) values (%s, %s)", (tenant, DAY))


def check_nonsense_is_refused(pg: Connection) -> None:
    """A number below zero, not a number, a missing one, an unknown tenant: nothing is written."""
    member = new_member(pg)
    increment(pg, member.tenant, member.user)
    before = rows(pg)
    for sqlstate, values in (
        ("22023", {"prompt": -1}),
        ("22023", {"completion": -1}),
        ("22023", {"cost": Decimal("-0.0001")}),
        ("23514", {"cost": Decimal("NaN")}),
        ("22003", {"cost": Decimal(10**6)}),
        ("22003", {"prompt": 2**63 - 1, "completion": 1}),
        ("23502", {"prompt": None}),
        ("23502", {"cost": None}),
        ("23502", {"day": None}),
        ("23502", {"tenant": None}),
        ("23503", {"tenant": member.auth}),
    ):
        with refused(pg, sqlstate):
            increment(pg, **{"tenant": member.tenant, "user": member.user, **values})
    assert rows(pg) == before


def check_nobody_bills_another_tenant(pg: Connection) -> None:
    """Not even the service role puts a member's usage on the bill of another tenant."""
    ours, theirs = new_company(pg), new_company(pg)
    with refused(pg, "23503"), as_service(pg):
        increment(pg, theirs.ana.tenant, ours.ana.user)
    with refused(pg, "23503"), as_service(pg):
        pg.execute(
            "update public.usage_metrics set tenant_id = %s where user_id = %s",
            (theirs.ana.tenant, ours.ana.user),
        )


def check_only_the_service_role_bills(pg: Connection) -> None:
    """The function is closed to members and visitors, for every tenant; the service role may."""
    ours, theirs = new_company(pg), new_company(pg)
    before = rows(pg)
    for tenant, user in (
        (ours.ana.tenant, ours.ana.user),
        (theirs.ana.tenant, theirs.ana.user),
        (ours.ana.tenant, None),
    ):
        for actor in (as_member(pg, ours.ana), as_visitor(pg)):
            with refused(pg, "42501"), actor:
                increment(pg, tenant, user)
    assert rows(pg) == before
    with as_service(pg), accepted("the service role bills"):
        increment(pg, ours.ana.tenant, ours.ana.user)


def check_usage_is_read_by_the_tenant_and_written_by_the_service_role(pg: Connection) -> None:
    """Members read their tenant's usage and change nobody's, admins neither."""
    ours, theirs = new_company(pg), new_company(pg)
    admin = new_member(pg, ours.ana.tenant, role="admin")
    before = rows(pg)
    for member in (ours.bo, admin):
        with as_member(pg, member), accepted("members read usage"):
            seen = {row[0] for row in pg.execute("select tenant_id from public.usage_metrics")}
            assert seen == {ours.ana.tenant}
            insert = "insert into public.usage_metrics (tenant_id, date) values (%s, '2026-01-09')"
            for statement, values in (
                ("update public.usage_metrics set prompt_tokens = 0", ()),
                ("delete from public.usage_metrics", ()),
                (insert, (ours.ana.tenant,)),
                (insert, (theirs.ana.tenant,)),
            ):
                assert touched(pg, statement, values) == 0, statement
    assert rows(pg) == before


def check_a_deleted_member_s_usage_stays_on_the_bill(pg: Connection) -> None:
    """It is added to the tenant's own usage of that day, also when two members and the tenant share a day."""
    company, other = new_company(pg), new_company(pg)
    before = total(pg, company.ana.tenant)
    for member in (company.ana, company.bo):
        with as_service(pg), accepted("a member can be deleted"):
            pg.execute("delete from public.users where id = %s", (member.user,))
        assert total(pg, company.ana.tenant) == before
    assert {user for tenant, user, _ in rows(pg) if tenant == company.ana.tenant} == {None}
    with as_service(pg), accepted("a tenant can be deleted"):
        pg.execute("delete from public.tenants where id = %s", (company.ana.tenant,))
    assert {tenant for tenant, _, _ in rows(pg)} == {other.ana.tenant}


def total(pg: Connection, tenant: UUID) -> Usage:
    """Everything that a tenant used."""
    return sum((usage for (of, _, _), usage in rows(pg).items() if of == tenant), Usage())


CLIENTS = 16


def check_writers_at_once_lose_nothing(own: OwnDatabase, each: int = 25) -> None:
    """Sixteen connections, each billing the same few rows again and again: every request is in the sums."""
    pg = own.connect()
    members = [new_member(pg) for _ in range(2)]
    keys = [(member.tenant, user) for member in members for user in (member.user, None)]
    requests = [
        [
            Request(*keys[(client + turn) % len(keys)], DAY, client, turn, Decimal("0.0001"))
            for turn in range(each)
        ]
        for client in range(CLIENTS)
    ]
    all_at_once(own, [[sender(one) for one in client] for client in requests])
    assert rows(pg) == daily_usage(one for client in requests for one in client)


def sender(one: Request) -> Work:
    """Send one request."""
    return lambda pg: increment(pg, one.tenant, one.user, one.day, one.prompt, one.completion, one.cost)


def check_billing_while_members_are_deleted_loses_nothing(own: OwnDatabase) -> None:
    """Whatever was taken before a member was gone is on the tenant's bill."""
    pg = own.connect()
    members = [new_member(pg)]
    members += [new_member(pg, members[0].tenant) for _ in range(CLIENTS // 2 - 1)]
    clients = [[bill_once(member.tenant, member.user)] * 20 for member in members]
    clients += [
        [bill_once(member.tenant, member.user)] * 5 + [delete_member(member.user)] for member in members
    ]
    taken = sum(sum(each) for each in all_at_once(own, clients))
    expected = Usage(10 * taken, 5 * taken, taken, Decimal("0.0010") * taken)
    assert rows(pg) == {(members[0].tenant, None, DAY): expected}


def bill_once(tenant: UUID, user: UUID) -> Work:
    """A request that the client drops when its member is gone; 1 if it was taken, else 0."""

    def work(connection: Connection) -> int:
        try:
            with connection.transaction():
                increment(connection, tenant, user)
        except psycopg.errors.ForeignKeyViolation:
            return 0
        return 1

    return work


def delete_member(user: UUID) -> Work:
    """Delete a member; takes no request, so 0."""

    def work(connection: Connection) -> int:
        connection.execute("delete from public.users where id = %s", (user,))
        return 0

    return work
