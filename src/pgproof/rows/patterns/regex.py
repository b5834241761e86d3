"""PostgreSQL's regular expressions as a small tree.

The subset of "advanced" expressions that is regular: classes, groups, alternatives, quantifiers, anchors,
character escapes, ``(?i)``, and lookahead where it starts the expression. Anything else raises ``Unknown``:
back references, word boundaries, collating elements, locale-made options.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from pgproof.rows.patterns import charset
from pgproof.rows.patterns.charset import Charset
from pgproof.rows.syntax.signals import Unknown


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    chars: Charset


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; of nothing: the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any one of these."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``part`` between ``least`` and ``most`` times, without end if ``most`` is None."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The start or the end of the text."""

    end: bool


Node: TypeAlias = Chars | Sequence | Either | Repeat | Anchor

START, END = Anchor(False), Anchor(True)
ANYTHING = Repeat(Chars(charset.ANY), 0, None)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Texts in which ``node`` is found, or, when ``negated``, is not.

    ``bound``: what the expression means for a character outside ASCII depends on the server's locale.
    """

    node: Node
    negated: bool = False
    bound: bool = False


_DIGITS = charset.of("0123456789")
_SPACES = charset.of(" \t\n\r\v\f")
_UPPER = ((ord("A"), ord("Z")),)
_LOWER = ((ord("a"), ord("z")),)
_LETTERS = charset.union((_UPPER, _LOWER))
_WORD = charset.union((_LETTERS, _DIGITS, charset.of("_")))
_PUNCTUATION = charset.of("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_CLASSES: dict[str, Charset] = {
    "alpha": _LETTERS,
    "digit": _DIGITS,
    "alnum": charset.union((_LETTERS, _DIGITS)),
    "upper": _UPPER,
    "lower": _LOWER,
    "space": _SPACES,
    "blank": charset.of(" \t"),
    "punct": _PUNCTUATION,
    "xdigit": charset.of("0123456789abcdefABCDEF"),
    "word": _WORD,
    "print": ((32, 126),),
    "graph": ((33, 126),),
    "cntrl": charset.union((((1, 31),), ((127, 127),))),
}
_ESCAPES: dict[str, Charset] = {"d": _DIGITS, "w": _WORD, "s": _SPACES}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}


@lru_cache(maxsize=1024)
def parse_regex(source: str, *, ignore_case: bool = False) -> tuple[Pattern, ...]:
    """What ``~`` asks of a text: all of these patterns. Raises ``Unknown`` outside the subset."""
    if source.startswith("***"):
        raise Unknown("a regular expression with a director")
    if options := re.match(r"\(\?([a-z]+)\)", source):
        if options[1] not in ("i", "c"):
            raise Unknown(f"the regular expression option {options[1]}")
        ignore_case = options[1] == "i"
        source = source[options.end() :]
    reader = _Reader(source, ignore_case)
    patterns = reader.lookaheads()
    node = reader.alternatives()
    if reader.rest:
        raise reader.unknown()
    bound = reader.bound
    return tuple(Pattern(p.node, p.negated, bound) for p in (*patterns, Pattern(node)))


def letter(character: str, ignore_case: bool) -> Charset:
    """The characters that a literal one stands for. Raises ``Unknown`` for what only a locale can say."""
    if not ignore_case:
        return charset.of(character)
    if ord(character) > 127 and character.lower() != character.upper():
        raise Unknown("a letter outside ASCII in any case")
    return charset.of(character.lower() + character.upper() if ord(character) < 128 else character)


class _Reader:
    def __init__(self, source: str, ignore_case: bool) -> None:
        self.rest = source
        self.ignore_case = ignore_case
        self.bound = False

    def unknown(self) -> Unknown:
        return Unknown(f"the regular expression at {self.rest[:20]!r}")

    def take(self, count: int = 1) -> str:
        taken, self.rest = self.rest[:count], self.rest[count:]
        if len(taken) < count:
            raise self.unknown()
        return taken

    def accept(self, text: str) -> bool:
        found = self.rest.startswith(text)
        self.rest = self.rest[len(text) :] if found else self.rest
        return found

    def lookaheads(self) -> list[Pattern]:
        patterns: list[Pattern] = []
        anchored = self.rest.startswith(("^(?=", "^(?!"))
        if not anchored:
            return patterns
        self.take()
        while self.rest.startswith(("(?=", "(?!")):
            negated = self.take(3) == "(?!"
            patterns.append(Pattern(Sequence((START, self.alternatives())), negated))
            if not self.accept(")"):
                raise self.unknown()
        self.rest = "^" + self.rest
        if "|" in _outside_groups(self.rest):
            raise Unknown("lookahead in one of several alternatives")
        return patterns

    def alternatives(self) -> Node:
        parts = [self.sequence()]
        while self.accept("|"):
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def sequence(self) -> Node:
        parts: list[Node] = []
        while self.rest and self.rest[0] not in "|)":
            parts.append(self.quantified())
        return Sequence(tuple(parts))

    def quantified(self) -> Node:
        node = self.atom()
        bounds = re.match(r"([*+?]|\{(\d+)(,(\d*))?\})\??", self.rest)
        if not bounds:
            return node
        if isinstance(node, Anchor):
            raise self.unknown()
        self.take(bounds.end())
        if re.match(r"[*+?]|\{\d", self.rest):
            raise self.unknown()
        if bounds[2] is None:
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[bounds[1]]
        else:
            least = int(bounds[2])
            most = least if bounds[3] is None else int(bounds[4]) if bounds[4] else None
        if max(least, most or 0) > 255 or (most is not None and most < least):
            raise Unknown("a quantifier the server refuses")
        return Repeat(node, least, most)

    def atom(self) -> Node:
        character = self.take()
        if character == "(":
            return self.group()
        if character == "[":
            return Chars(self.brackets())
        if character == "\\":
            return self.escape()
        if character in "^$":
            return START if character == "^" else END
        if character == ".":
            return Chars(charset.ANY)
        if character in "*+?" or (character == "{" and self.rest[:1].isdigit()):
            raise self.unknown()
        return Chars(letter(character, self.ignore_case))

    def group(self) -> Node:
        if self.rest.startswith("?") and not self.accept("?:"):
            raise self.unknown()
        node = self.alternatives()
        if not self.accept(")"):
            raise self.unknown()
        return node

    def escape(self) -> Node:
        if self.accept("A"):
            return START
        if self.accept("Z"):
            return END
        return Chars(self.escaped())

    def escaped(self) -> Charset:
        character = self.take()
        if character.lower() in _ESCAPES:
            self.bound = True
            found = _ESCAPES[character.lower()]
            return found if character.islower() else charset.complement(found)
        if character in _CONTROLS:
            return charset.of(_CONTROLS[character])
        if character == "u" and re.match(r"[0-9a-fA-F]{4}", self.rest):
            return letter(chr(int(self.take(4), 16)), self.ignore_case)
        if character.isalnum() or not character.isascii():
            self.rest = "\\" + character + self.rest
            raise self.unknown()
        return charset.of(character)

    def brackets(self) -> Charset:
        negated = self.accept("^")
        found: list[Charset] = []
        while not found or not self.accept("]"):
            found.append(self.bracket_item())
        chars = charset.union(found)
        return charset.complement(chars) if negated else chars

    def bracket_item(self) -> Charset:
        if self.accept("[:"):
            name, closed, self.rest = self.rest.partition(":]")
            if not closed or name not in _CLASSES:
                raise self.unknown()
            self.bound = True
            return self.folded(_CLASSES[name])
        low = self.bracket_end()
        if not (self.rest.startswith("-") and self.rest[1:2] not in ("]", "")) or charset.size(low) != 1:
            return self.folded(low)
        self.take()
        high = self.bracket_end()
        if charset.size(high) != 1 or high[0][0] < low[0][0]:
            raise self.unknown()
        return self.folded(((low[0][0], high[0][0]),))

    def bracket_end(self) -> Charset:
        if self.rest.startswith(("[.", "[=", "[:")):
            raise self.unknown()
        character = self.take()
        return self.escaped() if character == "\\" else charset.of(character)

    def folded(self, chars: Charset) -> Charset:
        if not self.ignore_case:
            return chars
        letters = charset.intersection(chars, _LETTERS)
        self.bound = self.bound or charset.intersection(chars, charset.ASCII) != chars
        swapped = "".join(charset.characters(letters)).swapcase()
        return charset.union((chars, charset.of(swapped)))


def _outside_groups(source: str) -> str:
    plain = re.sub(r"\\.|\[\^?\]?[^]]*\]", "", source)
    while (shorter := re.sub(r"\([^()]*\)", "", plain)) != plain:
        plain = shorter
    return plain
