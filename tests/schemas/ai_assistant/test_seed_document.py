"""Every statement that the directory's README prints, as it prints it."""

from __future__ import annotations

import psycopg
import pytest

from . import world

TABLES = ["conversations", "feedback", "messages", "usage_metrics"]


@pytest.fixture
def autocommit(pg_clone):
    """A connection on which each statement is a transaction, as in a session of psql."""
    return pg_clone.connect()


def test_verify_installation_all_tables_exist(pg):
    found = pg.execute("""
        SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'public'
        AND table_name IN ('conversations', 'messages', 'feedback', 'usage_metrics')
        ORDER BY table_name;
    """).fetchall()
    assert [name for (name,) in found] == TABLES


def test_verify_installation_rls_is_enabled(pg):
    found = pg.execute("""
        SELECT schemaname, tablename, rowsecurity
        FROM pg_tables
        WHERE schemaname = 'public'
        AND tablename IN ('conversations', 'messages', 'feedback', 'usage_metrics');
    """).fetchall()
    assert sorted(found) == [("public", table, True) for table in TABLES]


def test_testing_rls_regular_user_sees_the_tenant_only(pg):
    ours, theirs = world.new_company(pg), world.new_company(pg)
    statement = "SELECT * FROM conversations; -- Only shows user's tenant data"
    with world.as_member(pg, ours.ana):
        assert {row[1] for row in pg.execute(statement)} == {ours.ana.tenant}
    with world.as_service(pg):
        assert {row[1] for row in pg.execute(statement)} == {ours.ana.tenant, theirs.ana.tenant}


def test_daily_refresh_of_materialized_views(autocommit):
    company = world.new_company(autocommit)
    world.new_feedback(autocommit, company.message, company.bo)
    autocommit.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY message_feedback_summary;")
    autocommit.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY monthly_usage_summary;")
    row = autocommit.execute(
        "select total_feedback from public.message_feedback_summary where message_id = %s", (company.message,)
    ).fetchone()
    assert row == (1,)


@pytest.mark.parametrize("table", ["conversations", "messages", "feedback", "usage_metrics"])
def test_weekly_vacuum(autocommit, table):
    autocommit.execute(f"VACUUM ANALYZE public.{table};")


ARCHIVE = """
    UPDATE conversations
    SET is_archived = true
    WHERE updated_at < CURRENT_DATE - INTERVAL '6 months'
    AND is_archived = false;
"""


def test_monthly_archiving_puts_away_what_nobody_touched_for_six_months(pg):
    member = world.new_member(pg)
    old = world.new_conversation(pg, member)
    for age, is_archived in (("5 months", False), ("7 months", True)):
        touched = pg.execute("select (now() - %s::interval)::text", (age,)).fetchone()[0]
        world.new_conversation(pg, member, touched=touched, is_archived=is_archived)
    spoken = world.new_conversation(pg, member)
    world.new_message(pg, spoken)
    before = dict(pg.execute("select id, is_archived from conversations"))
    assert pg.execute(ARCHIVE).rowcount == 1
    assert dict(pg.execute("select id, is_archived from conversations")) == {**before, old: True}
    assert pg.execute(ARCHIVE).rowcount == 0


def test_typescript_select_of_a_tenant_s_conversations(pg):
    ours, theirs = world.new_company(pg), world.new_company(pg)
    with world.as_member(pg, ours.bo):
        for tenant, count in ((ours.ana.tenant, 2), (theirs.ana.tenant, 0)):
            rows = pg.execute("select * from public.conversations where tenant_id = %s", (tenant,)).fetchall()
            assert len(rows) == count


def test_troubleshooting_who_am_i(pg):
    member = world.new_member(pg)
    world.new_member(pg, member.tenant)
    with world.as_member(pg, member):
        assert pg.execute("SELECT auth.uid(); -- Should return your user UUID").fetchall() == [(member.auth,)]
        row = pg.execute("SELECT * FROM users WHERE auth_id = auth.uid(); -- Should return your user record")
        assert [each[0] for each in row] == [member.user]


def test_troubleshooting_messages_of_a_conversation_come_from_the_index(pg):
    member = world.new_member(pg)
    conversations = [world.new_conversation(pg, member) for _ in range(50)]
    pg.execute(
        "insert into public.messages (conversation_id, role, content)"
        " select c, 'user', 'x' from unnest(%s::uuid[]) as c, generate_series(1, 40)",
        (conversations,),
    )
    pg.execute("analyze public.messages")
    statement = f"EXPLAIN ANALYZE SELECT * FROM messages WHERE conversation_id = '{conversations[0]}';"
    by_conversation, by_tenant = (
        f"messages_{columns}_created_at_idx" for columns in ("conversation_id", "tenant_id_conversation_id")
    )
    for actor, indexes in (
        (pg.transaction(), {by_conversation}),
        (world.as_member(pg, member), {by_conversation, by_tenant}),  # the policy asks for the tenant as well
    ):
        with actor:
            plan = "\n".join(line for (line,) in pg.execute(statement))
        assert "Index Scan" in plan, plan
        assert any(f" {index}" in plan for index in indexes), plan


def test_monitoring_table_sizes(pg):
    found = pg.execute("""
        SELECT
            schemaname,
            tablename,
            pg_size_pretty(pg_total_relation_size(schemaname||'.'||tablename)) AS total_size,
            pg_size_pretty(pg_relation_size(schemaname||'.'||tablename)) AS table_size,
            pg_size_pretty(pg_total_relation_size(schemaname||'.'||tablename) - pg_relation_size(schemaname||'.'||tablename)) AS index_size
        FROM pg_tables
        WHERE schemaname = 'public'
        AND tablename IN ('conversations', 'messages', 'feedback', 'usage_metrics')
        ORDER BY pg_total_relation_size(schemaname||'.'||tablename) DESC;
    """).fetchall()
    assert sorted(row[1] for row in found) == TABLES


def test_monitoring_active_connections(pg):
    found = pg.execute("""
        SELECT
            datname,
            usename,
            application_name,
            state,
            COUNT(*)
        FROM pg_stat_activity
        WHERE datname = current_database()
        GROUP BY datname, usename, application_name, state;
    """).fetchall()
    assert sum(row[4] for row in found) >= 1


INDEX_USAGE = """
    SELECT
        schemaname,
        tablename,
        indexname,
        idx_scan as index_scans,
        idx_tup_read as tuples_read,
        idx_tup_fetch as tuples_fetched
    FROM pg_stat_user_indexes
    WHERE schemaname = 'public'
    AND tablename IN ('conversations', 'messages', 'feedback', 'usage_metrics')
    ORDER BY idx_scan DESC;
"""


def test_monitoring_index_usage_is_printed_with_names_that_no_postgresql_has(pg):
    with pytest.raises(psycopg.errors.UndefinedColumn, match='column "tablename" does not exist'):
        pg.execute(INDEX_USAGE)


def test_monitoring_index_usage_with_the_names_that_the_view_has(pg):
    statement = INDEX_USAGE.replace("tablename", "relname").replace("indexname", "indexrelname")
    found = pg.execute(statement).fetchall()
    assert sorted({row[1] for row in found}) == TABLES
    assert "messages_conversation_id_created_at_idx" in {row[2] for row in found}
