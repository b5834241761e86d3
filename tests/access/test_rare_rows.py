"""A mistake that only a row shows which nobody thought of: random populations meet it, and leave the smallest that does."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, find, settings

from pgproof import access, catalog
from pgproof.database import rolled_back
from pgproof.rows import strategies

from .variants import fill, run

# What of the contract is looked at: reading is enough, and a case is looked at hundreds of times until it is small.
TOML = """
exposed = []
[actors.person]
role = "authenticated"
each = "select u.id from auth.users as u where u.email in ('alice@example.com', 'carol@example.com')"
claims = { sub = ":id", role = "authenticated" }
[relations."public.documents"]
select.person = "tenant_id in (select m.tenant_id from public.members as m where m.user_id = :id and m.is_active)"
"""
SIZES = {"public.members": range(3), "public.documents": range(3)}
# the policy, the table that the row is in, and what of the smallest population shows what is wrong
RARE = {
    "title = ''": ("public.documents", {"title": ""}),
    "exists (select from public.members as m where m.role = '')": ("public.members", {"role": ""}),
}
patiently = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("condition", RARE)
def test_a_rare_row_is_met_and_nothing_but_it_is_left(pg, tmp_path, condition):
    path = tmp_path / "access.toml"
    path.write_text(TOML, "utf-8")
    contract = access.read_contract(path)
    fill(pg)
    pg.execute("revoke insert, update, delete on public.documents from authenticated")
    pg.execute("create policy all_of_them on public.members for select to authenticated using (true)")
    assert run(pg, contract).findings == ()
    pg.execute(
        f"create policy rare on public.documents for select to authenticated using ({condition})".encode()
    )
    assert run(pg, contract).findings == (), "the fixed population shows nothing"
    plan = strategies.plan_of(catalog.read(pg))

    def shows(population) -> bool:
        with rolled_back(pg):
            strategies.insert_population(pg, plan, population)
            return "leak-select" in {each.rule for each in run(pg, contract).findings}

    smallest = find(strategies.populations(plan, SIZES), shows, settings=patiently)
    table, expected = RARE[condition]
    assert [{name: row[name] for name in expected} for row in smallest[table]] == [expected]
    assert repr(expected).strip("{}") in repr(smallest), "what is printed tells it"
