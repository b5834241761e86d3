"""A cluster: an initialised data directory in the cache, used in place by one server at a time."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from pgproof.errors import ServerError
from pgproof.servers import locks, places, sharing
from pgproof.servers.server import Server

KEEPER = Path(__file__).with_name("keeper.py")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
UNUSED_DAYS = 14  # a cluster that nobody attached to for this long is removed by the next run


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """What a cluster is made of; equal specs share one server.

    ``settings`` go to the server's command line. ``owner`` is empty, or what sets this cluster apart: a project
    that changes roles gets one of its own. ``content`` is the digest of what is prepared in it (roles).
    """

    kind: str
    install: Path
    version_num: int
    settings: tuple[tuple[str, str], ...]
    content: str = ""
    owner: str = ""
    passing: bool = False
    control_path: bool = False

    @property
    def key(self) -> str:
        """The name of the cluster's folder."""
        made = (self.kind, self.install.resolve(), self.version_num, initdb_options(self.version_num))
        parts = (*made, self.settings, self.content, self.owner)
        return blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def attach(spec: ClusterSpec, prepare: Callable[[Server], None] | None = None) -> sharing.Lease:
    """Get a share in the server of ``spec``'s cluster, making the cluster if there is none (``sharing.attach``)."""
    folder = places.cache_root() / "clusters" / spec.key
    place = sharing.Place(
        folder,
        start=lambda: start(spec, folder),
        describe=lambda: describe(spec, folder),
        remove=(lambda: remove(folder)) if spec.passing else None,
    )
    return sharing.attach(place, prepare)


def remove(folder: Path) -> None:
    """Remove a cluster that is not running, and its socket folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(places.socket_folder(folder), ignore_errors=True)
    shutil.rmtree(places.memory_folder(folder), ignore_errors=True)


def describe(spec: ClusterSpec, folder: Path) -> Server:
    """How to reach the server that runs in ``folder``."""
    launched = json.loads((folder / "launch.json").read_text("utf-8"))
    return Server(
        kind=spec.kind,
        version_num=spec.version_num,
        host=launched["sockets"],
        port=launched["port"],
        loopback_password=launched["password"],
        psql=spec.install / "bin" / "psql",
        folder=folder,
        control_path=spec.control_path,
        memory=Path(launched["memory"]) if launched.get("memory") else None,
    )


def start(spec: ClusterSpec, folder: Path) -> None:
    """Clear away what an earlier server left, initialise if there is nothing, and start a keeper."""
    if spec.passing:
        (folder / "passing").touch()
    reap(folder)
    if not (folder / "data").exists():
        remove_unused(folder.parent)
        initialise(spec, folder)
    launch(spec, folder)
    sharing.start_keeper(folder, ["-I", "-S", str(KEEPER)])


def initialise(spec: ClusterSpec, folder: Path) -> None:
    """Run initdb into a folder that gets its name only when it is complete."""
    account = places.server_account()
    partial = folder / "data.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    if account.uid is not None:
        os.chown(partial, account.uid, account.gid or -1)
    command = [spec.install / "bin" / "initdb", "-D", partial, *initdb_options(spec.version_num)]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd="/", check=False,
        user=account.uid, group=account.gid, extra_groups=None if account.uid is None else [],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(partial, ignore_errors=True)
        raise ServerError(f"initdb failed in {folder}:\n{done.stderr.strip()}")
    partial.rename(folder / "data")


def initdb_options(version_num: int) -> list[str]:
    """How a cluster is initialised: in a moment, and the same wherever it is."""
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return [
        *("-U", "postgres", "-E", "UTF8", "--auth-local=trust", "--auth-host=scram-sha-256"),
        *("--no-sync", "--no-instructions", "--wal-segsize=1"),
        *(builtin if version_num >= 170000 else ["--locale=C.UTF-8"]),
        *(["--no-data-checksums"] if version_num >= 180000 else []),  # earlier versions have none unasked
    ]


def launch(spec: ClusterSpec, folder: Path) -> None:
    """Write what the keeper is to run: loopback only, a free port, the socket in a private folder."""
    account = places.server_account()
    port = free_port()
    settings = {
        **dict(spec.settings),
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(places.socket_folder(folder)),
    }
    argv = [str(spec.install / "bin" / "postgres"), "-D", str(folder / "data")]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    content = {
        "argv": argv, "uid": account.uid, "gid": account.gid, "port": port,
        "password": secrets.token_urlsafe(18),
        "sockets": settings["unix_socket_directories"],
        "memory": str(places.memory_folder(folder)) if places.has_memory() else "",
        "ready": str(folder / "data" / "postmaster.pid"), "log": str(folder / "server.log"),
    }  # fmt: skip
    (folder / "launch.json").touch(mode=0o600)
    (folder / "launch.json").write_text(json.dumps(content), "utf-8")
    (folder / "boot").write_text(boot_id(), "utf-8")


def free_port() -> int:
    """A port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def boot_id() -> str:
    """What tells one boot of this machine from the next; empty where the system does not say."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def reap(folder: Path) -> None:
    """End a server whose keeper is gone, and drop data that a power cut or a dirty project spoiled."""
    abandoned = (folder / "state.json").exists()
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((folder / "data" / "postmaster.pid").read_text("utf-8").splitlines()[0])
        end(pid, folder)
        forget_corpse(pid, folder)
    shutil.rmtree(places.socket_folder(folder), ignore_errors=True)
    crossed_boots = abandoned and (folder / "boot").read_text("utf-8") != boot_id()
    (folder / "state.json").unlink(missing_ok=True)
    lost_memory = (folder / sharing.IN_MEMORY).exists() and not places.memory_folder(folder).is_dir()
    # fsync is off: a clean or killed server leaves good data, a machine that went down may not. A server that crashed
    # does not recover without the databases that were in memory.
    if crossed_boots or lost_memory or (folder / "dirty").exists():
        for name in ("prepared", "dirty", sharing.IN_MEMORY):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / "data", ignore_errors=True)


def end(pid: int, folder: Path) -> None:
    """Stop process ``pid`` if it really is the server of ``folder``; wait until it has gone."""
    for number, patience in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        limit = time.monotonic() + patience
        if not serves(pid, folder):
            return
        os.kill(pid, number)
        while serves(pid, folder) and time.monotonic() < limit:
            time.sleep(0.005)


def forget_corpse(pid: int, folder: Path, patience: float = 2.0) -> None:
    """Wait until nobody holds the number of a server that ended; PostgreSQL takes it for one that runs.

    Where process 1 collects no dead children, as in many a container, the number stays: then its lock file goes.
    """
    limit = time.monotonic() + patience
    while is_dead(pid):
        if time.monotonic() > limit:
            (folder / "data" / "postmaster.pid").unlink(missing_ok=True)
            return
        time.sleep(0.005)


def is_dead(pid: int) -> bool:
    """Whether process ``pid`` is ending, or has ended and its parent has not noticed: it has no command line left."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes() == b""
    return False


def serves(pid: int, folder: Path) -> bool:
    """Whether ``pid`` is a live postgres on the data directory in ``folder`` (and not a reused number)."""
    found = subprocess.run(
        ["ps", "-ww", "-o", "stat=,args=", "-p", str(pid)], capture_output=True, text=True, check=False
    ) if not Path("/proc/self").exists() else None  # fmt: skip
    if found is not None:
        return str(folder / "data") in found.stdout and not found.stdout.startswith("Z")
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return os.fsencode(folder / "data") in words
    return False


def remove_unused(root: Path) -> None:
    """Remove clusters that nobody is attached to: passing ones whose run was killed, others after two weeks."""
    oldest = time.time() - UNUSED_DAYS * 86400
    for folder in root.iterdir():
        launched = folder / "launch.json"
        unused = launched.exists() and launched.stat().st_mtime < oldest
        if not unused and not (folder / "passing").exists():
            continue
        with sharing.alone(folder) as is_alone:
            if is_alone and not locks.is_held(folder / "start.lock") and not sharing.is_running(folder):
                reap(folder)
                remove(folder)
