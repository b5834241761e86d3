from __future__ import annotations

import pytest

from ..outcomes import refused
from .checks import locked, published, tenancy
from .world import add, new_family, one

CHECKS = [
    published.check_whoever_has_link_or_slug_reads_calendar_and_days,
    published.check_no_link_no_calendar,
    published.check_what_was_published_can_be_taken_back,
    published.check_published_calendars_cannot_be_listed,
    published.check_a_reader_learns_nothing_of_the_family,
    published.check_media_of_other_days_stay_with_the_family,
    published.check_media_are_shown_while_their_address_is_good,
    published.check_publishing_is_dated_once,
    published.check_a_slug_cannot_pass_for_a_share_link,
    locked.check_a_locked_calendar_refuses_changes,
    locked.check_the_days_of_a_locked_calendar_refuse_changes,
    locked.check_the_surprises_of_a_locked_calendar_refuse_changes,
    locked.check_a_locked_calendar_keeps_its_pictures,
    locked.check_days_neither_enter_nor_leave_a_locked_calendar,
    locked.check_locking_and_unlocking_pass_alone,
    locked.check_an_account_can_be_deleted_with_its_locked_calendar,
    locked.check_opening_is_dated_once,
    tenancy.check_nothing_points_into_another_account,
    tenancy.check_a_child_keeps_a_photo_of_its_own_account,
    tenancy.check_an_account_has_one_child_and_a_child_one_calendar_a_year,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_promise(pg, check):
    check(pg)


def test_a_change_under_way_makes_the_lock_wait(pg_clone):
    locked.check_a_change_under_way_makes_the_lock_wait(pg_clone)


@pytest.mark.parametrize(
    ("table", "column", "low", "high", "constraint"),
    [
        ("calendar_day_v2", "day_number", 1, 24, "calendar_day_v2_day_number_is_1_to_24"),
        ("advent_calendar_v2", "year", 2024, 2030, "advent_calendar_v2_year_is_2024_to_2030"),
    ],
)
def test_the_ends_of_a_range_are_taken_and_just_beyond_refused(pg, table, column, low, high, constraint):
    family = new_family(pg)
    pg.execute(f"delete from public.{table} where account_id = %s".encode(), (family.account,))
    if table == "advent_calendar_v2":
        values = [{"year": low}, {"year": high}]
    else:
        calendar = add(pg, "advent_calendar_v2", family, year=2029)
        values = [{"day_number": low, "calendar_id": calendar}, {"day_number": high, "calendar_id": calendar}]
    for row in values:
        add(pg, table, family, **row)
    for row, wrong in zip(values, (low - 1, high + 1), strict=True):
        with refused(pg, "23514", constraint):
            add(pg, table, family, **{**row, column: wrong})


def test_two_videos_change_places_in_one_transaction(pg):
    family = new_family(pg)
    add(pg, "surprise_video", family, sort_order=1)
    pg.execute("set constraints public.surprise_video_collection_id_sort_order_key deferred")
    pg.execute("update public.surprise_video set sort_order = 1 - sort_order")
    with pg.transaction():
        pg.execute("set constraints public.surprise_video_collection_id_sort_order_key immediate")
    order = (
        "select array_agg(sort_order order by sort_order) from public.surprise_video where account_id = %s"
    )
    assert one(pg, order, (family.account,)) == [0, 1]
