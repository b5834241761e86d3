"""Promises about contexts: the same sleep is the same context, and a prediction rests on its own child's."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from pgproof.database import Connection

from ...outcomes import accepted, refused
from ..world import (
    Sleep,
    active_predictions,
    add_sessions,
    insert_prediction,
    new_child,
    new_context,
    new_family,
    new_prediction,
    new_session,
)


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
