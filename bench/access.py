"""Attempts per second against the same select and update checks written as plpgsql functions, one by one, in one run;
and how long a generated schema of 200 tables and 600 policies takes.

    python bench/access.py           # 200 tables
    python bench/access.py 50        # another size

Prints the figures, writes bench/results/access.json, and fails if a bar is missed.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from bench._measure import report, seconds
from pgproof import access, catalog, project
from pgproof.conductor.bench import workbench
from pgproof.database import Connection, connect

TABLES = 200
SECONDS = 60.0
MEGABYTES = 500
TIMES = 5.0
CHECKS = 2000

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
# What a test in the style of pgTAP does for one check: become somebody, run a statement, compare, say so, go back.
BY_HAND = """
create function public.check_by_hand(p_table text, p_user uuid, p_writes boolean) returns text language plpgsql as $$
declare
    found bigint;
begin
    perform set_config('request.jwt.claims', json_build_object('sub', p_user)::text, true);
    perform set_config('role', 'authenticated', true);
    begin
        if p_writes then
            execute format('update public.%I set title = title', p_table);
            get diagnostics found = row_count;
        else
            execute format('select count(*) from public.%I', p_table) into found;
        end if;
        raise exception using errcode = 'PGP00';
    exception when sqlstate 'PGP00' then
        null;
    end;
    perform set_config('role', 'none', true);
    return case when found = 3 then 'ok' else 'not ok' end || ' - ' || p_table;
end
$$;
"""


def generated(folder: Path, tables: int) -> None:
    """A project of that many tables with three policies each, its rows and its contract."""
    numbers = range(tables)
    (folder / "pgproof.toml").write_text('[project]\nname = "generated"\nplatform = "supabase"\n', "utf-8")
    (folder / "001_tables.sql").write_text("".join(TABLE.format(n=n) for n in numbers), "utf-8")
    (folder / "seed.sql").write_text(USERS + "".join(ROWS.format(n=n) for n in numbers), "utf-8")
    (folder / "access.toml").write_text(ACTOR + "".join(CELLS.format(n=n) for n in numbers), "utf-8")


def suite(pg: Connection, folder: Path) -> access.AccessReport:
    """One run of the whole suite; it must find nothing."""
    found = access.run(pg, access.read_contract(folder / "access.toml"), catalog.read(pg), lambda _: None)
    assert found.findings == (), found.findings[0]
    return found


def by_hand(pg: Connection) -> None:
    """The checks, each a statement of its own, as a test file sends them."""
    users = [row[0] for row in pg.execute("select id from auth.users").fetchall()]
    for number in range(CHECKS):
        user = users[number % len(users)]
        call = "select public.check_by_hand(%s, %s, %s)"
        row = pg.execute(call, (f"t{number % 20}", user, number % 2 == 1)).fetchone()
        assert row is not None
        assert row[0].startswith("ok"), row


def main() -> int:
    """Measure, report, and compare with the bars."""
    tables = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else TABLES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generated(folder, tables)
        with workbench(project.load(folder), "embedded") as bench, connect(bench.clone().dsn) as pg:
            pg.execute((folder / "seed.sql").read_bytes())
            pg.execute(BY_HAND.encode())
            slow = CHECKS / seconds(lambda: by_hand(pg))
            pg.execute("drop function public.check_by_hand(text, uuid, boolean)")
            start = time.perf_counter()
            found = suite(pg, folder)
            taken = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    fast = found.attempts / taken
    figures = {
        "tables": tables,
        "policies": tables * 3,
        "attempts": found.attempts,
        "seconds": round(taken, 2),
        "megabytes": round(memory),
        "attempts per second": round(fast),
        "checks by hand per second": round(slow),
        "times faster": round(fast / slow, 2),
    }
    report("access", figures)
    missed = taken > SECONDS or memory > MEGABYTES or fast / slow < TIMES
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
