"""``access.lock``: what was measured, one line per cell, so that a change in who can do what reads as a change. Pure.

``public.notes delete user: own rows (owner = :id)``. A line says nothing about the contract, only about the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pgproof.access.contract.model import COMMANDS
from pgproof.errors import UsageError

HEAD = """\
# Who could do what, as measured on the seed data and the contract's population. Written by: pgproof check --update
# RELATION COMMAND ACTOR: none, all rows, own rows or some rows (with a condition that fits), and columns if not all.
"""
LINE = re.compile(r"^(?P<subject>.+) (?P<command>[a-z]+) (?P<actor>[^ :]+): (?P<what>.+)$")
CALL, BESIDE = "call", "hold"
ORDER = (*COMMANDS, BESIDE, CALL)
NONE, NO = "none", "no"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what one kind of actor could do to one relation or function."""

    subject: str
    command: str
    actor: str
    what: str

    @property
    def place(self) -> tuple[str, str, str]:
        """What the line is about."""
        return self.subject, self.command, self.actor


def render(entries: Iterable[Entry]) -> str:
    """The text of the file: relations, then functions, each in order of names, commands and actors."""
    ordered = sorted(
        entries, key=lambda each: (each.command == CALL, each.subject, ORDER.index(each.command), each.actor)
    )
    blocks = [
        "".join(f"{each.subject} {each.command} {each.actor}: {each.what}\n" for each in group)
        for _, group in groupby(ordered, key=lambda each: each.subject)
    ]
    return "\n".join([HEAD, *blocks])


def parse(path: Path, text: str) -> tuple[Entry, ...]:
    """The entries of a file. Raises ``UsageError`` with the line that is none."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.match(line)
        if not match or match["command"] not in ORDER:
            raise UsageError(
                f"{path}:{number}: {line[:60]!r} is no line of a lock; expected RELATION COMMAND ACTOR: WHAT;"
                " write it anew: pgproof check --update"
            )
        found.append(Entry(match["subject"], match["command"], match["actor"], match["what"]))
    return tuple(found)


def line_of(text: str, place: tuple[str, str, str]) -> int | None:
    """The line that speaks of a place, counted from 1."""
    start = f"{' '.join(place)}: "
    return next((number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start)), None)


def changes(recorded: Sequence[Entry], measured: Sequence[Entry]) -> list[tuple[Entry, str]]:
    """What is different, as sentences, each with the entry it is about: ``user may now delete public.notes: ...``."""
    before = {each.place: each for each in recorded}
    after = {each.place: each for each in measured}
    found = []
    for place in sorted({*before, *after}, key=lambda each: (each[0], ORDER.index(each[1]), each[2])):
        was, now = before.get(place), after.get(place)
        if was != now:
            entry = now or was
            assert entry is not None
            found.append((entry, _sentence(place, was.what if was else "", now.what if now else "")))
    return found


def _sentence(place: tuple[str, str, str], was: str, now: str) -> str:
    subject, command, actor = place
    if command == BESIDE:
        return f"{actor} holds privileges beside rows on {subject}: was {was or NONE}, is {now or NONE}"
    did = "change rows into others in" if command == "becomes" else command
    what = f"{actor} {{}} {did} {subject}".replace("insert ", "insert into ")
    if not now:
        return f"{what.format('was measured to')}: was {was}, is not measured any more"
    if not was:
        return f"{what.format('may not' if nothing(now) else 'may')}: not recorded, is {now}"
    if nothing(was) and not nothing(now):
        return f"{what.format('may now')}: was {was}, is {now}"
    if nothing(now) and not nothing(was):
        return f"{what.format('may no longer')}: was {was}, is {now}"
    return f"{what.format('may otherwise')}: was {was}, is {now}"


def nothing(what: str) -> bool:
    """Whether a word of the lock says that nothing was possible."""
    return what in (NONE, NO)


def worded(told: Mapping[bool, int], rule: str, own: bool, columns: Sequence[str] | None) -> str:
    """The word for a cell: ``told`` counts rows that were reached (True) and not, ``rule`` is a condition that fits."""
    if not told.get(True):
        return NONE if told.get(False) else "no rows to try"
    some = f"{'own' if own else 'some'} rows ({rule})" if rule else "some rows"
    word = some if told.get(False) else "all rows"
    return word if columns is None else f"{word}; columns {', '.join(columns)}"
