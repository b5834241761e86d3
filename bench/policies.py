"""Five queries that the applications ask all the time, under row-level security and as superuser, in one run.

    python -m bench policies                    1,000, 100,000 and 1,000,000 rows
    python -m bench.policies 1000 100000        other sizes

Each query is asked by a member under the policies, and by a superuser with a WHERE that says the same, from the same
claims: who is a member, and whose child is whose, is looked up in both. Beside it, and not judged, stands a WHERE with
what that look-up would have found. All return the same rows. They are asked in turns by one connection in one
transaction: two servers' processes, or one that commits after every query, differ by more than is measured here.
Statements are prepared, as by the API. Prints medians, the medians of the rounds' ratios and the indexes that the plans
use, writes bench/results/policies.json, and fails if a ratio exceeds the bar, if it grows with the rows, or if a plan
of a large table reads all of it.
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
ROUNDS = 40
ASKED = 30  # times in a round
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
insert into public.messages (tenant_id, conversation_id, role, content, created_at)
select pg_temp.key(n / 10000), pg_temp.key(n / 50), 'user', repeat('What shall we do today? ', 20), now() - n * interval '1 second'
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

    ``claims`` are those of the member that all of it is about; ``found`` is the condition where it needs no look-up.
    """

    name: str
    schema: str
    table: str
    rows: str
    query: str
    condition: str
    found: str
    claims: dict[str, Any]


NIL = "00000000-0000-0000-0000-000000000000"
ONE = "00000000-0000-0000-0000-000000000001"
OF_TENANT = (
    f"tenant_id = (select u.tenant_id from public.users as u where u.auth_id = '{ONE}' and u.is_active)"
)
QUESTIONS = (
    Question(
        "messages of a conversation",
        "ai_assistant",
        "messages",
        AI + CONVERSATIONS.format(each=20, part=50) + MESSAGES,
        "select id, role, content, created_at from public.messages where {condition}"
        f" and conversation_id = '{ONE}' order by created_at",
        OF_TENANT,
        f"tenant_id = '{NIL}'",
        {"sub": ONE},
    ),
    Question(
        "list of conversations",
        "ai_assistant",
        "conversations",
        AI + CONVERSATIONS.format(each=1000, part=1),
        "select id, title, updated_at from public.conversations where {condition} and not is_archived"
        " order by updated_at desc limit 50",
        OF_TENANT,
        f"tenant_id = '{NIL}'",
        {"sub": ONE},
    ),
    Question(
        "predictions of a child",
        "sleep_prediction_cache",
        "predictions",
        PREDICTIONS,
        "select id, next_bedtime, confidence, summary from public.predictions where {condition}"
        f" and child_id = '{ONE}' and is_active",
        "child_id in (select c.id from public.children as c inner join public.users as u on u.id = c.user_id"
        " where u.telegram_user_id = 0)",
        f"child_id = any(array['{NIL}', '{ONE}']::uuid[])",
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


def asked(pg: Connection, question: Question, condition: str) -> float:
    """Median seconds of a query that is asked a few times."""
    query = question.query.format(condition=condition).encode()
    return statistics.median(seconds(lambda: pg.execute(query).fetchall()) for _ in range(ASKED))


def rounds(pg: Connection, question: Question) -> Iterator[dict[str, float]]:
    """The seconds of every way to ask, round by round, in one order and then in the other; the first is not counted."""
    claims = {"role": "authenticated", **question.claims}
    ways = [("superuser", question.condition), ("found", question.found), ("policies", "true")]
    for number in range(ROUNDS + 1):
        taken = {}
        for name, condition in ways[:: 1 if number % 2 else -1]:
            with acting_as(pg, *(("authenticated", claims) if name == "policies" else ("none",))):
                taken[name] = asked(pg, question, condition)
        if number:
            yield taken


def measure(dsn: str, question: Question, rows: int) -> dict[str, Any]:
    """Median microseconds of each way, how many times the others the policies take, and how they read the table."""
    claims = {"role": "authenticated", **question.claims}
    plain, *same = (
        question.query.format(condition=each) for each in ("true", question.condition, question.found)
    )
    with connect(dsn) as owner:
        fill(owner, question, rows)
    with connect(dsn) as pg, pg.transaction():
        with acting_as(pg, "authenticated", claims):
            read = pg.execute(plain.encode()).fetchall()
            by = indexes(pg, question, plain)
        assert all(pg.execute(each.encode()).fetchall() == read != [] for each in same)
        taken = list(rounds(pg, question))
    us = {name: round(1e6 * statistics.median(each[name] for each in taken)) for name in taken[0]}
    ratio, to_found = (
        round(statistics.median(each["policies"] / each[name] for each in taken), 2)
        for name in ("superuser", "found")
    )
    return {"us": us, "ratio": ratio, "to found": to_found, "reads": by}


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
