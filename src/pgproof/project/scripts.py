"""Reading SQL files: encodings, what a file includes, and remarks about what only works in some clients."""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path

from pgproof.errors import UsageError
from pgproof.project.model import Remark

BOM = b"\xef\xbb\xbf"
INCLUDE = re.compile(rb"^[ \t]*\\(i|ir|include|include_relative)[ \t]+(.+?)[ \t\r]*$", re.MULTILINE)


def read_script(path: Path) -> bytes:
    """The bytes of a script. Raises ``UsageError`` if it cannot be read or is not UTF-8, saying where."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path}:{line}: byte {content[error.start]:#04x} is not UTF-8; save the file as UTF-8 "
            "(iconv -f latin1 -t utf-8, if it came from an older editor)"
        ) from error
    return content


def remarks(path: Path, content: bytes) -> tuple[Remark, ...]:
    """What is worth saying about a file that psql takes and other clients may not."""
    found = []
    if content.startswith(BOM):
        found.append(
            Remark(path, "byte-order-mark", "the file starts with a byte order mark, which psql skips and other "
                   "clients send to the server, which rejects it", "save it as UTF-8 without a byte order mark")
        )  # fmt: skip
    if b"\r\n" in content:
        lines = content.count(b"\r\n")
        found.append(
            Remark(path, "crlf", f"{lines} lines end in CRLF; in function bodies the CR becomes part of the source, "
                   "so the same file gives another catalog on another machine", "save it with LF line ends")
        )  # fmt: skip
    return tuple(found)


def digest(path: Path, root: Path) -> str:
    """A digest of a script and of every file it includes, as far as the names are literal.

    A name that psql computes (``\\i :dir/x.sql``) cannot be followed; then every SQL file below ``root`` counts.
    """
    seen: dict[Path, bytes] = {}
    _collect(path, root, seen)
    whole = blake2b(digest_size=16)
    for each in sorted(seen):
        whole.update(len(seen[each]).to_bytes(8, "big") + seen[each])
    return whole.hexdigest()


def _collect(path: Path, root: Path, seen: dict[Path, bytes]) -> None:
    path = path.resolve()
    if path in seen:
        return
    seen[path] = read_script(path)
    for command, argument in INCLUDE.findall(seen[path]):
        name = argument.decode("utf-8").strip("'\"")
        if ":" in name or "`" in name:
            for other in root.rglob("*.sql"):
                seen.setdefault(other.resolve(), other.read_bytes())
            continue
        base = path.parent if command in (b"ir", b"include_relative") else root
        if (base / name).is_file():  # psql itself complains about one that is missing, with the line
            _collect(base / name, root, seen)
