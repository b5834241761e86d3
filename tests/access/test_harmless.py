from __future__ import annotations

import pytest

from pgproof import access

from .variants import BASE, fill, run

# The same rules in other words, and what has nothing to do with them.
HARMLESS = """
alter policy select_member on public.tenants rename to members_read;
drop policy select_own on public.profiles;
create policy readers on public.profiles for select to authenticated
using (not (id is distinct from (select auth.uid())) and (select auth.uid()) is not null);
drop policy delete_own on public.comments;
create policy take_back on public.comments for delete to authenticated using (
    author_id = (select auth.uid())
    and exists (
        select from public.members as m
        where m.tenant_id = comments.tenant_id and m.user_id = comments.author_id and m.is_active
    )
);
create policy of_a_tenant on public.documents as restrictive using (tenant_id is not null);
create policy titled on public.comments as restrictive to authenticated, anon using (true) with check (true);
create index on public.documents (owner_id);
create index on public.members (user_id) where is_active;
alter function private.my_tenants() rename to tenants_of_mine;
alter table public.comments rename constraint comments_author_id_fkey to by_somebody;
comment on table public.documents is 'What was written.';
alter table public.documents alter column body set default 'empty';
"""


# What looks like a bug and is none, each by itself.
MEMBER = "tenant_id in (select private.my_tenants())"
NO_BUGS = {
    "a duplicate of a permissive policy": f"""
        create policy select_again on public.documents for select to authenticated using ({MEMBER})
    """,
    "a duplicate that is dropped": f"""
        create policy select_again on public.documents for select to authenticated using ({MEMBER});
        drop policy select_member on public.documents
    """,
    "FORCE where the owner is a superuser": "alter table public.documents force row level security",
    "UPDATE without WITH CHECK": f"""
        drop policy update_own on public.documents;
        create policy update_own on public.documents for update to authenticated
        using (owner_id = (select auth.uid()) and {MEMBER})
    """,
    "ALL without WITH CHECK": f"""
        drop policy update_own on public.documents;
        drop policy insert_own on public.documents;
        drop policy delete_own on public.documents;
        create policy write_own on public.documents for all to authenticated
        using (owner_id = (select auth.uid()) and {MEMBER})
    """,
    "INSERT without WITH CHECK, which denies": """
        grant insert on public.tenants to authenticated;
        create policy insert_nothing on public.tenants for insert to authenticated
    """,
    "a renamed policy": "alter policy select_member on public.tenants rename to members_read",
    "a renamed function": "alter function private.my_tenants() rename to tenants_of_mine",
    "a policy in other words": """
        drop policy select_own on public.profiles;
        create policy select_own on public.profiles for select to authenticated
        using (not (id is distinct from (select auth.uid())) and (select auth.uid()) is not null)
    """,
    "one policy split in two": f"""
        drop policy select_member on public.documents;
        create policy select_first on public.documents for select to authenticated using ({MEMBER} and number % 2 = 0);
        create policy select_second on public.documents for select to authenticated using ({MEMBER} and number % 2 <> 0)
    """,
    "two restrictive policies for one conjunction": f"""
        drop policy select_member on public.documents;
        create policy anything on public.documents for select to authenticated using (true);
        create policy tenant on public.documents as restrictive for select to authenticated using ({MEMBER})
    """,
    "an index": "create index on public.documents (owner_id, tenant_id) where number > 0",
    "a restrictive policy that restricts nothing": """
        create policy all_of_it on public.documents as restrictive using (true) with check (true)
    """,
    "a grant to a role that nobody acts as": "grant all on public.documents to service_role",
    "a trigger that puts a column back": """
        create function private.keep_admin() returns trigger language plpgsql set search_path = ''
        as $$ begin new.is_admin := old.is_admin; return new; end $$;
        create trigger keep_admin before update on public.profiles for each row execute function private.keep_admin();
        grant update on public.profiles to authenticated;
        revoke update (id) on public.profiles from authenticated
    """,
    "a claims reader that keeps the answer for the transaction": """
        create function private.uid() returns uuid language plpgsql stable set search_path = ''
        as $$
        begin
            if coalesce(current_setting('app.user_id', true), '') = '' then
                perform set_config('app.user_id', coalesce(auth.uid()::text, ''), true);
            end if;
            return nullif(current_setting('app.user_id', true), '')::uuid;
        end
        $$;
        grant execute on function private.uid() to authenticated;
        alter policy select_own on public.profiles using (id = (select private.uid()))
    """,
}


@pytest.mark.parametrize("change", NO_BUGS.values(), ids=NO_BUGS)
def test_what_looks_like_a_bug_and_is_none_is_quiet(pg, change):
    fill(pg)
    pg.execute(change.encode())
    assert run(pg, access.read_contract(BASE / "access.toml")).findings == ()


def test_a_rename_the_same_in_other_words_an_index_and_a_restriction_that_restricts_nothing_are_quiet(pg):
    fill(pg)
    pg.execute(HARMLESS.encode())
    assert run(pg, access.read_contract(BASE / "access.toml")).findings == ()


def test_the_suite_runs_twice_on_one_connection_and_says_the_same(pg):
    fill(pg)
    contract = access.read_contract(BASE / "access.toml")
    pg.execute("create policy everything on public.tenants for select to authenticated using (true)")
    first, second = run(pg, contract), run(pg, contract)
    assert [each.key for each in first.findings] == [each.key for each in second.findings] != []
    assert first.attempts == second.attempts
    assert len({each.key for each in first.findings}) == len(first.findings)
