from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from . import world
from .test_seed_document import ARCHIVE

TENANT, MAX = (UUID(f"00000000-0000-4000-8000-{number:012}") for number in (1, 12))


@pytest.fixture
def load(pg, fixture_sql):
    def load_(*names):
        for name in ("two_tenants", *names):
            pg.execute(fixture_sql(name))

    return load_


def test_two_tenants_know_nothing_of_each_other(pg, load):
    load()
    seen = {}
    for number in (11, 12, 13, 21, 22, 23):
        with world.acting_as(pg, "authenticated", {"sub": f"a0000000-0000-4000-8000-{number:012}"}):
            rows = pg.execute(
                "select (select count(*) from public.users), (select count(*) from public.messages),"
                " (select count(*) from public.feedback), (select min(title) from public.conversations)"
            )
            seen[number] = rows.fetchone()
    ferry, school, nothing = (3, 2, 1, "Winter timetable"), (3, 2, 1, "Irregular verbs"), (0, 0, 0, None)
    assert seen == {11: ferry, 12: ferry, 13: nothing, 21: school, 22: school, 23: nothing}


def test_usage_around_new_year_falls_into_its_months(pg, load):
    load("usage_around_new_year")
    world.refresh(pg)
    found = pg.execute("select user_id, month, total_requests, active_days from public.monthly_usage_summary")
    assert set(found) == {
        (MAX, date(2023, 12, 1), 3, 2),
        (MAX, date(2024, 1, 1), 5, 1),
        (MAX, date(2024, 2, 1), 1, 1),
        (None, date(2023, 12, 1), 7, 1),
        (None, date(2024, 1, 1), 9, 2),
    }


def test_a_request_of_usage_around_new_year_is_what_the_header_says(pg, load):
    load("usage_around_new_year")
    odd = pg.execute(
        "select date from public.usage_metrics where (prompt_tokens, completion_tokens, estimated_cost)"
        " <> (100 * request_count, 40 * request_count, 0.0007 * request_count)"
    )
    assert odd.fetchall() == []


def test_opinions_are_summed_up_as_the_header_says(pg, load):
    load("opinions")
    world.refresh(pg)
    found = pg.execute(
        "select right(message_id::text, 1), total_feedback, thumbs_up, thumbs_down"
        " from public.message_feedback_summary where conversation_id::text like '%%113'"
    )
    assert set(found) == {("0", 0, 0, 0), ("1", 0, 0, 0), ("2", 2, 2, 0), ("3", 2, 1, 1), ("4", 0, 0, 0)}


def test_of_half_a_year_the_archiving_puts_away_what_the_titles_say(pg, load):
    load("half_a_year")
    pg.execute("set local timezone = 'UTC'")
    pg.execute(ARCHIVE.replace("CURRENT_DATE", "date '2026-07-01'").encode())
    found = pg.execute(
        "select title, is_archived from public.conversations where title like 'Half a year: %%'"
    )
    assert {title.rpartition(", ")[2]: archived for title, archived in found} == {
        "put away": True,
        "stays": False,
        "stays as it is": True,
    }
