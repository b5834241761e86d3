"""Values of rarer types that are different for every row, because the row's number is written into them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pgproof.rows.model.literals import text_of
from pgproof.rows.model.tables import Space
from pgproof.rows.values.blocks import Choice, Hexes, Joined, Numbers, Pool, Values
from pgproof.rows.values.draws import Ints, Permutation, bits

_AROUND = {
    "json": ('{"number": ', "}"),
    "ltree": ("n", ""),
    "tsvector": ("n", ""),
    "tsquery": ("n", ""),
    "xml": ("<number>", "</number>"),
    "hstore": ('"number"=>"', '"'),
    "interval": ("", " seconds"),
    "money": ("", ""),
    "point": ("(0,", ")"),
    "circle": ("<(0,0),", ">"),
    "unknown": ("", ""),
}

NUMBERED = (*_AROUND, "range", "multirange", "array")


def numbered(space: Space, key: np.uint64, count: int) -> Callable[[Ints], Values] | None:
    """A function from row numbers to values, all different; None where we know no way."""
    if space.allowed is not None:
        return _each(tuple(text_of(value) for value in space.allowed), key, count)
    if space.kind == "bytes":
        return lambda rows: Joined(("\\x", Hexes((bits(key, rows),), 16)))
    if space.kind in ("inet", "cidr") and count <= 2**24:
        return lambda rows: Joined(("10.", *_octets(rows, ".")))
    if space.kind in ("macaddr", "macaddr8") and count <= 2**24:
        ends = "02:00:00:" if space.kind == "macaddr" else "02:00:00:ff:fe:"
        return lambda rows: Joined((ends, *_pairs(rows)))
    if space.kind in ("range", "multirange"):
        return _ranges(space)
    if (
        space.kind == "array"
        and space.element is not None
        and space.element.kind in ("integer", "text", "numeric")
    ):
        return lambda rows: Joined(("{", Numbers(rows), "}"))
    if space.kind in _AROUND:
        before, after = _AROUND[space.kind]
        return lambda rows: Joined(tuple(part for part in (before, Numbers(rows + 1), after) if part != ""))
    return None


def _each(texts: tuple[str | None, ...], key: np.uint64, count: int) -> Callable[[Ints], Values] | None:
    if len(texts) < count:
        return None
    pool, order = Pool(texts), Permutation(key, len(texts))
    return lambda rows: Choice(pool, order(rows))


def _octets(rows: Ints, joint: str) -> tuple[Values | str, ...]:
    return (Numbers(rows >> 16), joint, Numbers(rows >> 8 & 255), joint, Numbers(rows & 255))


def _pairs(rows: Ints) -> tuple[Values | str, ...]:
    def pair(values: Ints) -> Values:
        return Hexes((values.astype(np.uint64) << np.uint64(56),), 2)

    return (pair(rows >> 16), ":", pair(rows >> 8 & 255), ":", pair(rows & 255))


def _ranges(space: Space) -> Callable[[Ints], Values] | None:
    if space.element is None or space.element.kind not in ("integer", "numeric"):
        return None
    around = ("{", "}") if space.kind == "multirange" else ("", "")
    return lambda rows: Joined((around[0] + "[", Numbers(rows), ",", Numbers(rows + 1), ")" + around[1]))
