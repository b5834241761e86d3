"""The three questions of travel_booking's guide, without and with their optimisation, on the same rows in one run.

    python -m bench travel               2,000,000 rows of behaviour
    python bench/travel.py 200000        another size

Without: plain copies of the tables with nothing but their rows, and the answer computed when it is asked for. With: the
schema as it is, asked by the traveller under row-level security. The answers must be the same. Prints times, ratios and
plans, writes bench/results/travel.json, and fails if a ratio misses its bar.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgproof import project
from pgproof.conductor.bench import workbench
from pgproof.database import Connection, acting_as, connect

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results" / "travel.json"
ROWS = 2_000_000
ROWS_PER_USER = 100
REVIEWS_PER_USER = 10
REVIEWS_PER_HOTEL = 400
ASKED = 40  # travellers and hotels that are asked about with the optimisation; without, the first few of them
ASKED_WITHOUT = 5
QUARTER = "created_at >= '2026-04-01 00:00+00'"
WEEK = "created_at >= '2026-05-11 00:00+00' and created_at < '2026-05-18 00:00+00'"
PLAIN = (Path(__file__).with_name("travel_rows.sql")).read_bytes()


@dataclass(frozen=True)
class Question:
    """One question without and with the optimisation, the plan to show, how much faster it must be, and who asks."""

    name: str
    bar: float
    without: str
    with_: str
    planned: str
    role: str = "authenticated"


QUESTIONS = (
    Question(
        "persona look-up",
        100,
        "select private.persona_for(avg(private.budget_of(action_data)), count(*) filter (where action_type = 'booking'))"
        " from plain.user_behavior_log where user_id = %(user)s",
        "select public.calculate_traveler_persona(%(user)s)",
        "select s.persona_type from private.user_booking_stats as s where s.user_id = %(user)s",
    ),
    Question(
        "social proof",
        40,
        "select count(*)::integer, round(avg(o.rating), 2), round(avg(o.would_rebook::integer), 4),"
        " round(avg(private.trust_of(o.rating, o.would_rebook, o.expectation_exceeded)), 4)"
        " from plain.booking_outcomes as o join plain.traveler_personas as p on p.user_id = o.user_id"
        " where o.verified and o.hotel_identifier = %(hotel)s and p.persona_type = %(persona)s",
        "select total_bookings, avg_rating, rebook_rate, trust_score"
        " from public.get_hotel_social_proof(%(hotel)s, %(persona)s)",
        "select c.trust_score from public.social_proof_cache as c"
        " where c.hotel_identifier = %(hotel)s and c.persona_type = %(persona)s",
    ),
    Question(
        "behaviour analysis",
        25,
        "select action_type, count(*), count(distinct session_id), max(created_at) from plain.user_behavior_log"
        f" where user_id = %(user)s and {QUARTER} group by action_type order by action_type",
        "select action_type, count(*), count(distinct session_id), max(created_at) from public.user_behavior_log"
        f" where {QUARTER} group by action_type order by action_type",
        "select action_type, count(*), count(distinct session_id), max(created_at) from public.user_behavior_log"
        f" where user_id = %(user)s and {QUARTER} group by action_type order by action_type",
    ),
    Question(
        "behaviour analysis of everybody",
        25,
        "select created_at::date, count(*), count(distinct user_id) from plain.user_behavior_log"
        f" where action_type = 'booking' and {WEEK} group by 1 order by 1",
        "select created_at::date, count(*), count(distinct user_id) from public.user_behavior_log"
        f" where action_type = 'booking' and {WEEK} group by 1 order by 1",
        "select created_at::date, count(*), count(distinct user_id) from public.user_behavior_log"
        f" where action_type = 'booking' and {WEEK} group by 1 order by 1",
        role="service_role",
    ),
)


def fill(pg: Connection, rows: int) -> None:
    """Travellers, their behaviour over twelve months, their reviews; then the same rows in the schema `plain`."""
    users = max(rows // ROWS_PER_USER, 1)
    hotels = max(users * REVIEWS_PER_USER // REVIEWS_PER_HOTEL, 1)
    indexes = pg.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index as i"
        " where i.indrelid = 'public.user_behavior_log'::regclass and not i.indisprimary"
    ).fetchall()
    for name, _ in indexes:
        pg.execute(f"drop index {name}".encode())
    pg.execute("set session_replication_role = replica")
    for name, value in (("rows", rows), ("users", users), ("hotels", hotels)):
        pg.execute("select set_config(%s, %s, false)", (f"bench.{name}", str(value)))
    pg.execute(PLAIN)
    pg.execute("reset session_replication_role")
    for _, definition in indexes:
        pg.execute(definition.replace(" ON ONLY ", " ON ").encode())
    pg.execute("select public.refresh_analytics_views()")
    pg.execute("vacuum analyze")


def ask(pg: Connection, query: str, values: dict[str, Any]) -> tuple[float, list[tuple[Any, ...]]]:
    """Seconds that the answer takes, and the answer."""
    start = time.perf_counter()
    answer = pg.execute(query.encode(), values).fetchall()
    return time.perf_counter() - start, answer


def measure(pg: Connection, question: Question, whom: list[dict[str, Any]]) -> dict[str, float]:
    """The median seconds of each way; both must give the same answers."""
    without = [ask(pg, question.without, values) for values in whom[:ASKED_WITHOUT]]
    with_ = []
    for values in whom:
        with acting_as(pg, question.role, {"sub": str(values["user"])}):
            with_.append(ask(pg, question.with_, values))
    for values, (_, expected), (_, observed) in zip(whom, without, with_, strict=False):
        if expected != observed:
            raise SystemExit(
                f"{question.name} of {values}: {expected} without, {observed} with the optimisation"
            )
    return {"without": median(without), "with": median(with_)}


def median(asked: list[tuple[float, list[tuple[Any, ...]]]]) -> float:
    """The median of the seconds."""
    return statistics.median(seconds for seconds, _ in asked)


def plan(pg: Connection, query: str, values: dict[str, Any]) -> list[str]:
    """The plan of a query, executed, without what differs from run to run."""
    explain = f"explain (analyze, buffers off, costs off, timing off, summary off) {query}"
    return [line for (line,) in pg.execute(explain.encode(), values)]


def main(argv: list[str] | None = None) -> int:
    """Measure, print, write; 0 if the bars are met."""
    rows = int(argv[0]) if argv else ROWS
    loaded = project.load(ROOT / "sql" / "travel_booking")
    found: dict[str, dict[str, Any]] = {}
    with workbench(loaded, loaded.settings.server) as bench, connect(bench.clone().dsn) as pg:
        server = bench.session.server.version
        start = time.perf_counter()
        fill(pg, rows)
        print(
            f"  {rows:,} rows of behaviour, filled in {time.perf_counter() - start:.0f} s, PostgreSQL {server}"
        )
        whom = [
            {"user": user, "hotel": hotel, "persona": persona}
            for user, hotel, persona in pg.execute("select * from plain.asked limit %s", (ASKED,))
        ]
        for question in QUESTIONS:
            seconds = measure(pg, question, whom)
            plans = {
                "without": plan(pg, question.without, whom[0]),
                "with": plan(pg, question.planned, whom[0]),
            }
            ratio = seconds["without"] / seconds["with"]
            found[question.name] = {**seconds, "ratio": ratio, "bar": question.bar, "plans": plans}
            print(
                f"\n{question.name}: {seconds['without'] * 1000:.1f} ms without, {seconds['with'] * 1000:.3f} ms with,"
                f" {ratio:.0f}x as fast, at least {question.bar:.0f}x expected"
            )
            for way, lines in plans.items():
                print("\n".join([f"  {way}", *(f"    {line}" for line in lines)]))
    RESULTS.parent.mkdir(exist_ok=True)
    about = {"bench": "travel", "postgresql": server, "machine": platform.machine(), "rows": rows}
    RESULTS.write_text(
        json.dumps({**about, "questions": found}, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )
    return 0 if all(each["ratio"] >= each["bar"] for each in found.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
