"""The guide that advent_calendar was written from, line by line: what it lists exists, what it prints runs."""

from __future__ import annotations

import os
import subprocess

import pytest

from pgproof import catalog, documents, project, psql

from . import oracle_events
from .checks import access, accounts, expiry, locked, memory, published, questions, tenancy, transfer
from .checks.accounts import ensure_account
from .legacy import load_legacy
from .transfer import CLEANUP, QUERIES, SCRIPT, UNDO, bring_back_legacy
from .transfer import transfer as run_transfer
from .world import (
    ROOT,
    SQL,
    TABLES,
    add,
    as_person,
    as_visitor,
    columns_of,
    has_vectors,
    load,
    new_family,
    new_person,
    one,
    vector,
)

MIGRATIONS = project.load(SQL).migrations
SCHEMA_FILES = (
    "0001_init_identity_access.sql",
    "0002_init_family_domain.sql",
    "0003_init_calendar_domain.sql",
    "0004_init_chat_memory.sql",
    "0005_init_content_domain.sql",
    "0006_init_analytics_domain.sql",
)
MAPPING = {
    "account": {"account_v2"},
    "child": {"child_profile_v2"},
    "calendar": {"advent_calendar_v2"},
    "calendar_day": {"calendar_day_v2"},
    "chat_record": {"chat_session_v2"},
    "chat_message": {"chat_message_v2"},
    "surprise_config": {"surprise_collection_v2", "surprise_video"},
    "analytics_event": {"calendar_analytics", "day_analytics", "chat_analytics", "user_engagement"},
}
# As printed in phase 5.
PRINTED_CLEANUP = """
-- Only run after thorough testing
DROP TABLE IF EXISTS analytics_event CASCADE;
DROP TABLE IF EXISTS chat_message CASCADE;
DROP TABLE IF EXISTS chat_record CASCADE;
DROP TABLE IF EXISTS surprise_config CASCADE;
DROP TABLE IF EXISTS calendar_day CASCADE;
DROP TABLE IF EXISTS calendar CASCADE;
DROP TABLE IF EXISTS child CASCADE;
DROP TABLE IF EXISTS account CASCADE;
"""
# Every line of the guide that promises something, and what holds it to its word.
FEATURES = {
    "Short-term Memory": expiry.check_expired_rows_are_invisible_at_once,
    "Automatic Cleanup: TTL-based expiration": expiry.check_jobs_are_scheduled,
    "Processing Status and Signed URLs": published.check_media_are_shown_while_their_address_is_good,
    "Secure access to private assets": published.check_media_of_other_days_stay_with_the_family,
    "Session Management": expiry.check_cleanup_removes_what_has_expired_and_nothing_else,
    "Comprehensive constraints": tenancy.check_nothing_points_into_another_account,
    "Audit Trail: Comprehensive event logging": access.check_events_cannot_be_changed_or_deleted,
    "IP Tracking: only the family sees it": published.check_a_reader_learns_nothing_of_the_family,
    "Enhanced features, locking": locked.check_a_locked_calendar_refuses_changes,
    "Enhanced with auth fields": accounts.check_the_first_sign_in_opens_one_account,
    "Session-based with expiration": expiry.check_messages_expire_with_their_session,
    "All data migrated without loss": transfer.check_nothing_is_lost,
    "Analytics properly structured": transfer.check_the_oracle_alone_sees_what_is_lost,
    "Memory system operational: fragments": expiry.check_a_row_lives_as_long_as_promised,
}
SEARCHES = {
    "Long-term Memory with vector search": memory.check_a_family_finds_its_own_memories,
    "Memory system operational: search": memory.check_there_are_as_many_as_asked_for_where_the_scan_gives_up,
}


@pytest.mark.parametrize("line", FEATURES)
def test_feature(pg, line):
    FEATURES[line](pg)


@pytest.mark.parametrize("line", SEARCHES)
def test_feature_of_the_search(pg, line):
    if not has_vectors(pg):
        pytest.skip("this server has no pgvector, so memories have no embeddings")
    SEARCHES[line](pg)


def test_phase_1_the_schema_files_have_their_names_and_order():
    names = [each.up.name for each in MIGRATIONS]
    assert [name for name in names if name in SCHEMA_FILES] == list(SCHEMA_FILES)
    assert names.index("migration_data_transfer.sql") > names.index(SCHEMA_FILES[-1])


def test_phase_2_the_transfer_runs_as_printed(pg_server, pg_clone, tmp_path):
    connection = pg_clone.connect()
    since = bring_back_legacy(connection, transfer.SAMPLE)
    printed = tmp_path / "printed.sql"
    printed.write_text("-- Run the data migration script\n\\i migration_data_transfer.sql\n")
    psql.run(pg_server.psql, pg_clone.dsn, [printed], SQL)
    transfer.assert_everything_landed(connection, transfer.SAMPLE, since)


def test_phase_3_the_new_names_are_what_the_generated_types_offer(pg):
    types = documents.typescript(catalog.read(pg))
    for table in TABLES:
        assert f" {table}: {{" in types, table


def test_phase_4_and_success_criterion_the_application_functions_with_the_new_schema(pg):
    person = new_person(pg, "Journey@Family.example")
    account = ensure_account(pg, person)
    keys = {"account_v2": account}
    with as_person(pg, person):
        for table in TABLES:
            if table not in ("account_v2", "account_session"):
                keys[table] = add(pg, table, keys)
        calendar = keys["advent_calendar_v2"]
        pg.execute("update public.calendar_day_v2 set is_opened = true")
        pg.execute("update public.advent_calendar_v2 set is_published = true, public_slug = 'journey'")
        if has_vectors(pg):
            found = pg.execute(
                "select embedding_id from public.search_memory(%s::extensions.vector)", (vector(1),)
            )
            assert found.fetchall() == [(keys["memory_embedding"],)]
        pg.execute(
            "update public.advent_calendar_v2 set is_locked = true where calendar_id = %s", (calendar,)
        )
    with as_visitor(pg):
        assert one(pg, "select is_opened from public.published_calendar_days('journey')")


def test_phase_5_the_cleanup_as_printed_leaves_the_new_tables_alone(pg):
    since = bring_back_legacy(pg, transfer.SAMPLE)
    run_transfer(pg)
    pg.execute("set local search_path = public")
    pg.execute(PRINTED_CLEANUP)
    pg.execute("reset search_path")
    for table in MAPPING:
        assert one(pg, "select to_regclass(%s)", (f"public.{table}",)) is None
    transfer.assert_everything_landed(pg, transfer.SAMPLE, since)


def test_phase_5_our_cleanup_drops_what_is_printed_and_advent_days_too(pg):
    bring_back_legacy(pg, transfer.SAMPLE)
    run_transfer(pg)
    pg.execute(CLEANUP.read_bytes())
    for table in (*MAPPING, "advent_days"):
        assert one(pg, "select to_regclass(%s)", (f"public.{table}",)) is None


@pytest.mark.parametrize("table", MAPPING)
def test_table_mapping(pg, table):
    bring_back_legacy(pg, transfer.SAMPLE)
    run_transfer(pg)
    rows = pg.execute(
        "select distinct new_table from migration.row_mapping where legacy_table = %s and part !~ 'photo'",
        (table,),
    )
    expected = {f"public.{new}" for new in MAPPING[table]}
    assert {new for (new,) in rows} - {"migration.rejects"} == expected


def test_improvement_1_no_table_of_the_old_names_is_left(pg):
    names = {
        name
        for (name,) in pg.execute("select relname from pg_class where relnamespace = 'public'::regnamespace")
    }
    assert "advent_days" not in names
    assert not names & set(MAPPING)
    assert "calendar_day_v2" in names


def test_improvement_3_event_types_are_checked_per_table(pg):
    for kind, table in oracle_events.TABLE_OF_KIND.items():
        definition = one(
            pg,
            "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass"
            " and conname like '%%event_type_is_known'",
            (f"public.{table}",),
        )
        for event_type in oracle_events.KINDS[kind]:
            assert f"'{event_type}'" in definition


def test_improvement_4_a_day_has_what_the_frontend_shows(pg):
    shown = {"day_number", "title", "message", "photo_asset_id", "voice_asset_id", "music_asset_id",
             "confetti_type", "unlock_effect", "is_opened", "opened_at"}  # fmt: skip
    assert shown <= set(columns_of(pg, "calendar_day_v2"))


def test_improvement_5_sessions_and_addresses_are_tracked(pg):
    assert {"session_token", "expires_at", "ip_address", "user_agent"} <= set(
        columns_of(pg, "account_session")
    )
    assert "opened_by_ip" in columns_of(pg, "calendar_day_v2")
    assert "ip_address" in columns_of(pg, "calendar_analytics")


def test_success_criterion_type_safety_every_constant_of_a_check_is_documented(pg):
    text = documents.schema_documentation(catalog.read(pg), "Advent calendar")
    for value in ("reindeer", "gingerbread", "persona_switch", "manual_entry", "premium"):
        assert value in text


COMMON_QUERIES = {
    "the calendars of a family": "select title from public.advent_calendar_v2 where account_id = {account}",
    "the days of a calendar": "select message from public.calendar_day_v2 where calendar_id = {calendar}",
    "the messages of a session": "select message_text from public.chat_message_v2 where session_id = {session}"
    " order by created_at",
    "a published calendar": "select title from public.advent_calendar_v2 where public_slug = 'nora-2026'",
    "what is remembered": "select content from public.memory_fragment where account_id = {account}",
}


@pytest.mark.parametrize("name", COMMON_QUERIES)
def test_success_criterion_performance_common_queries_use_an_index_under_the_policies(pg, name):
    load(pg, "two_families")
    family = new_family(pg)
    ids = {"account": family.account, "calendar": family.calendar, "session": family.session}
    query = COMMON_QUERIES[name].format(**{key: f"'{value}'" for key, value in ids.items()})
    with as_person(pg, family):
        pg.execute("set local enable_seqscan = off")
        plan = "\n".join(line for (line,) in pg.execute(f"explain {query}".encode()))
    assert "Seq Scan" not in plan, plan


def test_success_criterion_performance_old_questions_read_few_pages_more(pg):
    questions.check_old_questions_read_few_pages_more(pg)


def test_rollback_plan_immediate_a_backup_brings_the_old_application_back(pg_server, pg_clone, tmp_path):
    connection = pg_clone.connect()
    for migration in reversed(MIGRATIONS[1:]):
        psql.run(pg_server.psql, pg_clone.dsn, [migration.down], ROOT)
    load_legacy(connection, transfer.SAMPLE)
    rows = "select md5(string_agg(t::text, '' order by t::text)) from public.{} as t"
    before = {table: one(connection, rows.format(table)) for table in transfer.SAMPLE.counts()}
    backup = tmp_path / "backup.dump"
    client(pg_server, "pg_dump", "-Fc", "-t", "public.*", "-f", backup, "-d", pg_clone.dsn)
    for migration in MIGRATIONS[1:]:
        psql.run(pg_server.psql, pg_clone.dsn, [migration.up], ROOT)
    for migration in reversed(MIGRATIONS):
        psql.run(pg_server.psql, pg_clone.dsn, [migration.down], ROOT)
    client(pg_server, "pg_restore", "--exit-on-error", "-d", pg_clone.dsn, backup)
    after = {table: one(connection, rows.format(table)) for table in transfer.SAMPLE.counts()}
    assert after == before


def client(pg_server, program, *arguments):
    """Run a client program of the server; its messages are part of a failure."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    command = [pg_server.psql.with_name(program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean)
    assert done.returncode == 0, done.stderr


def test_rollback_plan_partial_the_schema_stays_and_the_data_is_moved_again(pg):
    since = bring_back_legacy(pg, transfer.SAMPLE)
    run_transfer(pg)
    pg.execute(UNDO.read_bytes())
    assert all(one(pg, f"select count(*) from public.{table}") == 0 for table in QUERIES)
    run_transfer(pg)
    transfer.assert_everything_landed(pg, transfer.SAMPLE, since)


def test_rollback_plan_staged_each_component_goes_by_itself_and_the_rest_works(pg_server, pg_clone):
    connection = pg_clone.connect()
    for migration in MIGRATIONS[:5:-1]:
        psql.run(pg_server.psql, pg_clone.dsn, [migration.down], ROOT)
    assert one(connection, "select to_regclass('public.calendar_analytics')") is None
    with connection.transaction(force_rollback=True):
        person = new_person(connection)
        account = ensure_account(connection, person)
        child = add(connection, "child_profile_v2", {"account_v2": account})
        keys = {"account_v2": account, "child_profile_v2": child}
        assert add(connection, "advent_calendar_v2", keys)


def test_the_transfer_script_is_one_file_that_any_client_can_run():
    assert not any(line.startswith("\\") for line in SCRIPT.read_text(encoding="utf-8").splitlines())
