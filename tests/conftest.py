"""Fixtures of pgproof's own tests: small projects, and caches of their own for tests of the life of a server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgproof.servers import installed, places

ROOT = Path(__file__).parents[1]

# Who starts tests in the background has a shell ignore Ctrl-C for them and, unless it is taken back, for all they start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Path]:
    """``make_project({"001_a.sql": "create table a ()"})``: a folder with these files."""

    def make_project_(files: dict[str, str | bytes], name: str = "project") -> Path:
        folder = tmp_path / name
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        folder.mkdir(exist_ok=True)
        return folder

    return make_project_


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that only this test uses, which the server's user can reach; nothing may run in it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pgproof-test-", dir=passing_place()))
    folder.chmod(0o755)
    share_binaries(folder)
    monkeypatch.setenv("PGPROOF_CACHE", str(folder))
    yield folder
    limit = time.monotonic() + 120
    while (left := processes_of(folder)) and time.monotonic() < limit:  # a process that just ended lets go
        time.sleep(0.01)
    shutil.rmtree(folder, ignore_errors=True)
    assert left == []


def share_binaries(cache: Path) -> None:
    """Give a new cache the copy of the server's programs that the usual one has, where they have to be copied at all.

    tox makes its folder for root alone, so there every cache would get 60 MB of its own.
    """
    programs = installed.wheel()
    if programs.is_relative_to(places.cache_root()):
        copy = places.cache_root() / "binaries" / programs.relative_to(places.cache_root()).parts[1]
        (cache / "binaries").mkdir(parents=True)
        (cache / "binaries" / copy.name).symlink_to(copy)


def passing_place() -> Path:
    """A folder where files are made and removed quickly, and programs run: in memory, if there is room.

    On ext4 a folder in which thousands of files were removed takes several times as long for new ones, for minutes.
    """
    in_memory = places.has_memory() and not os.statvfs(places.MEMORY).f_flag & os.ST_NOEXEC
    return places.MEMORY if in_memory else Path("/var/tmp")


def processes_of(folder: Path) -> list[str]:
    """Command lines of running processes that name ``folder``, other than the tests themselves."""
    listed = subprocess.run(
        ["ps", "-eww", "-o", "pid=,stat=,args="], capture_output=True, text=True, check=True
    )
    found = []
    for line in listed.stdout.splitlines():
        pid, state, command = line.split(None, 2)
        if str(folder) in command and not state.startswith("Z") and int(pid) != os.getpid():
            found.append(command)
    return found


@pytest.fixture
def pgproof() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``pgproof("check", folder)``: the command line, run as a process of its own."""

    def pgproof_(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pgproof.cli", *map(str, words)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment,
            **options,
        )  # type: ignore[call-overload,no-any-return]

    return pgproof_
