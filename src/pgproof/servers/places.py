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
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import ServerError, UsageError

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
    copy = cache_root() / "binaries" / version
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(prefix=f"{version}.", dir=_made(copy.parent)))
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, partial / folder.name)
        _open_for_reading(partial)
        try:
            partial.rename(copy)
        except OSError:  # another run was faster
            shutil.rmtree(partial)
    return copy / package.name / "pginstall"


def reachable_extensions(folder: Path, digest: str) -> Path:
    """``folder`` with control files, or a copy in the cache if the server's user cannot get there.

    A colon separates the folders of ``extension_control_path``, so a path with one is copied too.
    """
    if first_closed(folder, server_account()) is None and ":" not in str(folder):
        return folder
    copy = cache_root() / "extensions" / digest
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(prefix=f"{digest}.", dir=_made(copy.parent)))
        shutil.copytree(folder / "extension", partial / "extension")
        _open_for_reading(partial)
        try:
            partial.rename(copy)
        except OSError:  # another run was faster
            shutil.rmtree(partial)
    return copy


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


def socket_folder(key: str) -> Path:
    """A short, private folder for the socket of cluster ``key``: only its owner (and root) gets in."""
    account = server_account()
    parent = Path(tempfile.gettempdir()) / f"pgproof-{os.geteuid()}"
    _private(parent, os.geteuid(), 0o711)
    folder = parent / key[:12]
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
