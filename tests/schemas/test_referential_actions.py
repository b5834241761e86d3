"""Every foreign key's ON DELETE and ON UPDATE, as the catalog lists them; what is left is what the model says."""

from __future__ import annotations

import pytest

from .constraints.keys import schema_of
from .constraints.rules import RECORDED, SQL
from .constraints.worlds import Ground, check_key

KEYS = [
    (project, f"{table.qualified}.{key.name}")
    for project, recorded in RECORDED.items()
    for table in recorded.tables
    for key in table.foreign_keys
    if not key.inherited
]

# What triggers make of a deletion or a new key, beside the date in updated_at; by schema, with the reason.
BY_TRIGGERS: dict[str, dict[str, str]] = {
    "advent_calendar": {"refused: PT423": "a locked calendar stays as it is, whatever would change it"},
    "ai_assistant": {"public.usage_metrics": "the usage of a deleted member is added to that of the tenant"},
}

# Another action than the schema has, in place of it: schema, key, columns, parent, action.
MUTANTS = [
    (
        "dream_flow",
        "public.session_assets.session_assets_session_id_fkey",
        "session_id",
        "public.sessions",
        "",
    ),
    (
        "travel_booking",
        "public.referrals.referrals_referred_user_id_fkey",
        "referred_user_id",
        "public.users",
        "on delete cascade",
    ),
    (
        "travel_booking",
        "public.payments.payments_user_id_booking_id_fkey",
        "user_id, booking_id",
        "public.bookings (user_id, id)",
        "on delete set null (booking_id)",
    ),
    (
        "ai_assistant",
        "public.messages.messages_tenant_id_conversation_id_fkey",
        "tenant_id, conversation_id",
        "public.conversations (tenant_id, id)",
        "on delete cascade",
    ),
    (
        "ai_assistant",
        "public.feedback.feedback_message_id_fkey",
        "message_id",
        "public.messages",
        "on delete cascade on update cascade",
    ),
    (
        "sleep_prediction_cache",
        "public.sleep_contexts.sleep_contexts_child_id_last_sleep_session_id_fkey",
        "child_id, last_sleep_session_id",
        "public.sleep_sessions (child_id, id)",
        "on delete cascade",
    ),
]


@pytest.fixture(scope="module")
def pg_project(request):
    return SQL / request.param


@pytest.fixture
def ground(pg, plan):
    return Ground(pg, plan, schema_of(pg))


@pytest.mark.parametrize(("pg_project", "name"), KEYS, indirect=["pg_project"])
def test_what_its_actions_leave_is_what_the_model_says(ground, pg_project, name):
    (key,) = (each for each in ground.schema.keys if str(each) == name)
    check_key(ground, key, frozenset(BY_TRIGGERS.get(pg_project.name, ())))


def mutant(plan, pg, project, name, change):
    """The check of a foreign key after ``change`` of the database, which the model has not heard of."""
    ground = Ground(pg, plan, schema_of(pg))
    (key,) = (each for each in ground.schema.keys if str(each) == name)
    pg.execute(change.format(table=key.table, name=key.name))
    check_key(ground, key, frozenset(BY_TRIGGERS.get(project, ())))


@pytest.mark.parametrize(
    ("pg_project", "name", "columns", "parent", "actions"), MUTANTS, indirect=["pg_project"]
)
def test_it_turns_red_on_another_action(pg, plan, pg_project, name, columns, parent, actions):
    change = "alter table {table} drop constraint {name}, add constraint {name}"
    change += f" foreign key ({columns}) references {parent} {actions}"
    with pytest.raises(AssertionError):
        mutant(plan, pg, pg_project.name, name, change)
