"""Where pgproof keeps things on this machine, and as which user a server runs.

PostgreSQL refuses to run as root, so for root the server becomes ``nobody`` and everything it must reach has to
be reachable for ``nobody``: the cache moves to ``/var/cache/pgproof`` and binaries inside ``/root`` are copied.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from pgproof.errors import ServerError, UsageError
from pgproof.servers import locks

MEMORY = Path("/dev/shm")  # a file system in memory, on Linux
ROOM = 2**30  # bytes that have to be free there
SOCKET_LIMIT = 100  # bytes: sun_path holds 108 on Linux and 104 on macOS, file name included


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system user that a server runs as; ``None`` means the one who runs pgproof."""

    uid: int | None = None
    gid: int | None = None


def server_account() -> Account:
    """``nobody`` for root, oneself for everybody else. Raises ``ServerError`` where root has no nobody."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError(
            "PostgreSQL does not run as root, and this system has no user 'nobody' to run it as; "
            "run pgproof as an ordinary user or add one: useradd --system nobody"
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def cache_root() -> Path:
    """The folder of everything that may be reused between runs; made if missing. ``PGPROOF_CACHE`` moves it."""
    chosen = os.environ.get("PGPROOF_CACHE")
    if chosen:
        root = Path(chosen).absolute()
    elif os.geteuid() == 0:
        root = Path("/var/cache/pgproof")
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pgproof"
    try:
        root.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot make the cache folder {root}: {error.strerror}; set PGPROOF_CACHE"
        ) from error
    return require_reachable(root)


def require_reachable(path: Path) -> Path:
    """``path`` itself, if the server's user can enter it. Raises ``UsageError`` naming the closed folder."""
    closed = first_closed(path, server_account())
    if closed:
        raise UsageError(
            f"the server runs as 'nobody', who cannot enter {closed}, so it cannot use {path}; "
            "set PGPROOF_CACHE to a folder that everybody may enter, such as /var/cache/pgproof"
        )
    return path


def first_closed(path: Path, account: Account) -> Path | None:
    """The outermost folder on the way to ``path`` that ``account`` may not enter, if there is one."""
    if account.uid is None:
        return None
    for folder in [*reversed(path.parents), path]:
        found = folder.stat()
        owner = found.st_uid == account.uid and found.st_mode & stat.S_IXUSR
        if not owner and not found.st_mode & stat.S_IXOTH:
            return folder
    return None


def reachable_binaries(package: Path, version: str) -> Path:
    """The ``pginstall`` folder (bin, lib, share) of a wheel's ``package``, where the server's user can get to it.

    That is the wheel's own, or a copy in the cache together with the libraries that the wheel keeps beside it.
    """
    if first_closed(package, server_account()) is None and _everybody_may_run(
        package / "pginstall/bin/postgres"
    ):
        return package / "pginstall"
    beside = package.with_name(f"{package.name}.libs")
    copy = copied([each for each in (package, beside) if each.exists()], cache_root() / "binaries" / version)
    return copy / package.name / "pginstall"


def reachable_extensions(folder: Path, digest: str) -> Path:
    """``folder`` with control files, or a copy in the cache if the server's user cannot get there.

    A colon separates the folders of ``extension_control_path``, so a path with one is copied too.
    """
    if first_closed(folder, server_account()) is None and ":" not in str(folder):
        return folder
    return copied([folder / "extension"], cache_root() / "extensions" / digest)


def copied(folders: Iterable[Path], copy: Path) -> Path:
    """``copy``, a folder with a copy of each of ``folders`` that everybody may read: complete, or not there at all.

    Raises ``ServerError`` if the disk is full.
    """
    with locks.exclusive(_made(copy.parent) / f"{copy.name}.lock"):
        if copy.exists():
            return copy
        partial = copy.with_name(f"{copy.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)  # what somebody left who was killed
        try:
            for folder in folders:
                shutil.copytree(folder, partial / folder.name)
            _open_for_reading(partial)
            partial.rename(copy)
        except (OSError, shutil.Error) as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise ServerError(
                f"cannot copy what the server needs to {copy}: {_first_reason(error)}; "
                "make room there, or set PGPROOF_CACHE to another folder"
            ) from error
    return copy


def _first_reason(error: Exception) -> object:
    """What ``copytree`` says of the first file that failed; it collects them all."""
    return error.args[0][0][2] if isinstance(error, shutil.Error) else error


def write_at_once(path: Path, text: str) -> None:
    """Write a small file of the cache in one step, so that nobody reads half of it."""
    _made(path.parent)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).rename(path)


def _everybody_may_run(program: Path) -> bool:
    return os.geteuid() != 0 or bool(program.stat().st_mode & stat.S_IXOTH)


def _open_for_reading(root: Path) -> None:
    for folder, _, names in os.walk(root):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder, name)
            path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return folder


def memory_folder(cluster: Path) -> Path:
    """Where the databases of single tests of the cluster in this folder may lie, in memory.

    Files that are made and removed for every test cost a third there of what they cost on a disk.
    """
    return MEMORY / f"pgproof-{os.geteuid()}-{_short_name(cluster)}"


def _short_name(cluster: Path) -> str:
    """A name for what a cluster has outside its folder: two caches may have clusters of the same key."""
    return blake2b(os.fsencode(cluster), digest_size=6).hexdigest()


def has_memory() -> bool:
    """Whether there is such a place, with room."""
    if not MEMORY.is_dir() or first_closed(MEMORY, server_account()):
        return False
    found = os.statvfs(MEMORY)
    return found.f_bavail * found.f_frsize >= ROOM


def make_memory_folder(folder: Path) -> None:
    """Make a folder of ``memory_folder`` empty and private to the server's user."""
    shutil.rmtree(folder, ignore_errors=True)
    account = server_account()
    _private(folder, os.geteuid() if account.uid is None else account.uid, 0o700)


def socket_folder(cluster: Path) -> Path:
    """A short, private folder for the socket of the cluster in this folder: only its owner (and root) gets in."""
    account = server_account()
    parent = Path(tempfile.gettempdir()) / f"pgproof-{os.geteuid()}"
    _private(parent, os.geteuid(), 0o711)
    folder = parent / _short_name(cluster)
    _private(folder, os.geteuid() if account.uid is None else account.uid, 0o700)
    if len(os.fsencode(folder)) > SOCKET_LIMIT:
        raise UsageError(
            f"the socket folder {folder} is too long a path for a socket; set TMPDIR to a shorter one"
        )
    return folder


def _private(folder: Path, uid: int, mode: int) -> None:
    """Make ``folder`` ours, and refuse one that somebody else made in a folder that all may write to."""
    try:
        folder.mkdir(mode=mode)
        folder.chmod(mode)
        if uid != os.geteuid():
            os.chown(folder, uid, -1)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (uid, os.geteuid()):
        raise UsageError(f"{folder} belongs to user {found.st_uid}, expected {uid}; remove it or set TMPDIR")
    if found.st_uid != uid:  # made by us a moment ago and not handed over: a run was killed in between
        os.chown(folder, uid, -1)
        folder.chmod(mode)
