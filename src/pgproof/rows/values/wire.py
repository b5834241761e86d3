"""Blocks of values as binary COPY reads them: a server has a sixth less to do than with text.

Only types whose binary form is plain have one here; a table with a column of any other travels as text. A
field is its length and then the value; fixed-width values stay arrays (``encode``).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from pgproof.rows.evaluate.datum import TIME, TIMESTAMP, TIMESTAMPTZ, read_text
from pgproof.rows.values.blocks import (
    DAY,
    Choice,
    Moments,
    Nullable,
    Numbers,
    Objects,
    Pool,
    Reals,
    Scattered,
    Truths,
    Uuids,
    Values,
)
from pgproof.rows.values.encode import Fixed, Piece, as_lines, merged, repeated, single, texts
from pgproof.rows.values.numerals import numeric, numerics

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"

_NULL = b"\xff\xff\xff\xff"
_TEXTS = ("text", "varchar", "bpchar", "citext", "json", "enum")
_PACKED = {"int2": ">h", "int4": ">i", "int8": ">q", "float8": ">d", "date": ">i",
           "time": ">q", "timestamp": ">q", "timestamptz": ">q", "bool": ">?"}  # fmt: skip
_TAGS = {"int2": "smallint", "int4": "integer", "int8": "bigint", "float8": "double precision", "bool": "boolean",
         "time": TIME, "timestamp": TIMESTAMP, "timestamptz": TIMESTAMPTZ}  # fmt: skip
_ARRAYS = {"int2": ">i2", "int4": ">i4", "int8": ">i8"}
_EPOCH = 10_957  # days from 1970 to 2000, from where PostgreSQL counts
_EXACT = 2**53  # a float holds every whole number up to here

WIRED = frozenset((*_TEXTS, *_PACKED, "jsonb", "uuid", "numeric"))


def encode_binary(columns: Sequence[Values], bases: Sequence[str]) -> bytes:
    """All rows of a block, between ``HEAD`` and ``TAIL``; ``bases`` are the columns' types, all of ``WIRED``.

    Raises ``Unknown`` or ``Refused`` for a constant that only the server can read.
    """
    size = len(columns[0])
    found: list[Piece] = [repeated(struct.pack(">h", len(columns)), size)]
    for column, base in zip(columns, bases, strict=True):
        found += _fields(column, base)
    return b"".join(chain.from_iterable(zip(*map(as_lines, merged(found)), strict=True)))


def _fields(values: Values, base: str) -> list[Piece]:
    """The values, each with its length before it."""
    if isinstance(values, Choice):
        return [_encoded(values.pool, base)[values.chosen].tolist()]
    if isinstance(values, Nullable):
        found = single(_fields(values.values, base))
        found[values.null] = _NULL
        return [found.tolist()]
    if isinstance(values, Scattered):
        found = np.full(values.size, _NULL, dtype=object)
        for rows, part in values.parts:
            found[rows] = single(_fields(part, base))
        return [found.tolist()]
    if base in (*_TEXTS, "jsonb"):
        return [[_field(text, base) for text in texts(values)]]
    fixed = _fixed(values, base)
    if fixed is None:
        return [[_field(text, base) for text in texts(values)]]
    return [repeated(struct.pack(">i", fixed.shape[1]), len(values)), fixed]


def _encoded(pool: Pool, base: str) -> Objects:
    key = (f"binary {base}", b"", False)
    if key not in pool.encoded:
        found = np.empty(len(pool.texts), dtype=object)
        found[:] = [_field(text, base) for text in pool.texts]
        pool.encoded[key] = found
    return pool.encoded[key]


def _field(text: str | None, base: str) -> bytes:
    if text is None:
        return _NULL
    value = _value(text, base)
    return struct.pack(">i", len(value)) + value


def _value(text: str, base: str) -> bytes:
    """One value from its input syntax."""
    if base in _TEXTS:
        return text.encode()
    if base == "jsonb":
        return b"\x01" + text.encode()
    value: Any = read_text(_TAGS.get(base, base), text)
    if base == "uuid":
        found: bytes = value.bytes
        return found
    return numeric(value) if base == "numeric" else struct.pack(_PACKED[base], _counted(value, base))


def _counted(value: Any, base: str) -> Any:
    """Infinity is stored as the ends of what the type's storage can hold, and Python's mirror image is one off."""
    lowest = {"date": -(2**31), "timestamp": -(2**63), "timestamptz": -(2**63)}.get(base)
    return lowest if lowest is not None and value == lowest + 1 else value


def _fixed(values: Values, base: str) -> Fixed | None:
    """Values that have the very form of the column; None for those that are written another way."""
    if isinstance(values, Uuids) and base == "uuid":
        return np.concatenate((_bytes(values.high, ">u8"), _bytes(values.low, ">u8")), axis=1)
    if isinstance(values, Truths) and base == "bool":
        return _bytes(values.values, "u1")
    if isinstance(values, Reals) and base == "float8":
        return _bytes(values.values, ">f8")
    if isinstance(values, Numbers):
        return _number(values, base)
    return _moment(values, base) if isinstance(values, Moments) else None


def _number(values: Numbers, base: str) -> Fixed | None:
    if base == "numeric":
        return numerics(values.values, values.scale)
    if base == "float8" and (not len(values) or int(np.abs(values.values).max()) < _EXACT):
        return _bytes(values.values / 10.0**values.scale, ">f8")
    return _bytes(values.values, _ARRAYS[base]) if base in _ARRAYS and not values.scale else None


def _moment(values: Moments, base: str) -> Fixed | None:
    if base == "date" and values.shape == "date":
        return _bytes(values.values // DAY - _EPOCH, ">i4")
    if base == "time" and values.shape == "time":
        return _bytes(values.values % DAY, ">i8")
    if base == values.shape and base in ("timestamp", "timestamptz"):
        return _bytes(values.values - _EPOCH * DAY, ">i8")
    return None


def _bytes(values: np.ndarray[Any, Any], kind: str) -> Fixed:
    whole = np.ascontiguousarray(values.astype(kind))
    return whole.view(np.uint8).reshape(len(whole), whole.dtype.itemsize)
