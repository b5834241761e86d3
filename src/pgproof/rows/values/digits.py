"""Numbers, dates and UUIDs as digits, whole arrays at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.values.draws import Bits, Ints

Fixed = NDArray[np.uint8]


def integers(values: Ints, end: bytes) -> list[bytes]:
    """Whole numbers, each followed by ``end``. One ``repr`` of the list is faster than one per number."""
    if not len(values):
        return []
    written = repr(values.tolist())[1:-1].encode()
    return (written.replace(b", ", end + b", ") + end).split(b", ")


def decimal(value: int, scale: int) -> bytes:
    """One decimal, given as a whole number of its last digit."""
    whole, rest = divmod(abs(value), 10**scale)
    return b"%s%d.%0*d" % (b"-" if value < 0 else b"", whole, scale, rest)


def padded(values: Ints, width: int) -> Fixed:
    """Whole numbers of ``width`` digits, with zeros in front."""
    found = np.empty((len(values), width), np.uint8)
    rest = values
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        found[:, place] = digit
    found += np.uint8(ord("0"))
    return found


def calendar(days: Ints) -> Fixed:
    """Days since 1970 as 2024-01-31; each day is written once and then looked up."""
    if not len(days):
        return np.empty((0, 10), np.uint8)
    first, last = int(days.min()), int(days.max())
    spread = last - first < 200_000
    known = np.arange(first, last + 1) if spread else days
    text: Fixed = np.datetime_as_string(known.astype("M8[D]")).astype("S10").view(np.uint8).reshape(-1, 10)
    return text[days - first] if spread else text


def clock(micros: Ints) -> Fixed:
    """Microseconds since midnight as 23:59:59.999999."""
    seconds, rest = np.divmod(micros, 1_000_000)
    high, low = np.divmod(rest, 1000)
    return np.concatenate((_SECONDS[seconds], _THOUSAND[high], _THOUSAND[low]), axis=1)


def hexadecimal(words: Bits) -> Fixed:
    """Sixteen digits for every word, the most significant first."""
    swapped = words.astype(">u8").view(np.uint8).reshape(len(words), 8)
    return _HEX[swapped].reshape(len(words), 16)


def uuids(high: Bits, low: Bits) -> Fixed:
    """Two halves as 8-4-4-4-12 digits."""
    found = np.concatenate((hexadecimal(high), hexadecimal(low)), axis=1)
    text = np.full((len(found), 36), ord("-"), np.uint8)
    for start, stop, at in ((0, 8, 0), (8, 12, 9), (12, 16, 14), (16, 20, 19), (20, 32, 24)):
        text[:, at : at + stop - start] = found[:, start:stop]
    return text


def _table(texts: list[str]) -> Fixed:
    return np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), -1)


_HEX = _table([f"{byte:02x}" for byte in range(256)])
_THOUSAND = _table([f"{number:03d}" for number in range(1000)])
_SECONDS = _table([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}." for s in range(86400)])
