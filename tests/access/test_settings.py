"""People who are known by what the application sets for them, and not by the claims of a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof import access, catalog
from pgproof.errors import UsageError

from .test_reproduction import said
from .variants import FIXTURES

STYLE = FIXTURES.parent / "styles" / "tenants_by_setting"
LEAK = "alter policy read on public.reports using (true)"
SHUT = "alter policy read on public.reports using (tenant_id = private.tenant_id() and author_id = private.person_id())"


@pytest.fixture(scope="module")
def pg_project() -> Path:
    return STYLE


def found(connection):
    with connection.transaction(force_rollback=True):
        contract = access.read_contract(STYLE / "access.toml")
        report = access.run(connection, contract, catalog.read(connection), lambda _: None)
    return {(each.rule, each.subject): each for each in report.findings}


@pytest.mark.parametrize(
    ("change", "finding", "word"),
    [
        (LEAK, ("leak-select", "person on public.reports"), "LEAK"),
        (LEAK, ("leak-select", "stranger on public.reports"), "LEAK"),
        (SHUT, ("locked-out-select", "person on public.reports"), "LOCKED OUT"),
    ],
)
def test_a_script_sets_what_the_application_sets(pg_clone, pg_workbench, change, finding, word):
    own = pg_clone.connect()
    own.execute((STYLE / "seed.sql").read_bytes())
    own.execute("create policy as_it_was on public.reports for select using (false)")
    own.execute(change.encode())
    script = found(own)[finding].reproduction
    psql = pg_workbench.session.server.psql
    assert said(psql, pg_clone.dsn, script) == word
    own.execute("alter policy read on public.reports using (tenant_id = private.tenant_id())")
    assert said(psql, pg_clone.dsn, script) == "as it should be"


def test_strangers_try_settings_that_are_nobodys(pg):
    pg.execute((STYLE / "seed.sql").read_bytes())
    assert ("leak-select", "stranger on public.tenants") not in found(pg)
    pg.execute(
        "alter policy own on public.tenants using (private.tenant_id() < 0 or id = private.tenant_id())"
    )
    assert ("leak-select", "stranger on public.tenants") in found(pg)


def test_a_contract_with_claims_where_the_roles_of_supabase_are_missing_says_which(pg, tmp_path):
    pg.execute((STYLE / "seed.sql").read_bytes())
    text = (
        (STYLE / "access.toml")
        .read_text("utf-8")
        .replace("settings = {", "claims = { sub = ':person_id' }\nsettings = {")
    )
    contract = access.contract_of(tmp_path / "access.toml", text)
    with pytest.raises(
        UsageError, match=r"access.toml:1: there is no role anon for nobody; expected one of .*app_server"
    ):
        access.run(pg, contract, catalog.read(pg), lambda _: None)
