"""The migration guide, line by line: what it prints runs as printed, or is shown not to, beside what does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import psycopg
import pytest

from ..test_house_rules import read
from ..text_rules import TEXT_RULES
from .checks import jobs, personas
from .checks.functions import check_functions_answer_as_declared
from .checks.rights import FOR_ADMINS_TOO, PRIVATE, new_life
from .world import (
    FIXTURES,
    MIDDLE,
    MIGRATIONS,
    SQL,
    as_server,
    as_user,
    load,
    new_payment,
    new_user,
    one,
    refused,
    run_script,
)

NEW_TABLES = (*FOR_ADMINS_TOO, "social_proof_cache", "user_behavior_log", "audit_log")


def printed(name, **ids):
    """A statement of the guide, with real identifiers in place of the printed ones."""
    text = (FIXTURES / "printed" / f"{name}.sql").read_text()
    for placeholder, value in ids.items():
        assert placeholder in text
        text = text.replace(placeholder, str(value))
    return text.encode()


def statements(name):
    """The statements of a script of the project, without the header."""
    text = re.sub(r"^--.*\n| --.*$", "", (SQL / f"{name}.sql").read_text(), flags=re.MULTILINE)
    return [each.strip().encode() for each in text.split(";\n") if each.strip()]


# Step 4 and the checklist: verify the installation


def test_verify_tables(pg):
    found = {name for (name,) in pg.execute(printed("verify_tables"))}
    assert found >= {"traveler_personas", "trip_predictions", "outcome_predictions", "referrals"}
    made = {name for (name,) in pg.execute("select table_name from information_schema.tables")}
    assert made >= {*NEW_TABLES, *PRIVATE}


def test_verify_indexes_by_method_because_the_printed_query_goes_by_name(pg):
    assert pg.execute(printed("verify_indexes")).fetchall() == []
    working = printed("verify_indexes").replace(b"indexname LIKE '%gin%'", b"indexdef LIKE '%USING gin%'")
    assert set(pg.execute(working).fetchall()) >= {
        ("idx_personas_booking_patterns", "traveler_personas"),
        ("idx_outcomes_ratings", "booking_outcomes"),
        ("idx_behavior_action_data", "user_behavior_log"),
    }


def test_gin_indexes_serve_the_questions_they_are_for(pg):
    pg.execute("set local enable_seqscan = off")
    for table, column, index in (
        ("traveler_personas", "booking_patterns", "idx_personas_booking_patterns"),
        ("booking_outcomes", "ratings", "idx_outcomes_ratings"),
        ("user_behavior_log_default", "action_data", "user_behavior_log_default_action_data_idx"),
    ):
        query = f"explain select from public.{table} where {column} @> '{{\"a\": 1}}'"
        assert index in str(pg.execute(query.encode()).fetchall())


def test_verify_policies(pg):
    found = {name for name, _ in pg.execute(printed("verify_policies"))}
    assert found >= {*NEW_TABLES, *PRIVATE, "user_behavior_log_default"}


def test_verify_partitions(pg):
    pg.execute("select public.create_monthly_partition('2026-03-01')")
    assert sorted(pg.execute(printed("verify_partitions")).fetchall()) == [
        ("user_behavior_log", "user_behavior_log_2026_03"),
        ("user_behavior_log", "user_behavior_log_default"),
    ]


# Step 5: jobs


def test_schedule_jobs_as_printed_replaces_what_the_migration_scheduled(pg, pg_clock):
    for name in ("schedule_refresh_analytics", "schedule_create_partition", "schedule_expire_payments"):
        pg.execute(printed(name))
    assert [(name, when) for name, when, _ in jobs.scheduled(pg)] == [job[:2] for job in jobs.JOBS]
    start = datetime(2026, 2, 28, 23, 59, tzinfo=timezone.utc)
    runs = pg_clock.run_jobs(start, start + timedelta(minutes=2))
    assert {(run.jobname, run.status) for run in runs} == {(job[0], "succeeded") for job in jobs.JOBS}


# Step 6: test queries, as the traveller, as the server and in the SQL editor


@pytest.fixture
def traveller(pg):
    load(pg, "hotel_with_three_personas")
    life = new_life(pg)
    personas.refresh(pg)
    return life.user


@pytest.mark.parametrize(
    ("name", "ids", "expected"),
    [
        ("call_persona", {"USER_UUID_HERE": "user"}, "مستكشف_جديد"),
        ("call_k_factor", {"USER_UUID_HERE": "user"}, 0),
        ("call_audit_integrity", {}, True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_printed_calls(pg, traveller, name, ids, expected):
    query = printed(name, **dict.fromkeys(ids, traveller))
    assert pg.execute(query).fetchall() == [(expected,)]
    with as_server(pg):
        assert pg.execute(query).fetchall() == [(expected,)]


def test_printed_call_of_social_proof_answers_what_the_frontend_reads(pg, traveller):
    query = printed("call_social_proof", HOTEL_ID="hotel-nile")
    with as_user(pg, traveller), pg.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        (answer,) = cursor.execute(query).fetchall()
    assert answer["persona_type"] == MIDDLE
    assert answer.keys() >= {"avg_rating", "total_bookings", "rebook_rate", "trust_score"}


def test_printed_call_of_analytics_answers_what_the_frontend_reads(pg, traveller):
    query = printed("call_user_analytics", USER_UUID_HERE=traveller)
    with as_user(pg, traveller):
        answer = one(pg, query.decode())
    assert answer.keys() >= {"persona", "total_trips", "avg_satisfaction", "k_factor"}


def test_predictions_answer_what_the_frontend_reads(pg, traveller):
    booking = one(pg, "select booking_id from public.outcome_predictions where user_id = %s", (traveller,))
    query = (
        "select predicted_rating, confidence, reasoning from public.outcome_predictions where booking_id = %s"
    )
    with as_user(pg, traveller):
        ((rating, confidence, reasoning),) = pg.execute(query, (booking,)).fetchall()
    assert (float(rating), float(confidence), reasoning) == (4.5, 0.5, {})


def test_every_function_answers_in_the_types_it_declares(pg, traveller):
    check_functions_answer_as_declared(pg, traveller)


# Monitoring


def test_monitor_table_sizes(pg):
    assert {row[1] for row in pg.execute(printed("monitor_table_sizes"))} >= set(PRIVATE)


def test_monitor_partitions(pg):
    assert [row[:2] for row in pg.execute(printed("monitor_partitions"))] == [
        ("user_behavior_log", "user_behavior_log_default")
    ]


@pytest.mark.parametrize("name", ["monitor_index_usage", "monitor_slow_queries"])
def test_monitoring_queries_with_columns_that_do_not_exist_fail_as_printed(pg, name):
    with refused(pg, "42703"):
        pg.execute(printed(name))


@pytest.mark.parametrize("place", range(6))
def test_monitoring_queries_of_the_project_run(pg, place):
    queries = statements("monitoring")
    assert len(queries) == 6
    pg.execute(b"explain " + queries[place])
    if b"pg_stat_statements" in queries[place] and not preloaded(pg):
        with refused(pg, "55000"):
            pg.execute(queries[place])
    else:
        pg.execute(queries[place])


def preloaded(pg):
    return "pg_stat_statements" in one(pg, "select current_setting('shared_preload_libraries')")


# Rollback plan


def test_the_printed_rollback_plan_leaves_payments_broken_and_jobs_without_functions(pg):
    user = new_user(pg)
    pg.execute(printed("rollback_plan"))
    with refused(pg, "42P01"):
        new_payment(pg, user)
    assert {job[0] for job in jobs.scheduled(pg)} >= {"refresh-analytics", "create-partition"}


# Checklist: what is left of it


def test_review_every_file_is_written_to_the_house_rules():
    for path in sorted(SQL.glob("*.sql")):
        for rule in TEXT_RULES:
            assert list(rule(read(path))) == [], path.name


def test_run_in_the_sql_editor_where_nobody_is_superuser(pg_clone):
    pg = pg_clone.connect()
    pg.execute("set client_min_messages = error")
    for name in reversed(MIGRATIONS):
        run_script(pg, SQL / f"rollback_{name}.sql")
    with pg.transaction(force_rollback=True):
        become_editor(pg)
        for name in MIGRATIONS:
            run_script(pg, SQL / f"{name}.sql")
        user = new_life(pg).user
        personas.refresh(pg)
        pg.execute("select public.create_monthly_partition()")
        assert one(pg, "select public.get_user_analytics(%s)", (user,))["total_trips"] == 1
        assert one(pg, "select public.verify_audit_log_integrity()")
        for name in reversed(MIGRATIONS):
            run_script(pg, SQL / f"rollback_{name}.sql")


def become_editor(pg):
    """The rights that the SQL editor of a hosted project has: bypassrls, and no superuser."""
    pg.execute("create role editor nosuperuser bypassrls in role service_role")
    database = one(pg, "select quote_ident(current_database())")
    pg.execute(f"grant create on database {database} to editor".encode())
    pg.execute("grant create, usage on schema public to editor")
    pg.execute("grant usage on schema auth, cron, extensions to editor")
    pg.execute("grant all on all tables in schema auth, cron to editor")
    pg.execute("grant all on all sequences in schema cron to editor")
    pg.execute("grant execute on all functions in schema auth, cron to editor")
    pg.execute("set local role editor")


def test_point_in_time_recovery_covers_every_table(pg):
    assert pg.execute("select relname from pg_class where relpersistence <> 'p'").fetchall() == []


def test_backend_reaches_the_new_tables(pg):
    new_life(pg)
    with as_server(pg):
        for table in NEW_TABLES:
            pg.execute(f"select count(*) from public.{table}".encode())
        assert pg.execute("update public.booking_outcomes set verified = true").rowcount == 1
