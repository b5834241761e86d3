from __future__ import annotations

import itertools

import psycopg
import pytest

from pgproof import catalog, project, psql

from .conftest import ROOT

MIGRATIONS = project.load(ROOT / "sql" / "dream_flow").migrations
LAST = len(MIGRATIONS) - 1


def run(pg_server, database, script):
    """Run a script as a person does: psql, statement by statement, no transaction around it."""
    psql.run(pg_server.psql, database.dsn, [script], ROOT)


def state(database):
    return catalog.read(database.connect())


@pytest.mark.parametrize("taken_back", range(LAST))
def test_a_rollback_out_of_order_says_what_comes_first_and_changes_nothing(pg_server, pg_clone, taken_back):
    for migration in itertools.islice(reversed(MIGRATIONS), taken_back):
        run(pg_server, pg_clone, migration.down)
    before = state(pg_clone)
    for wrong in range(LAST - taken_back):
        with pytest.raises(psql.ScriptFailed) as failure:
            run(pg_server, pg_clone, MIGRATIONS[wrong].down)
        assert failure.value.message.sqlstate == "2BP01"
        assert failure.value.message.text == f"roll back {MIGRATIONS[wrong + 1].up.name} first"
    assert catalog.diff(before, state(pg_clone)) == ()


def test_all_rollbacks_leave_nothing_of_the_schema(pg_server, pg_clone):
    for migration in reversed(MIGRATIONS):
        run(pg_server, pg_clone, migration.down)
    connection = pg_clone.connect()
    assert connection.execute("select to_regnamespace('private')").fetchone() == (None,)
    assert (
        connection.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
        ).fetchall()
        == []
    )
    assert connection.execute("select jobname from cron.job").fetchall() == []


def test_streaks_can_be_taken_back_where_pg_cron_was_enabled_too_late(pg_server, pg_clone):
    connection = pg_clone.connect()
    connection.execute("select cron.unschedule('nightly-recompute-streaks')")
    for migration in MIGRATIONS[:-3:-1]:
        run(pg_server, pg_clone, migration.down)
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("select from public.user_streaks")


def test_without_pg_cron_applying_says_that_the_job_is_not_scheduled(pg_server, pg_clone):
    streaks = MIGRATIONS[-2]
    for migration in MIGRATIONS[:-3:-1]:
        run(pg_server, pg_clone, migration.down)
    pg_clone.connect().execute("drop extension pg_cron cascade")
    (said,) = psql.run(pg_server.psql, pg_clone.dsn, [streaks.up], ROOT)
    assert (said.kind, said.text) == (
        "WARNING",
        "nightly-recompute-streaks is not scheduled: the extension pg_cron is not enabled",
    )
    assert "02:00 UTC" in said.hint
    assert psql.run(pg_server.psql, pg_clone.dsn, [streaks.down], ROOT) == ()
