"""Believable texts put together from pools, so that a few thousand words make millions of values.

``parts`` of a provider are drawn independently; constants stand between them. What belongs to one person
(first name, last name, e-mail address, user name) is drawn from the same numbers in every column of a table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from pgproof.rows.values.blocks import Choice, Joined, Numbers, Pool, Uuids, Values
from pgproof.rows.values.draws import Ints, below, bits, stream, unit
from pgproof.rows.values.words import latin, pool


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a pool; columns with the same ``topic`` in a table draw the same one for a row.

    ``latin``: in lower-case ASCII, as in an address; scripts that have none get another word.
    """

    provider: str
    topic: str = ""
    latin: bool = False


@dataclass(frozen=True, slots=True)
class Digits:
    """A number below ``limit``."""

    limit: int


@dataclass(frozen=True, slots=True)
class Random:
    """A UUID."""


Part: TypeAlias = "Word | Digits | Random | str"

_FIRST, _LAST = Word("first_name", "first"), Word("last_name", "last")
_LATIN_FIRST, _LATIN_LAST = Word("first_name", "first", True), Word("last_name", "last", True)

TEMPLATES: dict[str, tuple[Part, ...]] = {
    "first_name": (_FIRST,),
    "last_name": (_LAST,),
    "person": (_FIRST, " ", _LAST),
    "email": (_LATIN_FIRST, ".", _LATIN_LAST, "@", Word("domain", "first")),
    "username": (_LATIN_FIRST, "_", _LATIN_LAST),
    "paragraph": (Word("sentence"), " ", Word("sentence"), " ", Word("sentence")),
    "url": ("https://www.", Word("ascii_word"), ".example.com/", Word("ascii_word")),
    "image_url": ("https://images.example.com/", Word("path"), ".jpg"),
    "media_url": ("https://media.example.com/", Word("path"), ".mp4"),
    "slug": (Word("ascii_word"), "-", Word("ascii_word")),
    "file_name": (Word("ascii_word"), "_", Digits(1000), Word("ending")),
    "code": (Word("code"), "-", Digits(1_000_000)),
    "ip": ("10.", Digits(256), ".", Digits(256), ".", Digits(256)),
}

# What stands between a text and the number that makes it the only one of its kind, and where.
SUFFIXES: dict[str, tuple[tuple[Part, ...], str, tuple[Part, ...]]] = {
    "email": ((_LATIN_FIRST, ".", _LATIN_LAST), "", ("@", Word("domain", "first"))),
    "username": ((_LATIN_FIRST,), "_", ()),
    "slug": ((Word("ascii_word"), "-", Word("ascii_word")), "-", ()),
    "code": ((Word("code"),), "-", ()),
    "url": (("https://www.", Word("ascii_word"), ".example.com/", Word("ascii_word")), "-", ()),
    "image_url": (("https://images.example.com/", Word("path")), "-", (".jpg",)),
    "media_url": (("https://media.example.com/", Word("path")), "-", (".mp4",)),
    "path": ((Word("path"),), "-", ()),
    "file_name": ((Word("ascii_word"),), "_", (Word("ending"),)),
    "phone": (("+1-555-",), "", ()),
}


def template(provider: str) -> tuple[Part, ...]:
    """The parts that texts of this provider are made of."""
    return TEMPLATES.get(provider, (Word(provider),))


@dataclass(frozen=True, slots=True)
class Phrasing:
    """Draws texts for a column of a table."""

    seed: int
    table: str
    column: str
    locale: str

    def draw(self, parts: tuple[Part, ...], rows: Ints) -> list[Values | str]:
        """Every part for every row, constants as they are."""
        return [
            part if isinstance(part, str) else self._part(part, number, rows)
            for number, part in enumerate(parts)
        ]

    def _part(self, part: Word | Digits | Random, number: int, rows: Ints) -> Values:
        if isinstance(part, Word):
            words = shared_pool(replace(part, topic=""), self.locale, self.seed)
            name = part.topic or f"{self.column} {number}"
            return Choice(words, below(stream(self.seed, self.table, name), rows, len(words.texts)))
        key = stream(self.seed, self.table, self.column, str(number))
        if isinstance(part, Digits):
            return Numbers((unit(key, rows) * part.limit).astype(np.int64))
        return uuids(key, rows)


@lru_cache(maxsize=1024)
def shared_pool(word: Word, locale: str, seed: int) -> Pool:
    """The pool of a word as values; the same object every time, so it is encoded once."""
    texts = pool(word.provider, locale, seed)
    if not word.latin:
        return Pool(texts)
    spare = pool("ascii_word", locale, seed)
    return Pool(tuple(latin(text) or spare[number % len(spare)] for number, text in enumerate(texts)))


def together(parts: list[Values | str]) -> Values:
    """Parts as one value."""
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0]
    return Joined(tuple(parts))


def uuids(key: np.uint64, rows: Ints) -> Uuids:
    """Random UUIDs (version 4), different for different rows."""
    high = bits(key, rows)
    low = bits(key ^ np.uint64(0x5851F42D4C957F2D), rows)
    version = np.uint64(0x4000)
    high = (high & np.uint64(0xFFFFFFFFFFFF0FFF)) | version
    low = (low & np.uint64(0x3FFFFFFFFFFFFFFF)) | np.uint64(0x8000000000000000)
    return Uuids(high, low)
