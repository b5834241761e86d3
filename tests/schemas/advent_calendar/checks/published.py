"""Promises about published calendars: readable with the link, and nothing else of the family is."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from pgproof.database import Connection

from ...outcomes import refused
from ..world import Family, add, as_person, as_service, as_visitor, new_family, one

CALENDAR = ("title", "year", "theme", "public_slug", "published_at")
DAYS = ("day_number", "title", "message", "confetti_type", "unlock_effect", "is_opened")
MEDIA = ("day_number", "photo_url", "voice_url", "music_url")
READERS = {"published_calendar": CALENDAR, "published_calendar_days": DAYS, "published_calendar_media": MEDIA}
PHOTO = "https://cdn.family.example/door.jpg"


def read(pg: Connection, reader: str, link: str | UUID | None) -> list[tuple[Any, ...]]:
    """What a visitor with ``link`` gets from one of the three functions."""
    with as_visitor(pg):
        return pg.execute(f"select * from public.{reader}(%s)".encode(), (link and str(link),)).fetchall()


def share_link(pg: Connection, family: Family) -> UUID:
    """The secret of the family's share link."""
    link: UUID = one(
        pg, "select share_uuid from public.advent_calendar_v2 where calendar_id = %s", (family.calendar,)
    )
    return link


def publish(pg: Connection, family: Family, **values: Any) -> None:
    """Let the owner publish the calendar, or set other columns of it."""
    changes = {"is_published": True, **values}
    assignments = ", ".join(f"{column} = %s" for column in changes)
    with as_person(pg, family):
        pg.execute(f"update public.advent_calendar_v2 set {assignments}".encode(), list(changes.values()))


def check_whoever_has_link_or_slug_reads_calendar_and_days(pg: Connection) -> None:
    """Visitors, other families and the server alike, with the link in any case."""
    family, stranger = new_family(pg), new_family(pg, is_published=True)
    publish(pg, family, public_slug="juno-2026", title="24 doors", theme="candy")
    for link in (str(share_link(pg, family)), str(share_link(pg, family)).upper(), "juno-2026", "Juno-2026"):
        expected = ("24 doors", 2026, "candy", "juno-2026", one(pg, "select now()"))
        assert read(pg, "published_calendar", link) == [expected], link
        assert read(pg, "published_calendar_days", link) == [(1, None, "One!", "snow", "fireworks", False)]
    for actor in (lambda pg: as_person(pg, stranger), as_service):
        with actor(pg):
            assert one(pg, "select title from public.published_calendar('juno-2026')") == "24 doors"


def check_no_link_no_calendar(pg: Connection) -> None:
    """An unknown link, none, another kind of key, the link of a calendar that is not published: no row."""
    published, hidden = new_family(pg, is_published=True), new_family(pg, public_slug="not-yet")
    links = (
        None, "", "%", "juno", "{}", "null", "\x01", "not-yet", str(uuid4()), share_link(pg, hidden),
        published.calendar, published.child, published.account, f" {share_link(pg, published)}",
    )  # fmt: skip
    for link in links:
        for reader in READERS:
            assert read(pg, reader, link) == [], (reader, link)


def check_what_was_published_can_be_taken_back(pg: Connection) -> None:
    """Unpublishing, a new link, deleting the calendar, closing the account: the old link shows nothing."""
    for change in (
        "update public.advent_calendar_v2 set is_published = false",
        "update public.advent_calendar_v2 set share_uuid = gen_random_uuid()",
        "delete from public.advent_calendar_v2",
        "update public.account_v2 set is_active = false",
    ):
        with pg.transaction(force_rollback=True):
            family = new_family(pg, is_published=True)
            link = share_link(pg, family)
            assert len(read(pg, "published_calendar", link)) == 1
            pg.execute(change.encode())
            assert [read(pg, reader, link) for reader in READERS] == [[], [], []], change


def check_published_calendars_cannot_be_listed(pg: Connection) -> None:
    """Neither visitors nor other families find a calendar without its link, through any table."""
    family, stranger = new_family(pg, is_published=True), new_family(pg)
    for table in (
        "advent_calendar_v2",
        "calendar_day_v2",
        "media_asset",
        "child_profile_v2",
        "surprise_video",
    ):
        with as_person(pg, stranger):
            found = pg.execute(f"select account_id from public.{table}".encode()).fetchall()
        assert (family.account,) not in found, table
        with refused(pg, "42501"), as_visitor(pg):
            pg.execute(f"select from public.{table}".encode())


def check_a_reader_learns_nothing_of_the_family(pg: Connection) -> None:
    """The functions return the columns they promise and no others: no child, no key, no IP address."""
    family = new_family(pg, is_published=True)
    link = share_link(pg, family)
    pg.execute(
        "update public.calendar_day_v2 set is_opened = true, opened_by_ip = '203.0.113.7' where day_id = %s",
        (family.day,),
    )
    secrets = {str(key) for key in family.keys.values()} | {str(family.person), "Juno", "203.0.113.7"}
    for reader, columns in READERS.items():
        with as_visitor(pg):
            result = pg.execute(f"select * from public.{reader}(%s)".encode(), (str(link),))
            assert tuple(column.name for column in result.description or ()) == columns
            shown = {str(value) for row in result for value in row}
        assert not shown & secrets, reader


def check_media_of_other_days_stay_with_the_family(pg: Connection) -> None:
    """Only what a day of this published calendar shows is shown."""
    family = new_family(pg, is_published=True)
    hidden_calendar = add(pg, "advent_calendar_v2", family, year=2027)
    shown, hidden, _unused = (
        add(pg, "media_asset", family, storage_path=f"{PHOTO}?{use}", processing_status="completed")
        for use in ("shown", "hidden", "unused")
    )
    pg.execute("update public.calendar_day_v2 set photo_asset_id = %s where day_id = %s", (shown, family.day))
    add(pg, "calendar_day_v2", family, calendar_id=hidden_calendar, photo_asset_id=hidden)
    link = share_link(pg, family)
    assert read(pg, "published_calendar_media", link) == [(1, f"{PHOTO}?shown", None, None)]


def check_media_are_shown_while_their_address_is_good(pg: Connection) -> None:
    """A signed address until it expires, a whole address always, nothing before processing is complete."""
    family = new_family(pg, is_published=True)
    link, completed = share_link(pg, family), "completed"
    for path, signed, expires, status, expected in (
        ("a.jpg", None, None, completed, None),
        ("a.jpg", "https://s/1", "2999-01-01", completed, "https://s/1"),
        ("a.jpg", "https://s/1", "2001-01-01", completed, None),
        (PHOTO, None, None, completed, PHOTO),
        (PHOTO, None, None, "pending", None),
        (PHOTO, None, None, "processing", None),
        (PHOTO, None, None, "failed", None),
        ("a.jpg", "https://s/1", "2999-01-01", "failed", None),
    ):
        asset = add(pg, "media_asset", family, storage_path=path, signed_url=signed,
                    signed_url_expires_at=expires, processing_status=status)  # fmt: skip
        pg.execute(
            "update public.calendar_day_v2 set photo_asset_id = null, voice_asset_id = %s where day_id = %s",
            (asset, family.day),
        )
        assert read(pg, "published_calendar_media", link) == [(1, None, expected, None)], (path, status)


def check_publishing_is_dated_once(pg: Connection) -> None:
    """Publishing sets the date, editing keeps it, unpublishing clears it, publishing again sets a new one."""
    family = new_family(pg)
    date = "select published_at from public.advent_calendar_v2 where calendar_id = %s"
    assert one(pg, date, (family.calendar,)) is None
    publish(pg, family)
    assert one(pg, date, (family.calendar,)) == one(pg, "select now()")
    pg.execute("update public.advent_calendar_v2 set published_at = '2001-01-01', title = 'New'")
    assert one(pg, date, (family.calendar,)) == one(pg, "select now()")
    publish(pg, family, is_published=False)
    assert one(pg, date, (family.calendar,)) is None


def check_a_slug_cannot_pass_for_a_share_link(pg: Connection) -> None:
    """Nobody can take another's secret link for a slug, and one slug means one calendar."""
    theirs = new_family(pg, is_published=True, public_slug="snow")
    mine = new_family(pg, is_published=True)
    for slug, constraint in (
        (str(share_link(pg, theirs)), "advent_calendar_v2_slug_is_not_a_uuid"),
        ("snow", "advent_calendar_v2_public_slug_key"),
        ("Snow2", "advent_calendar_v2_slug_has_3_to_60_letters_digits_hyphens"),
        ("ab", "advent_calendar_v2_slug_has_3_to_60_letters_digits_hyphens"),
        ("a--b", "advent_calendar_v2_slug_has_3_to_60_letters_digits_hyphens"),
        ("a" * 61, "advent_calendar_v2_slug_has_3_to_60_letters_digits_hyphens"),
    ):
        state = "23505" if constraint.endswith("_key") else "23514"
        with refused(pg, state, constraint):
            publish(pg, mine, public_slug=slug)
    publish(pg, mine, public_slug="a" * 60)
