"""Blocks of values as the bytes that COPY reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from pgproof.rows.forms import Form
from pgproof.rows.values import Fixed, Piece, Values, as_lines


def encode(columns: Sequence[Values], form: Form) -> bytes:
    """All rows of a block, one after the other; every column has the same number of values."""
    pieces: list[Piece] = []
    for number, column in enumerate(columns, 1):
        pieces += column.pieces(form, form.end if number == len(columns) else form.separator)
    lines = [as_lines(piece) for piece in merged(pieces)]
    if len(lines) == 1:
        return b"".join(lines[0])
    return b"".join(chain.from_iterable(zip(*lines, strict=True)))


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with neighbours of fixed width put together: fewer objects to join."""
    found: list[Piece] = []
    run: list[Fixed] = []
    for piece in pieces:
        if isinstance(piece, list):
            found += _flush(run)
            found.append(piece)
            run = []
        else:
            run.append(piece)
    return found + _flush(run)


def _flush(run: list[Fixed]) -> list[Piece]:
    if not run:
        return []
    return [run[0] if len(run) == 1 else np.concatenate(run, axis=1)]
