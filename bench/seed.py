"""How fast rows are made, side by side in one run: against COPY of the very same rows, and against Faker loops.

python -m bench.seed [--rows 1000000] [--turns 3] [--memory]   (needs pgproof[rows])

Every figure is the median of several turns in which the contenders follow each other, and every ratio the
median of the ratios of a turn, so that a busy machine hurts all alike.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench._handmade import COLUMNS, Script
from bench._measure import report, seconds
from pgproof import catalog, database
from pgproof.conductor import bench
from pgproof.database import Connection, sql
from pgproof.rows.model.tables import TableName
from pgproof.rows.plan.make import SeedPlan, make_plan
from pgproof.rows.seeding.load import blocks
from pgproof.rows.seeding.progress import silent
from pgproof.rows.seeding.seed import Seeding, seed
from pgproof.rows.values.forms import TEXT

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
    """Seed, generate without loading, and load the very same rows from files that are ready, in turns."""
    with tempfile.TemporaryDirectory(prefix="pgproof-bench-", dir="/var/tmp") as folder:
        with fresh(place) as connection:
            plan = make_plan(catalog.read(connection), total=rows)
            seed(connection, plan)
            files = {
                form: unload(connection, list(plan.counts), Path(folder), form) for form in ("text", "binary")
            }

        def in_new(work: Callable[[Connection], object]) -> float:
            with fresh(place) as connection:
                return seconds(lambda: work(connection))

        contenders: dict[str, Callable[[Connection], object]] = {
            "ours": lambda connection: seed(connection, plan),
            "made": lambda connection: generate(connection, plan),
            "text": lambda connection: load_ready(connection, files["text"]),
            "binary": lambda connection: load_ready(connection, files["binary"]),
        }
        taken = [{name: in_new(work) for name, work in contenders.items()} for _ in range(turns)]
    middle = {name: median(each[name] for each in taken) for name in contenders}
    say(
        f"seed {rows:,} rows over ai_assistant",
        f"{middle['ours']:.1f} s",
        f"{rows / middle['ours']:,.0f} rows a second",
    )
    say("generate the same rows and load nothing", f"{middle['made']:.1f} s", "")
    say("COPY of the same rows from ready files", f"{middle['text']:.1f} s", "")
    say(
        "seed, times that COPY",
        f"{median(each['ours'] / each['text'] for each in taken):.2f}",
        "bar: at most 1.6",
    )
    ratio = median(each["binary"] / each["text"] for each in taken)
    say("binary COPY from ready files, times text", f"{ratio:.2f}", "")


def generate(connection: Connection, plan: SeedPlan) -> None:
    """Make and encode every row, and give it to nobody."""
    world = Seeding(connection, plan, silent).prepare().world
    names = list(world.populations)
    for number, name in enumerate(names):
        population = world.populations[name]
        for _ in blocks(population, list(population.makers), TEXT) if name.schema else ():
            pass
        world.forget_all_but(names[number + 1 :])


def unload(
    connection: Connection, tables: list[TableName], folder: Path, form: str
) -> list[tuple[sql.Composed, Path]]:
    found = []
    tail = sql.SQL("with (format {})").format(sql.Identifier(form))
    for table in tables:
        columns = [c.name for c in catalog.read(connection).table(str(table)).columns if not c.generated]
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        relation, path = sql.Identifier(table.schema, table.name), folder / f"{table}.{form}"
        query = sql.SQL("copy (select {} from {}) to stdout {}").format(names, relation, tail)
        with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(query) as copy:
            for data in copy:
                file.write(data)
        found.append((sql.SQL("copy {} ({}) from stdin {}").format(relation, names, tail), path))
    return found


def load_ready(connection: Connection, files: list[tuple[sql.Composed, Path]]) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        for statement, path in files:
            with path.open("rb") as file, cursor.copy(statement) as copy:
                while data := file.read(1 << 20):
                    copy.write(data)


def by_hand(connection: Connection, counts: Mapping[str, int], copied: bool) -> None:
    """The hand-written script, its rows sent by COPY or by executemany, in one transaction."""
    script = Script()
    with connection.transaction(), connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            relation, names = (
                sql.Identifier("public", table),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
            )
            rows = script.rows(table, counts[table])
            if copied:
                with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(relation, names)) as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = sql.SQL(", ").join(sql.Placeholder() for _ in columns)
                insert = sql.SQL("insert into {} ({}) values ({})").format(relation, names, marks)
                cursor.executemany(insert, rows)


def against_faker(place: bench.Workbench, turns: int) -> None:
    """The table of people alone, which is what such scripts are written for, and then all tables."""
    with fresh(place) as connection:
        found = catalog.read(connection)
    others = dict.fromkeys(COLUMNS, 0)
    people = {**others, "tenants": LOOPED // 100, "users": LOOPED}
    times_faker(place, turns, "users", people, make_plan(found, rows={n: c * 10 for n, c in people.items()}))
    few = {name.name: count.rows for name, count in make_plan(found, total=LOOPED).counts.items()}
    times_faker(place, turns, "all tables", few, make_plan(found, total=LOOPED * 10))


def times_faker(
    place: bench.Workbench, turns: int, what: str, counts: Mapping[str, int], plan: SeedPlan
) -> None:
    """Rows a second in turns; a loop needs fewer rows than we do to show its rate."""
    total = sum(counts.values())
    contenders: dict[str, tuple[int, Callable[[Connection], object]]] = {
        "executemany": (total, lambda connection: by_hand(connection, counts, copied=False)),
        "COPY": (total, lambda connection: by_hand(connection, counts, copied=True)),
        "ours": (plan.total, lambda connection: seed(connection, plan)),
    }
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, (rows, work) in contenders.items():
            with fresh(place) as connection:
                rates[name].append(rows / seconds(lambda: work(connection)))  # noqa: B023
    say(f"{what}: seed", f"{median(rates['ours']):,.0f} rows/s", "")
    for name, bar in (("executemany", 30), ("COPY", 10)):
        ratio = median(ours / theirs for ours, theirs in zip(rates["ours"], rates[name], strict=True))
        say(f"{what}: Faker for every row, {name}", f"{median(rates[name]):,.0f} rows/s", "")
        say(
            f"{what}: seed, times Faker with {name}",
            f"{ratio:.0f}",
            f"bar: at least {bar}" if what == "users" else "",
        )


def planning(place: bench.Workbench) -> None:
    with fresh(place) as connection:
        connection.execute(large_schema())
        found = catalog.read(connection, ["large"])
        keys = sum(len(table.foreign_keys) for table in found.tables)
        took = median(seconds(lambda: make_plan(found, total=1_000_000)) for _ in range(3))
    say(f"plan {len(found.tables)} tables and {keys} foreign keys", f"{took:.2f} s", "bar: under 2 s")


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
