"""The five schemas of this repository, filled with every constraint on, and what their rows agree on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pgproof import catalog
from pgproof.database import Connection
from pgproof.rows.plan.make import make_plan
from pgproof.rows.seeding.seed import SeedReport, seed

SCALE = 100 if os.environ.get("CI") else 5
PROJECTS = ("advent_calendar", "ai_assistant", "dream_flow", "sleep_prediction_cache", "travel_booking")


@pytest.fixture(scope="module", params=PROJECTS)
def pg_project(request: pytest.FixtureRequest) -> Path:
    return Path("sql", request.param)


@pytest.fixture
def filled(pg_clone: Any) -> Iterator[tuple[Connection, SeedReport]]:
    with pg_clone.connect() as connection:
        yield connection, seed(connection, make_plan(catalog.read(connection), {}, scale=SCALE))


AGREE = {
    "ai_assistant": [
        "select count(*) from messages m join conversations c on c.id = m.conversation_id"
        " join users u on u.id = c.user_id where u.tenant_id <> c.tenant_id",
        "select count(*) from feedback f join users u on u.id = f.user_id join messages m on m.id = f.message_id"
        " join conversations c on c.id = m.conversation_id where c.tenant_id <> u.tenant_id",
        "select count(*) from messages m join conversations c on c.id = m.conversation_id where m.created_at < c.created_at",
        "select count(*) from conversations c join users u on u.id = c.user_id where c.created_at < u.created_at",
        "select count(*) from users where updated_at < created_at",
    ],
    "dream_flow": [
        "select count(*) from session_feedback f join sessions s on s.id = f.session_id where f.user_id <> s.user_id",
        "select count(*) from session_assets a join sessions s on s.id = a.session_id where a.created_at < s.created_at",
    ],
    "travel_booking": [
        "select count(*) from expenses e join trips t on t.id = e.trip_id where e.user_id <> t.user_id",
        "select count(*) from trips where end_date <= start_date",
        "select case when public.verify_audit_log_integrity() then 0 else 1 end",
    ],
    "sleep_prediction_cache": [
        "select count(*) from predictions p join sleep_contexts c on c.id = p.sleep_context_id where c.child_id <> p.child_id",
        "select count(*) from prediction_usage u join predictions p on p.id = u.prediction_id where u.child_id <> p.child_id",
        "select count(*) from sleep_sessions where end_time <= start_time",
    ],
    "advent_calendar": [
        "select count(*) from advent_calendar_v2 c join child_profile_v2 p on p.child_id = c.child_id"
        " where c.account_id <> p.account_id",
        "select count(*) from calendar_day_v2 d join advent_calendar_v2 c on c.calendar_id = d.calendar_id"
        " where c.account_id <> d.account_id",
    ],
}


def test_a_canonical_schema_is_filled_and_its_rows_agree(
    filled: tuple[Connection, SeedReport], pg_project: Path
) -> None:
    connection, report = filled
    for table in report.rows:
        found = connection.execute(f"select count(*) from {table}").fetchone()  # type: ignore[call-overload]
        assert found is not None
        assert found[0] > 0 or "legacy" in table.name, table
    assert not [note for note in report.notes if "refused:" in note]
    for query in AGREE[pg_project.name]:
        assert connection.execute(query).fetchone() == (0,), query  # type: ignore[arg-type]
