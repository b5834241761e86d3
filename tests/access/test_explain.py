"""A finding names the layer that decided, the values that made it so, and the next step in that layer."""

from __future__ import annotations

import pytest

from pgproof import catalog
from pgproof.access.explaining.denied import in_full

from .variants import FIXTURES, Variant, fill, run

TENANTS = "tenant_id IN ( SELECT private.my_tenants() AS my_tenants)"
SELECT_MEMBER = f"select_member (using ({TENANTS}))"
TO = "to authenticated"


@pytest.mark.parametrize(
    ("variant", "decided", "remedy"),
    [
        (
            "66_schema_usage_revoked",
            "usage on schema public, which authenticated lacks",
            f"grant usage on schema public {TO}",
        ),
        (
            "00_lost_grant",
            "the privilege INSERT on table public.documents, which authenticated lacks",
            f"grant insert on public.documents {TO}",
        ),
        (
            "00_column_grant_lost",
            "the privilege UPDATE on column body, which authenticated lacks",
            f"grant update (body) on public.documents {TO}",
        ),
        (
            "00_insert_column_grant_lost",
            "the privilege INSERT on column title, which authenticated lacks",
            f"grant insert (title) on public.documents {TO}",
        ),
        (
            "36_admin_column",
            "the privilege UPDATE on the column is_admin, which authenticated holds",
            "revoke update on public.profiles from authenticated and grant it on the other columns; where the row "
            "decides, refuse in a trigger",
        ),
        (
            "06_truncate_granted",
            "the privilege TRUNCATE, which policies do not bind",
            "revoke truncate on public.comments from authenticated",
        ),
        (
            "01_row_security_off",
            "row security is not enabled",
            "alter table public.documents enable row level security, with policies for what the contract allows",
        ),
        (
            "02_owner_not_forced",
            "the role owns the table, and row security is not forced",
            "alter table public.documents force row level security",
        ),
        (
            "09_view_without_invoker",
            "the view reads with the rights of its owner, postgres",
            "alter view public.document_titles set (security_invoker = true)",
        ),
        (
            "13_second_permissive_policy",
            f"the policies published (using (number = 1)), {SELECT_MEMBER}",
            "narrow the policies published, select_member: what one permissive policy allows no other takes back",
        ),
        (
            "32_with_check_true",
            "the policy update_own (using ((owner_id = ( SELECT auth.uid() AS uid)) AND "
            f"({TENANTS})) with check true)",
            "narrow the policy update_own",
        ),
        (
            "64_no_policy",
            "no policy permits select to authenticated",
            f"create a permissive policy on public.tenants for select {TO}",
        ),
        (
            "65_update_without_select",
            "no policy permits select to authenticated, which a statement that reads columns needs",
            f"create a permissive policy on public.profiles for select {TO}",
        ),
        (
            "41_returning_of_insert",
            "the policy select_own (using private.is_mine(id)) for select, which RETURNING asks of the new row",
            "let the policy select_own see a row as soon as it is written: ask its own columns",
        ),
        (
            "40_cascade_into_another_tenant",
            "the foreign key links_document_id_fkey of public.links, on delete cascade",
            "let links_document_id_fkey be of rows that one owner has, by taking the tenant into the key, or restrict it",
        ),
        (
            "40_rule_writes_elsewhere",
            "the rule retitle on public.profiles",
            "narrow the rule retitle, or drop it",
        ),
        (
            "40_trigger_writes_elsewhere",
            "trigger retitle (function private.retitle) on public.profiles",
            "let the trigger's function touch only rows of the caller",
        ),
        (
            "67_trigger_refuses_everybody",
            "the trigger refuse on public.documents, function private.refuse",
            "let private.refuse pass what the contract allows",
        ),
        (
            "66_execute_revoked",
            "the privilege EXECUTE on function private.my_tenants(), which authenticated lacks",
            f"grant execute on function private.my_tenants() {TO}",
        ),
        (
            "45_execute_left_with_public",
            "the privilege EXECUTE on function public.rename_document(uuid, text), which anon holds",
            "revoke execute on function public.rename_document(uuid, text) from public, anon",
        ),
        (
            "43_definer_returns_rows",
            "the function public.tenant_documents",
            "compare the rows with the caller inside the function, or let it run with the caller's rights",
        ),
        (
            "43_definer_changes_rows",
            "the function public.rename_document",
            "compare the rows with the caller inside public.rename_document, or make it security invoker",
        ),
    ],
)
def test_a_finding_says_which_layer_decided_and_what_to_change_there(pg, tmp_path, variant, decided, remedy):
    made = Variant(FIXTURES / variant)
    fill(pg)
    pg.execute(made.sql("broken").encode())
    found = {(each.rule, each.subject): each for each in run(pg, made.contract(tmp_path)).findings}
    said = found[made.caught].observed.partition("; decided by: ")[2].partition("; with ")[0]
    assert (said, found[made.caught].remedy) == (decided, remedy)


@pytest.mark.parametrize(
    ("variant", "values"),
    [
        (
            "01_row_security_off",
            "tenant_id = '70000000-0000-4000-8000-000000000002', :id = 'a0000000-0000-4000-8000-000000000001'",
        ),
        (
            "42_delete_after_leaving",
            "owner_id = 'a0000000-0000-4000-8000-000000000004', tenant_id = '70000000-0000-4000-8000-000000000001', "
            ":id = 'a0000000-0000-4000-8000-000000000004'",
        ),
        (
            "67_trigger_refuses_everybody",
            "owner_id = 'a0000000-0000-4000-8000-000000000001', tenant_id = '70000000-0000-4000-8000-000000000001', "
            ":id = 'a0000000-0000-4000-8000-000000000001'",
        ),
        (
            "41_returning_of_insert",
            "owner_id = 'a0000000-0000-4000-8000-000000000001', :id = 'a0000000-0000-4000-8000-000000000001'",
        ),
        (
            "45_execute_left_with_public",
            "p_document_id = null::uuid, p_title = null::text",
        ),
        (
            "43_definer_returns_rows",
            "p_tenant_id = '70000000-0000-4000-8000-000000000003'::uuid, "
            "tenant_id = '70000000-0000-4000-8000-000000000003', :id = 'a0000000-0000-4000-8000-000000000001'",
        ),
        (
            "43_definer_changes_rows",
            "p_document_id = 'd0000000-0000-4000-8000-000000000004'::uuid, p_title = 'x'' or true --'::text, "
            "owner_id = 'a0000000-0000-4000-8000-000000000005', tenant_id = '70000000-0000-4000-8000-000000000001', "
            ":id = 'a0000000-0000-4000-8000-000000000001'",
        ),
    ],
)
def test_a_finding_says_the_values_of_the_row_and_of_the_actor_that_made_it_so(pg, tmp_path, variant, values):
    made = Variant(FIXTURES / variant)
    fill(pg)
    pg.execute(made.sql("broken").encode())
    found = {(each.rule, each.subject): each for each in run(pg, made.contract(tmp_path)).findings}
    assert found[made.caught].observed.endswith(f"; with {values}")


def test_a_function_that_a_refusal_names_is_told_with_schema_and_arguments_or_all_that_it_may_be(pg):
    pg.execute(
        "create schema other; create function other.f(a int) returns int language sql as 'select 1';"
        "create function public.f() returns int language sql as 'select 1';"
        "create table other.t (); revoke all on function other.f(int), public.f() from public"
    )
    found = catalog.read(pg)
    told = [in_full(found, *each, "anon") for each in (("function", "f"), ("table", "t"), ("table", "gone"))]
    assert told == ["other.f(integer) or public.f()", "other.t", "gone"]
    pg.execute("grant execute on function other.f(int) to anon")
    assert in_full(catalog.read(pg), "function", "f", "anon") == "public.f()"
    pg.execute("create table public.t ()")
    found = catalog.read(pg)
    assert in_full(found, "table", "t", "anon") == "other.t or public.t"
    assert in_full(found, "table", "t", "anon", "public.t") == "public.t"
