"""The migration guide: its statements as it prints them, its steps in their order, and every line of its checklist."""

from __future__ import annotations

import pytest

from .. import scripts
from ..outcomes import accepted, refused
from . import world
from .checks import contexts, invalidation, races, rows, serving
from .conftest import PROJECT

BACKUP = "CREATE TABLE predictions_backup AS SELECT * FROM predictions;"
ROLLBACK = """
    -- 1. Disable new triggers
    DROP TRIGGER IF EXISTS invalidate_predictions_on_new_sleep ON sleep_sessions;

    -- 2. Drop new tables
    DROP TABLE IF EXISTS prediction_usage CASCADE;
    DROP TABLE IF EXISTS predictions CASCADE;
    DROP TABLE IF EXISTS sleep_contexts CASCADE;

    -- 3. Restore old predictions table (if backup exists)
    CREATE TABLE predictions AS SELECT * FROM predictions_backup;
    DROP TABLE predictions_backup;
"""


@pytest.fixture
def before(pg_clone, pg_workbench):
    """A database in which only the base schema is applied, with one old prediction; and how to run a script on it."""

    def run(script: str) -> str:
        return scripts.run_as_printed(pg_workbench.session.server.psql, pg_clone.dsn, PROJECT / script)

    assert run("rollback_improved_schema.sql") == ""
    pg = pg_clone.connect()
    child = world.new_child(pg)
    pg.execute("insert into public.predictions (child_id, llm_provider) values (%s, 'openai')", (child,))
    return pg, run


def test_step_1_backup_current_data(before):
    pg, _ = before
    pg.execute(BACKUP)
    assert pg.execute("select count(*) from predictions_backup").fetchone() == (1,)


def test_step_2_run_migration_after_the_backup(before, pg_clone, pg_workbench, tmp_path):
    pg, _ = before
    pg.execute(BACKUP)
    script = tmp_path / "step_2.sql"
    script.write_text(f"\\cd {PROJECT}\n\\i improved_schema.sql\n")
    assert scripts.run_as_printed(pg_workbench.session.server.psql, pg_clone.dsn, script) == ""
    found = pg.execute("select count(*) from public.predictions").fetchone()
    assert found == (0,)


def test_step_3_verify_schema_new_tables_exist(pg):
    found = pg.execute("""
        SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'public'
        AND table_name IN ('sleep_contexts', 'predictions', 'prediction_usage');
    """).fetchall()
    assert sorted(found) == [("prediction_usage",), ("predictions",), ("sleep_contexts",)]


def test_step_3_verify_schema_relationships(pg):
    found = pg.execute("""
        SELECT
            tc.table_name,
            kcu.column_name,
            ccu.table_name AS foreign_table_name,
            ccu.column_name AS foreign_column_name
        FROM information_schema.table_constraints AS tc
        JOIN information_schema.key_column_usage AS kcu
            ON tc.constraint_name = kcu.constraint_name
            AND tc.table_schema = kcu.table_schema
        JOIN information_schema.constraint_column_usage AS ccu
            ON ccu.constraint_name = tc.constraint_name
            AND ccu.table_schema = tc.table_schema
        WHERE tc.constraint_type = 'FOREIGN KEY'
        AND tc.table_name IN ('sleep_contexts', 'predictions', 'prediction_usage');
    """).fetchall()
    assert set(found) >= {
        ("sleep_contexts", "child_id", "children", "id"),
        ("sleep_contexts", "last_sleep_session_id", "sleep_sessions", "id"),
        ("predictions", "child_id", "children", "id"),
        ("predictions", "sleep_context_id", "sleep_contexts", "id"),
        ("prediction_usage", "child_id", "children", "id"),
        ("prediction_usage", "prediction_id", "predictions", "id"),
    }


def test_cache_logic_as_the_pseudo_code_tells_it(pg):
    child = world.new_child(pg)
    history = [world.new_session(pg, child)]

    def get_prediction(hash_: str):
        existing = world.find(pg, child, hash_)
        if existing:
            world.serve(pg, existing[0], from_cache=True)
            return existing[0]
        context = world.new_context(pg, child, history, hash_)
        saved = world.new_prediction(pg, context)
        world.serve(pg, saved, from_cache=False)
        return saved

    with world.as_service(pg):
        first, again = get_prediction("one nap"), get_prediction("one nap")
    history.append(world.new_session(pg, child, 40, 41))
    with world.as_service(pg):
        after = get_prediction("two naps")
    assert first == again != after
    served = pg.execute("select id, is_active, used_count from public.predictions").fetchall()
    assert set(served) == {(first, False, 2), (after, True, 1)}


def test_rollback_plan_as_printed_loses_keys_defaults_policies_and_grants_and_breaks_sleep(before):
    pg, run = before
    pg.execute(BACKUP)
    assert run("improved_schema.sql") == ""
    with accepted("the printed plan runs"):
        pg.execute(ROLLBACK)
    assert pg.execute("select count(*) from predictions").fetchone() == (1,)
    lost = pg.execute(
        "select (select count(*) from pg_constraint where conrelid = c.oid and contype <> 'n'),"
        " (select count(*) from pg_attrdef where adrelid = c.oid),"
        " (select count(*) from pg_policy where polrelid = c.oid), c.relrowsecurity"
        " from pg_class as c where c.oid = 'public.predictions'::regclass"
    ).fetchone()
    assert lost == (0, 0, 0, False)
    child = world.new_child(pg)
    with refused(pg, "42P01"):
        pg.execute(
            "with s as (insert into sleep_sessions (child_id, start_time, session_type)"
            " values (%s, '2025-01-06', 'nap') returning id) update sleep_sessions set quality = 'good'",
            (child,),
        )


def test_checklist_user_child_relationships_work_correctly(pg):
    rows.check_children_are_summed_up(pg)
    with refused(pg, "23503", "children_user_id_fkey"):
        pg.execute("insert into public.children (user_id, name) values (gen_random_uuid(), 'Mila')")


def test_checklist_sleep_sessions_are_properly_linked_to_children(pg):
    family = world.new_family(pg)
    with refused(pg, "23503", "sleep_sessions_child_id_fkey"):
        world.new_session(pg, family.context)
    pg.execute("delete from public.children where id = %s", (family.child,))
    assert pg.execute("select count(*) from public.sleep_sessions").fetchone() == (0,)


def test_checklist_predictions_are_created_and_linked_to_sleep_contexts(pg):
    family = world.new_family(pg)
    found = pg.execute("select id, child_id, sleep_context_id from public.predictions").fetchall()
    assert found == [(family.prediction, family.child, family.context)]


def test_checklist_cache_hits_work(pg):
    family = world.new_family(pg)
    assert world.find(pg, family.child) == world.find(pg, family.child) == [family.prediction]
    assert world.find(pg, family.child, "another hash") == []


def test_checklist_cache_invalidation_works(pg):
    invalidation.check_a_change_of_sleep_retires_what_rests_on_it(pg)


def test_checklist_usage_tracking_records_prediction_serves(pg):
    serving.check_served_is_counted(pg)


def test_checklist_foreign_key_constraints_prevent_orphaned_records(pg):
    with pg.transaction(force_rollback=True):
        contexts.check_a_prediction_rests_on_its_own_child_s_context(pg)
    invalidation.check_a_child_can_go_with_everything_about_it(pg)


def test_checklist_indexes_improve_query_performance(pg):
    family = world.new_family(pg)
    pg.execute(
        "insert into public.sleep_contexts (child_id, context_hash, sessions_count)"
        " select %s, 'hash ' || n, 1 from generate_series(1, 5000) as n",
        (family.child,),
    )
    pg.execute(
        "insert into public.predictions (child_id, sleep_context_id, llm_provider)"
        " select child_id, id, 'openai' from public.sleep_contexts where context_hash like 'hash %'"
    )
    pg.execute("analyze public.sleep_contexts, public.predictions")
    plan = "\n".join(
        line
        for (line,) in pg.execute(
            "explain select p.id from public.sleep_contexts as c"
            " join public.predictions as p on c.id = p.sleep_context_id"
            f" where c.child_id = '{family.child}' and c.context_hash = 'hash 7' and p.is_active"
        )
    )
    for index in ("sleep_contexts_child_id_context_hash_key", "predictions_active_sleep_context_id_key"):
        assert index in plan, plan
    assert "Seq Scan" not in plan, plan


def test_benefit_users_see_the_same_prediction_until_the_sleep_changes(pg_clone):
    races.check_requests_at_once_share_context_and_prediction(pg_clone)
