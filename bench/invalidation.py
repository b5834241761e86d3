"""One statement that inserts 10,000 sessions, with the invalidation trigger and without it, in one run.

    python -m bench invalidation

All sessions of one child, of a thousand children, and of ten thousand, each child with a current context and an active
prediction that the statement retires. The last has no bar: there, two rows are retired for every session, and writing
them is most of the time. For comparison, the trigger that people write first, one pass per row. Prints medians and
ratios, writes bench/results/invalidation.json, and fails if a ratio exceeds its bar.
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
# What is done to the database before the statement.
WAYS = {
    "no trigger": b"alter table public.sleep_sessions disable trigger invalidate_predictions_on_new_sleep",
    "trigger": b"",
    "one pass per row": (ROOT / "fixtures/sleep_prediction_cache/bad/one_pass_per_row.sql").read_bytes(),
}
SESSIONS = 10_000
CHILDREN = (1, 1_000, 10_000)
BARRED = (1, 1_000)
ROUNDS = 7
BAR = 2.0

INSERT = """
insert into public.sleep_sessions (child_id, start_time, end_time, session_type)
select c.id, start, start + interval '1 minute', 'nap'
from generate_series(1, %(sessions)s) as n
cross join lateral (select '2025-01-01'::timestamptz + n * interval '1 minute') as s (start)
join pg_temp.some_children as c on c.number = n %% %(children)s
"""


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


def timed(pg: Connection, children: int, beforehand: bytes) -> float:
    """Seconds for the one statement, in a transaction that is undone; what comes before it is not on the clock."""
    pg.execute(
        "vacuum public.sleep_sessions, public.sleep_contexts, public.predictions"
    )  # what the last one left
    with pg.transaction(force_rollback=True):
        pg.execute(beforehand)
        return seconds(lambda: pg.execute(INSERT.encode(), {"sessions": SESSIONS, "children": children}))


def measure(dsn: str, children: int) -> dict[str, float]:
    """Median milliseconds of each way, taken in turns so that a busy moment hits all of them."""
    with connect(dsn) as pg:
        fill(pg, children)
        taken: dict[str, list[float]] = {name: [] for name in WAYS}
        for _ in range(ROUNDS):
            for name, beforehand in WAYS.items():
                taken[name].append(timed(pg, children, beforehand))
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
            worst = max(worst, ratio if children in BARRED else 0)
            figures[f"{children} children"] = {
                "ms": medians,
                "trigger / no trigger": round(ratio, 2),
                "one pass per row / trigger": round(medians["one pass per row"] / medians["trigger"], 1),
            }
    report("invalidation", {**figures, "held": worst <= BAR})
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
