"""Files hold the very rows that the database would get, and psql loads them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.rows.conftest import digest, nasty

from pgproof import catalog
from pgproof.database import Connection
from pgproof.errors import UsageError
from pgproof.rows.model.tables import TableName
from pgproof.rows.plan.make import make_plan
from pgproof.rows.seeding.look import write
from pgproof.rows.seeding.progress import Step
from pgproof.rows.seeding.seed import SeedReport, seed

Fill = Callable[..., SeedReport]


def contents(db: Connection) -> dict[str, str]:
    tables = db.execute("select relname::text from pg_class where relkind in ('r', 'p') and not relispartition"
                        " and relnamespace = 'public'::regnamespace order by 1").fetchall()  # fmt: skip
    return {name: digest_sorted(db, name) for (name,) in tables}


def digest_sorted(db: Connection, name: str) -> str:
    row = db.execute(
        f"select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) from {name} t"
    ).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize("name", ["cycles", "tenant_keys", "types", "partitions", "checks", "partial_keys"])
def test_psql_loads_what_the_database_would_have_got(
    name: str, db: Connection, pg_clone: Any, pg_server: Any, tmp_path: Path
) -> None:
    db.execute(nasty(name))  # type: ignore[arg-type]
    plan = make_plan(catalog.read(db), {}, scale=3)
    report = write(db, plan, tmp_path / "out")
    assert set(contents(db).values()) == {"d41d8cd98f00b204e9800998ecf8427e"}  # nothing was written
    script = subprocess.run(
        [pg_server.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", pg_clone.dsn, "-f", "load.sql"],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (script.returncode, script.stderr) == (0, "")
    loaded = contents(db)
    tables = ", ".join(loaded)
    db.execute(f"truncate {tables} restart identity")  # type: ignore[call-overload]
    assert seed(db, plan).rows == report.rows
    assert contents(db) == loaded


def test_awkward_names_and_texts_survive(
    db: Connection, pg_clone: Any, pg_server: Any, tmp_path: Path
) -> None:
    db.execute('create table "it\'s, a \\"table\\"/"("a b" text not null, "c\\d" int)'.replace('\\"', '""'))
    settings = {
        'public.it\'s, a "table"/': {"a b": {"values": ["", 'x"y', "a,b", "line\nbreak", "\\N", "ü\t"]}}
    }
    write(db, make_plan(catalog.read(db), settings, scale=5), tmp_path / "out")
    subprocess.run(
        [pg_server.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", pg_clone.dsn, "-f", "load.sql"],
        cwd=tmp_path / "out",
        check=True,
        capture_output=True,
    )
    found = db.execute('select distinct "a b" from "it\'s, a ""table""/" order by 1').fetchall()
    assert sorted(text for (text,) in found) == sorted(["", 'x"y', "a,b", "line\nbreak", "\\N", "ü\t"])


def test_rows_that_a_trigger_would_make_again_are_loaded_without_it(
    db: Connection, pg_clone: Any, pg_server: Any, tmp_path: Path
) -> None:
    db.execute("""
create table users (id int primary key);
create table profiles (user_id int primary key references users (id), bio text not null);
create function welcome() returns trigger language plpgsql as $$
begin insert into profiles values (new.id, 'new here'); return null; end $$;
create trigger welcome after insert on users for each row execute function welcome();
create table notes (id int primary key);
""")
    report = write(db, make_plan(catalog.read(db), rows={"users": 20}), tmp_path / "out")
    assert {str(name): rows for name, rows in report.rows.items()} == {
        "public.users": 20,
        "public.profiles": 20,
        "public.notes": 10,
    }
    head = (tmp_path / "out" / "load.sql").read_text("utf-8")
    assert (
        "make rows again that are in the files: welcome on public.users.\nset local session_replication"
        in head
    )
    subprocess.run(
        [pg_server.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", pg_clone.dsn, "-f", "load.sql"],
        cwd=tmp_path / "out",
        check=True,
        capture_output=True,
    )
    assert db.execute("select count(*) from profiles where bio <> 'new here'").fetchone() == (20,)
    write(db, make_plan(catalog.read(db), rows={"users": 0, "profiles": 0}), tmp_path / "notes")
    assert "session_replication" not in (tmp_path / "notes" / "load.sql").read_text("utf-8")


def test_what_no_server_has_seen_is_told(db: Connection, tmp_path: Path) -> None:
    """Files hold what nobody has tried: triggers, and CHECKs that only the server can compute."""
    db.execute("""
create function is_odd(n int) returns boolean language plpgsql immutable as $$ begin return n % 2 = 1; end $$;
create function look() returns trigger language plpgsql as $$ begin return new; end $$;
create table plain (id int primary key);
create table odd (id int primary key, n int not null check (is_odd(n)));
create table seen (id int primary key);
create trigger look before insert on seen for each row execute function look();
""")
    report = write(db, make_plan(catalog.read(db)), tmp_path / "out")
    assert report.notes == (
        "load.sql will show whether every row is taken, and keep nothing if not, by:"
        " odd_n_check on public.odd; look on public.seen",
    )
    none = make_plan(catalog.read(db), rows={"odd": 0, "seen": 0})
    assert write(db, none, tmp_path / "none").notes == ()


def test_progress_of_files_says_how_long_it_will_take(db: Connection, tmp_path: Path) -> None:
    steps: list[Step] = []
    db.execute("create table a (id int primary key); create table b (id int primary key)")
    write(db, make_plan(catalog.read(db), rows={"a": 40_000, "b": 20_000}), tmp_path / "out", steps.append)
    assert [(s.table.name, s.done, s.written, s.behind) for s in steps] == [
        ("a", 16_384, 16_384, 43_616),
        ("a", 32_768, 32_768, 27_232),
        ("a", 40_000, 40_000, 20_000),
        ("b", 16_384, 56_384, 3_616),
        ("b", 20_000, 60_000, 0),
    ]
    assert "left" in str(steps[0])


def test_a_folder_with_something_in_it_is_left_alone(db: Connection, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("dear")
    with pytest.raises(UsageError, match="is not empty; give --out a folder that is new or empty"):
        write(db, make_plan(catalog.read(db)), tmp_path)


def test_a_folder_that_cannot_be_made_says_why(db: Connection, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write to .*file"):
        write(db, make_plan(catalog.read(db)), tmp_path / "file" / "out")


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stops_halfway_leaves_no_file(trouble: BaseException, db: Connection, tmp_path: Path) -> None:
    def stop(step: Step) -> None:
        assert (tmp_path / "out" / "public.t.csv").exists()
        raise trouble

    db.execute("create table t (id int primary key)")
    said = "cannot write to .*out: No space left on device; no file was left there: free space, or give"
    expected = (
        pytest.raises(UsageError, match=said)
        if isinstance(trouble, OSError)
        else pytest.raises(KeyboardInterrupt)
    )
    with expected:
        write(db, make_plan(catalog.read(db)), tmp_path / "out", stop)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_digest_of_tests_sees_a_difference(db: Connection) -> None:
    db.execute("create table t (id int); insert into t values (1)")
    before = digest(db, TableName("public", "t")), digest_sorted(db, "t")
    db.execute("update t set id = 2")
    assert (digest(db, TableName("public", "t")), digest_sorted(db, "t")) != before
