from __future__ import annotations

from uuid import UUID

from . import world

LEA, TOM = (UUID(f"00000000-0000-4000-8000-{number:012}") for number in (11, 12))


def test_one_family_has_a_fresh_and_a_stale_prediction(pg, fixture_sql):
    pg.execute(fixture_sql("one_family"))
    with world.acting_as(pg, "authenticated", {"telegram_user_id": 4201}):
        found = pg.execute("select child_id, is_active, used_count from public.predictions").fetchall()
    assert set(found) == {(LEA, True, 2), (TOM, False, 0)}


def test_child_asleep_has_a_prediction_until_she_wakes_up(pg, fixture_sql):
    pg.execute(fixture_sql("one_family"))
    pg.execute(fixture_sql("child_asleep"))
    assert len(world.find(pg, LEA, "until she fell asleep")) == 1
    pg.execute("update public.sleep_sessions set end_time = '2025-03-04 06:00:00+00' where end_time is null")
    assert world.find(pg, LEA, "until she fell asleep") == []
