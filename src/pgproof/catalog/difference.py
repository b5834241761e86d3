"""``Difference``: one thing that is not the same in two catalogs, and how it reads in one line."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

Value: TypeAlias = "str | int | float | bool | tuple[str | None, ...] | None"


@dataclass(frozen=True, slots=True)
class Difference:
    """``kind`` and ``name`` say which object (``policy``, ``select_own on public.profiles``).

    ``attribute`` says what of it, in words (``not null``), and ``before`` and ``after`` are its values;
    without an attribute the object exists on one side only, and ``before`` and ``after`` say whether it does.
    """

    kind: str
    name: str
    attribute: str | None
    before: Value
    after: Value

    def __str__(self) -> str:
        return self.line()

    @property
    def subject(self) -> str:
        """``policy select_own on public.profiles``."""
        return f"{self.kind} {self.name}"

    def line(self, *, added: str = "still there", removed: str = "missing") -> str:
        """The difference in one line; ``added`` and ``removed`` are the words for a whole object.

        The usual words are those of a rollback: what was not there before the migration is "still there".
        """
        if self.attribute is None:
            return f"{self.subject}: {added if self.after else removed}"
        if _has_lines(self.before) and _has_lines(self.after):
            return f"{self.subject}: {self.attribute} {_first_line_that_differs(self.before, self.after)}"
        return f"{self.subject}: {self.attribute} was {shown(self.before)}, is {shown(self.after)}"


def shown(value: Value) -> str:
    """A value in words: ``yes``, ``null``, ``none``, ``a, b``; line breaks become spaces."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join("(expression)" if item is None else item for item in value) or "none"
    return " ".join(str(value).split()) or "empty"


def _has_lines(value: Value) -> bool:
    return isinstance(value, str) and "\n" in value.strip()


def _first_line_that_differs(before: Value, after: Value) -> str:
    """A long text is not repeated: the first line that differs shows where to look."""
    lines = zip_longest(str(before).splitlines(), str(after).splitlines())
    for number, (old, new) in enumerate(lines, start=1):
        if old != new:
            return f"line {number} was {shown(old)}, is {shown(new)}"
    return "differs in its last line break"
