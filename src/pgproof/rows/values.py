"""A column's values for a block of rows, kept as arrays until they are written as text.

What ``pieces`` returns is for ``encode``: a piece is either a fixed-width array of bytes, one line per row,
or a list of byte strings; a value is the concatenation of its pieces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.draws import Bits, Ints
from pgproof.rows.forms import Form

Mask: TypeAlias = "NDArray[np.bool_]"
Fixed: TypeAlias = "NDArray[np.uint8]"
Piece: TypeAlias = "Fixed | list[bytes]"

DAY = 86_400_000_000  # microseconds


class Values(Protocol):
    """One value per row of a block."""

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        """The values as ``form`` writes them, each followed by ``end``."""

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers, or decimals when ``scale`` digits of them stand after the point."""

    values: Ints
    scale: int = 0

    def __len__(self) -> int:
        return len(self.values)

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        if not self.scale:
            return [_integers(self.values, end)]
        if len(self.values) and self.values.min() < 0:
            return [[_decimal(value, self.scale) + end for value in self.values.tolist()]]
        whole, rest = np.divmod(self.values, 10**self.scale)
        return [_integers(whole, b"."), _with_end(_digits(rest, self.scale), end)]


@dataclass(frozen=True, slots=True)
class Reals:
    """Floating-point numbers."""

    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        return [[repr(value).encode() + end for value in self.values.tolist()]]


@dataclass(frozen=True, slots=True)
class Truths:
    """Booleans."""

    values: Mask

    def __len__(self) -> int:
        return len(self.values)

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        letters = np.where(self.values, np.uint8(ord("t")), np.uint8(ord("f")))
        return [_with_end(letters[:, None], end)]


@dataclass(frozen=True, slots=True)
class Moments:
    """Dates and times as microseconds since 1970, or since midnight when ``shape`` is "time"."""

    values: Ints
    shape: str = "timestamptz"

    def __len__(self) -> int:
        return len(self.values)

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        days, rest = np.divmod(self.values, DAY)
        if self.shape == "date":
            return [_with_end(_calendar(days), end)]
        clock = _clock(rest)
        if self.shape == "time":
            return [_with_end(clock, end)]
        blank = np.full((len(days), 1), ord(" "), np.uint8)
        zone = b"+00" if self.shape == "timestamptz" else b""
        return [_with_end(np.concatenate((_calendar(days), blank, clock), axis=1), zone + end)]


@dataclass(frozen=True, slots=True)
class Uuids:
    """UUIDs as two halves of 64 bits."""

    high: Bits
    low: Bits

    def __len__(self) -> int:
        return len(self.high)

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        digits = np.concatenate((hexadecimal(self.high), hexadecimal(self.low)), axis=1)
        text = np.full((len(digits), 36), ord("-"), np.uint8)
        for start, stop, at in ((0, 8, 0), (8, 12, 9), (12, 16, 14), (16, 20, 19), (20, 32, 24)):
            text[:, at : at + stop - start] = digits[:, start:stop]
        return [_with_end(text, end)]


@dataclass(frozen=True, slots=True)
class Hexes:
    """Lower-case hexadecimal text, ``width`` digits of it, after a constant ``prefix``."""

    words: tuple[Bits, ...]
    width: int
    prefix: bytes = b""

    def __len__(self) -> int:
        return len(self.words[0])

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        digits = np.concatenate([hexadecimal(word) for word in self.words], axis=1)[:, : self.width]
        return [_with_start(form.escape_plain(self.prefix), _with_end(digits, end))]


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts to choose from, encoded once for every way of writing them."""

    texts: tuple[str | None, ...]
    _encoded: dict[tuple[str, bytes, bool], NDArray[np.object_]] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def encoded(self, form: Form, end: bytes, *, inside: bool) -> NDArray[np.object_]:
        """The texts as byte strings with ``end``; ``inside`` a longer text that is quoted as a whole."""
        key = (form.name, end, inside)
        if key not in self._encoded:
            found = np.empty(len(self.texts), dtype=object)
            found[:] = [form.text(text, inside=inside) + end for text in self.texts]
            self._encoded[key] = found
        return self._encoded[key]


@dataclass(frozen=True, slots=True)
class Choice:
    """For every row one text of a pool; a text that is None is NULL."""

    pool: Pool
    chosen: Ints

    def __len__(self) -> int:
        return len(self.chosen)

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        return [self.pool.encoded(form, end, inside=False)[self.chosen].tolist()]


Part: TypeAlias = "Values | str"


@dataclass(frozen=True, slots=True)
class Joined:
    """Texts made of several values and constants, one after the other."""

    parts: tuple[Part, ...]

    def __len__(self) -> int:
        return next(len(part) for part in self.parts if not isinstance(part, str))

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        found: list[Piece] = []
        pending = form.quote
        for part in self.parts:
            if isinstance(part, str):
                pending += form.text(part, inside=True)
                continue
            found += self._constant(pending)
            found += _inside(part, form)
            pending = b""
        return found + self._constant(pending + form.quote + end)

    def _constant(self, text: bytes) -> list[Piece]:
        if not text:
            return []
        line = np.frombuffer(text, np.uint8)
        return [np.broadcast_to(line, (len(self), len(line)))]


@dataclass(frozen=True, slots=True)
class Nullable:
    """Values some of which are NULL."""

    values: Values
    null: Mask

    def __len__(self) -> int:
        return len(self.null)

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        inner = self.values.pieces(form, end)
        if not self.null.any():
            return inner
        lines = [_objects(piece) for piece in inner]
        for number, line in enumerate(lines):
            line[self.null] = b"" if number else form.null + end
        return [line.tolist() for line in lines]


@dataclass(frozen=True, slots=True)
class Merged:
    """The first values where ``mask`` says so, the others elsewhere; both have the length of the whole."""

    mask: Mask
    first: Values
    other: Values

    def __len__(self) -> int:
        return len(self.mask)

    def pieces(self, form: Form, end: bytes) -> list[Piece]:
        lines = _single(self.other.pieces(form, end))
        lines[self.mask] = _single(self.first.pieces(form, end))[self.mask]
        return [lines.tolist()]


def nullable(values: Values, null: Mask | None) -> Values:
    """``values`` with NULL where ``null`` is true."""
    if null is None or not null.any():
        return values
    return Nullable(values, null)


def null_mask(values: Values) -> Mask:
    """Which of ``values`` are NULL."""
    if isinstance(values, Nullable):
        return values.null | null_mask(values.values)
    if isinstance(values, Merged):
        return np.where(values.mask, null_mask(values.first), null_mask(values.other))
    if isinstance(values, Choice) and None in values.pool.texts:
        return np.array([text is None for text in values.pool.texts])[values.chosen]
    return np.zeros(len(values), dtype=np.bool_)


def as_lines(piece: Piece) -> list[bytes]:
    """A piece as one byte string per row."""
    if isinstance(piece, list):
        return piece
    whole = np.ascontiguousarray(piece)
    lines: list[bytes] = whole.view(f"V{whole.shape[1]}").ravel().tolist()
    return lines


def hexadecimal(words: Bits) -> Fixed:
    """Sixteen digits for every word, the most significant first."""
    swapped = words.astype(">u8").view(np.uint8).reshape(len(words), 8)
    return _HEX[swapped].reshape(len(words), 16)


def _inside(part: Values, form: Form) -> list[Piece]:
    if isinstance(part, Choice):
        return [part.pool.encoded(form, b"", inside=True)[part.chosen].tolist()]
    return part.pieces(form, b"")


def _objects(piece: Piece) -> NDArray[np.object_]:
    found = np.empty(len(piece), dtype=object)
    found[:] = as_lines(piece)
    return found


def _single(pieces: list[Piece]) -> NDArray[np.object_]:
    if len(pieces) == 1:
        return _objects(pieces[0])
    joined = [b"".join(parts) for parts in zip(*map(as_lines, pieces), strict=True)]
    return _objects(joined)


def _integers(values: Ints, end: bytes) -> list[bytes]:
    if not len(values):
        return []
    written = repr(values.tolist())[1:-1].encode()
    return (written.replace(b", ", end + b", ") + end).split(b", ")


def _decimal(value: int, scale: int) -> bytes:
    whole, rest = divmod(abs(value), 10**scale)
    return b"%s%d.%0*d" % (b"-" if value < 0 else b"", whole, scale, rest)


def _digits(values: Ints, width: int) -> Fixed:
    found = np.empty((len(values), width), np.uint8)
    rest = values
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        found[:, place] = digit
    found += np.uint8(ord("0"))
    return found


def _calendar(days: Ints) -> Fixed:
    if not len(days):
        return np.empty((0, 10), np.uint8)
    first, last = int(days.min()), int(days.max())
    spread = np.arange(first, last + 1) if last - first < 200_000 else None
    known = days if spread is None else spread
    text = np.datetime_as_string(known.astype("M8[D]")).astype("S10").view(np.uint8).reshape(-1, 10)
    return text if spread is None else text[days - first]


def _clock(micros: Ints) -> Fixed:
    seconds, rest = np.divmod(micros, 1_000_000)
    high, low = np.divmod(rest, 1000)
    return np.concatenate((_SECONDS[seconds], _THOUSAND[high], _THOUSAND[low]), axis=1)


def _with_end(fixed: Fixed, end: bytes) -> Fixed:
    if not end:
        return fixed
    tail = np.broadcast_to(np.frombuffer(end, np.uint8), (len(fixed), len(end)))
    return np.concatenate((fixed, tail), axis=1)


def _with_start(start: bytes, fixed: Fixed) -> Fixed:
    if not start:
        return fixed
    head = np.broadcast_to(np.frombuffer(start, np.uint8), (len(fixed), len(start)))
    return np.concatenate((head, fixed), axis=1)


def _table(texts: list[str]) -> Fixed:
    return np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), -1)


_HEX = _table([f"{byte:02x}" for byte in range(256)])
_THOUSAND = _table([f"{number:03d}" for number in range(1000)])
_SECONDS = _table([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}." for s in range(86400)])
