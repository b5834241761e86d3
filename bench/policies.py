"""Five queries that the applications ask all the time, under row-level security and as superuser, in one run.

    python -m bench policies                    1,000, 100,000 and 1,000,000 rows
    python -m bench.policies 1000 100000        other sizes

Each query is asked by a member under the policies, and by a superuser with a WHERE that says the same. Both return the
same rows, in turns, on the same connections. Prints medians, ratios and the indexes that the plans use, writes
bench/results/policies.json, and fails if a ratio exceeds the bar, if it grows with the rows, or if a plan of a large
table reads all of it.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench._measure import report, seconds
from pgproof import project
from pgproof.conductor.bench import workbench
from pgproof.database import Connection, acting_as, connect

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 15
ASKED = 40  # times in a round
BAR = 1.3
LARGE = 100_000  # from here on, reading the whole table is a fault

# Rows are numbered, and a number is a key. Nothing is checked while they are loaded: it is not what is measured.
NUMBERED = "create function pg_temp.key(bigint) returns uuid language sql immutable as"
KEY = f"{NUMBERED} $body$ select lpad(to_hex($1), 32, '0')::uuid $body$"
AI = """
insert into public.tenants (id, name, slug) select pg_temp.key(n), 'Tenant', n::text
from generate_series(0, %(rows)s / 10000) as n;
insert into public.users (id, tenant_id, auth_id, email)
select pg_temp.key(n), pg_temp.key(n / 10), pg_temp.key(n), n || '@assistant.example'
from generate_series(0, %(rows)s / 1000 + 9) as n;
"""
CONVERSATIONS = """
insert into public.conversations (id, tenant_id, user_id, updated_at)
select pg_temp.key(n), pg_temp.key(n / (10 * {each})), pg_temp.key(n / {each}), now() - n * interval '1 minute'
from generate_series(0, %(rows)s / {part} - 1) as n;
"""
MESSAGES = """
insert into public.messages (conversation_id, role, content, created_at)
select pg_temp.key(n / 50), 'user', repeat('What shall we do today? ', 20), now() - n * interval '1 second'
from generate_series(0, %(rows)s - 1) as n;
"""
PREDICTIONS = """
insert into public.users (id, telegram_user_id, first_name)
select pg_temp.key(n), n, 'Irina' from generate_series(0, %(rows)s / 100) as n;
insert into public.children (id, user_id, name)
select pg_temp.key(n), pg_temp.key(n / 2), 'Mila' from generate_series(0, %(rows)s / 50) as n;
insert into public.predictions (child_id, sleep_context_id, llm_provider, summary, is_active)
select pg_temp.key(n / 50), pg_temp.key(n), 'openai', repeat('Asleep at eight. ', 10), true
from generate_series(0, %(rows)s - 1) as n;
"""
SESSIONS = """
insert into public.sessions (user_id, prompt, theme, story_text, created_at)
select pg_temp.key(n / 50), 'A fox', 'forest', repeat('Once upon a time. ', 100), now() - n * interval '1 minute'
from generate_series(0, %(rows)s - 1) as n;
"""
BOOKINGS = """
insert into public.bookings (user_id, hotel_identifier, check_in_date, check_out_date, total_price)
select pg_temp.key(n / 50), 'hotel-nile', date '2020-01-01' + (n %% 2000)::integer,
    date '2020-01-03' + (n %% 2000)::integer, 240
from generate_series(0, %(rows)s - 1) as n;
"""


@dataclass(frozen=True)
class Question:
    """A query: what an application asks, and the condition that a superuser has to add to get the same rows.

    ``claims`` are those of the member that all of it is about.
    """

    name: str
    schema: str
    table: str
    rows: str
    query: str
    condition: str
    claims: dict[str, Any]


ONE = "00000000-0000-0000-0000-000000000001"
QUESTIONS = (
    Question(
        "messages of a conversation",
        "ai_assistant",
        "messages",
        AI + CONVERSATIONS.format(each=20, part=50) + MESSAGES,
        "select id, role, content, created_at from public.messages where {condition}"
        f" and conversation_id = '{ONE}' order by created_at",
        "exists (select from public.conversations as c where c.id = messages.conversation_id"
        " and c.tenant_id = '00000000-0000-0000-0000-000000000000')",
        {"sub": ONE},
    ),
    Question(
        "list of conversations",
        "ai_assistant",
        "conversations",
        AI + CONVERSATIONS.format(each=1000, part=1),
        "select id, title, updated_at from public.conversations where {condition} and not is_archived"
        " order by updated_at desc limit 50",
        "tenant_id = '00000000-0000-0000-0000-000000000000'",
        {"sub": ONE},
    ),
    Question(
        "predictions of a child",
        "sleep_prediction_cache",
        "predictions",
        PREDICTIONS,
        "select id, next_bedtime, confidence, summary from public.predictions where {condition}"
        f" and child_id = '{ONE}' and is_active",
        "child_id = any(array['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001']::uuid[])",
        {"telegram_user_id": 0},
    ),
    Question(
        "sessions of a user",
        "dream_flow",
        "sessions",
        SESSIONS,
        "select id, theme, story_text, created_at from public.sessions where {condition}"
        " order by created_at desc limit 50",
        f"user_id = '{ONE}'",
        {"sub": ONE},
    ),
    Question(
        "bookings of a traveller",
        "travel_booking",
        "bookings",
        BOOKINGS,
        "select id, hotel_identifier, check_in_date, check_out_date, total_price, status from public.bookings"
        " where {condition} order by check_in_date desc",
        f"user_id = '{ONE}'",
        {"sub": ONE},
    ),
)


def fill(pg: Connection, question: Question, rows: int) -> None:
    """As many rows in the table that is asked, and what they lead to."""
    pg.execute(KEY)
    pg.execute("set session_replication_role = replica")
    for statement in question.rows.split(";\n"):
        if statement.strip():
            pg.execute(statement.encode(), {"rows": rows})
    pg.execute("set session_replication_role = origin")
    pg.execute("vacuum analyze")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def indexes(pg: Connection, question: Question, query: str) -> list[str]:
    """The indexes that a query reads the table by; ``whole table`` where it does without."""
    (found,) = pg.execute(f"explain (format json) {query}".encode()).fetchone() or ()
    parts = list(nodes(found[0]["Plan"]))
    whole = any(n["Node Type"] == "Seq Scan" and n["Relation Name"] == question.table for n in parts)
    return ["whole table"] if whole else sorted({n["Index Name"] for n in parts if "Index Name" in n})


def measure(dsn: str, question: Question, rows: int) -> dict[str, Any]:
    """Median microseconds of both ways, their ratio, and how the table is read under row-level security."""
    asked = question.query.format(condition="true")
    explicit = question.query.format(condition=question.condition)
    claims = {"role": "authenticated", **question.claims}
    with connect(dsn) as owner, connect(dsn) as member:
        fill(owner, question, rows)
        with acting_as(member, "authenticated", claims):
            assert owner.execute(explicit.encode()).fetchall() == member.execute(asked.encode()).fetchall()
            taken: dict[str, list[float]] = {"superuser": [], "policies": []}
            for number in range(ROUNDS * ASKED):
                turns = [("superuser", owner, explicit), ("policies", member, asked)]
                for name, pg, query in turns[:: 1 if number % 2 else -1]:
                    taken[name].append(
                        seconds(lambda pg=pg, query=query: pg.execute(query.encode()).fetchall())
                    )
            by = indexes(member, question, asked)
    medians = {name: statistics.median(each) for name, each in taken.items()}
    ratio = medians["policies"] / medians["superuser"]
    us = {name: round(1e6 * median) for name, median in medians.items()}
    return {"us": us, "ratio": round(ratio, 2), "reads": by}


def held(figures: dict[int, dict[str, Any]]) -> bool:
    """Whether the bar is held at every size, the ratio does not grow, and large tables are read by an index."""
    ratios = [each["ratio"] for each in figures.values()]
    by_index = all(each["reads"] != ["whole table"] for rows, each in figures.items() if rows >= LARGE)
    return max(ratios) <= BAR and ratios[-1] <= ratios[0] * 1.15 and by_index


def main(sizes: tuple[int, ...] = SIZES) -> int:
    """Measure; the exit code says whether every bar is held."""
    figures: dict[str, object] = {"bar": BAR}
    good = True
    for question in QUESTIONS:
        loaded = project.load(ROOT / "sql" / question.schema)
        with workbench(loaded, loaded.settings.server) as bench:
            found = {rows: measure(bench.clone().dsn, question, rows) for rows in sizes}
        good = good and held(found)
        figures[question.name] = {f"{rows} rows": each for rows, each in found.items()}
    report("policies", {**figures, "held": good})
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(tuple(map(int, sys.argv[1:])) or SIZES))
