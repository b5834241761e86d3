"""Advisory file locks that the kernel releases when their holder is gone, however it went.

``flock(2)`` locks belong to the open file: they survive nothing and need no clean-up, which is why the life of
a server hangs on them and not on process ids.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """Open (and create, readable by its owner only) the lock file at ``path``; the caller closes it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def try_lock(fd: int, operation: int) -> bool:
    """Take ``LOCK_SH`` or ``LOCK_EX`` on ``fd`` if that is possible at once; say whether it was."""
    try:
        fcntl.flock(fd, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Whether another process holds the lock at ``path`` exclusively."""
    if not path.exists():
        return False
    fd = open_lock(path)
    try:
        return not try_lock(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock at ``path`` alone; waits for whoever has it."""
    fd = open_lock(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
