"""Whether a database is what the model of the state machine says."""

from __future__ import annotations

from pgproof.database import Connection

from ..oracle import Cache


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
