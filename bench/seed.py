"""How fast rows are made, side by side in one run: against COPY of the very same rows, and against Faker loops.

python -m bench.seed [--rows 1000000] [--turns 3] [--memory]   (needs pgproof[rows])

Every time is the least of several turns, the contenders taking turns, so that a busy machine hurts all alike.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench._measure import report, seconds
from pgproof import catalog, database
from pgproof.conductor import bench
from pgproof.database import Connection, sql
from pgproof.rows.model.tables import TableName
from pgproof.rows.plan.make import make_plan
from pgproof.rows.seeding.seed import seed

ROOT = Path(__file__).parents[1]
LOOPED = 20_000  # rows of the Faker loops: they are slow, and their time per row does not change
TABLES, KEYS = 370, 770


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument(
        "--memory", action="store_true", help="also the peak memory at 100 thousand and 5 million rows"
    )
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    project, server = bench.load(ROOT / "sql" / "ai_assistant")
    with bench.workbench(project, server) as place:
        if options.peak:
            return peak(place, options.peak)
        against_copy(place, options.rows, options.turns)
        against_faker(place, options.turns)
        planning(place)
    if options.memory:
        memory()
    report("seed", FIGURES)
    return 0


@contextmanager
def fresh(place: bench.Workbench) -> Iterator[Connection]:
    with database.connect(place.clone().dsn) as connection:
        yield connection


FIGURES: dict[str, object] = {}


def say(what: str, value: str, bar: str) -> None:
    FIGURES[what] = f"{value} ({bar})" if bar else value


def against_copy(place: bench.Workbench, rows: int, turns: int) -> None:
    ours, ready = [], []
    files: list[tuple[sql.Composed, Path]] = []
    with tempfile.TemporaryDirectory(prefix="pgproof-bench-", dir="/var/tmp") as folder:
        for turn in range(turns):
            with fresh(place) as connection:
                plan = make_plan(catalog.read(connection), total=rows)
                ours.append(seconds(lambda: seed(connection, plan)))  # noqa: B023
                files = unload(connection, list(plan.counts), Path(folder)) if not turn else files
            with fresh(place) as connection:
                ready.append(seconds(lambda: load_ready(connection, files)))  # noqa: B023
    say(
        f"seed {rows:,} rows over ai_assistant",
        f"{min(ours):.1f} s",
        f"{rows / min(ours):,.0f} rows a second",
    )
    say("COPY of the same rows from ready files", f"{min(ready):.1f} s", "")
    say("ratio", f"{min(ours) / min(ready):.2f}", "bar: at most 1.6")


def unload(connection: Connection, tables: list[TableName], folder: Path) -> list[tuple[sql.Composed, Path]]:
    found = []
    for table in tables:
        columns = [c.name for c in catalog.read(connection).table(str(table)).columns if not c.generated]
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        relation, path = sql.Identifier(table.schema, table.name), folder / f"{table}.txt"
        query = sql.SQL("copy (select {} from {}) to stdout").format(names, relation)
        with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(query) as copy:
            for data in copy:
                file.write(data)
        found.append((sql.SQL("copy {} ({}) from stdin").format(relation, names), path))
    return found


def load_ready(connection: Connection, files: list[tuple[sql.Composed, Path]]) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        for statement, path in files:
            with path.open("rb") as file, cursor.copy(statement) as copy:
                while data := file.read(1 << 20):
                    copy.write(data)


USERS = ("id", "tenant_id", "auth_id", "email", "name", "role", "preferences", "created_at")


def faker_rows(tenant: Any, count: int) -> Iterator[tuple[Any, ...]]:
    """What a hand-written script does: everything of every row from Faker."""
    from faker import Faker

    faker = Faker("en_US")
    for number in range(count):
        yield (
            faker.uuid4(), tenant, faker.uuid4(), f"{number}{faker.email()}", faker.name(),
            faker.random_element(("admin", "user")), faker.json(num_rows=1),
            faker.date_time_between("-2y").isoformat(),
        )  # fmt: skip


def against_faker(place: bench.Workbench, turns: int) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, USERS))
    insert = sql.SQL("insert into public.users ({}) values ({})").format(
        names, sql.SQL(", ").join(sql.Placeholder() for _ in USERS)
    )
    copy_in = sql.SQL("copy public.users ({}) from stdin").format(names)

    def one_by_one(connection: Connection, tenant: Any) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(insert, faker_rows(tenant, LOOPED))

    def copied(connection: Connection, tenant: Any) -> None:
        with connection.transaction(), connection.cursor() as cursor, cursor.copy(copy_in) as copy:
            for row in faker_rows(tenant, LOOPED):
                copy.write_row(row)

    rates = {"executemany": 0.0, "COPY": 0.0, "ours": 0.0}
    for _ in range(turns):
        for name, work in (("executemany", one_by_one), ("COPY", copied)):
            with fresh(place) as connection:
                tenant = connection.execute(
                    "insert into public.tenants (name, slug) values ('a', 'a') returning id"
                )
                owner = (tenant.fetchone() or (None,))[0]
                rates[name] = max(rates[name], LOOPED / seconds(lambda: work(connection, owner)))  # noqa: B023
        with fresh(place) as connection:
            asked = dict.fromkeys(("conversations", "messages", "feedback", "usage_metrics"), 0)
            plan = make_plan(catalog.read(connection), rows={"tenants": 1000, "users": LOOPED * 10, **asked})
            rates["ours"] = max(rates["ours"], plan.total / seconds(lambda: seed(connection, plan)))  # noqa: B023
    say("Faker for every row, executemany", f"{rates['executemany']:,.0f} rows/s", "")
    say("Faker for every row, COPY", f"{rates['COPY']:,.0f} rows/s", "")
    say("seed, the same table", f"{rates['ours']:,.0f} rows/s", "")
    say("times executemany", f"{rates['ours'] / rates['executemany']:.0f}", "bar: at least 30")
    say("times COPY of Faker rows", f"{rates['ours'] / rates['COPY']:.0f}", "bar: at least 10")


def planning(place: bench.Workbench) -> None:
    with fresh(place) as connection:
        connection.execute(large_schema())  # type: ignore[call-overload]
        found = catalog.read(connection, ["large"])
        keys = sum(len(table.foreign_keys) for table in found.tables)
        least = min(seconds(lambda: make_plan(found, total=1_000_000)) for _ in range(3))
    say(f"plan {len(found.tables)} tables and {keys} foreign keys", f"{least:.2f} s", "bar: under 2 s")


def large_schema() -> str:
    """As many tables and foreign keys as the issue asks for; every table refers to a few before it."""
    lines = ["create schema large; create table large.t0 (id uuid primary key, name text not null)"]
    left = KEYS
    for number in range(1, TABLES):
        targets = sorted({number // 2, number // 3, max(0, number - 7)})[
            : 3 if left > 2 * (TABLES - number) else 2
        ]
        left -= len(targets)
        columns = [f"t{target}_id uuid not null references large.t{target} (id)" for target in targets]
        checks = "status text not null check (status in ('a', 'b')), low int, high int, check (low < high)"
        lines.append(f"create table large.t{number} (id uuid primary key, {checks}, {', '.join(columns)})")
    return "; ".join(lines)


def memory() -> None:
    for rows in (100_000, 5_000_000):
        run = subprocess.run(
            [sys.executable, "-m", "bench.seed", "--peak", str(rows)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        say(f"peak memory at {rows:,} rows", run.stdout.strip(), "bar: under 300 MB, flat")


def peak(place: bench.Workbench, rows: int) -> int:
    with fresh(place) as connection:
        seed(connection, make_plan(catalog.read(connection), total=rows))
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
