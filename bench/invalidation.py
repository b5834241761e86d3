"""One statement that inserts 10,000 sessions, with the invalidation trigger and without it, in one run.

    python -m bench invalidation

All sessions of one child, of a thousand children, and of ten thousand, each child with a current context and an active
prediction that the statement retires. With ten thousand, two rows are written anew for every session: beside the trigger
stand the same two updates by hand, which is the least that retiring costs. For comparison, the trigger that people write
first, one pass per row. Prints medians and ratios, writes bench/results/invalidation.json, and fails if a ratio exceeds
the bar.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from bench._measure import report, seconds
from pgproof import project
from pgproof.conductor.bench import workbench
from pgproof.database import Connection, connect

ROOT = Path(__file__).resolve().parents[1]
UNTRIGGERED = b"alter table public.sleep_sessions disable trigger invalidate_predictions_on_new_sleep"
# What is done to the database before the statement.
WAYS = {
    "no trigger": UNTRIGGERED,
    "trigger": b"",
    "updates by hand": UNTRIGGERED,
    "one pass per row": (ROOT / "fixtures/sleep_prediction_cache/bad/one_pass_per_row.sql").read_bytes(),
}
SESSIONS = 10_000
CHILDREN = (1, 1_000, 10_000)
ROUNDS = 7
BAR = 2.0

INSERT = """
insert into public.sleep_sessions (child_id, start_time, end_time, session_type)
select c.id, start, start + interval '1 minute', 'nap'
from generate_series(1, %(sessions)s) as n
cross join lateral (select '2025-01-01'::timestamptz + n * interval '1 minute') as s (start)
join pg_temp.some_children as c on c.number = n %% %(children)s
"""


# What the trigger does in the end, by somebody who knows that all sleep is new and locks nobody out.
BY_HAND = (
    b"update public.sleep_contexts set is_current = false where is_current",
    b"update public.predictions set is_active = false, updated_at = now() where is_active",
)


def fill(pg: Connection, children: int) -> None:
    """``children`` with three nights each, a context of them, and an active prediction that was served."""
    pg.execute(
        """
        with parent as (
            insert into public.users (telegram_user_id, first_name) values (1, 'Irina') returning id
        ), child as (
            insert into public.children (user_id, name)
            select parent.id, 'Child ' || n from parent, generate_series(1, %s) as n returning id
        )
        insert into public.sleep_sessions (child_id, start_time, end_time, session_type)
        select child.id, day, day + interval '9 hours', 'night'
        from child, generate_series('2024-12-01 20:00+00'::timestamptz, '2024-12-03 20:00+00', '1 day') as day
        """,
        (children,),
    )
    pg.execute(
        """
        with context as (
            insert into public.sleep_contexts (child_id, context_hash, sessions_count, session_ids)
            select s.child_id, 'three nights', 3, array_agg(s.id) from public.sleep_sessions as s group by s.child_id
            returning child_id, id
        )
        insert into public.predictions (child_id, sleep_context_id, llm_provider)
        select child_id, id, 'openai' from context
        """
    )
    pg.execute(
        "create temp table some_children as"
        " select row_number() over (order by id) - 1 as number, id from public.children"
    )
    pg.execute("analyze")


def timed(pg: Connection, children: int, way: str) -> float:
    """Seconds for the one statement, in a transaction that is undone; what comes before it is not on the clock."""

    def statements() -> None:
        pg.execute(INSERT.encode(), {"sessions": SESSIONS, "children": children})
        for update in BY_HAND if way == "updates by hand" else ():
            pg.execute(update)

    pg.execute(
        "vacuum public.sleep_sessions, public.sleep_contexts, public.predictions"
    )  # what the last one left
    with pg.transaction(force_rollback=True):
        pg.execute(WAYS[way])
        return seconds(statements)


def measure(dsn: str, children: int) -> dict[str, float]:
    """Median milliseconds of each way, taken in turns so that a busy moment hits all of them."""
    with connect(dsn) as pg:
        fill(pg, children)
        taken: dict[str, list[float]] = {name: [] for name in WAYS}
        for _ in range(ROUNDS):
            for name in WAYS:
                taken[name].append(timed(pg, children, name))
    return {name: round(1_000 * statistics.median(each), 1) for name, each in taken.items()}


def main() -> int:
    """Measure; the exit code says whether the bar is held."""
    loaded = project.load(ROOT / "sql" / "sleep_prediction_cache")
    figures: dict[str, object] = {"sessions": SESSIONS, "bar": BAR}
    worst = 0.0
    with workbench(loaded, loaded.settings.server) as bench:
        for children in CHILDREN:
            medians = measure(bench.clone().dsn, children)
            ratio = medians["trigger"] / medians["no trigger"]
            worst = max(worst, ratio)
            figures[f"{children} children"] = {
                "ms": medians,
                "trigger / no trigger": round(ratio, 2),
                "updates by hand / no trigger": round(medians["updates by hand"] / medians["no trigger"], 2),
                "one pass per row / trigger": round(medians["one pass per row"] / medians["trigger"], 1),
            }
    report("invalidation", {**figures, "held": worst <= BAR})
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
