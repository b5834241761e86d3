"""Promises about predictions: which one may be served, and how often it was."""

from __future__ import annotations

from uuid import uuid4

from pgproof.database import Connection

from ...outcomes import accepted, refused
from ..world import (
    active_predictions,
    insert_prediction,
    new_child,
    new_context,
    new_family,
    new_prediction,
    new_session,
    serve,
)


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
