from __future__ import annotations

import itertools

import pytest

from pgproof import catalog, project, psql

from .transfer import LEGACY_DATA
from .world import ROOT, SQL, has_vectors, new_family, one

MIGRATIONS = project.load(SQL).migrations
LAST = len(MIGRATIONS) - 1
TRANSFER = next(
    n for n, migration in enumerate(MIGRATIONS) if migration.up.name == "migration_data_transfer.sql"
)
CLEANUP = TRANSFER + 1


def run(pg_server, own, script):
    """Run a script as a person does: psql, statement by statement, no transaction around it."""
    return psql.run(pg_server.psql, own.dsn, [script], ROOT)


def state(own):
    return catalog.read(own.connect())


@pytest.mark.parametrize("taken_back", range(LAST))
def test_a_rollback_out_of_order_is_refused_and_changes_nothing(pg_server, pg_clone, taken_back):
    for migration in itertools.islice(reversed(MIGRATIONS), taken_back):
        run(pg_server, pg_clone, migration.down)
    before = state(pg_clone)
    for wrong in range(LAST - taken_back):
        with pytest.raises(psql.ScriptFailed) as failure:
            run(pg_server, pg_clone, MIGRATIONS[wrong].down)
        assert failure.value.message.sqlstate == "2BP01"
        assert failure.value.message.text.startswith("roll back ")
    assert catalog.diff(before, state(pg_clone)) == ()


def test_the_message_of_a_refused_rollback_names_what_comes_first(pg_server, pg_clone):
    for wrong in range(LAST):
        first = MIGRATIONS[LAST if wrong >= TRANSFER - 1 else wrong + 1].up.name
        with pytest.raises(psql.ScriptFailed) as failure:
            run(pg_server, pg_clone, MIGRATIONS[wrong].down)
        assert failure.value.message.text == f"roll back {first} first"


@pytest.mark.parametrize("position", range(LAST + 1), ids=lambda n: MIGRATIONS[n].up.name)
def test_each_rollback_alone_restores_the_catalog_and_can_be_undone(pg_server, pg_clone, position):
    for migration in MIGRATIONS[:position:-1]:
        run(pg_server, pg_clone, migration.down)
    applied = state(pg_clone)
    run(pg_server, pg_clone, MIGRATIONS[position].down)
    assert position in (TRANSFER,) or catalog.diff(applied, state(pg_clone)) != ()
    run(pg_server, pg_clone, MIGRATIONS[position].up)
    assert catalog.diff(applied, state(pg_clone)) == ()


def test_all_rollbacks_leave_nothing_of_the_schema(pg_server, pg_clone):
    for migration in reversed(MIGRATIONS):
        run(pg_server, pg_clone, migration.down)
    connection = pg_clone.connect()
    assert connection.execute(
        "select to_regnamespace('private'), to_regnamespace('migration')"
    ).fetchone() == (None, None)
    relations = "select relname from pg_class where relnamespace = 'public'::regnamespace"
    assert connection.execute(relations).fetchall() == []
    functions = "select proname from pg_proc where pronamespace = 'public'::regnamespace"
    assert connection.execute(functions).fetchall() == []
    assert connection.execute("select jobname from cron.job").fetchall() == []


def test_rollbacks_with_families_in_the_tables_can_be_applied_again(pg_server, pg_clone):
    connection = pg_clone.connect()
    family = new_family(connection)
    connection.execute(
        "update public.advent_calendar_v2 set is_locked = true where calendar_id = %s", (family.calendar,)
    )
    for migration in MIGRATIONS[:4:-1]:
        run(pg_server, pg_clone, migration.down)
    assert one(connection, "select to_regclass('public.media_asset')") is None
    for migration in MIGRATIONS[5:]:
        run(pg_server, pg_clone, migration.up)
    photos = "select count(*) from public.calendar_day_v2 where photo_asset_id is not null"
    assert one(connection, photos) == 0
    assert one(connection, "select count(*) from public.calendar_day_v2") == 1


def test_the_legacy_data_of_the_project_moves_when_it_is_there_from_the_beginning(pg_server, pg_clone):
    for migration in reversed(MIGRATIONS):
        run(pg_server, pg_clone, migration.down)
    run(pg_server, pg_clone, MIGRATIONS[0].up)
    run(pg_server, pg_clone, LEGACY_DATA)
    for migration in MIGRATIONS[1:]:
        run(pg_server, pg_clone, migration.up)
    connection = pg_clone.connect()
    assert connection.execute(
        "select legacy_table, legacy_count, landed_count from migration.reconciliation order by legacy_table"
    ).fetchall() == [
        ("account", 3, 3), ("advent_days", 2, 2), ("analytics_event", 7, 7), ("calendar", 3, 3),
        ("calendar_day", 4, 4), ("chat_message", 4, 4), ("chat_record", 3, 3), ("child", 3, 3),
        ("surprise_config", 2, 2),
    ]  # fmt: skip
    assert one(connection, "select to_regclass('public.account')") is None


def test_without_pg_cron_and_vector_applying_says_what_is_left_out(pg_server, pg_clone):
    for migration in reversed(MIGRATIONS):
        run(pg_server, pg_clone, migration.down)
    connection = pg_clone.connect()
    connection.execute("drop extension pg_cron cascade")
    if has_vectors(connection):
        connection.execute("drop extension vector")
    said = [message for migration in MIGRATIONS for message in run(pg_server, pg_clone, migration.up)]
    assert {message.kind for message in said} == {"WARNING"}
    assert [message.text.partition(":")[0].partition(" ")[0] for message in said] == [
        "remove-expired-account-sessions",
        "memory_embedding.embedding",
        "remove-expired-chat-memory",
        "clear-expired-signed-urls",
    ]
    assert all(message.hint for message in said)
    family = new_family(connection)
    assert family.keys["memory_embedding"]
    for migration in reversed(MIGRATIONS):
        run(pg_server, pg_clone, migration.down)
