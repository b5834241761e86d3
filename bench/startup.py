"""Getting a ready database: pgproof against pytest-postgresql (the same server binaries, the same SQL), and against a container.

As root, pytest-postgresql needs another user to run its server; so do both contenders here, with the same Python.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

from bench._measure import interleaved, process, report
from pgproof import platforms, project, template
from pgproof.servers import installed, places

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "sql" / "dream_flow"
ROUNDS = 7
TESTS = 60
IMAGE = "pgproof-postgres:17"

THEIR_CONFTEST = """
from pathlib import Path
from pytest_postgresql import factories
postgresql_proc = factories.postgresql_proc(executable={executable!r}, load=[Path(each) for each in {load!r}], unixsocketdir={sockets!r}, startparams="-w")
postgresql = factories.postgresql("postgresql_proc")
"""
TIMER = """
import json
taken = {}
def pytest_runtest_logreport(report):
    if report.when != "call":
        taken[report.nodeid] = taken.get(report.nodeid, 0) + report.duration
def pytest_sessionfinish():
    open("taken.json", "w").write(json.dumps(list(taken.values())))
"""


class Bench:
    """A scratch folder that an ordinary user owns, and commands run as that user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = reachable_python()
        self.account = places.server_account()
        shutil.copytree(SCHEMA, folder / "schema")
        self.load = [*self.platform_scripts(), *sorted((folder / "schema").glob("2*.sql"))]
        self.give_away(folder)

    def platform_scripts(self) -> list[Path]:
        """What exists before the first migration, as files that any tool can load."""
        loaded = project.load(SCHEMA)
        platform = template.platform_of(loaded)
        texts = [platforms.roles_sql(platform), *(text for _, text in platforms.scripts(platform))]
        paths = []
        for number, text in enumerate(texts):
            paths.append(self.folder / f"platform_{number:02}.sql")
            paths[-1].write_text(text)
        return paths

    def give_away(self, path: Path) -> None:
        """Make the ordinary user the owner of a folder."""
        if self.account.uid is not None:
            process("chown", "-R", f"{self.account.uid}:{self.account.gid}", path)

    def run(
        self, *command: object, cache: str = "cache", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run Python with ``command`` as the ordinary user."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": ":".join(path for path in sys.path if path),
            "PGPROOF_CACHE": str(self.folder / cache),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        user = {} if self.account.uid is None else {
            "user": self.account.uid, "group": self.account.gid, "extra_groups": []
        }  # fmt: skip
        return process(self.python, *command, env=environment, cwd=cwd or self.folder, **user)

    def make_tests(self, name: str, body: str, conftest: str = "", ini: str = "") -> Path:
        """A folder with ``TESTS`` tests."""
        folder = self.folder / name
        folder.mkdir()
        (folder / "test_it.py").write_text("\n".join(body.format(number=number) for number in range(TESTS)))
        (folder / "conftest.py").write_text(conftest)
        (folder / "timer.py").write_text(TIMER)
        (folder / "pytest.ini").write_text(f"[pytest]\n{ini}")
        self.give_away(folder)
        return folder

    def pytest(self, folder: Path, *words: str) -> None:
        """Run the tests in ``folder``."""
        self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "timer", *words, cwd=folder)


def reachable_python() -> str:
    """A Python of our version that an ordinary user may run."""
    for candidate in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        path = Path(candidate)
        if path.exists() and places.first_closed(path.resolve().parent, places.server_account()) is None:
            return candidate
    raise SystemExit("no Python that an ordinary user may run; run the benchmark as an ordinary user")


def main() -> int:
    """Measure, print, write."""
    folder = Path(tempfile.mkdtemp(prefix="pgproof-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        bench = Bench(folder)
        figures: dict[str, object] = {}
        figures |= first_database(bench)
        figures |= per_test(bench)
        figures |= plugin_import(bench)
        figures |= last_migration_edited(bench)
        report("startup", figures)
    finally:
        shutil.rmtree(folder)
    return 0


def first_database(bench: Bench) -> dict[str, object]:
    """Whole processes: warm, cold, and the first test of the alternatives with the same SQL."""
    executable = installed.wheel() / "bin" / "pg_ctl"
    (bench.folder / "s").mkdir()
    bench.give_away(bench.folder / "s")
    conftest = THEIR_CONFTEST.format(
        executable=str(executable), load=list(map(str, bench.load)), sockets=str(bench.folder / "s")
    )
    theirs = bench.make_tests(
        "theirs", "def test_{number}(postgresql):\n    postgresql.execute('select 1')\n", conftest
    )
    up = ("-m", "pgproof.cli", "up", bench.folder / "schema", "--exec", "true")
    bench.run(*up)
    # None is removed before the end: where a thousand files were just removed, ext4 makes new ones several times
    # slower for minutes (it passes over the numbers of the removed ones), and a first start finds nothing removed.
    caches = (f"cold_{number}" for number in count())
    contenders = {
        "pgproof warm": lambda: bench.run(*up),
        "pgproof cold": lambda: bench.run(*up, cache=next(caches)),
        "pytest-postgresql": lambda: bench.pytest(theirs, "test_it.py::test_0"),
    }
    if container_runs():
        contenders["testcontainers"] = lambda: process(sys.executable, "-c", CONTAINER, *bench.load)
    taken = interleaved(contenders, ROUNDS)
    figures: dict[str, object] = {f"{name}, s": round(each, 3) for name, each in taken.items()}
    for name in ("pytest-postgresql", "testcontainers"):
        if name in taken:
            figures[f"{name} / pgproof warm"] = round(taken[name] / taken["pgproof warm"], 1)
    figures["pytest-postgresql / pgproof cold"] = round(taken["pytest-postgresql"] / taken["pgproof cold"], 2)
    return figures


CONTAINER = f"""
import os, sys
os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
from testcontainers.community.postgres import PostgresContainer
import psycopg
with PostgresContainer({IMAGE!r}, driver=None) as container:
    with psycopg.connect(container.get_connection_url(), autocommit=True) as connection:
        for path in sys.argv[1:]:
            connection.execute(open(path, "rb").read())
"""


def container_runs() -> bool:
    """Whether Docker runs here and has the local image."""
    try:
        found = subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return found.returncode == 0


def per_test(bench: Bench) -> dict[str, object]:
    """Setup and teardown of one test, in milliseconds, medians over many."""
    ini = f"pgproof_project = {bench.folder / 'schema'}\n"
    ours = bench.make_tests("pg", "def test_{number}(pg):\n    pg.execute('select 1')\n", ini=ini)
    clones = bench.make_tests(
        "clone",
        "def test_{number}(pg_clone):\n    with pg_clone.connect() as c:\n        c.execute('select 1')\n",
        ini=ini,
    )
    folders = {"pg": ours, "pg_clone": clones, "postgresql": bench.folder / "theirs"}
    medians: dict[str, list[float]] = {name: [] for name in folders}
    for _ in range(3):
        for name, folder in folders.items():
            bench.pytest(folder)
            medians[name].append(statistics.median(json.loads((folder / "taken.json").read_text())) * 1000)
    taken = {name: statistics.median(each) for name, each in medians.items()}
    figures: dict[str, object] = {f"{name} per test, ms": round(each, 2) for name, each in taken.items()}
    figures["pg_clone / postgresql"] = round(taken["pg_clone"] / taken["postgresql"], 2)
    return figures


def plugin_import(bench: Bench) -> dict[str, object]:
    """What the plugin adds to every pytest start, in milliseconds."""
    code = (
        "import pytest, time; start = time.perf_counter(); import pgproof.pytest_plugin; "
        "print(time.perf_counter() - start)"
    )
    taken = [float(bench.run("-c", code).stdout) for _ in range(15)]
    return {"import of the plugin, ms": round(statistics.median(taken) * 1000, 2)}


def last_migration_edited(bench: Bench) -> dict[str, object]:
    """21 migrations of which the last is edited, against all of them anew; each migration takes a while."""
    folder = bench.folder / "many"
    folder.mkdir()
    for number in range(1, 22):
        (folder / f"{number:03}_t.sql").write_text(f"create table t{number} (); select pg_sleep(0.05);\n")
    bench.give_away(folder)
    up = ("-m", "pgproof.cli", "up", folder, "--exec", "true")
    edits = iter(range(1000))

    def edit(name: str) -> None:
        (folder / name).write_text(f"create table edited_{next(edits)} (); select pg_sleep(0.05);\n")
        bench.run(*up)

    edit("001_t.sql")
    taken = interleaved({"last": lambda: edit("021_t.sql"), "first": lambda: edit("001_t.sql")}, 5)
    return {
        "21 migrations, first edited, s": round(taken["first"], 2),
        "21 migrations, last edited, s": round(taken["last"], 2),
    }
