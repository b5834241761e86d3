"""Random numbers that are a pure function of (seed, names, row number), so any row can be drawn at any time.

Nothing is drawn in sequence: whatever the order, the block size or the number of workers, row 7 of a column
is always the same. Only integer arithmetic and correctly rounded operations are used, so it is also the same
on every machine. The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = "NDArray[np.int64]"
Bits: TypeAlias = "NDArray[np.uint64]"
Floats: TypeAlias = "NDArray[np.float64]"

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)
_ROUNDS = 4


def stream(seed: int, *names: str) -> np.uint64:
    """The key of the numbers that belong to these names."""
    text = "\0".join((str(seed), *names)).encode()
    key: np.uint64 = np.uint64(int.from_bytes(blake2b(text, digest_size=8).digest(), "little"))
    return key


def mix(values: Bits) -> Bits:
    """Scramble 64 bits into 64 others, one to one; ``values`` is overwritten."""
    values ^= values >> np.uint64(30)
    values *= _FIRST
    values ^= values >> np.uint64(27)
    values *= _SECOND
    values ^= values >> np.uint64(31)
    return values


def bits(key: np.uint64, rows: Ints) -> Bits:
    """64 random bits for every row number."""
    values = rows.astype(np.uint64)
    values *= _STEP
    values += key
    return mix(values)


def unit(key: np.uint64, rows: Ints) -> Floats:
    """A number in [0, 1) for every row number."""
    values: Floats = (bits(key, rows) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return values


def below(key: np.uint64, rows: Ints, limit: Ints | int) -> Ints:
    """A number in [0, ``limit``) for every row number; ``limit`` may differ by row and is at least 1."""
    return np.asarray(np.minimum((unit(key, rows) * limit).astype(np.int64), np.asarray(limit) - 1))


def chance(key: np.uint64, rows: Ints, share: float) -> NDArray[np.bool_]:
    """True for about ``share`` of the rows."""
    return unit(key, rows) < share


def weighted(key: np.uint64, rows: Ints, weights: Floats) -> Ints:
    """A position in ``weights`` for every row, as often as its weight says."""
    edges = np.cumsum(weights)
    found: Ints = np.searchsorted(edges, unit(key, rows) * edges[-1], side="right").astype(np.int64)
    return found


@dataclass(frozen=True, slots=True)
class Permutation:
    """The numbers 0 .. ``size``-1 in another order, computed and not stored.

    A Feistel network over the next even number of bits; what falls outside is sent through again.
    """

    key: np.uint64
    size: int

    def __call__(self, rows: Ints) -> Ints:
        """Where each of ``rows`` (all in [0, ``size``)) goes; no two go to the same place."""
        if self.size < 2:
            return np.array(rows)
        half = np.uint64(max(1, ((self.size - 1).bit_length() + 1) // 2))
        moved = self._round_trip(rows.astype(np.uint64), half)
        while (outside := np.flatnonzero(moved >= np.uint64(self.size))).size:
            moved[outside] = self._round_trip(moved[outside], half)
        return moved.astype(np.int64)

    def _round_trip(self, values: Bits, half: np.uint64) -> Bits:
        mask = (np.uint64(1) << half) - np.uint64(1)
        left, right = values >> half, values & mask
        for turn in range(_ROUNDS):
            left, right = right, left ^ (self._mixed(right, turn) & mask)
        joined: Bits = (left << half) | right
        return joined

    def _mixed(self, values: Bits, turn: int) -> Bits:
        salted: Bits = values + self.key + np.uint64(turn * 0x2545F491 + 1)
        salted *= _FIRST
        salted ^= salted >> np.uint64(32)
        salted *= _SECOND
        salted ^= salted >> np.uint64(29)
        return salted
