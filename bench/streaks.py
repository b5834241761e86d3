"""`recompute_user_streaks()` against loops that do the same row by row, in one run on the same sessions.

    python bench/streaks.py            1,000, 10,000 and 100,000 users with 30 sessions each
    python bench/streaks.py 500 5000   other sizes

Prints the times and ratios, writes bench/results/streaks.json, and fails if the largest size misses the bar.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from pathlib import Path

from pgproof import project
from pgproof.conductor.bench import workbench
from pgproof.database import Connection, connect

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results" / "streaks.json"
SIZES = (1_000, 10_000, 100_000)
SESSIONS_PER_USER = 30
TODAY = "2024-06-30"
BAR = 20.0  # times faster than the loop that takes session by session
LINEAR = 1.5  # the time per session may grow by half at most from the second largest size to the largest
WAYS = {
    "set": "public.recompute_user_streaks",
    "row by row": "pg_temp.streaks_row_by_row",
    "day by day": "pg_temp.streaks_day_by_day",
    "cursor": "pg_temp.streaks_by_cursor",
}


def fill(pg: Connection, users: int) -> None:
    """`users` people with 30 sessions each within 60 days: some every evening, some now and then."""
    indexes = [row[0] for row in pg.execute(
        "select indexdef from pg_indexes where schemaname = 'public' and tablename = 'sessions'"
        " and indexname not in (select conname from pg_constraint)"
    )]  # fmt: skip
    pg.execute("set session_replication_role = replica")
    for definition in indexes:
        name = definition.removeprefix("CREATE INDEX ").split(" ")[0]
        pg.execute(f"drop index public.{name}".encode())
    pg.execute("truncate public.user_streaks, public.sessions, auth.users cascade")
    pg.execute("insert into auth.users (id) select gen_random_uuid() from generate_series(1, %s)", (users,))
    pg.execute("select setseed(0.5)")
    pg.execute(
        """
        insert into public.sessions (user_id, prompt, theme, story_text, created_at)
        select person.id, 'A story', 'sea', 'The sea turned over.',
            %s::date - number * (1 + person.place %% 3) * interval '16 hours' + random() * interval '20 hours'
        from (select u.id, row_number() over () as place from auth.users as u) as person
        cross join generate_series(1, %s) as numbers (number)
        """,
        (TODAY, SESSIONS_PER_USER),
    )
    for definition in indexes:
        pg.execute(definition.encode())
    pg.execute("reset session_replication_role")
    pg.execute("vacuum analyze public.sessions, auth.users")


def timed(pg: Connection, function: str) -> tuple[float, str]:
    """Seconds that a run takes on empty streaks, and a digest of what it stored."""
    pg.execute("truncate public.user_streaks")
    pg.execute("checkpoint")
    start = time.perf_counter()
    pg.execute(f"select count(*) from {function}(%s)".encode(), (TODAY,))
    seconds = time.perf_counter() - start
    digest = pg.execute(
        "select md5(string_agg(concat_ws(',', user_id, current_streak, longest_streak, last_session_date,"
        " streak_start_date), ';' order by user_id)) from public.user_streaks"
    ).fetchone()
    assert digest is not None
    return seconds, digest[0]


def measure(pg: Connection, users: int) -> dict[str, float]:
    """The median seconds of each way; all of them must store the same streaks."""
    fill(pg, users)
    repeats = 3 if users <= 10_000 else 1
    medians, digests = {}, set()
    for way, function in WAYS.items():
        runs = [timed(pg, function) for _ in range(repeats)]
        medians[way] = statistics.median(seconds for seconds, _ in runs)
        digests |= {digest for _, digest in runs}
    if len(digests) != 1:
        raise SystemExit(f"the ways disagree on the streaks of {users:,} users: {sorted(digests)}")
    return medians


def report(found: dict[int, dict[str, float]]) -> None:
    """Print a line per size: seconds of each way, and how much faster the set is."""
    print(f"{'users':>9} {'sessions':>10}" + "".join(f"{way:>20}" for way in WAYS))
    for users, seconds in found.items():
        cells = (f"{taken:>8.2f} s {taken / seconds['set']:>7.1f}x " for taken in seconds.values())
        print(f"{users:>9,} {users * SESSIONS_PER_USER:>10,} " + "".join(cells))


def main(sizes: list[int]) -> int:
    """Measure, print, write; 0 if the bars are met."""
    if len(set(sizes)) < 2:
        raise SystemExit(f"one size, {sizes[0]:,} users, says nothing about growth; give a second one")
    loaded = project.load(ROOT / "sql" / "dream_flow")
    with workbench(loaded, loaded.settings.server) as bench, connect(bench.clone().dsn) as pg:
        pg.execute((ROOT / "bench" / "streaks_by_loop.sql").read_bytes())
        server = bench.session.server.version
        found = {users: measure(pg, users) for users in sizes}
    report(found)
    smaller, largest = sorted(found)[-2:]
    ratio = found[largest]["row by row"] / found[largest]["set"]
    growth = (found[largest]["set"] / largest) / (found[smaller]["set"] / smaller)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps(
            {
                "bench": "streaks",
                "postgresql": server,
                "machine": platform.machine(),
                "sessions_per_user": SESSIONS_PER_USER,
                "seconds": found,
                "ratio_row_by_row": ratio,
                "bar": BAR,
                "growth_of_time_per_session": growth,
            },
            indent=2,
        )
        + "\n"
    )
    print(f"\nat {largest:,} users {ratio:.1f}x as fast as row by row, at least {BAR:.0f}x expected")
    print(f"a session takes {growth:.2f}x the time that it takes at {smaller:,}, at most {LINEAR}x expected")
    return 0 if ratio >= BAR and growth <= LINEAR else 1


if __name__ == "__main__":
    raise SystemExit(main([int(size) for size in sys.argv[1:]] or list(SIZES)))
