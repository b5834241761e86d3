"""The guide that dream_flow was written from, line by line: what it lists exists, what it prints runs."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from pgproof import project

from .checks.access import TABLES, new_life
from .conftest import ROOT
from .oracle import Streak
from .world import JOB, as_service, as_user, new_session, new_user, recompute, stored_streaks

FILES = (
    "20240101000000_create_profiles.sql",
    "20240101000001_create_rituals.sql",
    "20240101000002_create_sessions.sql",
    "20240101000003_create_session_assets.sql",
    "20240101000004_create_session_feedback.sql",
    "20240101000005_create_user_streaks.sql",
    "20240101000006_create_analytics_views.sql",
)
TIME = "timestamp with time zone"
FIELDS = {
    "profiles": {
        "id": "uuid",
        "mood": "text",
        "routine": "text",
        "preferences": "text[]",
        "favorite_characters": "text[]",
        "calming_elements": "text[]",
        "created_at": TIME,
        "updated_at": TIME,
    },
    "rituals": {
        "id": "uuid",
        "user_id": "uuid",
        "name": "text",
        "description": "text",
        "routine": "text",
        "is_default": "boolean",
        "created_at": TIME,
        "updated_at": TIME,
    },
    "sessions": {
        "id": "uuid",
        "user_id": "uuid",
        "prompt": "text",
        "theme": "text",
        "story_text": "text",
        "target_length": "integer",
        "num_scenes": "integer",
        "voice": "text",
        "created_at": TIME,
        "updated_at": TIME,
    },
    "session_assets": {
        "id": "uuid",
        "session_id": "uuid",
        "asset_type": "text",
        "asset_url": "text",
        "display_order": "integer",
        "created_at": TIME,
    },
    "session_feedback": {
        "id": "uuid",
        "session_id": "uuid",
        "user_id": "uuid",
        "rating": "integer",
        "mood_delta": "integer",
        "created_at": TIME,
        "updated_at": TIME,
    },
    "user_streaks": {
        "user_id": "uuid",
        "current_streak": "integer",
        "longest_streak": "integer",
        "last_session_date": "date",
        "streak_start_date": "date",
        "computed_at": TIME,
        "updated_at": TIME,
    },
}
PRIMARY_KEYS = dict.fromkeys(TABLES, "id") | {"user_streaks": "user_id"}
INDEXES = {
    "profiles": ["(id)", "(updated_at)"],
    "rituals": ["(user_id)", "(user_id, is_default)", "(created_at)"],
    "sessions": ["(user_id)", "(user_id, created_at DESC)", "(created_at DESC)", "(theme)"],
    "session_assets": [
        "(session_id)",
        "(session_id, asset_type)",
        "(session_id, display_order)",
        "(created_at)",
    ],
    "session_feedback": ["(session_id)", "(user_id)", "(created_at DESC)"],
    "user_streaks": ["(user_id)", "(last_session_date)", "(computed_at)"],
}
PARENTS = {
    "profiles": {"auth.users"},
    "rituals": {"auth.users"},
    "sessions": {"auth.users"},
    "session_assets": {"sessions"},
    "session_feedback": {"auth.users", "sessions"},
    "user_streaks": {"auth.users"},
}
EVERYTHING = {"select", "insert", "update", "delete"}
COMMANDS = dict.fromkeys(TABLES, EVERYTHING) | {"user_streaks": {"select"}}


def test_the_migrations_have_their_names_and_order():
    assert tuple(each.up.name for each in project.load(ROOT / "sql" / "dream_flow").migrations) == FILES


@pytest.mark.parametrize("table", TABLES)
def test_the_table_has_its_fields(pg, table):
    found = pg.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 order by attnum",
        (f"public.{table}",),
    )
    assert dict(found.fetchall()) == FIELDS[table]


def test_a_description_is_optional_and_so_is_a_profile_s_content(pg):
    user = new_user(pg)
    pg.execute("insert into public.profiles (id) values (%s)", (user,))
    pg.execute(
        "insert into public.rituals (user_id, name, routine) values (%s, 'Evening', 'Bath, book, bed')",
        (user,),
    )
    assert pg.execute("select description, is_default from public.rituals").fetchone() == (None, False)
    assert pg.execute("select mood, routine from public.profiles").fetchone() == (None, None)


@pytest.mark.parametrize("table", TABLES)
def test_the_primary_key_is_a_uuid(pg, table):
    found = pg.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where contype = 'p' and conrelid = %s::regclass",
        (f"public.{table}",),
    )
    assert found.fetchall() == [(f"PRIMARY KEY ({PRIMARY_KEYS[table]})",)]
    assert FIELDS[table][PRIMARY_KEYS[table]] == "uuid"


@pytest.mark.parametrize("table", TABLES)
def test_the_table_has_its_indexes(pg, table):
    found = pg.execute(
        "select indexdef from pg_indexes where schemaname = 'public' and tablename = %s", (table,)
    )
    columns = [definition.partition(" USING btree ")[2] for (definition,) in found]
    assert set(INDEXES[table]) <= set(columns)


@pytest.mark.parametrize("table", TABLES)
def test_foreign_keys_point_where_the_diagram_says_and_cascade(pg, table):
    found = pg.execute(
        "select confrelid::regclass::text, confdeltype::text from pg_constraint"
        " where contype = 'f' and conrelid = %s::regclass",
        (f"public.{table}",),
    ).fetchall()
    assert {parent for parent, _ in found} == PARENTS[table]
    assert {action for _, action in found} == {"c"}


@pytest.mark.parametrize("table", TABLES)
def test_the_table_has_row_level_security_and_its_policies(pg, table):
    enabled = pg.execute("select relrowsecurity from pg_class where oid = %s::regclass", (f"public.{table}",))
    assert enabled.fetchone() == (True,)
    commands = pg.execute("select lower(cmd) from pg_policies where tablename = %s", (table,))
    assert {command for (command,) in commands} == COMMANDS[table]


def test_defaults_are_400_words_four_scenes_order_zero_streaks_zero(pg):
    user = new_life(pg).user
    pg.execute("delete from public.user_streaks")
    pg.execute("insert into public.user_streaks (user_id) values (%s)", (user,))
    assert pg.execute("select target_length, num_scenes from public.sessions").fetchall() == [(400, 4)]
    assert pg.execute("select display_order from public.session_assets").fetchall() == [(0,)]
    assert pg.execute("select current_streak, longest_streak from public.user_streaks").fetchall() == [(0, 0)]


def test_one_default_ritual_per_user_is_a_unique_index(pg):
    found = pg.execute("select indexdef from pg_indexes where indexname = 'rituals_one_default_per_user_key'")
    assert found.fetchall() == [
        (
            "CREATE UNIQUE INDEX rituals_one_default_per_user_key ON public.rituals"
            " USING btree (user_id) WHERE is_default",
        )
    ]


def test_one_feedback_per_session_is_unique_on_session_id(pg):
    name = "session_feedback_session_id_key"
    found = pg.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = %s", (name,))
    assert found.fetchall() == [("UNIQUE (session_id)",)]


def test_the_updated_at_function_comes_with_profiles_and_is_reused(pg):
    tables = pg.execute(
        "select tgrelid::regclass::text from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid"
        " where p.oid = 'private.update_updated_at_column'::regproc"
    )
    assert {table for (table,) in tables} == set(TABLES) - {"session_assets"}
    assert "function private.update_updated_at_column()" in (ROOT / "sql/dream_flow" / FILES[0]).read_text()


def test_manual_execution_as_printed(pg):
    user = new_user(pg)
    new_session(pg, user, datetime.now(timezone.utc))
    with as_service(pg):
        pg.execute("""
SELECT recompute_user_streaks();
""")
    assert stored_streaks(pg)[user].current == 1


def test_manual_scheduling_as_printed_replaces_the_job_and_its_command_runs(pg):
    pg.execute("""
   SELECT cron.schedule(
     'nightly-recompute-streaks',
     '0 2 * * *',
     $$SELECT recompute_user_streaks();$$
   );
""")
    ((command,),) = pg.execute("select command from cron.job where jobname = %s", (JOB,)).fetchall()
    pg.execute(command)


def test_viewing_scheduled_jobs_as_printed(pg):
    cursor = pg.execute("""
SELECT * FROM cron.job WHERE jobname = 'nightly-recompute-streaks';
""")
    names = [column.name for column in cursor.description]
    (job,) = (dict(zip(names, row, strict=True)) for row in cursor)
    assert (job["schedule"], job["active"]) == ("0 2 * * *", True)


@pytest.mark.parametrize(
    ("today", "alive"),
    [(date(2024, 2, 29), True), (date(2024, 3, 1), True), (date(2024, 3, 2), False)],
    ids=["a session today", "a session yesterday", "the last session more than a day ago"],
)
def test_how_streaks_work(pg, today, alive):
    user = new_user(pg)
    for day in (27, 28, 29):
        new_session(pg, user, datetime(2024, 2, day, 20, tzinfo=timezone.utc))
    first, last = date(2024, 2, 27), date(2024, 2, 29)
    assert recompute(pg, today) == {user: Streak(3, 3, last, first) if alive else Streak(0, 3, last, None)}


def test_the_seed_data_fits_every_constraint_and_tells_five_stories(pg):
    pg.execute((ROOT / "sql/dream_flow/seed_test_data.sql").read_text(encoding="utf-8"))
    names = "select split_part(email, '@', 1), id from auth.users"
    people = dict(pg.execute(names).fetchall())
    streaks = {name: stored_streaks(pg)[user] for name, user in people.items()}
    assert {name: (each.current, each.longest) for name, each in streaks.items()} == {
        "ada": (7, 7),
        "ben": (1, 3),
        "chioma": (0, 2),
        "dai": (1, 1),
        "eva": (0, 3),
    }
    personas = dict(pg.execute("select user_id, persona from public.analytics_user_personas").fetchall())
    assert {name: personas[user] for name, user in people.items() if user in personas} == {
        "ada": "mindful_professional",
        "ben": "burned_out_parent",
        "chioma": "wellness_seeker",
        "dai": "unknown",
    }
    for table in TABLES:
        with as_user(pg, people["ada"]):
            assert pg.execute(f"select from public.{table} limit 1").rowcount == 1, table
