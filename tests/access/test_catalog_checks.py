"""What the catalog alone says against a contract: loud, a near miss, and repaired, for each check."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgproof import access, catalog
from pgproof.access.beside.catalog_checks import (
    allowed_beside,
    function_findings,
    privilege_findings,
    role_findings,
    schema_findings,
    unconfirmed_findings,
)
from pgproof.catalog.model import Cluster, Membership, Role

from .variants import BASE

CONTRACT = access.read_contract(BASE / "access.toml")
ROLES = ["anon", "authenticated"]
BODY = "language sql as $$ select true $$"
READS = "language sql immutable set search_path = '' as $$ select auth.uid() is not null $$"
FUNCTIONS = [
    (f"create function public.f() returns boolean security definer {BODY}", ["search-path"]),
    (f"create function public.f() returns boolean security definer set search_path = '' {BODY}", []),
    (f"create function public.f() returns boolean security invoker {BODY}", []),
    (f"create function public.f() returns boolean leakproof {BODY}", ["leakproof"]),
    (f"create function public.f() returns boolean {READS}", ["immutable-claims"]),
    (f"create function public.f() returns boolean {READS.replace('immutable', 'stable')}", []),
    (f"create function other.f() returns boolean security definer {BODY}", []),
    (f"create function other.f() returns boolean {BODY}; {{policy}}", ["volatile-in-policy"]),
    (f"create function other.f() returns boolean stable {BODY}; {{policy}}", []),
]
POLICY = "create policy asks on public.tenants for select using (other.f())"


@pytest.mark.parametrize(("sql", "rules"), FUNCTIONS)
def test_a_function_is_held_to_what_it_promises(pg, sql, rules):
    pg.execute(f"create schema other; {sql.format(policy=POLICY)}".encode())
    assert [each.rule for each in function_findings(CONTRACT, catalog.read(pg))] == rules


@pytest.mark.parametrize(
    ("sql", "holds", "observed"),
    [
        ("grant references, trigger on public.tenants to anon", {}, ["anon has references, trigger"]),
        ("grant trigger on public.tenants to public", {}, ["public has trigger"]),
        ("grant trigger on public.tenants to anon", {("public.tenants", "nobody"): ("trigger",)}, []),
        (
            "grant trigger on public.tenants to anon",
            {("public.members", "nobody"): ("trigger",)},
            ["anon has trigger"],
        ),
        ("grant select on public.tenants to anon", {}, []),
        ("grant trigger on public.tenants to service_role", {}, []),
    ],
)
def test_a_privilege_beside_rows_is_told_unless_the_contract_allows_it(pg, sql, holds, observed):
    pg.execute(sql.encode())
    contract = replace(CONTRACT, holds=holds)
    assert [each.observed for each in privilege_findings(contract, catalog.read(pg), ROLES)] == observed


def test_what_is_allowed_beside_rows_belongs_to_the_role_of_the_actor():
    contract = replace(CONTRACT, holds={("public.tenants", "nobody"): ("trigger", "truncate")})
    assert allowed_beside(contract, "public.tenants") == {("anon", "trigger"), ("anon", "truncate")}
    assert allowed_beside(contract, "public.members") == set()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "create schema more; grant usage on schema more to anon; create table more.t (); grant select on more.t to anon",
            1,
        ),
        ("create schema more; grant usage on schema more to anon; create table more.t ()", 0),
        ("create schema more; create table more.t (); grant select on more.t to anon", 0),
    ],
)
def test_a_schema_that_somebody_may_use_and_nobody_speaks_of_is_told(pg, sql, said):
    pg.execute(sql.encode())
    assert len(list(schema_findings(CONTRACT, catalog.read(pg), ROLES))) == said


def test_lines_that_nobody_confirmed_are_told_by_what_they_are_about():
    assert list(unconfirmed_findings(CONTRACT)) == []
    (found,) = unconfirmed_findings(replace(CONTRACT, measured={"relations public.tenants": (7, 9)}))
    assert (found.severity, found.line) == ("warning", 7)
    assert found.observed == "measured, not confirmed by anybody: lines 7, 9"


@pytest.mark.parametrize(
    ("role", "memberships", "told"),
    [
        (
            Role(name="authenticated", bypass_row_security=True),
            (),
            [("bypass-rls", "alter role authenticated nobypassrls")],
        ),
        (Role(name="authenticated"), (), []),
        (
            Role(name="authenticated"),
            (Membership(role="service_role", member="authenticated", grantor="postgres"),),
            [("role-membership", "revoke service_role from authenticated")],
        ),
        (
            Role(name="authenticated"),
            (Membership(role="anon", member="authenticated", grantor="postgres"),),
            [],
        ),
    ],
)
def test_a_role_that_no_policy_binds_is_told_with_what_takes_it_back(role, memberships, told):
    roles = (Role(name="anon"), role, Role(name="service_role", bypass_row_security=True))
    cluster = Cluster(roles=roles, memberships=memberships)
    found = role_findings(CONTRACT, cluster, catalog.Catalog(version_num=180000), ROLES)
    assert [(each.rule, each.remedy) for each in found] == told
