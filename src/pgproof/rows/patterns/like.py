"""LIKE and SIMILAR TO, said as regular expressions."""

from __future__ import annotations

from functools import lru_cache

from pgproof.rows.patterns import charset
from pgproof.rows.patterns.regex import ANYTHING, END, START, Chars, Node, Pattern, Sequence, letter
from pgproof.rows.syntax.signals import Unknown


@lru_cache(maxsize=1024)
def parse_like(source: str, *, ignore_case: bool = False, escape: str = "\\") -> Pattern:
    """What LIKE asks of a text. Raises ``Unknown`` for a pattern that ends in its escape character."""
    parts: list[Node] = [START]
    characters = iter(source)
    for character in characters:
        if character == escape:
            character = next(characters, "")
            if not character:
                raise Unknown("a LIKE pattern that ends with its escape character")
        elif character == "%":
            parts.append(ANYTHING)
            continue
        elif character == "_":
            parts.append(Chars(charset.ANY))
            continue
        parts.append(Chars(letter(character, ignore_case)))
    return Pattern(Sequence((*parts, END)))


def similar_to_regex(source: str, escape: str = "\\") -> str:
    """The regular expression that ``similar_to_escape`` makes of a SIMILAR TO pattern."""
    written: list[str] = []
    characters = iter(source)
    in_brackets = False
    for character in characters:
        if character == escape:
            written.append("\\" + next(characters, ""))
        elif in_brackets:
            in_brackets = character != "]"
            written.append("\\\\" if character == "\\" else character)
        elif character in "%_":
            written.append(".*" if character == "%" else ".")
        elif character in ".^$\\":
            written.append("\\" + character)
        else:
            in_brackets = character == "["
            written.append("(?:" if character == "(" else character)
    return f"^(?:{''.join(written)})$"
