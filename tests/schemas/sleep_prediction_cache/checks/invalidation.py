"""Promises about what a change of sleep retires, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pgproof.database import Connection

from ...outcomes import accepted
from ..world import (
    Family,
    active_predictions,
    find,
    new_child,
    new_context,
    new_family,
    new_prediction,
    new_session,
)

# What may happen to the sleep of one child, given its family and another one: a statement and its values.
Change = Callable[[Family, Family], tuple[str, tuple[object, ...]]]
UPDATE = "update public.sleep_sessions set "
STALE: dict[str, Change] = {
    "a session is added": lambda family, _: (
        "insert into public.sleep_sessions (child_id, start_time, session_type) values (%s, '2025-01-09', 'nap')",
        (family.child,),
    ),
    "an old session is added": lambda family, _: (
        "insert into public.sleep_sessions (child_id, start_time, session_type) values (%s, '2024-01-09', 'nap')",
        (family.child,),
    ),
    "a session ends later": lambda family, _: (
        UPDATE + "end_time = end_time + interval '1 minute' where id = %s",
        (family.sessions[2],),
    ),
    "a session starts earlier": lambda family, _: (
        UPDATE + "start_time = start_time - interval '1 minute' where id = %s",
        (family.sessions[0],),
    ),
    "a duration is corrected": lambda family, _: (
        UPDATE + "duration_minutes = 9 where id = %s",
        (family.sessions[1],),
    ),
    "a quality is corrected": lambda family, _: (
        UPDATE + "quality = 'poor' where id = %s",
        (family.sessions[0],),
    ),
    "a night was a nap": lambda family, _: (
        UPDATE + "session_type = 'nap' where id = %s",
        (family.sessions[0],),
    ),
    "a session no longer counts": lambda family, _: (
        UPDATE + "is_active = false where id = %s",
        (family.sessions[1],),
    ),
    "a session is deleted": lambda family, _: (
        "delete from public.sleep_sessions where id = %s",
        (family.sessions[0],),
    ),
    "all sessions are deleted": lambda family, _: (
        "delete from public.sleep_sessions where child_id = %s",
        (family.child,),
    ),
}
FRESH: dict[str, Change] = {
    "nothing is changed": lambda family, _: (UPDATE + "quality = quality, updated_at = now()", ()),
    "no row is changed": lambda family, _: (UPDATE + "quality = 'good' where false", ()),
    "no row is added": lambda family, _: (
        "insert into public.sleep_sessions (child_id, start_time, session_type) select id, now(), 'nap'"
        " from public.children where false",
        (),
    ),
    "the child gets a name": lambda family, _: (
        "update public.children set name = 'Mia' where id = %s",
        (family.child,),
    ),
}


def check_a_change_of_sleep_retires_what_rests_on_it(pg: Connection) -> None:
    """Each kind of change makes the child's prediction inactive and leaves the other child's active."""
    ours, theirs = new_family(pg), new_family(pg)
    for what, change in STALE.items():
        with pg.transaction(force_rollback=True):
            pg.execute(change(ours, theirs)[0].encode(), change(ours, theirs)[1])
            assert active_predictions(pg) == {theirs.prediction}, what
            assert find(pg, ours.child) == [], what


def check_what_changes_nothing_retires_nothing(pg: Connection) -> None:
    """An update that writes what was there, or no row at all, leaves every prediction active."""
    ours, theirs = new_family(pg), new_family(pg)
    for what, change in FRESH.items():
        with pg.transaction(force_rollback=True):
            pg.execute(change(ours, theirs)[0].encode(), change(ours, theirs)[1])
            assert active_predictions(pg) == {ours.prediction, theirs.prediction}, what


def check_a_moved_session_concerns_both_children(pg: Connection) -> None:
    """The child it leaves and the child it comes to; a third one keeps its prediction."""
    ours, theirs, others = new_family(pg), new_family(pg), new_family(pg)
    with accepted("a session can move to another child"):
        pg.execute(
            "update public.sleep_sessions set child_id = %s where id = %s", (theirs.child, ours.sessions[2])
        )
        pg.execute("set constraints all immediate")
    assert active_predictions(pg) == {others.prediction}
    last = "select last_sleep_session_id from public.sleep_contexts where id = %s"
    assert pg.execute(last, (ours.context,)).fetchone() == (None,)
    assert pg.execute(last, (theirs.context,)).fetchone() == (theirs.sessions[2],)


def check_sleep_that_ends_is_news(pg: Connection) -> None:
    """A context without the sleep that was still going on is stale once that has ended."""
    child = new_child(pg)
    night, asleep = new_session(pg, child, 20, 30), new_session(pg, child, 40, None)
    prediction = new_prediction(pg, new_context(pg, child, [night]))
    assert active_predictions(pg) == {prediction}
    pg.execute(
        "update public.sleep_sessions set end_time = start_time + interval '1 hour' where id = %s", (asleep,)
    )
    assert active_predictions(pg) == set()


def check_what_was_before_the_first_session_concerns_nobody(pg: Connection) -> None:
    """A context of the last two sessions does not mind a correction of the one before them."""
    child = new_child(pg)
    old, *recent = (
        new_session(pg, child, 0, 10),
        new_session(pg, child, 20, 30),
        new_session(pg, child, 34, 36),
    )
    prediction = new_prediction(pg, new_context(pg, child, recent))
    pg.execute("update public.sleep_sessions set quality = 'poor' where id = %s", (old,))
    assert active_predictions(pg) == {prediction}
    pg.execute("delete from public.sleep_sessions where id = %s", (old,))
    assert active_predictions(pg) == {prediction}


def check_one_statement_is_one_pass(pg: Connection) -> None:
    """A thousand sessions, or a thousand usages, in one statement call each trigger once."""
    family = new_family(pg)
    values: dict[str, Any] = {"child": family.child, "prediction": family.prediction}
    statements = {
        "insert into public.sleep_sessions (child_id, start_time, session_type)"
        " select %(child)s, '2025-01-01'::timestamptz + n * interval '1 minute', 'nap' from generate_series(1, 1000) as n": 1000,
        "update public.sleep_sessions set quality = 'good' where child_id = %(child)s": 1003,
        "insert into public.prediction_usage (child_id, prediction_id, was_from_cache)"
        " select %(child)s, %(prediction)s, true from generate_series(1, 1000)": 1000,
        "delete from public.prediction_usage where child_id = %(child)s": 1001,
        "delete from public.sleep_sessions where child_id = %(child)s": 1003,
    }
    for statement, rows in statements.items():
        (plan,) = pg.execute(f"explain (analyze, format json) {statement}".encode(), values).fetchone() or (
            "[]",
        )
        (explained,) = plan if isinstance(plan, list) else json.loads(plan)
        calls = {
            each["Trigger Name"]: each["Calls"]
            for each in explained["Triggers"]
            if "Constraint Name" not in each
        }
        passes = {name: count for name, count in calls.items() if "updated_at" not in name}
        assert passes, statement
        assert set(passes.values()) == {1}, (statement, rows, passes)


def check_a_child_can_go_with_everything_about_it(pg: Connection) -> None:
    """Sessions, contexts, predictions and usage go along; those of other children stay."""
    ours, theirs = new_family(pg), new_family(pg)
    with accepted("a child can be deleted"):
        pg.execute("delete from public.children where id = %s", (ours.child,))
        pg.execute("set constraints all immediate")
    for table in ("sleep_sessions", "sleep_contexts", "predictions", "prediction_usage"):
        left = {row[0] for row in pg.execute(f"select child_id from public.{table}".encode())}
        assert left == {theirs.child}, table
    with accepted("a parent can be deleted"):
        pg.execute("delete from public.users where id = %s", (theirs.parent.user,))
