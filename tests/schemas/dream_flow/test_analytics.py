from __future__ import annotations

from hypothesis import example, given

from .checks import analytics as checks
from .oracle import Person, Profile
from .strategies import people, zones


@given(crowd=people(), zone=zones)
@example(crowd=checks.some_people(), zone="UTC")
@example(crowd=[], zone="UTC")
@example(crowd=[Person(Profile(routine="\u212aid", preferences=(None, "KID\u017f")))], zone="UTC")
def test_every_view_is_that_of_the_oracle(pg, crowd, zone):
    pg.execute("select set_config('timezone', %s, true)", (zone,))
    world = checks.populate(pg, crowd)
    checks.check_personas(pg, world)
    checks.check_daily_views(pg, world)


def test_the_views_on_some_people(pg):
    checks.check_the_views_on_some_people(pg)


def test_each_word_and_number_decides(pg):
    checks.check_each_word_and_number_decides(pg)


def test_the_mix_of_every_day_is_complete(pg):
    checks.check_the_mix_of_every_day_is_complete(pg)


def test_the_day_of_a_view_is_the_day_in_utc(pg):
    checks.check_the_day_of_a_view_is_the_day_in_utc(pg)


def test_the_index_serves_the_day_grouping(pg):
    checks.check_the_index_serves_the_day_grouping(pg)


def test_only_the_service_role_reads_the_views(pg):
    checks.check_only_the_service_role_reads_the_views(pg)


def test_a_view_shows_nobody_more_than_the_tables_do(pg):
    checks.check_a_view_shows_nobody_more_than_the_tables_do(pg)


def test_views_have_the_columns_of_the_specification(pg):
    columns = {
        view: [column.name for column in pg.execute(f"select * from public.{view}").description]
        for view in checks.VIEWS
    }
    stats = ["total_stories", "active_users", "avg_stories_per_user", "unique_themes", "avg_target_length"]
    stats.append("avg_num_scenes")
    assert columns == {
        "analytics_daily_active_users": ["date", "dau"],
        "analytics_daily_story_stats": ["date", *stats],
        "analytics_user_personas": [
            "user_id",
            "persona",
            "mood",
            "routine",
            "total_sessions",
            "active_days",
            "themes_used",
            "first_session_date",
            "last_session_date",
        ],
        "analytics_daily_persona_mix": ["date", "persona", "user_count", "story_count", "user_percentage"],
        "analytics_daily_comprehensive": ["date", "dau", *stats, "persona_mix"],
    }
