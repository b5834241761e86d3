"""The contracts of the five schemas are kept, and each mistake of their specifications breaks them in the right place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof import access, catalog, database, psql
from pgproof.conductor import bench

ROOT = Path(__file__).parents[2]
SCHEMAS = ("advent_calendar", "ai_assistant", "dream_flow", "sleep_prediction_cache", "travel_booking")
Run = Callable[..., list[str]]

# schema, known-bad variant, what of the contract is tried, a finding that must be among those of the variant
MISTAKES = [
    (
        "ai_assistant",
        "colleagues_write_system_messages",
        "messages",
        "leak-insert: member on public.messages",
    ),
    ("ai_assistant", "name_capture", "messages", "access-error: member on public.messages"),
    (
        "ai_assistant",
        "conversation_moves_to_another_tenant",
        "conversations",
        "leak-becomes: member on public.conversations",
    ),
    (
        "ai_assistant",
        "feedback_moves_to_a_foreign_message",
        "feedback",
        "leak-becomes: member on public.feedback",
    ),
    (
        "ai_assistant",
        "usage_open_to_everyone",
        "usage_metrics",
        "leak-select: stranger on public.usage_metrics",
    ),
    (
        "ai_assistant",
        "today_with_owner_rights",
        "current_day_usage",
        "leak-select: member on public.current_day_usage",
    ),
    (
        "ai_assistant",
        "summary_shows_all_tenants",
        "monthly_usage_summary",
        "leak-select: member on public.monthly_usage_summary",
    ),
    (
        "ai_assistant",
        "anyone_bills",
        "increment_usage_metrics",
        "leak-call: member on public.increment_usage_metrics",
    ),
    ("ai_assistant", "deactivated_members_get_in", "tenants", "leak-select: deactivated on public.tenants"),
    ("ai_assistant", "members_make_themselves_admins", "users", "leak-column: member on public.users"),
    ("ai_assistant", "admins_of_every_tenant", "users", "leak-update: admin on public.users"),
    (
        "ai_assistant",
        "colleagues_locked_out",
        "conversations",
        "locked-out-select: member on public.conversations",
    ),
    (
        "sleep_prediction_cache",
        "rls_missing_on_children",
        "children",
        "leak-delete: parent on public.children",
    ),
    ("sleep_prediction_cache", "rls_missing_on_users", "users", "leak-select: parent on public.users"),
    (
        "sleep_prediction_cache",
        "claims_from_user_metadata",
        "children",
        "leak-select: stranger on public.children",
    ),
    (
        "sleep_prediction_cache",
        "sleep_of_any_child",
        "sleep_sessions",
        "leak-insert: parent on public.sleep_sessions",
    ),
    (
        "sleep_prediction_cache",
        "sleep_can_be_given_away",
        "sleep_sessions",
        "leak-becomes: parent on public.sleep_sessions",
    ),
    (
        "sleep_prediction_cache",
        "parents_write_predictions",
        "predictions",
        "leak-column: parent on public.predictions",
    ),
    (
        "sleep_prediction_cache",
        "children_locked_out",
        "children",
        "locked-out-select: parent on public.children",
    ),
    (
        "travel_booking",
        "partition_without_rls",
        "user_behavior_log",
        "leak-select: user on public.user_behavior_log_",
    ),
    ("travel_booking", "audit_log_for_its_users", "audit_log", "leak-select: user on public.audit_log"),
    (
        "travel_booking",
        "admin_by_user_metadata",
        "traveler_personas",
        "leak-select: stranger on public.traveler_personas",
    ),
    (
        "travel_booking",
        "verified_by_the_client",
        "booking_outcomes",
        "leak-column: user on public.booking_outcomes",
    ),
    (
        "travel_booking",
        "review_of_any_booking",
        "booking_outcomes",
        "leak-insert: user on public.booking_outcomes",
    ),
    ("travel_booking", "rewards_for_the_asking", "referrals", "leak-update: user on public.referrals"),
    (
        "travel_booking",
        "analytics_of_anybody",
        "get_user_analytics",
        "leak-returned: user on public.get_user_analytics",
    ),
    ("travel_booking", "profile_with_any_email", "users", "leak-insert: newcomer on public.users"),
    (
        "advent_calendar",
        "owner_compared_with_email",
        "account_v2",
        "locked-out-select: owner on public.account_v2",
    ),
    ("advent_calendar", "tokens_readable", "account_session", "leak-column: owner on public.account_session"),
    (
        "advent_calendar",
        "published_by_policy",
        "advent_calendar_v2",
        "leak-select: nobody on public.advent_calendar_v2",
    ),
    (
        "advent_calendar",
        "calendar_for_another_child",
        "advent_calendar_v2",
        "leak-insert: owner on public.advent_calendar_v2",
    ),
    (
        "advent_calendar",
        "unpublished_by_link",
        "published_calendar",
        "leak-returned: nobody on public.published_calendar",
    ),
    (
        "advent_calendar",
        "expiry_nobody_reads",
        "memory_fragment",
        "leak-select: owner on public.memory_fragment",
    ),
    ("advent_calendar", "rows_for_others", "memory_fragment", "leak-insert: owner on public.memory_fragment"),
    (
        "advent_calendar",
        "closed_account_is_served",
        "ensure_account",
        "leak-returned: closed on public.ensure_account",
    ),
    ("advent_calendar", "owners_choose_their_plan", "account_v2", "leak-column: owner on public.account_v2"),
    (
        "dream_flow",
        "feedback_on_any_session",
        "session_feedback",
        "leak-insert: user on public.session_feedback",
    ),
    (
        "dream_flow",
        "feedback_can_be_moved",
        "session_feedback",
        "leak-becomes: user on public.session_feedback",
    ),
    (
        "dream_flow",
        "anyone_recomputes",
        "recompute_user_streaks",
        "leak-call: nobody on public.recompute_user_streaks",
    ),
    (
        "dream_flow",
        "views_granted_to_users",
        "analytics_daily_active_users",
        "leak-select: user on public.analytics_daily_active_users",
    ),
    ("dream_flow", "assets_locked_out", "session_assets", "locked-out-select: user on public.session_assets"),
    ("dream_flow", "anybody_deletes", "rituals", "leak-delete: user on public.rituals"),
]
# What a variant breaks only from then on.
AFTERWARDS = {"partition_without_rls": "select public.create_monthly_partition('2026-03-01')"}

# The same intent in other words: schema, SQL, what of the contract is tried.
REWRITES = [
    (
        "ai_assistant",
        """
        drop policy select_member on public.conversations;
        create policy readers on public.conversations for select to authenticated using (
            exists (
                select from public.users as u
                where u.id = (select private.current_user_id()) and u.tenant_id = conversations.tenant_id
            )
        )
        """,
        ("conversations", "messages"),
    ),
    (
        "sleep_prediction_cache",
        """
        drop policy select_own on public.sleep_sessions;
        create policy readers on public.sleep_sessions for select to authenticated
        using (exists (select from public.children as c where c.id = sleep_sessions.child_id))
        """,
        ("sleep_sessions", "user_children_summary"),
    ),
    (
        "travel_booking",
        """
        drop policy select_own on public.payments;
        create policy readers on public.payments for select to authenticated
        using (auth.uid() is not null and user_id is not distinct from auth.uid())
        """,
        ("payments",),
    ),
    (
        "advent_calendar",
        """
        drop policy select_own on public.family_settings;
        create policy readers on public.family_settings for select to authenticated
        using (account_id in (select a.account_id from public.account_v2 as a))
        """,
        ("family_settings",),
    ),
    (
        "dream_flow",
        """
        drop policy select_own on public.session_assets;
        create policy readers on public.session_assets for select to authenticated
        using (session_id in (select s.id from public.sessions as s))
        """,
        ("session_assets",),
    ),
]


@pytest.fixture(scope="module")
def try_on(request: pytest.FixtureRequest) -> Iterator[Run]:
    """``try_on(schema, world, sql, names)``: the findings about ``names`` (all if none) after ``sql``."""
    server = request.config.getoption("--pgproof-server") or "embedded"
    with ExitStack() as stack:
        opened: dict[tuple[str, str], tuple[str, access.Contract]] = {}

        def try_on_(
            schema: str, world: str = "classic", sql: str = "", names: tuple[str, ...] = ()
        ) -> list[str]:
            if (schema, world) not in opened:
                opened[schema, world] = _populated(stack, schema, world, server)
            dsn, contract = opened[schema, world]
            with database.connect(dsn) as connection, database.rolled_back(connection):
                connection.execute(sql.encode())
                chosen = narrowed(contract, names) if names else contract
                report = access.run(connection, chosen, catalog.read(connection), lambda _: None)
            about = [each for each in report.findings if not names or each.rule != "not-covered"]
            assert report.attempts > 0
            return [f"{each.rule}: {each.subject}" for each in about]

        yield try_on_


def _populated(stack: ExitStack, schema: str, world: str, server: str) -> tuple[str, access.Contract]:
    """A database of the schema with everything that its contract needs, and the contract."""
    project, choice = bench.load(ROOT / "sql" / schema, {"server": server, "privileges": world})
    contract = access.read_contract(project.contract)
    opened = stack.enter_context(bench.workbench(project, choice))
    dsn = opened.clone().dsn
    scripts = [*project.seeds, *(project.contract.parent / each for each in contract.population)]
    psql.run(opened.session.server.psql, dsn, scripts, project.root)
    return dsn, contract


def narrowed(contract: access.Contract, names: tuple[str, ...]) -> access.Contract:
    """What the contract says of these relations and functions of the schema public, and nothing else."""
    kept = {f"public.{each}" for each in names}
    return replace(
        contract,
        relations={name: line for name, line in contract.relations.items() if name in kept},
        cells={place: cell for place, cell in contract.cells.items() if place[0] in kept},
        functions={name: rule for name, rule in contract.functions.items() if name in kept},
    )


@pytest.mark.parametrize("world", ["classic", "explicit"])
@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_contract_is_kept(try_on, schema, world):
    assert try_on(schema, world) == []


@pytest.mark.parametrize(("schema", "mistake", "name", "expected"), MISTAKES)
def test_the_contract_notices(try_on, schema, mistake, name, expected):
    sql = (ROOT / "fixtures" / schema / "bad" / f"{mistake}.sql").read_text("utf-8")
    found = try_on(schema, sql=f"{sql};{AFTERWARDS.get(mistake, '')}", names=(name,))
    assert [each for each in found if each.startswith(expected)], found


def test_a_token_of_the_client_tells_which_tokens_there_are(try_on):
    """Found by the contract: the token of a conversation was the client's to choose, and the key covers all families."""
    grant = "grant insert on table public.chat_session_v2 to authenticated"
    found = try_on("advent_calendar", sql=grant, names=("chat_session_v2",))
    assert "covert-unique: owner on public.chat_session_v2 by unique (session_token)" in found
    assert "leak-insert: owner on public.chat_session_v2" in found


@pytest.mark.parametrize(("schema", "sql", "names"), REWRITES, ids=[schema for schema, *_ in REWRITES])
def test_the_same_in_other_words_is_quiet(try_on, schema, sql, names):
    assert try_on(schema, sql=sql, names=names) == []
