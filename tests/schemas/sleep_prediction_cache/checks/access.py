"""Promises about who reaches which rows: parents their own children's, the service role what it computes."""

from __future__ import annotations

from uuid import UUID

from pgproof.database import Claims, Connection, acting_as

from ...outcomes import accepted, refused, touched
from ..world import (
    Family,
    active_predictions,
    as_parent,
    as_service,
    as_visitor,
    find,
    new_child,
    new_context,
    new_family,
    new_prediction,
    new_session,
    serve,
)

CHILD_TABLES = ("sleep_sessions", "sleep_contexts", "predictions", "prediction_usage")
RELATIONS = ("users", "children", *CHILD_TABLES, "user_children_summary", "prediction_cache_stats")
# Claims of nobody: absent, as after a reset in a pooled session, malformed in every way, and of a stranger.
NOBODY: tuple[Claims, ...] = (
    None,
    "",
    "{",
    "null",
    "[]",
    '"telegram_user_id"',
    "700000001",
    "{}",
    '{"telegram_user_id": null}',
    '{"telegram_user_id": ""}',
    '{"telegram_user_id": "irina"}',
    '{"telegram_user_id": 1.5}',
    '{"telegram_user_id": 99999999999999999999}',
    '{"telegram_user_id": [1]}',
    {"telegram_user_id": -1},
    {"sub": "10000000-0000-4000-8000-000000000001"},
)


def parents_seen(pg: Connection, relation: str) -> set[UUID]:
    """Whose rows of ``relation`` the superuser or a reader sees."""
    if relation in ("users", "children", "user_children_summary"):
        owner = "id" if relation == "users" else "user_id"
        return {row[0] for row in pg.execute(f"select {owner} from public.{relation}".encode())}
    query = f"select c.user_id from public.{relation} as r join public.children as c on c.id = r.child_id"
    return {row[0] for row in pg.execute(query.encode())}


def count(pg: Connection, relation: str) -> int:
    """How many rows of ``relation`` can be seen."""
    row = pg.execute(f"select count(*) from public.{relation}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def check_parents_see_their_own_rows_only(pg: Connection) -> None:
    """In every table and view: the own rows, all of them, and nobody else's; the service role sees all."""
    ours, theirs = new_family(pg), new_family(pg)
    for relation in RELATIONS:
        own = count(pg, relation) // 2
        with as_parent(pg, ours.parent), accepted(f"a parent reads {relation}"):
            assert parents_seen(pg, relation) == {ours.parent.user}, relation
            assert count(pg, relation) == own, relation
        with as_service(pg):
            assert parents_seen(pg, relation) == {ours.parent.user, theirs.parent.user}, relation


def check_nobody_sees_anything(pg: Connection) -> None:
    """Claims that are absent, empty, malformed or of a stranger show nothing and raise nothing."""
    family = new_family(pg)
    forged = {"user_metadata": {"telegram_user_id": family.parent.telegram}}
    for claims in (*NOBODY, forged):
        with acting_as(pg, "authenticated", claims), accepted(f"claims {claims!r} raise nothing"):
            assert {relation: count(pg, relation) for relation in RELATIONS} == dict.fromkeys(RELATIONS, 0), (
                claims
            )


def check_a_claim_may_be_a_number_or_a_text(pg: Connection) -> None:
    """Telegram's number, as JSON writes it or as text."""
    family = new_family(pg)
    for claim in (family.parent.telegram, str(family.parent.telegram)):
        with acting_as(pg, "authenticated", {"telegram_user_id": claim}):
            assert parents_seen(pg, "children") == {family.parent.user}, claim


def check_visitors_are_refused_everywhere(pg: Connection) -> None:
    """Somebody who has not signed in has no privilege on anything."""
    new_family(pg)
    for relation in RELATIONS:
        with refused(pg, "42501"), as_visitor(pg):
            pg.execute(f"select from public.{relation}".encode())
    for table in ("users", "children", *CHILD_TABLES):
        for statement in (
            f"insert into public.{table} default values",
            f"update public.{table} set id = id",
            f"delete from public.{table}",
            f"truncate public.{table} cascade",
        ):
            with refused(pg, "42501"), as_visitor(pg):
                pg.execute(statement.encode())


def check_parents_write_their_own_children_s_sleep(pg: Connection) -> None:
    """Add, correct, move between own children and delete, blind or not; nothing of another family's."""
    ours, theirs = new_family(pg), new_family(pg)
    second = new_child(pg, ours.parent)
    with as_parent(pg, ours.parent), accepted("a parent keeps the book"):
        new_session(pg, ours.child, 60, 61)
        new_child(pg, ours.parent)
        move = "update public.sleep_sessions set child_id = %s where id = %s"
        assert touched(pg, move, (second, ours.sessions[0])) == 1
    for condition in ("", " where id is not null"):
        for change in (
            "update public.sleep_sessions set quality = 'good'",
            "delete from public.sleep_sessions",
        ):
            with pg.transaction(force_rollback=True):
                with as_parent(pg, ours.parent):
                    assert touched(pg, change + condition) == 4, change + condition
                kept = pg.execute("select count(*) from public.sleep_sessions where quality is null")
                assert kept.fetchone() == (3,), change + condition
                assert parents_seen(pg, "sleep_sessions") >= {theirs.parent.user}
    for insert in (
        lambda: new_session(pg, theirs.child),
        lambda: new_child(pg, theirs.parent),
    ):
        with refused(pg, "42501"), as_parent(pg, ours.parent):
            insert()


def check_nothing_is_given_away_or_taken(pg: Connection) -> None:
    """No update makes a row somebody else's, with or without a condition that reads the row."""
    ours, theirs = new_family(pg), new_family(pg)
    for table, column, value in (
        ("users", "telegram_user_id", 5),
        ("children", "user_id", theirs.parent.user),
        ("sleep_sessions", "child_id", theirs.child),
    ):
        for condition in ("", " where id is not null"):
            statement = f"update public.{table} set {column} = %s{condition}"
            with pg.transaction(force_rollback=True):
                with as_parent(pg, ours.parent):
                    moved = touched(pg, statement, (value,))
                assert moved == 0, statement


def check_accounts_are_not_the_parents_to_make_or_close(pg: Connection) -> None:
    """A parent edits the own account and makes or deletes none."""
    family = new_family(pg)
    with as_parent(pg, family.parent), accepted("a parent edits the own account"):
        assert touched(pg, "update public.users set custom_name = 'Mama'") == 1
        assert touched(pg, "delete from public.users") == 0
        insert = "insert into public.users (telegram_user_id, first_name) values (5, 'x')"
        assert touched(pg, insert) == 0


def check_the_cache_is_written_by_the_service_role(pg: Connection) -> None:
    """Parents write no context, prediction or usage, of their own child neither; the service role does."""
    ours = new_family(pg)
    for statement in (
        "update public.predictions set is_active = false",
        "update public.predictions set summary = 'x'",
        "update public.predictions set used_count = 0",
        "delete from public.predictions",
        "update public.sleep_contexts set is_current = true",
        "delete from public.sleep_contexts",
        "update public.prediction_usage set was_from_cache = true",
        "delete from public.prediction_usage",
    ):
        with as_parent(pg, ours.parent):
            assert touched(pg, statement) == 0, statement
    for insert in (
        "sleep_contexts (child_id, context_hash, sessions_count) values (%(child)s, 'x', 1)",
        "predictions (child_id, sleep_context_id, llm_provider, is_active) values (%(child)s, %(context)s, 'x', false)",
        "prediction_usage (child_id, prediction_id, was_from_cache) values (%(child)s, %(prediction)s, true)",
    ):
        values = {"child": ours.child, "context": ours.context, "prediction": ours.prediction}
        statement = f"insert into public.{insert}"
        with refused(pg, "42501"), as_parent(pg, ours.parent):
            pg.execute(statement.encode(), values)
        with as_service(pg), accepted(f"the service role may {statement}"):
            pg.execute(statement.encode(), values)


def check_parents_give_feedback_on_their_own_child_s_predictions(pg: Connection) -> None:
    """What they think and a note, on theirs and on no other."""
    ours, theirs = new_family(pg), new_family(pg)
    for condition in ("", " where id is not null"):
        statement = (
            f"update public.predictions set user_feedback = 'helpful', feedback_notes = 'slept'{condition}"
        )
        with pg.transaction(force_rollback=True):
            with as_parent(pg, ours.parent):
                assert touched(pg, statement) == 1, statement
            rated = pg.execute("select id from public.predictions where user_feedback is not null").fetchall()
            assert rated == [(ours.prediction,)], (statement, theirs.prediction)


def check_functions_are_for_the_service_role(pg: Connection) -> None:
    """Neither parents nor visitors call what the prediction service calls; the service role does."""
    ours = new_family(pg)
    calls = (
        lambda: find(pg, ours.child),
        lambda: new_context(pg, ours.child, ours.sessions),
        lambda: new_prediction(pg, ours.context),
        lambda: serve(pg, ours.prediction),
    )
    for call in calls:
        for actor in (as_parent(pg, ours.parent), as_visitor(pg)):
            with refused(pg, "42501"), actor:
                call()
        with as_service(pg), accepted("the service role calls it"):
            call()


def check_the_count_is_nobody_s_to_write(pg: Connection) -> None:
    """Not even the service role sets used_count; it serves, and the count follows."""
    ours = new_family(pg)
    with as_service(pg):
        assert touched(pg, "update public.predictions set used_count = 7") == 0
        assert touched(pg, "update public.predictions set last_served_at = now()") == 0
        assert touched(pg, "update public.predictions set summary = 'soon', is_active = false") == 1
    with as_service(pg), accepted("the service role serves"):
        serve(pg, ours.prediction)


def check_a_parent_s_change_retires_predictions(pg: Connection) -> None:
    """Written by a parent, who may not write predictions, a session retires them all the same."""
    ours = new_family(pg)
    for change in changes(ours):
        with pg.transaction(force_rollback=True):
            with as_parent(pg, ours.parent), accepted("a parent changes sleep"):
                assert touched(pg, change) > 0, change
            assert active_predictions(pg) == set(), change


def changes(family: Family) -> tuple[str, ...]:
    """What a parent does to the sleep of a child."""
    return (
        "insert into public.sleep_sessions (child_id, start_time, session_type)"
        f" values ('{family.child}', '2025-01-09', 'nap')",
        "update public.sleep_sessions set quality = 'poor'",
        "delete from public.sleep_sessions",
    )
