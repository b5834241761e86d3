from __future__ import annotations

from datetime import date
from uuid import UUID

from . import world

TENANT, MEMBER = (UUID(f"00000000-0000-4000-8000-{number:012}") for number in (1, 12))


def test_two_tenants_know_nothing_of_each_other(pg, fixture_sql):
    pg.execute(fixture_sql("two_tenants"))
    seen = {}
    for number in (11, 12, 13, 21, 22, 23):
        with world.acting_as(pg, "authenticated", {"sub": f"a0000000-0000-4000-8000-{number:012}"}):
            rows = pg.execute(
                "select (select count(*) from public.users), (select count(*) from public.feedback),"
                " (select min(title) from public.conversations)"
            )
            seen[number] = rows.fetchone()
    one, two = (3, 1, "Talk of member@1.example"), (3, 1, "Talk of member@2.example")
    assert seen == {11: one, 12: one, 13: (0, 0, None), 21: two, 22: two, 23: (0, 0, None)}


def test_usage_around_new_year_falls_into_its_months(pg, fixture_sql):
    pg.execute(fixture_sql("two_tenants"))
    pg.execute(fixture_sql("usage_around_new_year"))
    world.refresh(pg)
    found = pg.execute("select user_id, month, total_requests, active_days from public.monthly_usage_summary")
    assert set(found) == {
        (MEMBER, date(2023, 12, 1), 3, 2),
        (MEMBER, date(2024, 1, 1), 5, 1),
        (MEMBER, date(2024, 2, 1), 1, 1),
        (None, date(2023, 12, 1), 7, 1),
        (None, date(2024, 1, 1), 9, 2),
    }
