"""The keeper: the parent of a server process, which ends it when the last client is gone.

Run as a script of its own (``python -I -S keeper.py CLUSTER``) so that it starts in milliseconds: it imports
nothing but the light part of the standard library. ``CLUSTER/launch.json`` says what to run::

    {"argv": [...], "uid": 65534, "gid": 65534, "ready": ".../postmaster.pid", "log": ".../server.log",
     "sockets": "/tmp/pgproof-0/...", "memory": "/dev/shm/..."}

``sockets`` and ``memory`` go when the server has ended well; one that crashed needs the latter to recover.

It holds ``keeper.lock`` for as long as it lives, writes ``state.json`` once the server accepts connections,
and then waits for the exclusive lock on ``clients.lock``, of which every client holds a share.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import time

TYPE_CHECKING = False  # as in typing, which would cost the start some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable

START_LIMIT = 60.0  # seconds: a cluster that recovers from a crash takes a few at most
STOP_LIMIT = 20.0
PR_SET_PDEATHSIG = 1  # prctl(2)


def main(cluster: str) -> int:
    """Start the server, wait until nobody needs it, stop it. Returns the exit code."""
    os.chdir("/")
    held = os.open(f"{cluster}/keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    with open(f"{cluster}/launch.json", encoding="utf-8") as file:
        launch = json.load(file)
    pid = start(launch)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: stop_and_exit(cluster, pid))
    if not wait_until_ready(pid, launch["ready"]):
        stop(pid)
        return 1
    write_state(cluster, {"keeper": os.getpid(), "server": pid})
    wait_for_last_client(cluster, pid)
    stop_and_exit(cluster, pid)
    return 0


def start(launch: dict[str, object]) -> int:
    """Fork and exec the server as its own user, bound to die with this process. Returns its process id."""
    parent = os.getpid()
    control = process_control()
    argv = [str(word) for word in launch["argv"]]  # type: ignore[attr-defined]
    pid = os.fork()
    if pid:
        return pid
    try:
        become(launch)
        die_with(parent, control)
        os.execv(argv[0], argv)
    except BaseException as error:
        os.write(2, f"cannot run {argv[0]}: {error}\n".encode())
    os._exit(127)


def become(launch: dict[str, object]) -> None:
    """Turn the child into the server's user, with its log as output."""
    log = os.open(str(launch["log"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.umask(0o077)
    if launch["uid"] is not None:
        os.setgroups([])
        os.setgid(int(str(launch["gid"])))
        os.setuid(int(str(launch["uid"])))


def process_control() -> Callable[[int, int], int] | None:
    """``prctl(2)`` where there is one. Looked up before the fork: the server's user may not read our Python."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    return ctypes.CDLL(None).prctl


def die_with(parent: int, control: Callable[[int, int], int] | None) -> None:
    """Ask Linux to stop this process at once when its parent dies; elsewhere the next run reaps it."""
    if control is None:
        return
    control(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:  # it died before the request was in force
        os._exit(1)


def wait_until_ready(pid: int, ready: str) -> bool:
    """Whether the server says in its ``postmaster.pid`` that it accepts connections, before the time is up."""
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return False
        try:
            with open(ready, encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
        except OSError:
            lines = []
        if len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready":
            return True
        time.sleep(0.002)
    return False


def write_state(cluster: str, state: dict[str, object]) -> None:
    """Publish ``state.json`` in one step, so that nobody reads half of it."""
    partial = f"{cluster}/state.json.partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.rename(partial, f"{cluster}/state.json")


def wait_for_last_client(cluster: str, pid: int) -> None:
    """Return when no client is left, or when the server has died by itself."""
    clients = os.open(f"{cluster}/clients.lock", os.O_RDWR | os.O_CREAT, 0o600)
    signal.signal(signal.SIGCHLD, lambda *_: stop_and_exit(cluster, pid) if gone(pid) else None)
    if gone(pid):  # before the handler was there to hear of it
        stop_and_exit(cluster, pid)
    fcntl.flock(clients, fcntl.LOCK_EX)


def gone(pid: int) -> bool:
    """Whether the server process has ended (and is now reaped)."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def stop(pid: int) -> bool:
    """Fast shutdown, then immediate, then kill: a data directory that others will use deserves the first.

    Says whether the first did it.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        limit = time.monotonic() + STOP_LIMIT
        while time.monotonic() < limit:
            if gone(pid):
                return number == signal.SIGINT
            time.sleep(0.002)
    return False


def stop_and_exit(cluster: str, pid: int) -> None:
    """Stop the server, withdraw its state, and end this process, which releases ``keeper.lock``."""
    if stop(pid):
        give_back(cluster)
    try:
        os.unlink(f"{cluster}/state.json")
    except FileNotFoundError:
        pass
    os._exit(0)


def give_back(cluster: str) -> None:
    """Remove what a server has outside its cluster: the folder of its socket, and what databases in memory took."""
    with open(f"{cluster}/launch.json", encoding="utf-8") as file:
        launch = json.load(file)
    try:
        os.rmdir(launch["sockets"])
    except OSError:  # something else is in it; the next start looks after that
        pass
    if launch["memory"] and os.path.isdir(launch["memory"]):
        import shutil

        shutil.rmtree(launch["memory"], ignore_errors=True)
        os.unlink(f"{cluster}/in-memory")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
