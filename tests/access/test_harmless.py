from __future__ import annotations

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
