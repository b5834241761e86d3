"""The n-th value of a space, so that n different numbers give n different values."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

from pgproof.rows.checks.bounds import OutOfReach, value_of
from pgproof.rows.checks.pick import NoValue, Picker, places
from pgproof.rows.checks.spaces import ORDERED, thawed
from pgproof.rows.model.fits import language_of
from pgproof.rows.model.tables import Space
from pgproof.rows.syntax.signals import Unknown
from pgproof.rows.values.exotic import literals

_LITERALS = 256


def nth(space: Space, number: int) -> Any:
    """A value of ``space`` for ``number``; None where there is no such value."""
    if space.allowed is not None:
        return thawed(space.allowed[number % len(space.allowed)]) if space.allowed else None
    if space.kind in ORDERED and space.kind != "money":
        return _number(space, number)
    if space.kind == "text":
        return _text(space, number)
    if space.kind == "uuid":
        return UUID(int=(0xF000_0000 << 96) + number)
    if space.kind == "bytes":
        return number.to_bytes(max(space.min_length, 2), "big")
    if space.kind == "boolean":
        return bool(number % 2)
    if space.kind == "json":
        return {"number": number}
    if space.kind == "array" and space.element is not None:
        return [nth(space.element, number)] * max(1, space.min_length)
    if space.kind == "range" and space.element is not None and space.element.kind in ORDERED:
        return _range(space.element, number)
    found = literals(space, 0, _LITERALS)
    return found[number % len(found)] if found else None


def _number(space: Space, number: int) -> Any:
    """Up from the simplest value, then down from it."""
    try:
        first, last, step = places(space)
        simple = Picker(lambda _: 0).place(space)
    except NoValue:
        return None
    up = last - simple + 1
    place = simple + number if number < up else simple - (number - up) - 1
    try:
        return value_of(space.kind, place * step) if first <= place <= last else None
    except OutOfReach:
        return None


def _text(space: Space, number: int) -> Any:
    language = language_of(space)
    try:
        for length in language.lengths(20):
            size = language.count(length)
            if number < size:
                return language.nth(length, number)
            number -= size
    except Unknown:
        return None
    return None


def _range(element: Space, number: int) -> Any:
    """Ranges side by side."""
    try:
        first, last, step = places(element)
        low = Picker(lambda _: 0).place(element) + number
    except NoValue:
        return None
    if not first <= low < last:
        return None
    unit = Fraction(step)
    try:
        bounds = [value_of(element.kind, place * unit) for place in (low, low + 1)]
    except OutOfReach:
        return None
    return f'["{bounds[0]}","{bounds[1]}")'
