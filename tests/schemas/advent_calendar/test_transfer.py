from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given

from . import oracle
from .checks import transfer as checks
from .legacy import Account, Calendar, Chat, Child, Day, Event, Json, Legacy, Message
from .strategies import legacies, only_calendar
from .transfer import QUERIES, bring_back_legacy, transfer
from .world import one

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


KEYS = {name: str(UUID(int=place)) for place, name in enumerate(
    ("account_id", "child_id", "calendar_id", "calendar_day_id", "chat_id", "message_id"), 1
)}  # fmt: skip
SOLE = Legacy(
    account=(Account(UUID(int=1), "anna@x.example"),),
    child=(Child(UUID(int=2), UUID(int=1)),),
    calendar=(Calendar(UUID(int=3), UUID(int=2)),),
    calendar_day=(Day(UUID(int=4), UUID(int=3), 24),),
    chat_record=(Chat(UUID(int=5), UUID(int=2)),),
    chat_message=(Message(UUID(int=6), UUID(int=5)),),
)


@pytest.mark.parametrize(
    ("event_type", "names"),
    [
        ("calendar_view", ["calendar_id"]),
        ("calendar_share", ["calendar_day_id"]),
        ("day_open", ["calendar_day_id"]),
        *(("message_sent", [name]) for name in KEYS),
        *(("daily_visit", [name]) for name in KEYS),
    ],
    ids=str,
)
def test_an_event_goes_with_any_key_that_leads_there(pg, event_type, names):
    event = Event(UUID(int=7), event_type, Json({name: KEYS[name] for name in names}))
    legacy = SOLE.more(analytics_event=(event,))
    assert not oracle.expected(legacy).rejected
    checks.check_nothing_is_lost(pg, None, legacy)
    opened = one(pg, "select is_opened from public.calendar_day_v2")
    assert opened == (event_type == "day_open")


def test_a_day_event_that_names_a_calendar_alone_is_kept_among_the_rejects(pg):
    event = Event(UUID(int=7), "day_open", Json({"calendar_id": KEYS["calendar_id"]}))
    bring_back_legacy(pg, SOLE.more(analytics_event=(event,)))
    transfer(pg)
    assert pg.execute("select reason, legacy_row ->> 'event_type' from migration.rejects").fetchall() == [
        ("names_nothing_that_was_moved", "day_open")
    ]
