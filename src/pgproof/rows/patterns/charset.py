"""Sets of characters as sorted ranges of code points: every character that PostgreSQL text can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

Charset: TypeAlias = tuple[tuple[int, int], ...]

ANY: Charset = ((1, 0xD7FF), (0xE000, 0x10FFFF))
ASCII: Charset = ((1, 0x7F),)
NONE: Charset = ()


def of(text: str) -> Charset:
    """The characters of ``text``."""
    return union(((ord(character), ord(character)),) for character in text)


def union(sets: Iterable[Charset]) -> Charset:
    """What is in any of ``sets``."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pair for each in sets for pair in each):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def intersection(left: Charset, right: Charset) -> Charset:
    """What is in both."""
    pairs = ((max(a, c), min(b, d)) for a, b in left for c, d in right)
    return tuple(sorted((low, high) for low, high in pairs if low <= high))


def complement(chars: Charset) -> Charset:
    """Every other character."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in (*chars, (0x110000, 0x110000)):
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    return intersection(tuple(found), ANY)


def contains(chars: Charset, character: str) -> bool:
    """Whether ``character`` is one of them."""
    return any(low <= ord(character) <= high for low, high in chars)


def partition(sets: Iterable[Charset]) -> tuple[Charset, ...]:
    """The coarsest division of all characters of which every one of ``sets`` is a union."""
    classes: list[Charset] = [ANY]
    for each in dict.fromkeys(sets):
        outside = complement(each)
        halves = [intersection(part, side) for part in classes for side in (each, outside)]
        classes = [half for half in halves if half]
    return tuple(classes)


def characters(chars: Charset) -> Iterator[str]:
    """The characters, by code point."""
    for low, high in chars:
        yield from map(chr, range(low, high + 1))


def size(chars: Charset) -> int:
    """How many they are."""
    return sum(high - low + 1 for low, high in chars)
