"""How a text column is filled: believable where its constraints let it, exact where they do not.

A filler is a function of row numbers. A distinct one gives every row a text of its own, case ignored, by
writing the row's number into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pgproof.rows.model.fits import accepts, is_open, language_of
from pgproof.rows.model.tables import Space
from pgproof.rows.values.blocks import Choice, Hexes, Joined, Numbers, Pool, Values
from pgproof.rows.values.draws import Ints, Permutation, below, bits, stream, unit
from pgproof.rows.values.encode import texts
from pgproof.rows.values.phrases import SUFFIXES, TEMPLATES, Part, Phrasing, Word, template, together
from pgproof.rows.values.words import pool

Filler: TypeAlias = Callable[[Ints], Values]

_SAMPLE = 3000
_TRIED = np.unique(np.concatenate((np.arange(200), 10 ** np.arange(8), 10 ** np.arange(1, 8) - 1)))
_HEXES = ("token", "hash")


@dataclass(frozen=True, slots=True)
class TextNeeds:
    """What a text column must be: its space, its provider, and for how many rows it must differ (0: may repeat).

    ``taken`` are texts, in lower case, that the ``first`` rows have already; ``unread``: there are others besides.
    """

    space: Space
    provider: str
    distinct: int = 0
    taken: frozenset[str] = frozenset()
    first: int = 0
    unread: bool = False


def text_filler(phrasing: Phrasing, needs: TextNeeds) -> Filler | None:
    """A filler that meets the needs, the most believable first; None if there are not enough such texts."""
    attempts = _distinct_ways(phrasing, needs) if needs.distinct else _ways(phrasing, needs)
    for filler in attempts:
        if filler is not None:
            return filler
    return None


def require_provider(provider: str, locale: str) -> None:
    """Raises ``UsageError`` for a provider that nobody has."""
    if provider not in {*TEMPLATES, *SUFFIXES, *_HEXES}:
        pool(provider, locale, 1, 1)


def _ways(phrasing: Phrasing, needs: TextNeeds) -> Sequence[Filler | None]:
    space = needs.space
    if space.allowed is not None:
        return (_chosen(phrasing, tuple(t for t in space.allowed if accepts(space, t)), skewed=True),)
    whole = _templated(phrasing, template(needs.provider))
    if needs.provider in _HEXES:
        whole = _hexes(phrasing, space)
    if _fits_always(whole, space):
        return (whole,)
    sample = texts(whole(np.arange(_SAMPLE)))
    return (_chosen(phrasing, fitting(space, sample)), _spelled(phrasing, space, 0))


def _distinct_ways(phrasing: Phrasing, needs: TextNeeds) -> list[Filler | None]:
    space, count = needs.space, needs.distinct
    if space.allowed is not None:
        listed = tuple(t for t in space.allowed if accepts(space, t) and t.casefold() not in needs.taken)
        return [_each(phrasing, listed, needs)]
    found: list[Filler | None] = []
    if needs.provider in _HEXES and (space.max_length is None or space.max_length >= 16):
        found.append(_checked(_hexes(phrasing, space), space))
    elif len(template(needs.provider)) == 1 and needs.provider not in SUFFIXES and not needs.unread:
        words = fitting(space, pool(needs.provider, phrasing.locale, phrasing.seed))
        found.append(_each(phrasing, tuple(w for w in words if w.casefold() not in needs.taken), needs))
    found += [_checked(_numbered(phrasing, parts), space) for parts in _suffixed(needs.provider)]
    found.append(_spelled(phrasing, space, count))
    return found


def fitting(space: Space, candidates: Sequence[str | None]) -> tuple[str, ...]:
    """The candidates that are in the space, cut to its length where that helps; each once."""
    cut = [text[: space.max_length].strip() for text in candidates if text is not None]
    return tuple(dict.fromkeys(text for text in cut if accepts(space, text)))


def _suffixed(provider: str) -> list[tuple[tuple[Part, ...], tuple[Part, ...]]]:
    before, joint, after = SUFFIXES.get(provider, (template(provider), " ", ()))
    others = [joint, *(each for each in ("-", "_", "") if each != joint)]
    shorter: tuple[Part, ...] = (Word("ascii_word"),)
    return [((*start, each), after) for start in (before, shorter) for each in others] + [
        (("x",), ()),
        ((), ()),
    ]


def _numbered(phrasing: Phrasing, parts: tuple[tuple[Part, ...], tuple[Part, ...]]) -> Filler:
    before, after = parts

    def fill(rows: Ints) -> Values:
        number = Numbers(rows + 1)
        return together([*phrasing.draw(before, rows), number, *phrasing.draw(after, rows)])

    return fill


def _templated(phrasing: Phrasing, parts: tuple[Part, ...]) -> Filler:
    return lambda rows: together(phrasing.draw(parts, rows))


def _hexes(phrasing: Phrasing, space: Space) -> Filler:
    width = min(64, space.max_length or 64)
    keys = [stream(phrasing.seed, phrasing.table, phrasing.column, str(n)) for n in range(-(-width // 16))]

    def fill(rows: Ints) -> Values:
        return Hexes(tuple(bits(key, rows) for key in keys), width)

    return fill


def _checked(filler: Filler, space: Space) -> Filler | None:
    return filler if _fits_always(filler, space) else None


def _fits_always(filler: Filler, space: Space) -> bool:
    """Whether everything that a filler writes fits: by its greatest length, and by a broad sample."""
    if is_open(space):
        return True
    sample = filler(_TRIED)
    if space.max_length is not None and longest(sample) > space.max_length:
        return False
    return all(text is not None and accepts(space, text) for text in texts(sample))


def longest(values: Values | str) -> int:
    """How long texts of this making can get."""
    if isinstance(values, str):
        return len(values)
    if isinstance(values, Joined):
        return sum(longest(part) for part in values.parts)
    if isinstance(values, Choice):
        return max(len(text or "") for text in values.pool.texts)
    return max(len(text or "") for text in texts(values))


def _chosen(phrasing: Phrasing, words: tuple[str, ...], *, skewed: bool = False) -> Filler | None:
    if not words:
        return None
    shared = Pool(words)
    key = stream(phrasing.seed, phrasing.table, phrasing.column)

    def fill(rows: Ints) -> Values:
        if skewed:
            draw = unit(key, rows)
            return Choice(shared, ((draw + draw * draw) / 2 * len(words)).astype(np.int64))
        return Choice(shared, below(key, rows, len(words)))

    return fill


def _each(phrasing: Phrasing, words: tuple[str, ...], needs: TextNeeds) -> Filler | None:
    folded = tuple({word.casefold(): word for word in words}.values())
    if len(folded) < needs.distinct - needs.first:
        return None
    shared = Pool(folded)
    order = Permutation(stream(phrasing.seed, phrasing.table, phrasing.column), len(folded))
    return lambda rows: Choice(shared, order(rows - needs.first))


def _spelled(phrasing: Phrasing, space: Space, count: int) -> Filler | None:
    """Texts spelled out from the patterns themselves: a pool of them, or as many as there are rows."""
    language = language_of(space)
    key = stream(phrasing.seed, phrasing.table, phrasing.column)
    lengths = [n for n in language.lengths(24) if language.count(n)]
    if not count:
        words = [language.nth(n, i % language.count(n)) for n in lengths for i in range(40)]
        return _chosen(phrasing, tuple(dict.fromkeys(words)))
    for length in lengths:
        if language.count(length) >= count:
            order = Permutation(key, min(language.count(length), 2**60))
            return lambda rows, n=length: _unranked(language.nth, n, order(rows))  # type: ignore[misc]
    return None


def _unranked(nth: Callable[[int, int], str], length: int, ranks: Ints) -> Values:
    words = tuple(nth(length, rank) for rank in ranks.tolist())
    return Choice(Pool(words), np.arange(len(words), dtype=np.int64))
