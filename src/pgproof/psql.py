"""Run scripts as psql runs them, and say exactly where one failed.

psql itself is used because people's files are written for it: ``\\i``, ``copy ... from stdin``, statements that
refuse a transaction. ``ON_ERROR_STOP`` makes it stop, ``-b`` makes it show the statement, ``VERBOSITY=verbose``
the SQLSTATE (https://www.postgresql.org/docs/current/app-psql.html).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import ScriptError, ServerError

HEAD = re.compile(
    r"^psql:(?P<file>.*?):(?P<line>\d+): (?P<kind>[A-Z]+|error): +(?:(?P<state>[0-9A-Z]{5}): )?"
)
FIELD = re.compile(r"^(?P<name>DETAIL|HINT|CONTEXT|LOCATION|QUERY|LINE (?P<number>\d+)|[A-Z ]+ NAME): *")
CONNECTION_LOST = 2  # psql's exit code for it; 1 is its own failure, 3 an error in a script
FAILURES = {"ERROR", "FATAL", "PANIC"}
LONGEST = 12  # lines of a statement that a message shows


@dataclass(frozen=True, slots=True)
class Message:
    """Something the server (or psql) said about a script: ``kind`` is ERROR, WARNING, NOTICE, INFO ...

    ``line`` is where it happened in ``path``, as near as can be told: the line the server points at, else the
    first line of the statement, else the line at which psql had read the statement.
    """

    kind: str
    path: Path
    line: int
    text: str
    sqlstate: str = ""
    detail: str = ""
    hint: str = ""
    statement: str = ""

    def __str__(self) -> str:
        state = f" {self.sqlstate}" if self.sqlstate else ""
        parts = [f"{self.path}:{self.line}: {self.kind.lower()}{state}: {self.text}"]
        parts += [f"  detail: {self.detail}"] if self.detail else []
        parts += [f"  hint: {self.hint}"] if self.hint else []
        parts += (
            ["  statement:", *(f"    {each}" for each in _shortened(self.statement))]
            if self.statement
            else []
        )
        return "\n".join(parts)


class ScriptFailed(ScriptError):
    """A script stopped at an error; ``message`` says where and why, ``said`` is everything before it."""

    def __init__(self, message: Message, said: tuple[Message, ...] = ()) -> None:
        super().__init__(str(message))
        self.message = message
        self.said = said


def run(psql: Path, dsn: str, scripts: Iterable[Path], folder: Path) -> tuple[Message, ...]:
    """Run ``scripts`` one after the other in one session, with ``folder`` as the working directory.

    Returns what the server said (notices, warnings). Raises ``ScriptFailed`` at the first error and
    ``ServerError`` if the connection is refused or lost.
    """
    paths = list(scripts)
    command = [str(psql), "-X", "-q", "-b", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose",
               "-d", dsn]  # fmt: skip
    for path in paths:
        command += ["-f", str(path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {"PGCLIENTENCODING": "UTF8", "LC_ALL": "C", "PGAPPNAME": "pgproof"}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, env=environment, check=False
    )
    said = read_messages(done.stderr.decode("utf-8", "replace"))
    if done.returncode == 0:
        return said
    failure = next((each for each in reversed(said) if each.kind in FAILURES), None)
    if done.returncode == CONNECTION_LOST or failure is None:
        last = done.stderr.decode("utf-8", "replace").strip()
        raise ServerError(f"psql lost the server while it ran {paths[0]}:\n{last}")
    raise ScriptFailed(failure, tuple(each for each in said if each is not failure))


def read_messages(text: str) -> tuple[Message, ...]:
    """Parse what psql wrote on its error output; a STATEMENT belongs to the message before it."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if HEAD.match(line):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
    messages: list[Message] = []
    for position, block in enumerate(blocks):
        if _kind(block) == "STATEMENT":
            continue
        following = blocks[position + 1] if position + 1 < len(blocks) else []
        statement = _body(following) if _kind(following) == "STATEMENT" else ""
        messages.append(_message(block, statement))
    return tuple(messages)


def _kind(block: list[str]) -> str:
    head = HEAD.match(block[0]) if block else None
    return head["kind"] if head else ""


def _body(block: list[str]) -> str:
    head = HEAD.match(block[0])
    return "\n".join([block[0][head.end() :] if head else "", *block[1:]]).rstrip()


def _message(block: list[str], statement: str) -> Message:
    head = HEAD.match(block[0])
    assert head is not None
    fields: dict[str, list[str]] = {"": [block[0][head.end() :]]}
    current, pointed = "", 0
    for line in block[1:]:
        field = FIELD.match(line)
        if field:
            current, pointed = field["name"], int(field["number"] or pointed)
        fields.setdefault(current, []).append(line[field.end() :] if field else line)
    return Message(
        kind=head["kind"].upper(),
        path=Path(head["file"]),
        line=_line(int(head["line"]), statement, pointed),
        text="\n".join(fields[""]).strip(),
        sqlstate=head["state"] or "",
        detail="\n".join(fields.get("DETAIL", [])),
        hint="\n".join(fields.get("HINT", [])),
        statement=statement,
    )


def _line(read: int, statement: str, pointed: int) -> int:
    """psql counts up to the end of the statement, the server from its beginning."""
    return read - statement.count("\n") + max(pointed - 1, 0) if statement else read


def _shortened(statement: str) -> list[str]:
    lines = statement.splitlines()
    return lines if len(lines) <= LONGEST else [*lines[:LONGEST], f"... ({len(lines) - LONGEST} more lines)"]
