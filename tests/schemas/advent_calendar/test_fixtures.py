from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from pgproof.platforms.clock import Clock

from ..outcomes import refused
from .checks.published import read
from .checks.transfer import try_transfer
from .transfer import bring_back_legacy
from .world import FIXTURES, TABLES, as_person, keys_of, load, one

NAMES = sorted(path.stem for path in FIXTURES.glob("*.sql"))
EXPIRING = ("account_session", "chat_session_v2", "chat_message_v2", "memory_fragment")


def person(pg, email):
    return one(pg, "select id from auth.users where email = %s", (email,))


def test_two_families_have_a_row_in_every_table_and_see_only_their_own(pg):
    load(pg, "two_families")
    tables = set(TABLES) - {"memory_embedding"}
    for table in tables:
        assert len(keys_of(pg, table)) == 2, table
        for name in ("anna", "bela"):
            with as_person(pg, person(pg, f"{name}@two-families.example")):
                assert len(keys_of(pg, table)) == 1, table


def test_of_published_and_hidden_a_visitor_sees_what_is_published(pg):
    load(pg, "published_and_hidden")
    photo = "https://cdn.published.example/shown.jpg"
    for link in ("nora-2026", "90000000-0000-4000-8000-000000000091"):
        assert [row[0] for row in read(pg, "published_calendar", link)] == ["This year"]
        assert [row[2] for row in read(pg, "published_calendar_days", link)] == ["For everybody"]
        assert read(pg, "published_calendar_media", link) == [(1, photo, None, None)]
    for link in ("nora-2027", "90000000-0000-4000-8000-000000000092"):
        assert read(pg, "published_calendar", link) == []


def test_the_locked_calendar_refuses_and_the_other_does_not(pg):
    load(pg, "locked_calendar")
    paul = person(pg, "paul@locked.example")
    change = "update public.calendar_day_v2 set title = 'New' where message = %s"
    with refused(pg, "PT423"), as_person(pg, paul):
        pg.execute(change, ("Wrapped",))
    with as_person(pg, paul):
        assert pg.execute(change, ("Not yet wrapped",)).rowcount == 1


def test_everything_expires_day_by_day(pg):
    load(pg, "everything_expires")
    rosa, clock = person(pg, "rosa@expires.example"), Clock(pg)
    midnight = datetime(2026, 12, 1, tzinfo=timezone.utc)
    for days, left in ((-1, 3), (0, 2), (1, 1), (9, 1)):
        clock.set(midnight + timedelta(days=days))
        for table in EXPIRING:
            with as_person(pg, rosa):
                assert len(keys_of(pg, table)) == left, (table, days)


def test_the_days_of_the_first_version_join_the_only_calendar(pg):
    bring_back_legacy(pg)
    load(pg, "legacy_first_version")
    try_transfer(pg)
    days = pg.execute("select day_number, message, is_opened from public.calendar_day_v2 order by day_number")
    assert days.fetchall() == [(1, "The first door", True), (2, "The newer text", True), (3, None, False)]
    rejected = pg.execute("select legacy_key, reason from migration.rejects order by legacy_key")
    assert rejected.fetchall() == [
        ("2", "calendar_has_another_day_of_that_number"),
        ("25", "day_is_not_1_to_24"),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_is_undone_as_its_header_says(pg, name):
    legacy = name.startswith("legacy_")
    if legacy:
        bring_back_legacy(pg)
    path, _, last, *_ = (FIXTURES / f"{name}.sql").read_text(encoding="utf-8").split("\n")
    assert path == f"-- fixtures/advent_calendar/{name}.sql"
    load(pg, name)
    pg.execute(last.partition("Undone by: ")[2].encode())
    for table in ("account", "child", "calendar", "calendar_day", "advent_days") if legacy else TABLES:
        assert one(pg, f"select count(*) from public.{table}") == 0, table
