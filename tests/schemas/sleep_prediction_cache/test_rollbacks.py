from __future__ import annotations

import pytest

from pgproof import catalog
from pgproof.pytest_plugin import setting

from .. import scripts
from ..outcomes import refused
from . import world
from .conftest import PROJECT


@pytest.fixture
def run(pg_clone, pg_workbench):
    """Run a script against the clone as the guide prints it; returns what psql complained of."""
    return lambda script: scripts.run_as_printed(
        pg_workbench.session.server.psql, pg_clone.dsn, PROJECT / script
    )


@pytest.mark.parametrize("privileges", ["classic", "explicit"])
def test_everything_applies_and_every_rollback_is_exact(request, privileges):
    scripts.check_project(PROJECT, setting(request.config, "server"), privileges)


def test_the_base_cannot_be_rolled_back_under_the_cache(pg_clone, pg_workbench):
    psql = pg_workbench.session.server.psql
    script = PROJECT / "rollback_base_schema.sql"
    scripts.check_out_of_order_changes_nothing(pg_clone.connect(), psql, pg_clone.dsn, script)


def test_the_cache_cannot_be_applied_twice(pg_clone, run):
    pg = pg_clone.connect()
    before = catalog.read(pg)
    assert "already exists" in run("improved_schema.sql")
    assert list(catalog.diff(before, catalog.read(pg))) == []


def test_old_predictions_survive_migration_and_rollback(pg_clone, run):
    pg = pg_clone.connect()
    assert run("rollback_improved_schema.sql") == ""
    family = world.new_parent(pg)
    child = world.new_child(pg, family)
    pg.execute(
        "insert into public.predictions (child_id, next_bedtime, confidence, llm_provider)"
        " values (%s, '2025-01-07 19:30:00+00', 0.85, 'openai')",
        (child,),
    )
    before = pg.execute("select * from public.predictions").fetchall()
    assert run("improved_schema.sql") == ""
    assert pg.execute("select count(*) from public.predictions").fetchone() == (0,)
    assert run("seed_test_data.sql") == ""
    assert run("rollback_improved_schema.sql") == ""
    assert pg.execute("select * from public.predictions").fetchall() == before
    with pg.transaction(), world.as_parent(pg, family):
        assert pg.execute("select child_id from public.predictions").fetchall() == [(child,)]


def test_sleep_is_written_down_after_the_rollback_as_before(pg_clone, run):
    pg = pg_clone.connect()
    assert run("seed_test_data.sql") == ""
    assert run("rollback_improved_schema.sql") == ""
    count = "select count(*) from public.sleep_sessions"
    assert pg.execute(count).fetchone() == (5,)
    world.new_session(pg, world.new_child(pg))
    pg.execute("update public.sleep_sessions set quality = 'good'")
    pg.execute("delete from public.sleep_sessions")


def test_old_predictions_are_out_of_the_api_s_reach(pg):
    parent = world.new_parent(pg)
    child = world.new_child(pg, parent)
    pg.execute("insert into legacy.predictions (child_id, llm_provider) values (%s, 'openai')", (child,))
    for role, claims in (("authenticated", {"telegram_user_id": parent.telegram}), ("anon", None)):
        with refused(pg, "42501"), world.acting_as(pg, role, claims):
            pg.execute("select from legacy.predictions")


def test_seed_data_are_a_stale_and_a_fresh_prediction(pg_clone, run):
    assert run("seed_test_data.sql") == ""
    found = pg_clone.connect().execute(
        "select c.name, p.is_active, p.used_count from public.predictions as p"
        " join public.children as c on c.id = p.child_id order by c.name"
    )
    assert found.fetchall() == [("Mila", False, 3), ("Noah", True, 1)]
