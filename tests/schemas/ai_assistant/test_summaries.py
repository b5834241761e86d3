from __future__ import annotations

from hypothesis import example, given

from ..outcomes import refused
from .checks import summaries
from .strategies import ratings, requests


@given(ratings())
@example([[], [1, 1, -1]])
def test_any_feedback_is_summed_up_as_the_oracle_says(pg, some):
    summaries.check_feedback_summary(pg, some)


@given(requests())
def test_any_month_is_summed_up_as_the_oracle_says(pg, some):
    summaries.check_monthly_summary(pg, some)


def test_a_message_without_feedback_has_none(pg):
    summaries.check_a_message_without_feedback_has_none(pg)


def test_a_month_adds_up(pg):
    summaries.check_a_month_adds_up(pg)


def test_summaries_refresh_as_printed(pg):
    summaries.check_summaries_refresh_as_printed(pg)


def test_summaries_show_members_their_tenant_only(pg):
    summaries.check_summaries_show_members_their_tenant_only(pg)


def test_a_leaky_condition_learns_nothing(pg):
    summaries.check_a_leaky_condition_learns_nothing(pg)


def test_today_is_the_day_in_utc(pg):
    summaries.check_today_is_the_day_in_utc(pg)


def test_a_refresh_that_fails_leaves_the_search_path_as_it_was(pg):
    with refused(pg, "42P01"):
        pg.execute("refresh materialized view no_such_summary")
    assert pg.execute("show search_path").fetchone() == ('"$user", public, extensions',)


def test_a_refresh_finds_the_summaries_with_an_empty_search_path_too(pg):
    for path in ("", '""', "public", "analytics"):
        pg.execute("select set_config('search_path', %s, true)", (path,))
        pg.execute("refresh materialized view concurrently monthly_usage_summary")
        assert pg.execute("select current_setting('search_path')").fetchone() == (path,)


def test_a_refresh_by_the_full_name_works_as_anywhere(pg):
    pg.execute("refresh materialized view analytics.message_feedback_summary")


def test_summaries_refresh_while_they_are_written_to_and_read(pg_clone):
    summaries.check_summaries_refresh_while_they_are_written_to_and_read(pg_clone)


def test_no_row_stops_a_summary(pg):
    summaries.check_no_row_stops_a_summary(pg)
