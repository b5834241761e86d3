"""Promises about the cache: what is active, what is retired, what is served and how often."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from pgproof.database import Connection

from ...outcomes import accepted, refused
from ..oracle import Cache
from ..world import (
    Family,
    Sleep,
    active_predictions,
    add_sessions,
    find,
    insert_prediction,
    new_child,
    new_context,
    new_family,
    new_prediction,
    new_session,
    serve,
)


def check_database_equals_model(pg: Connection, model: Cache) -> None:
    """Contexts, predictions, usage and statistics are what the model says."""
    contexts = dict(pg.execute("select id, is_current from public.sleep_contexts"))
    assert contexts == {key: each.current for key, each in model.contexts.items()}
    predictions = {
        row[0]: row[1:] for row in pg.execute("select id, is_active, used_count from public.predictions")
    }
    assert predictions == {key: (each.active, len(each.served)) for key, each in model.predictions.items()}
    usage = dict(pg.execute("select id, prediction_id from public.prediction_usage"))
    assert usage == {key: of for of, each in model.predictions.items() for key in each.served}
    stats = {
        row[0]: row[1:]
        for row in pg.execute(
            "select child_id, total_predictions, active_predictions, total_usages, cache_hits, cache_misses,"
            " hit_percentage from public.prediction_cache_stats"
        )
    }
    assert stats == {child: model.stats(child) for child in model.children}
    strays = pg.execute(
        "select c.id from public.sleep_contexts as c left join public.sleep_sessions as s"
        " on s.child_id = c.child_id and s.id = c.last_sleep_session_id"
        " where c.last_sleep_session_id is not null and s.id is null"
    ).fetchall()
    assert strays == [], "a context names a last session that is not the child's"


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


def check_same_sleep_same_context(pg: Connection) -> None:
    """Asked twice, the same row; another child or another hash, another row; again as it was, the same row again."""
    family = new_family(pg)
    assert new_context(pg, family.child, family.sessions) == family.context
    other = new_family(pg)
    assert other.context != family.context
    assert new_context(pg, family.child, family.sessions, "otherwise") != family.context
    extra = new_session(pg, family.child, 60, 61)
    assert new_context(pg, family.child, [*family.sessions, extra], "one more") != family.context
    pg.execute("delete from public.sleep_sessions where id = %s", (extra,))
    assert new_context(pg, family.child, family.sessions) == family.context
    assert active_predictions(pg) == {other.prediction}
    again = new_prediction(pg, family.context)
    assert active_predictions(pg) == {other.prediction, again}


def check_contexts_are_of_the_child_s_own_finished_sleep(pg: Connection) -> None:
    """Nothing of another child, nothing that is gone, nothing left out that came since the first session."""
    ours, theirs = new_family(pg), new_family(pg)
    for sqlstate, sessions in (
        ("23503", [*ours.sessions, theirs.sessions[0]]),
        ("23503", [*ours.sessions, uuid4()]),
        ("40001", ours.sessions[:2]),
        ("40001", ours.sessions[::2]),
        ("23514", []),
    ):
        with refused(pg, sqlstate):
            new_context(pg, ours.child, sessions, str(sessions))
    with accepted("the last sessions are enough"):
        new_context(pg, ours.child, ours.sessions[1:], "the last two")


def check_a_prediction_rests_on_its_own_child_s_context(pg: Connection) -> None:
    """Not on another child's, and usage not on another child's prediction."""
    ours, theirs = new_family(pg), new_family(pg)
    pg.execute("update public.predictions set is_active = false")  # so that no unique key is in the way
    with refused(pg, "23503", "predictions_child_id_sleep_context_id_fkey"):
        insert_prediction(pg, ours.child, theirs.context, is_active=False)
    with refused(pg, "23503", "predictions_child_id_sleep_context_id_fkey"):
        pg.execute(
            "update public.predictions set sleep_context_id = %s where id = %s",
            (theirs.context, ours.prediction),
        )
    with refused(pg, "23503", "prediction_usage_child_id_prediction_id_fkey"):
        pg.execute(
            "insert into public.prediction_usage (child_id, prediction_id, was_from_cache) values (%s, %s, true)",
            (ours.child, theirs.prediction),
        )
    with refused(pg, "23503", "sleep_contexts_child_id_last_sleep_session_id_fkey"):
        pg.execute(
            "update public.sleep_contexts set last_sleep_session_id = %s where id = %s",
            (theirs.sessions[0], ours.context),
        )
        pg.execute("set constraints all immediate")


def check_a_context_has_one_active_prediction(pg: Connection) -> None:
    """The second answer to the same question is not saved, inserting it is refused, inactive ones are fine."""
    family = new_family(pg)
    assert new_prediction(pg, family.context) == family.prediction
    with refused(pg, "23505", "predictions_active_sleep_context_id_key"):
        insert_prediction(pg, family.child, family.context)
    retired = insert_prediction(pg, family.child, family.context, is_active=False)
    with refused(pg, "23505", "predictions_active_sleep_context_id_key"):
        pg.execute("update public.predictions set is_active = true where id = %s", (retired,))


def check_a_late_prediction_is_inactive(pg: Connection) -> None:
    """Sleep that changed while the model was thinking: the answer is kept and never served from the cache."""
    child = new_child(pg)
    context = new_context(pg, child, [new_session(pg, child)])
    new_session(pg, child, 40, 41)
    with accepted("a late prediction is kept"):
        late = [new_prediction(pg, context), insert_prediction(pg, child, context)]
        pg.execute("update public.predictions set is_active = true where id = any(%s)", (late,))
    assert active_predictions(pg) == set()
    assert pg.execute("select count(*) from public.predictions").fetchone() == (2,)


def check_served_is_counted(pg: Connection) -> None:
    """used_count and last_served_at follow the usage rows, however those are written."""
    family = new_family(pg)
    prediction = family.prediction

    def counted() -> object:
        row = pg.execute(
            "select used_count, last_served_at from public.predictions where id = %s", (prediction,)
        )
        return row.fetchone()

    (now,) = pg.execute("select now()").fetchone() or (None,)
    assert counted() == (1, now)
    serve(pg, prediction)
    pg.execute(
        "insert into public.prediction_usage (child_id, prediction_id, was_from_cache, served_at)"
        " select child_id, id, true, '2025-01-07' from public.predictions, generate_series(1, 3)"
    )
    assert counted() == (5, now)
    second = insert_prediction(pg, family.child, family.context, is_active=False)
    pg.execute(
        "update public.prediction_usage set prediction_id = %s where served_at = '2025-01-07'", (second,)
    )
    assert counted() == (2, now)
    pg.execute("delete from public.prediction_usage where prediction_id = %s", (prediction,))
    assert counted() == (0, now)
    assert pg.execute("select used_count from public.predictions where id = %s", (second,)).fetchone() == (3,)


def check_a_prediction_starts_uncounted(pg: Connection) -> None:
    """Whoever inserts one with a count of its own: there are no usage rows yet."""
    family = new_family(pg)
    pg.execute(
        "insert into public.predictions (child_id, sleep_context_id, llm_provider, is_active, used_count, last_served_at)"
        " values (%s, %s, 'openai', false, 7, now())",
        (family.child, family.context),
    )
    found = pg.execute(
        "select used_count, last_served_at from public.predictions where not is_active"
    ).fetchall()
    assert found == [(0, None)]


def check_unknown_predictions_are_not_served(pg: Connection) -> None:
    """Serving what is not there is an error and writes nothing."""
    with refused(pg, "P0002"):
        serve(pg, uuid4())
    assert pg.execute("select count(*) from public.prediction_usage").fetchone() == (0,)


def context_of(pg: Connection, key: UUID) -> tuple[Any, ...]:
    """What a context says of the sleep."""
    row = pg.execute(
        "select sessions_count, session_ids, last_sleep_session_id, child_age_months, total_sleep_hours,"
        " average_session_duration from public.sleep_contexts where id = %s",
        (key,),
    ).fetchone()
    assert row is not None
    return row


def check_a_context_sums_up_its_sessions(pg: Connection) -> None:
    """Count, order, last session, age, hours and minutes; what the parent says of a duration goes before the clock."""
    child = new_child(pg)
    keys = [uuid4() for _ in range(3)]
    add_sessions(
        pg,
        {
            keys[0]: Sleep(child, 44, None),
            keys[1]: Sleep(child, 20, 30),
            keys[2]: Sleep(child, 34, 36, minutes=45),
        },
    )
    count, order, last, age, hours, average = context_of(pg, new_context(pg, child, keys))
    assert (count, order, last, age) == (3, [keys[1], keys[2], keys[0]], keys[0], 6)
    assert (str(hours), str(average)) == ("10.75", "322.50")


def check_no_child_is_left_without_prediction(pg: Connection) -> None:
    """A birthday in another century and a sleep of months are odd, and no reason to fail."""
    child = new_child(pg, born=date(1925, 1, 1))
    key = uuid4()
    add_sessions(pg, {key: Sleep(child, 0, 10, minutes=2_147_483_647)})
    with accepted("a context is made of odd sleep"):
        context = new_context(pg, child, [key])
    _, _, _, age, hours, average = context_of(pg, context)
    assert (age, hours, int(average)) == (None, None, 2_147_483_647)
