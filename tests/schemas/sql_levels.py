"""SQL text by its levels: which parentheses a place is in, and what stands beside it on the same level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .sql_text import SqlFile, lines


@dataclass(frozen=True)
class Code:
    """The code of a file without comments and literals, and the numbers of the lines that end in a comment."""

    text: str
    explained: frozenset[int]

    @cached_property
    def depth(self) -> list[int]:
        """How many parentheses each character is in; a parenthesis is not in itself."""
        depth, found = 0, []
        for character in self.text:
            depth -= character == ")"
            found.append(depth)
            depth += character == "("
        return found

    def closes(self, opened: int) -> int:
        """Where the parenthesis that opens at ``opened`` is closed."""
        return next(i for i in range(opened + 1, len(self.text)) if self.depth[i] == self.depth[opened])

    def around(self, place: int) -> tuple[int, int]:
        """From where to where the parentheses reach in which ``place`` is, or the statement."""
        start = next((i + 1 for i in range(place - 1, -1, -1) if self._ends(i, self.depth[place])), 0)
        end = next(
            (i for i in range(place, len(self.text)) if self._ends(i, self.depth[place])), len(self.text)
        )
        return start, end

    def _ends(self, place: int, depth: int) -> bool:
        return self.depth[place] < depth or (self.text[place] == ";" and self.depth[place] == depth)

    def level(self, start: int, end: int) -> str:
        """What stands between two places; what is inside of further parentheses is blank."""
        outer = min(self.depth[start:end], default=0)
        return "".join(
            c if self.depth[i] == outer else " " for i, c in enumerate(self.text[start:end], start)
        )

    def unless_explained(self, place: int, problem: str) -> Iterator[str]:
        """The problem with the number of its line, if no comment on that line says why it is none."""
        line = self.text.count("\n", 0, place) + 1
        if line not in self.explained:
            yield f"line {line}: {problem}"


def read(file: SqlFile) -> Code:
    """The code of a file, function bodies included."""
    found = list(lines(file.text))
    return Code(
        "\n".join(each.code for each in found), frozenset(each.number for each in found if each.comment)
    )
