"""Schemas such as people write, with contracts that are right: nothing is reported, until a mistake is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof import access

from .variants import FIXTURES, run

STYLES = FIXTURES.parent / "styles"
# a mistake that is often made in such a schema, and the finding that it must lead to
MISTAKES = {
    "blog": (
        'alter policy "Published posts are public" on public.posts using (published_at is null)',
        ("leak-select", "nobody on public.posts"),
    ),
    "chat": (
        "alter policy seen on public.participants using (private.is_in(room_id))",
        ("locked-out-insert", "person on public.participants"),
    ),
    "storage": (
        """alter policy "Users delete their own files" on storage.objects using (bucket_id = 'files')""",
        ("leak-delete", "person on storage.objects"),
    ),
    "teams": (
        """
        create or replace function private.teams_as(p_roles public.team_role[]) returns setof uuid
        language sql stable security definer set search_path = ''
        as $$ select m.team_id from public.team_members as m where m.user_id = (select auth.uid()) and m.role = any (p_roles) $$
        """,
        ("leak-select", "person on public.projects"),
    ),
    "tenants_by_claim": (
        """
        create or replace function private.tenant_id() returns uuid language sql stable set search_path = ''
        as $$ select nullif((select auth.jwt()) -> 'user_metadata' ->> 'tenant_id', '')::uuid $$
        """,
        ("leak-select", "stranger on public.invoices"),
    ),
    "tenants_by_setting": (
        "alter policy read on public.reports using"
        " (tenant_id = private.tenant_id() or current_setting('app.tenant_id', true) = '')",
        ("leak-select", "stranger on public.reports"),
    ),
    "todos": (
        'alter policy "Individuals can update their own todos." on public.todos with check (true)',
        ("leak-becomes", "person on public.todos"),
    ),
}


@pytest.fixture(scope="module", params=sorted(MISTAKES))
def pg_project(request) -> Path:
    return STYLES / request.param


def findings(pg, folder: Path) -> set[tuple[str, str]]:
    pg.execute((folder / "seed.sql").read_bytes())
    found = run(pg, access.read_contract(folder / "access.toml")).findings
    return {(each.rule, each.subject) for each in found}


def test_every_style_has_its_mistake():
    assert sorted(MISTAKES) == sorted(each.name for each in STYLES.iterdir())


def test_a_schema_that_keeps_its_contract_is_quiet(pg, pg_project):
    assert findings(pg, pg_project) == set()


def test_a_usual_mistake_in_it_is_found(pg, pg_project):
    mistake, expected = MISTAKES[pg_project.name]
    pg.execute(mistake.encode())
    assert expected in findings(pg, pg_project)
