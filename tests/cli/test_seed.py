"""`pgproof seed` as a person meets it; what the rows are like is proven in tests/rows."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "sql" / "ai_assistant"
COUNT = 'psql -Atc "select count(*) from public.messages"'


def test_a_new_database_is_filled_and_the_command_meets_the_rows(pgproof):
    done = pgproof("seed", SCHEMA, "--rows", "messages=300", "--exec", COUNT)
    assert (done.returncode, done.stdout) == (0, "300\n"), done.stderr
    assert "public.messages: 300 rows" in done.stderr


LOCKED = """
create table parents (id int primary key, is_locked boolean not null);
create table children (
    id bigint generated always as identity primary key, parent_id int not null unique references parents (id)
);
create function refuse() returns trigger language plpgsql as $body$
begin
    if (select p.is_locked from parents as p where p.id = new.parent_id) then raise exception 'closed'; end if;
    return new;
end $body$;
create trigger refuse before insert on children for each row execute function refuse();
"""


def test_files_leave_out_what_triggers_refuse_and_load_without_a_word(pgproof, make_project, tmp_path):
    folder = make_project({"001_t.sql": LOCKED})
    done = pgproof("seed", folder, "--scale", "5", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    counted = re.search(r"public.children: (\d+) rows", done.stdout)[1]
    assert int(counted) < 50
    assert done.stdout.splitlines()[3:] == [
        f"note: public.children: its keys have room for {counted} rows, and not for 50",
        "note: public.children: rows whose public.parents.is_locked is t are refused: none are made",
        "note: load.sql will show whether every row is taken, and keep nothing if not, by: refuse on public.children",
    ]
    load = f"cd {tmp_path / 'out'} && psql -q -v ON_ERROR_STOP=1 -f load.sql"
    done = pgproof("up", folder, "--exec", f"{load} && psql -Atc 'select count(*) from children'")
    assert (done.returncode, done.stdout) == (0, f"{counted}\n"), done.stderr


# Two machines: other hashes, another language, another place on earth.
MACHINES = {
    "one": {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC", "PGTZ": "UTC"},
    "two": {
        **{"PYTHONHASHSEED": "4711", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu", "PGTZ": "America/St_Johns"},
        **{"PGDATESTYLE": "German", "PGOPTIONS": "-c intervalstyle=iso_8601 -c extra_float_digits=-3"},
    },
}


def test_the_same_seed_gives_the_same_files_byte_for_byte_on_any_machine(pgproof, tmp_path, monkeypatch):
    for name, environment in MACHINES.items():
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        done = pgproof("seed", SCHEMA, "--total", "500", "--seed", "7", "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
    files = sorted(
        path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()
    )
    assert files
    assert all(
        (tmp_path / "one" / each).read_bytes() == (tmp_path / "two" / each).read_bytes() for each in files
    )


def test_a_dry_run_says_what_and_why_and_writes_nothing(pgproof):
    done = pgproof("seed", SCHEMA, "--rows", "users=11", "--dry-run")
    assert done.returncode == 0
    assert "public.users: 11 rows" in done.stdout
    assert "one of 2 values  (users_role_is_known)" in done.stdout


def test_a_named_database_is_filled_and_asked_for_explicitly(pgproof, pg_clone):
    done = pgproof("seed", SCHEMA, "--total", "200", "--dsn", pg_clone.dsn)
    assert done.returncode == 0, done.stderr
    assert "200 rows in" in done.stdout
    with pg_clone.connect() as connection:
        assert connection.execute("select count(*) > 0 from public.messages").fetchone() == (True,)


def everything(shown: int) -> str:
    """What was written to a terminal that nobody has open any more."""
    found = b""
    with suppress(OSError):  # Linux says so at the end
        while part := os.read(shown, 65536):
            found += part
    os.close(shown)
    return found.decode()


def test_progress_gives_way_to_what_is_said_next(pg_clone):
    shown, terminal = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "pgproof.cli",
        "seed",
        str(SCHEMA),
        "--dsn",
        pg_clone.dsn,
        "--rows",
        "users=1e3",
    ]
    wrong = subprocess.run(command, stderr=terminal, check=False)
    command[-1] = "users=100"
    done = subprocess.run(command, stderr=terminal, stdout=subprocess.PIPE, check=False)
    os.close(terminal)
    text = everything(shown)
    assert (wrong.returncode, done.returncode) == (2, 0)
    assert re.search(r"public\.users: 100 of 100 rows, [\d,]+ a second, .* left", text)
    assert text.endswith("\r\x1b[K")
    assert "rows in" not in text


@pytest.fixture(scope="module")
def pg_project():
    return SCHEMA


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--rows", "nowhere=5"], 2, "nowhere"),
        (["--rows", "users"], 2, "expected a table and a number"),
        (["--until", "2020-13-01"], 2, "'2020-13-01' is no date; expected one such as 2026-01-31"),
        (["--dsn", "postgresql://postgres@db.prod.example/x"], 2, "looks like production"),
        (["--dsn", "postgresql://postgres@10.0.0.5/x"], 2, "is not this machine"),
        (["--dsn", "postgresql://postgres:x@127.0.0.1:1/x"], 4, "cannot connect to"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(pgproof, words, code, message):
    done = pgproof("seed", SCHEMA, *words)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_without_tables_is_not_taken_for_one_that_was_filled(pgproof, pg_clone):
    with pg_clone.connect() as connection:
        connection.execute(
            "drop schema public cascade; drop schema analytics cascade; drop schema private cascade"
        )
    done = pgproof("seed", SCHEMA, "--dsn", pg_clone.dsn)
    assert done.returncode == 2
    assert "there are no tables to fill in this database; apply the migrations to it first" in done.stderr


def test_nothing_stays_when_a_constraint_of_the_database_objects(pgproof, pg_clone):
    with pg_clone.connect() as connection:
        connection.execute(
            "create function refuse() returns trigger language plpgsql as"
            " $$ begin raise exception 'no feedback today' using errcode = 'TESTX'; end $$;"
            "create trigger _000_refuse before insert on public.feedback for each row execute function refuse()"
        )
    done = pgproof("seed", SCHEMA, "--total", "300", "--dsn", pg_clone.dsn)
    assert done.returncode != 0
    assert "feedback" in done.stderr
    assert "Traceback" not in done.stderr
    counted = subprocess.run(
        ["psql", pg_clone.dsn, "-Atc", "select count(*) from public.tenants"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert counted.stdout == "0\n"
