"""Text: matching, and the functions that take it apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from pgproof.rows.evaluate.datum import Tag
from pgproof.rows.patterns.language import matches
from pgproof.rows.patterns.like import parse_like, similar_to_regex
from pgproof.rows.patterns.regex import parse_regex
from pgproof.rows.syntax.signals import Refused, Unknown

MOST_LENGTH = 100_000


def lower(text: str) -> str:
    """``lower``; outside ASCII only the locale knows."""
    return _ascii_case(text, text.lower())


def upper(text: str) -> str:
    """``upper``; outside ASCII only the locale knows."""
    return _ascii_case(text, text.upper())


def _ascii_case(text: str, changed: str) -> str:
    if not text.isascii():
        raise Unknown("upper and lower case outside ASCII")
    return changed


def found(text: str, pattern: str, *, ignore_case: bool = False) -> bool:
    """``text ~ pattern``."""
    return all(matches(each, text) for each in parse_regex(pattern, ignore_case=ignore_case))


def known_pattern(operator: str, pattern: Any) -> None:
    """Raises ``Unknown`` if ``pattern``, right of a regular expression's operator, is none that we read."""
    if operator in ("~", "~*", "!~", "!~*") and isinstance(pattern, str):
        parse_regex(pattern, ignore_case=operator.endswith("*"))


def like(text: str, pattern: str, *, ignore_case: bool = False) -> bool:
    """``text LIKE pattern``."""
    if ignore_case and not text.isascii():
        raise Unknown("upper and lower case outside ASCII")
    return matches(parse_like(pattern, ignore_case=ignore_case), text)


def substring(text: str, start: int, length: int | None = None) -> str:
    """``substr``: positions count from 1 and may lie outside."""
    if length is None:
        return text[max(start - 1, 0) :]
    if length < 0:
        raise Refused("22011")
    return text[max(start - 1, 0) : max(start - 1 + length, 0)]


def left(text: str, count: int) -> str:
    """``left``; a negative count leaves that many off at the end."""
    return text[:count]


def right(text: str, count: int) -> str:
    """``right``; a negative count leaves that many off at the start."""
    return text[-count:] if count else ""


def split_part(text: str, separator: str, place: int) -> str:
    """``split_part``."""
    if place == 0:
        raise Refused("22023")
    parts = text.split(separator) if separator else [text]
    index = place - 1 if place > 0 else len(parts) + place
    return parts[index] if 0 <= index < len(parts) else ""


def pad(text: str, length: int, fill: str, *, before: bool) -> str:
    """``lpad`` and ``rpad``."""
    length = min(max(length, 0), MOST_LENGTH)
    if len(text) >= length or not fill:
        return text[:length]
    padding = (fill * length)[: length - len(text)]
    return padding + text if before else text + padding


def repeat(text: str, count: int) -> str:
    """``repeat``."""
    if len(text) * count > MOST_LENGTH:
        raise Unknown("a very long text")
    return text * max(count, 0)


def similar_escape(pattern: str, escape: str = "\\") -> str:
    """``similar_to_escape``."""
    if '"' in pattern or len(escape) > 1:
        raise Unknown("SIMILAR TO with parts to extract")
    return similar_to_regex(pattern, escape)


def like_escape(pattern: str, escape: str) -> str:
    """The pattern with a backslash instead of ``escape``."""
    if len(escape) != 1:
        raise Unknown("a long or empty escape")
    changed = (f"\\{c}" if escaped else c for c, escaped in _unescaped(pattern.replace("\\", "\\\\"), escape))
    return pattern if escape == "\\" else "".join(changed)


def _unescaped(pattern: str, escape: str) -> list[tuple[str, bool]]:
    pairs: list[tuple[str, bool]] = []
    characters = iter(pattern)
    for character in characters:
        escaped = character == escape
        pairs.append((next(characters, "") if escaped else character, escaped))
    return pairs


def _replace(text: str, old: str, new: str) -> str:
    return text.replace(old, new) if old else text


def _code(text: str) -> int:
    return ord(text[0]) if text else 0


Texts = dict[tuple[str, int], tuple[Tag, Callable[..., Any]]]
TEXT_FUNCTIONS: Texts = {
    ("char_length", 1): ("integer", len),
    ("character_length", 1): ("integer", len),
    ("length", 1): ("integer", len),
    ("octet_length", 1): ("integer", lambda text: len(text.encode())),
    ("bit_length", 1): ("integer", lambda text: 8 * len(text.encode())),
    ("lower", 1): ("text", lower),
    ("upper", 1): ("text", upper),
    ("btrim", 1): ("text", lambda text: text.strip(" ")),
    ("ltrim", 1): ("text", lambda text: text.lstrip(" ")),
    ("rtrim", 1): ("text", lambda text: text.rstrip(" ")),
    ("btrim", 2): ("text", lambda text, characters: text.strip(characters) if characters else text),
    ("ltrim", 2): ("text", lambda text, characters: text.lstrip(characters) if characters else text),
    ("rtrim", 2): ("text", lambda text, characters: text.rstrip(characters) if characters else text),
    ("left", 2): ("text", left),
    ("right", 2): ("text", right),
    ("substr", 2): ("text", substring),
    ("substr", 3): ("text", substring),
    ("substring", 3): ("text", substring),
    ("position", 2): ("integer", lambda text, part: text.find(part) + 1),
    ("strpos", 2): ("integer", lambda text, part: text.find(part) + 1),
    ("starts_with", 2): ("boolean", str.startswith),
    ("replace", 3): ("text", _replace),
    ("reverse", 1): ("text", lambda text: text[::-1]),
    ("repeat", 2): ("text", repeat),
    ("lpad", 2): ("text", lambda text, n: pad(text, n, " ", before=True)),
    ("rpad", 2): ("text", lambda text, n: pad(text, n, " ", before=False)),
    ("lpad", 3): ("text", lambda text, n, fill: pad(text, n, fill, before=True)),
    ("rpad", 3): ("text", lambda text, n, fill: pad(text, n, fill, before=False)),
    ("split_part", 3): ("text", split_part),
    ("md5", 1): ("text", lambda text: hashlib.md5(text.encode()).hexdigest()),
    ("ascii", 1): ("integer", _code),
    ("similar_to_escape", 1): ("text", similar_escape),
    ("similar_to_escape", 2): ("text", similar_escape),
    ("like_escape", 2): ("text", like_escape),
    ("regexp_like", 2): ("boolean", found),
}
TEXT_OPERATORS: dict[str, tuple[Tag, Callable[[str, str], bool]]] = {
    "~": ("boolean", found),
    "~*": ("boolean", lambda a, b: found(a, b, ignore_case=True)),
    "!~": ("boolean", lambda a, b: not found(a, b)),
    "!~*": ("boolean", lambda a, b: not found(a, b, ignore_case=True)),
    "~~": ("boolean", like),
    "~~*": ("boolean", lambda a, b: like(a, b, ignore_case=True)),
    "!~~": ("boolean", lambda a, b: not like(a, b)),
    "!~~*": ("boolean", lambda a, b: not like(a, b, ignore_case=True)),
    "^@": ("boolean", str.startswith),
}
