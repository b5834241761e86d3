"""The words of a deparsed expression, and a cursor that reads them one after another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Sort = Literal["name", "quoted", "number", "string", "operator", "mark", "end"]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<name>[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
      | "(?P<quoted>(?:[^"]|"")*)"
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | '(?P<string>(?:[^']|'')*)'
      | (?P<mark>::|[()\[\],.:])
      | (?P<operator>[-+*/<>=~!@\#%^&|`?]+)
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)


class UnreadableExpression(ValueError):
    """The text is not in the language this room reads; the message says where that language ended."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word: ``text`` is unquoted; ``start`` and ``end`` are its place in the source."""

    sort: Sort
    text: str
    start: int
    end: int


def tokens(source: str) -> list[Token]:
    """All words of ``source`` and an ``end``. Raises ``UnreadableExpression``."""
    found: list[Token] = []
    position = 0
    while not found or found[-1].sort != "end":
        match = _TOKEN.match(source, position)
        if match is None:
            raise UnreadableExpression(f"cannot read {source[position : position + 20]!r} in {source!r}")
        sort: Sort = match.lastgroup  # type: ignore[assignment]
        text = match[sort]
        if sort in ("quoted", "string"):
            text = text.replace('""', '"') if sort == "quoted" else text.replace("''", "'")
        found.append(Token(sort, text, match.start(sort), match.end()))
        position = match.end()
    return found


class Cursor:
    """A place in the words of one expression."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._tokens = tokens(source)
        self._place = 0

    @property
    def token(self) -> Token:
        """The word that comes next."""
        return self._tokens[self._place]

    def ahead(self, distance: int = 1) -> Token:
        """The word ``distance`` after the next one."""
        return self._tokens[min(self._place + distance, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next word, which is then behind us."""
        token = self.token
        if token.sort != "end":
            self._place += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether the next words are these marks or operators."""
        return all(
            self.ahead(i).sort in ("mark", "operator") and self.ahead(i).text == text
            for i, text in enumerate(texts)
        )

    def at_words(self, *words: str) -> bool:
        """Whether the next words are these unquoted names, in any case."""
        return all(
            self.ahead(i).sort == "name" and self.ahead(i).text.upper() == word
            for i, word in enumerate(words)
        )

    def accept(self, text: str) -> bool:
        """Take the mark or operator ``text`` if it comes next."""
        if found := self.at(text):
            self.take()
        return found

    def accept_words(self, *words: str) -> bool:
        """Take these unquoted names if they come next."""
        if found := self.at_words(*words):
            for _ in words:
                self.take()
        return found

    def expect(self, text: str) -> None:
        """Take the mark ``text``. Raises ``UnreadableExpression`` if something else is there."""
        if not self.accept(text):
            raise self.failure(f"{text!r}")

    def expect_words(self, *words: str) -> None:
        """Take these unquoted names. Raises ``UnreadableExpression`` if something else is there."""
        if not self.accept_words(*words):
            raise self.failure(" ".join(words))

    def name(self) -> str:
        """Take a name, quoted or not. Raises ``UnreadableExpression`` if something else is there."""
        if self.token.sort not in ("name", "quoted"):
            raise self.failure("a name")
        return self.take().text

    def failure(self, wanted: str) -> UnreadableExpression:
        """What to raise because ``wanted`` is not what comes next."""
        seen = self.token.text or "the end"
        return UnreadableExpression(
            f"expected {wanted} but found {seen!r} at character {self.token.start + 1} of {self.source!r}"
        )
