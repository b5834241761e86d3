from __future__ import annotations

import pytest

from pgproof import catalog
from pgproof.pytest_plugin import setting

from .. import scripts
from . import world
from .conftest import PROJECT

ROLLBACKS = sorted(PROJECT.glob("rollback_0*.sql"))
MIGRATIONS = sorted(PROJECT.glob("0*.sql"))


@pytest.fixture
def run(pg_clone, pg_workbench):
    """Run a script against the clone as the guide prints it; returns what psql complained of."""
    return lambda script: scripts.run_as_printed(pg_workbench.session.server.psql, pg_clone.dsn, script)


@pytest.mark.parametrize("privileges", ["classic", "explicit"])
def test_everything_applies_and_every_rollback_is_exact(request, privileges):
    scripts.check_project(PROJECT, setting(request.config, "server"), privileges)


@pytest.mark.parametrize("script", ROLLBACKS[:-1], ids=lambda path: path.stem)
def test_a_rollback_out_of_order_fails_and_changes_nothing(pg_clone, pg_workbench, script):
    psql = pg_workbench.session.server.psql
    scripts.check_out_of_order_changes_nothing(pg_clone.connect(), psql, pg_clone.dsn, script)


def test_single_rollback_takes_its_own_rows_and_no_others(pg_clone, run):
    pg = pg_clone.connect()
    assert run(PROJECT / "seed_test_data.sql") == ""
    before = {
        table: pg.execute(f"select count(*) from public.{table}").fetchone()
        for table in ("messages", "feedback")
    }
    assert run(PROJECT / "rollback_006_usage_metrics.sql") == ""
    assert before == {
        table: pg.execute(f"select count(*) from public.{table}").fetchone() for table in before
    }
    pg.execute("delete from public.users")


def test_rollbacks_in_the_printed_order_and_the_migrations_again_give_the_same_catalog(pg_clone, run):
    pg = pg_clone.connect()
    before = catalog.read(pg)
    assert [run(script) for script in [*reversed(ROLLBACKS), *MIGRATIONS]] == [""] * 12
    assert list(catalog.diff(before, catalog.read(pg))) == []


def test_rollback_of_everything_takes_everything_or_nothing(pg_clone, run):
    pg = pg_clone.connect()
    assert run(PROJECT / "seed_test_data.sql") == ""
    pg.execute("create view public.in_the_way as select id from public.tenants")
    before = catalog.read(pg)
    assert "in_the_way" in run(PROJECT / "rollback_all.sql")
    assert list(catalog.diff(before, catalog.read(pg))) == []
    assert pg.execute("select count(*) from public.tenants").fetchone() == (2,)
    pg.execute("drop view public.in_the_way")
    assert run(PROJECT / "rollback_all.sql") == ""
    assert pg.execute("select to_regclass('public.tenants'), to_regnamespace('private')").fetchone() == (
        None,
        None,
    )


def test_a_migration_that_is_already_there_says_so_and_changes_nothing(pg_clone, run):
    pg = pg_clone.connect()
    before = catalog.read(pg)
    assert "already exists" in run(PROJECT / "003_create_conversations_table.sql")
    assert list(catalog.diff(before, catalog.read(pg))) == []


def test_seed_data_give_every_kind_of_member_something_to_see(pg_clone, run):
    pg = pg_clone.connect(autocommit=False)
    assert run(PROJECT / "seed_test_data.sql") == ""
    seen = {}
    for (auth,) in pg.execute("select auth_id from public.users order by email").fetchall():
        with world.acting_as(pg, "authenticated", {"sub": str(auth)}):
            rows = pg.execute(
                "select (select count(*) from public.conversations), (select count(*) from public.users)"
            )
            seen[str(auth)[-1]] = rows.fetchone()
    assert seen == {"1": (4, 3), "2": (4, 3), "3": (0, 0), "4": (2, 2), "5": (2, 2)}
