"""The command line as a person meets it: real processes, a real terminal."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest
from tests.conftest import processes_of

from pgproof import database
from pgproof.conductor.check import errors_first
from pgproof.finding import Finding

ROOT = Path(__file__).parents[2]
PLAIN = '[project]\nname = "demo"\nplatform = "plain"\n'


@pytest.fixture
def demo(make_project):
    return make_project({
        "pgproof.toml": PLAIN,
        "001_t.sql": "create table public.t (id int primary key);\n",
        "rollback_001_t.sql": "drop table public.t;\n",
        "seed.sql": "insert into public.t values (1), (2);\n",
    })  # fmt: skip


def test_check_of_the_shipped_schema_is_clean(pgproof):
    done = pgproof("check", ROOT / "sql" / "dream_flow")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"ok +7 migrations applied from zero", done.stdout)
    assert re.search(r"ok +7 migrations rolled back one by one, the catalog as before each", done.stdout)
    assert re.search(r"stand-ins, not the real extensions: .*pg_cron", done.stdout)
    assert done.stdout.endswith("1 project checked, 0 errors\n")


def test_a_pipe_gets_the_report_and_nothing_else(pgproof, demo, snapshot):
    done = pgproof("check", demo)
    assert done.stderr == ""
    assert re.sub(r"PostgreSQL \d+\.\d+", "PostgreSQL NN", done.stdout) == snapshot


def test_a_terminal_sees_progress(demo):
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pgproof.cli", "check", demo], stdout=subprocess.PIPE, stderr=terminal
    )
    os.close(terminal)
    process.communicate()
    shown = b""
    while select.select([main], [], [], 1)[0]:
        try:
            shown += os.read(main, 4096)
        except OSError:
            break
    os.close(main)
    assert b"demo: applying 001_t.sql" in shown
    assert b"demo: rolling back 001_t.sql" in shown
    assert shown.endswith(b"\r\x1b[K")


def test_the_report_goes_into_a_file_in_any_format(pgproof, demo, tmp_path):
    for form, read in (("json", json.loads), ("junit", xml.fromstring), ("text", str)):
        target = tmp_path / f"report.{form}"
        done = pgproof("check", demo, "--format", form, "-o", target)
        assert (done.returncode, done.stdout) == (0, "")
        assert read(target.read_text())


@pytest.mark.parametrize(
    ("place", "reason"),
    [("nowhere/report.txt", "there is no folder"), ("", "it is a folder; name a file in it")],
)
def test_a_report_that_cannot_be_written_is_wrong_use_before_anything_is_checked(
    pgproof, make_project, tmp_path, place, reason
):
    folder = make_project({"001_bad.sql": "select 1 / 0;\n"})  # exit code 3, had it been looked at
    done = pgproof("check", folder, "-o", tmp_path / place)
    assert (done.returncode, "cannot write the report" in done.stderr, reason in done.stderr) == (
        2,
        True,
        True,
    )


def test_both_privilege_worlds_can_be_asked_for(pgproof, make_project):
    folder = make_project(
        {"001_t.sql": "create table public.t ();", "pgproof.toml": "[project]\nplatform = 'supabase'\n"}
    )
    query = "psql -Atc \"select has_table_privilege('anon', 'public.t', 'select')\""
    answers = [
        pgproof("up", folder, "--privileges", world, "--exec", query).stdout
        for world in ("classic", "explicit")
    ]
    assert answers == ["t\n", "f\n"]


def test_up_runs_a_command_with_the_address_in_its_environment(pgproof, demo):
    done = pgproof(
        "up",
        demo,
        "--exec",
        'psql "$DATABASE_URL" -Atc "select count(*) from t"; psql -Atc "select current_user"; exit 7',
    )
    assert (done.returncode, done.stdout) == (7, "0\npostgres\n")


def test_up_can_load_the_seed_data(pgproof, demo):
    assert pgproof("up", demo, "--seed", "--exec", 'psql -Atc "select count(*) from t"').stdout == "2\n"


def test_up_is_reached_over_tcp_with_the_printed_url_only(pgproof, demo):
    done = pgproof("up", demo, "--exec", 'echo "$DATABASE_URL"')
    assert re.fullmatch(r"postgresql://postgres:[\w-]{20,}@127\.0\.0\.1:\d+/pgproof_c_\w+\n", done.stdout)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_prints_its_address_and_is_gone_on_ctrl_c(own_cache, demo, number):
    process = subprocess.Popen(
        [sys.executable, "-m", "pgproof.cli", "up", demo],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = process.stdout.readline().strip()
    with database.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (130, "pgproof: interrupted; everything it started is gone\n")
    assert processes_of(own_cache) == []


def test_check_killed_in_the_middle_leaves_nothing_running_and_the_next_run_is_fine(
    own_cache, make_project, pgproof
):
    folder = make_project({"pgproof.toml": PLAIN, "001_slow.sql": "select pg_sleep(300);\n"})
    process = subprocess.Popen([sys.executable, "-m", "pgproof.cli", "check", folder])
    limit = time.monotonic() + 120
    while not any("001_slow.sql" in line and "psql" in line for line in processes_of(folder)):
        assert time.monotonic() < limit
        time.sleep(0.02)
    process.kill()
    process.wait()
    limit = time.monotonic() + 120
    while processes_of(own_cache) and time.monotonic() < limit:
        time.sleep(0.02)
    assert processes_of(own_cache) == []
    (folder / "001_slow.sql").write_text("select 1;\n")
    assert pgproof("check", folder).returncode == 0


def test_a_script_that_fails_says_where_and_exits_with_3(pgproof, make_project):
    folder = make_project({"pgproof.toml": PLAIN, "001_bad.sql": "select 1;\nselect nope;\n"})
    for command in (["check", folder], ["up", folder, "--exec", "true"]):
        done = pgproof(*command)
        assert done.returncode == 3
        assert "001_bad.sql:2: error 42703" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [[], ["chekc"], ["check", "--format", "pdf"], ["check", "--frobnicate"]])
def test_wrong_words_are_wrong_use(pgproof, words):
    done = pgproof(*words)
    assert done.returncode == 2
    assert "usage: pgproof" in done.stderr


def test_help_says_what_the_exit_codes_mean(pgproof):
    done = pgproof("--help")
    assert done.returncode == 0
    assert "0 clean, 1 findings, 2 wrong use, 3 SQL did not apply, 4 no server" in done.stdout


def test_a_reader_that_goes_away_is_no_traceback(demo):
    command = f"{sys.executable} -m pgproof.cli check {demo} | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_errors_stand_before_warnings_and_otherwise_in_the_order_they_were_found():
    made = [("1", "note"), ("2", "warning"), ("3", "error"), ("4", "warning"), ("5", "error")]
    found = [Finding("rule", name, "this", "that", "mend it", severity=kind) for name, kind in made]
    assert [each.subject for each in errors_first(found)] == ["3", "5", "2", "4", "1"]
