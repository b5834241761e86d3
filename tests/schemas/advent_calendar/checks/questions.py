"""Promises about what the questions of the application cost, in the new tables and in the old ones."""

from __future__ import annotations

from random import Random
from typing import Any

from pgproof.database import Connection

from ..strategies import legacy_of
from ..transfer import bring_back_legacy, transfer
from ..world import as_person, new_person, one
from .accounts import ensure_account

# The policies look the caller's account up, and messages their session; a table has hundreds of pages.
FEW_PAGES = 30
FAMILY = """
select a.email, c.child_id as child, k.calendar_id as calendar, s.session_id as chat
from public.account_v2 as a
join public.child_profile_v2 as c using (account_id)
join public.advent_calendar_v2 as k using (account_id)
join public.chat_session_v2 as s using (account_id)
where a.email ~ '^a[0-9]+@' and s.total_messages > 0 and exists (
    select from public.calendar_day_v2 as d where d.calendar_id = k.calendar_id
)
order by a.account_id, k.calendar_id, s.session_id limit 1
"""
# In the old tables as the server asked, in the new ones as the owner does.
QUESTIONS = {
    "the account": (
        "select plan from public.account where email = %(email)s",
        "select plan from public.account_v2",
    ),
    "the calendars of a child": (
        "select year from public.calendar where child_id = %(child)s",
        "select year from public.advent_calendar_v2 where child_id = %(child)s",
    ),
    "the days of a calendar": (
        "select text_content from public.calendar_day where calendar_id = %(calendar)s order by day_number",
        "select message from public.calendar_day_v2 where calendar_id = %(calendar)s order by day_number",
    ),
    "the messages of a conversation": (
        "select message_text from public.chat_message where chat_id = %(chat)s order by timestamp",
        "select message_text from public.chat_message_v2 where session_id = %(chat)s order by created_at",
    ),
}


def check_old_questions_read_few_pages_more(pg: Connection) -> None:
    """With thousands of families in the tables, nothing that was looked up before is searched for now."""
    bring_back_legacy(pg, legacy_of(Random(2_000), 2_000, messages=12, days=12))
    transfer(pg)
    pg.execute("analyze")
    cursor = pg.execute(FAMILY)
    assert cursor.description
    (row,) = cursor.fetchall()
    family = dict(zip([column.name for column in cursor.description], row, strict=True))
    person = new_person(pg, family["email"])
    ensure_account(pg, person)
    for question, (old, new) in QUESTIONS.items():
        before = pages(pg, old, family)
        with as_person(pg, person):
            assert pg.execute(new.encode(), family).fetchall(), question
            after = pages(pg, new, family)
        assert after <= before + FEW_PAGES, f"{question}: {after} pages, {before} in the old tables"


def pages(pg: Connection, query: str, values: dict[str, Any]) -> int:
    """How many pages of tables and indexes an answer takes."""
    (plan,) = one(pg, f"explain (analyze, buffers, format json) {query}", values)
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])
