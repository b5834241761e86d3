from __future__ import annotations

import pytest
from hypothesis import given

from . import oracle
from .checks import transfer as checks
from .strategies import legacies, only_calendar
from .transfer import QUERIES

REASONS = {
    "unknown_event_type", "payload_is_not_an_object", "names_nothing_that_was_moved", "message_is_empty",
    "year_is_not_2024_to_2030", "calendar_is_not_there", "not_a_youtube_video", "day_is_not_1_to_24",
    "calendar_is_unknown",
}  # fmt: skip
CHECKS = [check for name, check in vars(checks).items() if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_promise(pg, check):
    check(pg)


@given(legacy=legacies())
def test_no_legacy_database_loses_anything(pg, legacy):
    checks.check_nothing_is_lost(pg, None, legacy)


@given(legacy=legacies())
def test_no_legacy_database_is_changed_by_a_second_run(pg, legacy):
    checks.check_running_twice_changes_nothing(pg, None, legacy)


def test_the_sample_has_something_of_everything():
    expected = oracle.expected(checks.SAMPLE)
    assert all(checks.SAMPLE.counts().values())
    assert all(expected.rows[table] for table in QUERIES)
    assert set(expected.rejected.values()) == REASONS
    assert any(day[5] and day[6] for day in expected.rows["calendar_day_v2"].values())


def test_a_single_calendar_takes_the_oldest_days_in(pg):
    legacy = only_calendar(checks.SAMPLE)
    taken = oracle.expected(legacy)
    assert oracle.adopted_days(legacy, taken)
    checks.check_running_twice_changes_nothing(pg, None, legacy)
