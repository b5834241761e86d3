"""A column's values for a block of rows, kept as arrays; ``encode`` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.values.draws import Bits, Ints

Mask: TypeAlias = "NDArray[np.bool_]"
Objects: TypeAlias = "NDArray[np.object_]"

DAY = 86_400_000_000  # microseconds
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers, or decimals when ``scale`` digits of them stand after the point."""

    values: Ints
    scale: int = 0

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Reals:
    """Floating-point numbers."""

    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Truths:
    """Booleans."""

    values: Mask

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Moments:
    """Dates and times as microseconds since 1970, or since midnight when ``shape`` is "time"."""

    values: Ints
    shape: str = "timestamptz"

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Uuids:
    """UUIDs as two halves of 64 bits."""

    high: Bits
    low: Bits

    def __len__(self) -> int:
        return len(self.high)


@dataclass(frozen=True, slots=True)
class Hexes:
    """Lower-case hexadecimal digits, the first ``width`` of what ``words`` hold."""

    words: tuple[Bits, ...]
    width: int

    def __len__(self) -> int:
        return len(self.words[0])


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts to choose from; None is NULL. ``encode`` keeps them here as it writes them."""

    texts: tuple[str | None, ...]
    encoded: dict[tuple[str, bytes, bool], Objects] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """For every row one text of a pool."""

    pool: Pool
    chosen: Ints

    def __len__(self) -> int:
        return len(self.chosen)


@dataclass(frozen=True, slots=True)
class Joined:
    """Texts made of several values and constants, one after the other."""

    parts: tuple[Values | str, ...]

    def __len__(self) -> int:
        return next(len(part) for part in self.parts if not isinstance(part, str))


@dataclass(frozen=True, slots=True)
class Nullable:
    """Values some of which are NULL."""

    values: Values
    null: Mask

    def __len__(self) -> int:
        return len(self.null)


@dataclass(frozen=True, slots=True)
class Scattered:
    """Values put together from several: each of ``parts`` says which rows it is for. All others are NULL."""

    size: int
    parts: tuple[tuple[Ints, Values], ...]

    def __len__(self) -> int:
        return self.size


Values: TypeAlias = (
    Numbers | Reals | Truths | Moments | Uuids | Hexes | Choice | Joined | Nullable | Scattered
)


def nullable(values: Values, null: Mask | None) -> Values:
    """``values`` with NULL where ``null`` is true."""
    return values if null is None or not null.any() else Nullable(values, null)


def nulls(size: int) -> Values:
    """Nothing but NULL."""
    return Scattered(size, ())


def constant(size: int, text: str | None) -> Values:
    """The same text in every row."""
    return Choice(Pool((text,)), np.zeros(size, dtype=np.int64))


def scattered(size: int, parts: Sequence[tuple[Ints, Values]]) -> Values:
    """Values put together; one part for all rows stays as it is."""
    filled = [(rows, values) for rows, values in parts if len(rows)]
    if len(filled) == 1 and len(filled[0][0]) == size:
        return filled[0][1]
    return Scattered(size, tuple(filled))


def null_mask(values: Values) -> Mask:
    """Which of ``values`` are NULL."""
    if isinstance(values, Nullable):
        return values.null | null_mask(values.values)
    if isinstance(values, Choice) and None in values.pool.texts:
        empty = np.array([text is None for text in values.pool.texts], dtype=np.bool_)
        return np.asarray(empty[values.chosen])
    found = np.zeros(len(values), dtype=np.bool_)
    if isinstance(values, Scattered):
        found[:] = True
        for rows, part in values.parts:
            found[rows] = null_mask(part)
    return found
