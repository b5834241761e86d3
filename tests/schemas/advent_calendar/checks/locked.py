"""Promises about locked calendars: nothing in them changes until they are unlocked."""

from __future__ import annotations

import threading
from typing import Any

from pgproof.database import Connection

from ...outcomes import refused
from ..world import Family, add, as_person, as_service, new_family, one

LOCK = (
    "update public.advent_calendar_v2 set is_locked = true, lock_reason = 'Wrapped.' where calendar_id = %s"
)
UNLOCK = "update public.advent_calendar_v2 set is_locked = false, lock_reason = null where calendar_id = %s"
LOCKED = "PT423"
OF_A_CALENDAR = ("calendar_day_v2", "surprise_collection_v2", "surprise_video")


def locked_family(pg: Connection) -> Family:
    """A family whose only calendar is locked."""
    family = new_family(pg)
    pg.execute(LOCK.encode(), (family.calendar,))
    return family


def check_a_locked_calendar_refuses_changes(pg: Connection) -> None:
    """Owner and server alike can neither change nor delete it."""
    family = locked_family(pg)
    for actor in (lambda pg: as_person(pg, family), as_service):
        for statement in (
            "update public.advent_calendar_v2 set title = 'New'",
            "update public.advent_calendar_v2 set theme = 'stars'",
            "update public.advent_calendar_v2 set is_published = true",
            "update public.advent_calendar_v2 set share_uuid = gen_random_uuid()",
            "update public.advent_calendar_v2 set is_locked = false, lock_reason = null, title = 'New'",
            "delete from public.advent_calendar_v2",
            "delete from public.child_profile_v2",
        ):
            with refused(pg, LOCKED), actor(pg):
                pg.execute(statement.encode())


def check_the_days_of_a_locked_calendar_refuse_changes(pg: Connection) -> None:
    """No day is added, filled, opened or taken out."""
    family = locked_family(pg)
    for statement in (
        "update public.calendar_day_v2 set message = 'New'",
        "update public.calendar_day_v2 set is_opened = true",
        "update public.calendar_day_v2 set photo_asset_id = null",
        "delete from public.calendar_day_v2",
    ):
        with refused(pg, LOCKED), as_person(pg, family):
            pg.execute(statement.encode())
    with refused(pg, LOCKED), as_person(pg, family):
        add(pg, "calendar_day_v2", family, day_number=2)


def check_the_surprises_of_a_locked_calendar_refuse_changes(pg: Connection) -> None:
    """No video is added, changed or taken out, nor the collection."""
    family = locked_family(pg)
    for statement in (
        "update public.surprise_video set youtube_video_id = 'ABCDEFGHIJK'",
        "delete from public.surprise_video",
        "update public.surprise_collection_v2 set title = 'New'",
        "delete from public.surprise_collection_v2",
    ):
        with refused(pg, LOCKED), as_person(pg, family):
            pg.execute(statement.encode())
    with refused(pg, LOCKED), as_person(pg, family):
        add(pg, "surprise_video", family, sort_order=1)


def check_a_locked_calendar_keeps_its_pictures(pg: Connection) -> None:
    """A photo that a locked day shows can be neither deleted nor replaced."""
    family = locked_family(pg)
    with refused(pg, LOCKED), as_person(pg, family):
        pg.execute("delete from public.media_asset")
    with refused(pg, "42501"), as_person(pg, family):
        pg.execute("update public.media_asset set storage_path = 'other.jpg'")


def check_days_neither_enter_nor_leave_a_locked_calendar(pg: Connection) -> None:
    """Also not by moving them from one calendar to another, which only the server can."""
    family = new_family(pg)
    other = add(pg, "advent_calendar_v2", family, year=2027)
    day = add(pg, "calendar_day_v2", family, calendar_id=other, day_number=9)
    pg.execute(LOCK.encode(), (family.calendar,))
    with refused(pg, LOCKED):
        pg.execute(
            "update public.calendar_day_v2 set calendar_id = %s where day_id = %s", (family.calendar, day)
        )
    with refused(pg, LOCKED):
        pg.execute(
            "update public.calendar_day_v2 set calendar_id = %s, day_number = 8 where day_id = %s",
            (other, family.day),
        )


def check_locking_and_unlocking_pass_alone(pg: Connection) -> None:
    """The owner unlocks, and everything can change again; other calendars were never touched."""
    family, other = locked_family(pg), new_family(pg)
    with as_person(pg, other):
        pg.execute("update public.calendar_day_v2 set message = 'Free'")
    with as_person(pg, family):
        pg.execute("update public.advent_calendar_v2 set lock_reason = 'Not yet.'")
        pg.execute(UNLOCK.encode(), (family.calendar,))
        pg.execute("update public.calendar_day_v2 set message = 'New', is_opened = true")
        pg.execute("update public.surprise_video set title = 'New'")
        pg.execute("update public.advent_calendar_v2 set title = 'New'")
        assert pg.execute("delete from public.advent_calendar_v2").rowcount == 1


def check_an_account_can_be_deleted_with_its_locked_calendar(pg: Connection) -> None:
    """A lock keeps a calendar from being changed, not a family from leaving."""
    family = locked_family(pg)
    with as_person(pg, family):
        assert pg.execute("delete from public.account_v2").rowcount == 1
    for table in ("advent_calendar_v2", *OF_A_CALENDAR, "media_asset"):
        remaining = f"select count(*) from public.{table} where account_id = %s"
        assert one(pg, remaining, (family.account,)) == 0, table


def check_opening_is_dated_once(pg: Connection) -> None:
    """The first opening counts; closing a day clears when and where."""
    family = new_family(pg)
    state = "select opened_at, host(opened_by_ip) from public.calendar_day_v2 where day_id = %s"
    with as_person(pg, family):
        pg.execute("update public.calendar_day_v2 set is_opened = true, opened_by_ip = '203.0.113.7'")
    assert pg.execute(state.encode(), (family.day,)).fetchone() == (one(pg, "select now()"), "203.0.113.7")
    pg.execute("update public.calendar_day_v2 set opened_at = '2001-01-01', message = 'New'")
    assert pg.execute(state.encode(), (family.day,)).fetchone() == (one(pg, "select now()"), "203.0.113.7")
    with as_person(pg, family):
        pg.execute("update public.calendar_day_v2 set is_opened = false")
    assert pg.execute(state.encode(), (family.day,)).fetchone() == (None, None)


def check_a_change_under_way_makes_the_lock_wait(own: Any) -> None:
    """Two connections: a day that is being changed is committed before the calendar is locked, not after."""
    setup = own.connect()
    family = new_family(setup)
    writer, locker = own.connect(autocommit=False), own.connect()
    writer.execute("update public.calendar_day_v2 set message = 'In time' where day_id = %s", (family.day,))
    locking = threading.Thread(target=locker.execute, args=(LOCK, (family.calendar,)))
    locking.start()
    locking.join(0.3)
    waited = locking.is_alive()
    writer.commit()
    locking.join(20)
    assert waited, "the calendar was locked while a change was under way"
    assert one(
        setup, "select is_locked from public.advent_calendar_v2 where calendar_id = %s", (family.calendar,)
    )
