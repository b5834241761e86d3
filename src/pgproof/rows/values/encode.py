"""Blocks of values as the bytes that COPY reads.

A *piece* is either a fixed-width array of bytes, one line per row, or a list of byte strings; a value is
the concatenation of its pieces. Fixed pieces stay arrays as long as possible: that is what makes it fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.values import digits
from pgproof.rows.values.blocks import (
    DAY,
    Choice,
    Hexes,
    Joined,
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
from pgproof.rows.values.forms import PLAIN, Form

Fixed: TypeAlias = "NDArray[np.uint8]"
Piece: TypeAlias = "Fixed | list[bytes]"


def encode(columns: Sequence[Values], form: Form) -> bytes:
    """All rows of a block, one after the other; every column has the same number of values."""
    found: list[Piece] = []
    for number, column in enumerate(columns, 1):
        found += pieces(column, form, form.end if number == len(columns) else form.separator)
    lines = [as_lines(piece) for piece in merged(found)]
    if len(lines) == 1:
        return b"".join(lines[0])
    return b"".join(chain.from_iterable(zip(*lines, strict=True)))


def texts(values: Values) -> list[str | None]:
    """The values as PostgreSQL's input syntax, None for NULL."""
    lines = single(pieces(values, PLAIN, b"")).tolist()
    return [None if line == PLAIN.null else line.decode() for line in lines]


def pieces(values: Values, form: Form, end: bytes) -> list[Piece]:
    """The values as ``form`` writes them, each followed by ``end``."""
    if isinstance(values, Choice):
        return [encoded(values.pool, form, end)[values.chosen].tolist()]
    if isinstance(values, Joined):
        return _joined(values, form, end)
    if isinstance(values, Nullable):
        return _nullable(values, form, end)
    if isinstance(values, Scattered):
        return _scattered(values, form, end)
    if isinstance(values, Numbers):
        return _numbers(values, end)
    if isinstance(values, Reals):
        return [[repr(value).encode() + end for value in values.values.tolist()]]
    return [with_end(_fixed(values), end)]


def encoded(pool: Pool, form: Form, end: bytes, *, inside: bool = False) -> Objects:
    """The texts of a pool as byte strings; ``inside`` a longer text that is quoted as a whole."""
    key = (form.name, end, inside)
    if key not in pool.encoded:
        found = np.empty(len(pool.texts), dtype=object)
        found[:] = [form.text(text, inside=inside) + end for text in pool.texts]
        pool.encoded[key] = found
    return pool.encoded[key]


def merged(found: Iterable[Piece]) -> list[Piece]:
    """The pieces with neighbours of fixed width put together: fewer objects to join."""
    result: list[Piece] = []
    run: list[Fixed] = []
    for piece in found:
        if isinstance(piece, list):
            result += _flush(run)
            result.append(piece)
            run = []
        else:
            run.append(piece)
    return result + _flush(run)


def as_lines(piece: Piece) -> list[bytes]:
    """A piece as one byte string per row."""
    if isinstance(piece, list):
        return piece
    whole = np.ascontiguousarray(piece)
    lines: list[bytes] = whole.view(f"V{whole.shape[1]}").ravel().tolist()
    return lines


def single(found: Sequence[Piece]) -> Objects:
    """Several pieces as one array of byte strings."""
    lines = [as_lines(piece) for piece in merged(found)]
    whole = lines[0] if len(lines) == 1 else [b"".join(parts) for parts in zip(*lines, strict=True)]
    return _objects(whole)


def with_end(fixed: Fixed, end: bytes) -> Fixed:
    """Every line with ``end`` after it."""
    return np.concatenate((fixed, repeated(end, len(fixed))), axis=1) if end else fixed


def _fixed(values: Truths | Moments | Uuids | Hexes) -> Fixed:
    if isinstance(values, Truths):
        return np.asarray(np.where(values.values, np.uint8(ord("t")), np.uint8(ord("f")))[:, None])
    if isinstance(values, Uuids):
        return digits.uuids(values.high, values.low)
    if isinstance(values, Hexes):
        return np.concatenate([digits.hexadecimal(word) for word in values.words], axis=1)[:, : values.width]
    return _moments(values)


def _moments(values: Moments) -> Fixed:
    days, rest = np.divmod(values.values, DAY)
    if values.shape == "date":
        return digits.calendar(days)
    if values.shape == "time":
        return digits.clock(rest)
    both = np.concatenate((digits.calendar(days), repeated(b" ", len(days)), digits.clock(rest)), axis=1)
    return with_end(both, b"+00") if values.shape == "timestamptz" else both


def _numbers(values: Numbers, end: bytes) -> list[Piece]:
    if not values.scale:
        return [digits.integers(values.values, end)]
    if len(values) and values.values.min() < 0:
        return [[digits.decimal(value, values.scale) + end for value in values.values.tolist()]]
    whole, rest = np.divmod(values.values, 10**values.scale)
    return [digits.integers(whole, b"."), with_end(digits.padded(rest, values.scale), end)]


def _joined(values: Joined, form: Form, end: bytes) -> list[Piece]:
    found: list[Piece] = []
    pending = form.quote
    for part in values.parts:
        if isinstance(part, str):
            pending += form.text(part, inside=True)
            continue
        found += [repeated(pending, len(values))] if pending else []
        found += _inside(part, form)
        pending = b""
    pending += form.quote + end
    return [*found, repeated(pending, len(values))] if pending else found


def _inside(part: Values, form: Form) -> list[Piece]:
    if isinstance(part, Choice):
        return [encoded(part.pool, form, b"", inside=True)[part.chosen].tolist()]
    return pieces(part, form, b"")


def _nullable(values: Nullable, form: Form, end: bytes) -> list[Piece]:
    found = [_objects(as_lines(piece)) for piece in merged(pieces(values.values, form, end))]
    for number, line in enumerate(found):
        line[values.null] = b"" if number else form.null + end
    return [line.tolist() for line in found]


def _scattered(values: Scattered, form: Form, end: bytes) -> list[Piece]:
    found = np.full(values.size, form.null + end, dtype=object)
    for rows, part in values.parts:
        found[rows] = single(pieces(part, form, end))
    return [found.tolist()]


def repeated(text: bytes, size: int) -> Fixed:
    """The same bytes in every line."""
    return np.broadcast_to(np.frombuffer(text, np.uint8), (size, len(text)))


def _objects(lines: list[bytes]) -> Objects:
    found = np.empty(len(lines), dtype=object)
    found[:] = lines
    return found


def _flush(run: list[Fixed]) -> list[Piece]:
    return [run[0] if len(run) == 1 else np.concatenate(run, axis=1)] if run else []
