"""Numerics as PostgreSQL sends and stores them: digits of base 10,000 around the point.

How many digits there are, the weight of the first, the sign, how many decimal places are shown, the digits;
two bytes each. Digits that are zero at either end may be there or not.
"""

from __future__ import annotations

import struct
from decimal import Decimal

import numpy as np

from pgproof.rows.values.draws import Ints
from pgproof.rows.values.encode import Fixed

BASE = 10_000
WHOLE = 5  # digits before the point that any 64 bits need

_NEGATIVE, _NAN, _INFINITY, _MINUS_INFINITY = 0x4000, 0xC000, 0xD000, 0xF000


def numerics(values: Ints, scale: int) -> Fixed:
    """Whole numbers of the last of ``scale`` decimal places, all of the same width."""
    parts = -(-scale // 4)
    found = np.zeros((len(values), 4 + WHOLE + parts), dtype=">u2")
    whole, rest = np.divmod(np.abs(values), 10**scale)
    rest = rest * 10 ** (4 * parts - scale)
    found[:, 0], found[:, 1], found[:, 3] = WHOLE + parts, WHOLE - 1, scale
    found[:, 2] = np.where(values < 0, _NEGATIVE, 0)
    for place in range(3 + WHOLE + parts, 3 + WHOLE, -1):
        rest, found[:, place] = np.divmod(rest, BASE)
    for place in range(3 + WHOLE, 3, -1):
        whole, found[:, place] = np.divmod(whole, BASE)
    return found.view(np.uint8).reshape(len(values), -1)


def numeric(value: Decimal) -> bytes:
    """One numeric of any length."""
    if value.is_nan():
        return struct.pack(">4H", 0, 0, _NAN, 0)
    sign = _NEGATIVE if value.is_signed() else 0
    if value.is_infinite():
        return struct.pack(">4H", 0, 0, _MINUS_INFINITY if sign else _INFINITY, 0)
    whole, _, rest = f"{abs(value):f}".partition(".")
    before, after = -(-len(whole) // 4), -(-len(rest) // 4)
    text = whole.zfill(4 * before) + rest.ljust(4 * after, "0")
    digits = [int(text[at : at + 4]) for at in range(0, len(text), 4)]
    return struct.pack(f">4H{len(digits)}H", len(digits), before - 1, sign, len(rest), *digits)
