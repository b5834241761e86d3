"""Attempts per second against pgTAP's on the same tables, in one run on one connection; how long a generated schema of
200 tables and 600 policies takes beside one of half the size, and the five canonical contracts together.

    python -m bench.access --pgtap pgtap--1.3.3.sql     # the file that pgTAP's extension is made of
    python -m bench.access 50                           # another size, pgTAP not compared

pgTAP is held against the whole suite, and against the suite doing nothing but the checks that pgTAP does.

Prints the figures, writes bench/results/access.json, and fails if a bar is missed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench._measure import report, seconds
from pgproof import access, catalog, project, psql
from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts import reading, statements
from pgproof.access.attempts.perform import install, performing, send
from pgproof.access.attempts.statements import Attempt
from pgproof.access.judging.judge import judge
from pgproof.access.world.survey import Survey
from pgproof.access.world.world import World, read_world
from pgproof.conductor.bench import workbench
from pgproof.database import Connection, connect, rolled_back, sql

ROOT = Path(__file__).resolve().parents[1]
TABLES = 200
SECONDS = 60.0
MEGABYTES = 500
TIMES = 5.0
FIVE_SECONDS = 15.0  # all five contracts, one world each
GROWTH = 2.4  # twice the tables may take that much longer
CHECKS = 6000
TURNS = 5  # medians of which are compared
UNMEASURED = "not measured, for want of --pgtap"

TABLE = """
create table public.t{n} (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid not null,
    title text not null default ''
);
alter table public.t{n} enable row level security;
revoke all on public.t{n} from anon, authenticated;
grant select, insert, update on public.t{n} to authenticated;
create policy select_own on public.t{n} for select to authenticated using (owner_id = (select auth.uid()));
create policy insert_own on public.t{n} for insert to authenticated with check (owner_id = (select auth.uid()));
create policy update_own on public.t{n} for update to authenticated using (owner_id = (select auth.uid()));
"""
ROWS = "insert into public.t{n} (owner_id, title) select id, 'a' from auth.users, generate_series(1, 3);\n"
USERS = "insert into auth.users (id) select gen_random_uuid() from generate_series(1, 3);\n"
ACTOR = """
[actors.user]
role = "authenticated"
each = "select id from auth.users order by id"
claims = { sub = ":id", role = "authenticated" }
"""
CELLS = """
[relations."public.t{n}"]
select.user = "owner_id = :id"
insert.user = "owner_id = :id"
update.user = "owner_id = :id"
"""
# One check as a pgTAP file has it: become somebody, hold the rows that a statement reaches against those expected.
CHECK = """
savepoint check_;
select set_config('request.jwt.claims', json_build_object('sub', {user})::text, true);
set local role authenticated;
with reached as ({query}) select is(array(select id from reached order by id), {expected}::uuid[], {said});
rollback to savepoint check_
"""
# The time is taken inside the run, so that neither psql's start nor the extension's creation counts.
PGTAP = """
begin;
create schema tap;
grant usage on schema tap to public;
set local search_path = tap, public;
set client_min_messages = warning;
{}
select * from no_plan();
grant all on all tables in schema pg_temp to public;
grant all on all sequences in schema pg_temp to public;
select 'clock ' || extract(epoch from clock_timestamp());
{};
select 'clock ' || extract(epoch from clock_timestamp());
rollback;
"""


def generated(folder: Path, tables: int) -> None:
    """A project of that many tables with three policies each, its rows and its contract."""
    numbers = range(tables)
    (folder / "pgproof.toml").write_text('[project]\nname = "generated"\nplatform = "supabase"\n', "utf-8")
    (folder / "001_tables.sql").write_text("".join(TABLE.format(n=n) for n in numbers), "utf-8")
    (folder / "seed.sql").write_text(USERS + "".join(ROWS.format(n=n) for n in numbers), "utf-8")
    (folder / "access.toml").write_text(ACTOR + "".join(CELLS.format(n=n) for n in numbers), "utf-8")


def alike(pg: Connection, folder: Path) -> float:
    """The checks of ``pgtap`` per second, made and judged as the suite does: what users read and update in a table.

    They are written down before the clock starts, as pgTAP's are in their file.
    """
    install(pg)
    world = read_world(pg, access.read_contract(folder / "access.toml"), catalog.read(pg))
    world.foresee()
    users = [each for each in world.actors if each.kind == "user"]
    surveyed = list(world.surveyed.values())[:20]
    once = [one for each in surveyed for user in users for one in _same(world, each, user)]
    made = once * (CHECKS // len(once))
    start = time.perf_counter()
    with performing(pg):
        for outcome in send(pg, made).arriving():
            label = outcome.attempt.relation
            expected = world.expected(outcome.attempt.actor, label)
            assert judge(outcome, expected, world.surveyed[label].rows) == []
    return len(made) / (time.perf_counter() - start)


def _same(world: World, surveyed: Survey, user: Actor) -> Iterator[Attempt]:
    observe = world.observation(world.expectations(user, [surveyed.subject.label]))
    assert observe is not None
    yield next(reading.reads(surveyed.subject, user, None))
    yield next(statements.updates(surveyed.subject, user, "title", sql.SQL("'touched'"), observe))


def five() -> float:
    """Seconds that the suites of the canonical contracts take, on databases that are ready."""
    taken = 0.0
    for folder in sorted(each.parent for each in ROOT.glob("sql/*/access.toml")):
        loaded = project.load(folder)
        contract = access.read_contract(loaded.contract)
        with workbench(loaded, "embedded") as bench, connect(dsn := bench.clone().dsn) as pg:
            scripts = [*loaded.seeds, *(folder / each for each in contract.population)]
            psql.run(bench.session.server.psql, dsn, scripts, folder)
            found = catalog.read(pg)
            start = time.perf_counter()
            access.run(pg, contract, found, lambda _: None)
            taken += time.perf_counter() - start
    return taken


def generated_run(folder: Path, tables: int) -> float:
    """Seconds that the suite takes on a generated schema."""
    generated(folder, tables)
    with workbench(project.load(folder), "embedded") as bench, connect(bench.clone().dsn) as pg:
        pg.execute((folder / "seed.sql").read_bytes())
        return seconds(lambda: suite(pg, folder))


def suite(pg: Connection, folder: Path) -> access.AccessReport:
    """One run of the whole suite; it must find nothing."""
    found = access.run(pg, access.read_contract(folder / "access.toml"), catalog.read(pg), lambda _: None)
    assert found.findings == (), found.findings[0]
    return found


def pgtap(psql: Path, dsn: str, extension: Path, tables: int) -> float:
    """Checks per second that pgTAP makes: what each user can read and update in each table, one file run by psql."""
    with connect(dsn) as pg, rolled_back(pg):
        checks = [each.as_string(pg) for each in _checks(pg, tables)]
    made = [checks[number % len(checks)] for number in range(CHECKS)]
    script = PGTAP.format(extension.read_text("utf-8").replace("@extschema@", "tap"), ";\n".join(made))
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [psql, "-X", "-A", "-t", "-q", "-d", dsn, "-f", file.name],
            capture_output=True,
            text=True,
            check=True,
        )
    lines = done.stdout.splitlines()
    assert sum(each.startswith("ok ") for each in lines) == CHECKS, done.stdout[:500] + done.stderr[:500]
    began, ended = (float(each.removeprefix("clock ")) for each in lines if each.startswith("clock "))
    return CHECKS / (ended - began)


def _checks(pg: Connection, tables: int) -> Iterator[sql.Composed]:
    for number in range(min(tables, 20)):
        table = sql.Identifier("public", f"t{number}")
        owned = sql.SQL("select owner_id, array_agg(id order by id) from {} group by owner_id").format(table)
        for user, expected in pg.execute(owned).fetchall():
            for text in ("select id from {}", "update {} set title = title returning id"):
                query = sql.SQL(text).format(table)
                yield sql.SQL(CHECK).format(
                    user=sql.Literal(user),
                    query=query,
                    expected=sql.Literal(expected),
                    said=sql.Literal(f"{user} in t{number}"),
                )


def main() -> int:
    """Measure, report, and compare with the bars."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("tables", type=int, nargs="?", default=TABLES)
    options.add_argument("--pgtap", type=Path, help="the file pgtap--VERSION.sql, to be compared with")
    chosen = options.parse_args()
    tables: int = chosen.tables
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as smaller:
        folder = Path(name)
        generated(folder, tables)
        with workbench(project.load(folder), "embedded") as bench, connect(dsn := bench.clone().dsn) as pg:
            pg.execute((folder / "seed.sql").read_bytes())
            turns = [
                (alike(pg, folder), pgtap(bench.session.server.psql, dsn, chosen.pgtap, tables))
                for _ in range(TURNS if chosen.pgtap else 0)
            ]
            start = time.perf_counter()
            found = suite(pg, folder)
            taken = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        half = generated_run(Path(smaller), tables // 2)
    fast, all_five = found.attempts / taken, five()
    ours, theirs, times = (
        median(each) if turns else None
        for each in ([o for o, _ in turns], [t for _, t in turns], [o / t for o, t in turns])
    )
    figures = {
        "tables": tables,
        "policies": tables * 3,
        "attempts": found.attempts,
        "seconds": round(taken, 2),
        "seconds for half the tables": round(half, 2),
        "megabytes": round(memory),
        "seconds for the five contracts": round(all_five, 2),
        "attempts per second": round(fast),
        "attempts per second, the same as pgTAP's": round(ours) if ours else UNMEASURED,
        "checks per second with pgTAP": round(theirs) if theirs else UNMEASURED,
        "times faster, the same checks": round(times, 2) if times else UNMEASURED,
        "times faster, all attempts": round(fast / theirs, 2) if theirs else UNMEASURED,
    }
    report("access", figures)
    slower = times is not None and times < TIMES
    missed = taken > SECONDS or memory > MEGABYTES or taken > half * GROWTH or all_five > FIVE_SECONDS
    return 1 if missed or slower else 0


if __name__ == "__main__":
    sys.exit(main())
