"""One server for all who want it: who starts it, who shares it, and when nobody needs it any more.

``attach`` is the whole protocol (DESIGN.md, "The life of a server"): take a share of ``clients.lock``, use the
server that runs or have one started under a keeper. ``Lease.close`` gives the share back.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pgproof.errors import ServerError
from pgproof.servers import locks
from pgproof.servers.server import Server

IN_MEMORY = "in-memory"  # a file that is there while databases of the server lie in memory
WAIT = 90.0  # seconds until a server that does not come up counts as lost


@dataclass(slots=True)
class Lease:
    """A share in a running server.

    ``fresh`` says that this lease found nobody else there and started it, ``temporary`` that nothing may stay on
    the server between runs, templates included.
    """

    server: Server
    fresh: bool
    release: Callable[[], None] = field(repr=False)
    temporary: bool = False

    def close(self) -> None:
        """Give the share back; if it was the last, wait until the server has gone."""
        release, self.release = self.release, lambda: None
        release()

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Place:
    """A server's folder and what is particular to its kind.

    ``start`` is called when no server runs there, ``describe`` when one does, ``remove`` after the last share was
    given back, if nothing is to stay.
    """

    folder: Path
    start: Callable[[], None]
    describe: Callable[[], Server]
    remove: Callable[[], None] | None = None


def attach(place: Place, prepare: Callable[[Server], None] | None = None) -> Lease:
    """Get a share in the server at ``place``, starting it if need be.

    ``prepare`` is called with the server once per folder, before anybody else can attach.
    Raises ``ServerError`` with the server's own words if it does not start.
    """
    folder = place.folder
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with locks.exclusive(folder / "start.lock"):
        share = locks.open_lock(folder / "clients.lock")
        try:
            fcntl.flock(share, fcntl.LOCK_SH)  # waits while a keeper is stopping the server
            fresh = not is_running(folder)
            if fresh:
                place.start()
            server = place.describe()
            if prepare and not (folder / "prepared").exists():
                prepare(server)
                (folder / "prepared").touch()
        except BaseException:
            os.close(share)
            raise
    return Lease(server, fresh, lambda: detach(place, share))


def detach(place: Place, share: int) -> None:
    """Give back a share, and wait for the end of a server that nobody else has a share in."""
    os.close(share)
    if wait_until_gone(place.folder) and place.remove:
        place.remove()


def is_running(folder: Path) -> bool:
    """Whether a keeper lives and has said that its server accepts connections."""
    return (folder / "state.json").exists() and locks.is_held(folder / "keeper.lock")


def start_keeper(folder: Path, command: Sequence[str]) -> None:
    """Run ``command`` (Python arguments and ``folder``) as the keeper, until it says that the server is there."""
    with (folder / "keeper.log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, *command, str(folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    limit = time.monotonic() + WAIT
    while not (folder / "state.json").exists():
        if keeper.poll() is not None or time.monotonic() > limit:
            raise ServerError(why_not_started(folder))
        time.sleep(0.001)
    # The keeper outlives us on purpose; without this, Python warns that the child still runs.
    keeper.returncode = 0


def why_not_started(folder: Path) -> str:
    """What the server and its keeper said before they gave up."""
    said = [
        (folder / name).read_text("utf-8", "replace").strip()
        for name in ("server.log", "keeper.log")
        if (folder / name).exists()
    ]
    words = "\n".join(text for text in said if text) or "neither the server nor its keeper said why"
    return f"the server in {folder} did not start:\n{words}\nif its data is damaged, remove that folder"


def wait_until_gone(folder: Path, patience: float = 30.0) -> bool:
    """Wait until the server in ``folder`` has stopped and say so; at once ``False`` if others still use it."""
    limit = time.monotonic() + patience
    fd = locks.open_lock(folder / "clients.lock")
    try:
        while time.monotonic() < limit:
            if not locks.is_held(folder / "keeper.lock"):
                return True
            if not locks.try_lock(fd, fcntl.LOCK_EX) and locks.try_lock(fd, fcntl.LOCK_SH):
                return False
            fcntl.flock(fd, fcntl.LOCK_UN)
            time.sleep(0.002)
        return False
    finally:
        os.close(fd)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Hold ``clients.lock`` of ``folder`` exclusively if nobody else has a share; yields whether."""
    fd = locks.open_lock(folder / "clients.lock")
    try:
        yield locks.try_lock(fd, fcntl.LOCK_EX)
    finally:
        os.close(fd)
