"""Casts between types, with the length or precision that the target has."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from pgproof.rows.evaluate.datum import (
    INTEGER_BITS,
    STRINGS,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    Tag,
    fits,
    to_datum,
)
from pgproof.rows.evaluate.datum_times import MICROS_PER_DAY, TIME_INFINITY
from pgproof.rows.evaluate.numbers import round_numeric
from pgproof.rows.evaluate.scalars import to_real
from pgproof.rows.evaluate.times import date_to_timestamp, timestamp_to_date
from pgproof.rows.syntax.signals import Refused, Unknown

_FLOATS = ("real", "double precision")
_TIMES = ("date", TIME, TIMESTAMP, TIMESTAMPTZ, "interval")


def cast(value: Any, source: Tag, target: Tag, modifiers: tuple[str, ...] = ()) -> Any:
    """``value`` of type ``source`` as one of ``target``; with None it says whether the cast is known.

    Raises ``Unknown`` for a cast that we do not compute and ``Refused`` for one that fails.
    """
    source = source.removesuffix(" C")
    if target.endswith("[]") and source.endswith("[]"):
        element, wanted = source.removesuffix("[]"), target.removesuffix("[]")
        cast(None, element, wanted, modifiers)
        return value if value is None else tuple(cast(item, element, wanted, modifiers) for item in value)
    converter = _converter(source, target)
    _known_modifiers(target, modifiers)
    return value if value is None else _limited(converter(value), target, modifiers)


def _converter(source: Tag, target: Tag) -> Callable[[Any], Any]:
    if source == target:
        return _unchanged
    if target in STRINGS:
        return _to_text(source, target)
    if source in STRINGS:
        read_text_known(target)
        return lambda value: to_datum(target, value)
    found = _CASTS.get((source, target)) or _number_cast(source, target)
    if found is None:
        raise Unknown(f"the cast from {source} to {target}")
    return found


def read_text_known(target: Tag) -> None:
    """Raises ``Unknown`` if no input syntax of ``target`` is known."""
    if target.removesuffix("[]") not in (*_READABLE, *STRINGS):
        raise Unknown(f"a literal of type {target}")


def _unchanged(value: Any) -> Any:
    return value


def _to_text(source: Tag, target: Tag) -> Callable[[Any], Any]:
    if source == "character":
        return _unchanged if target == "character" else lambda value: value.rstrip(" ")
    if source in STRINGS or source.rpartition(".")[2] == "citext":
        return _unchanged
    if source in INTEGER_BITS or source == "uuid":
        return str
    if source == "boolean":
        return lambda value: "true" if value else "false"
    raise Unknown(f"the cast from {source} to {target}")


def _number_cast(source: Tag, target: Tag) -> Callable[[Any], Any] | None:
    if target in INTEGER_BITS:
        if source in INTEGER_BITS:
            return lambda value: fits(target, value)
        if source == "numeric":
            return lambda value: fits(target, _rounded(value))
        if source in _FLOATS:
            return lambda value: fits(target, _rounded_float(value))
    if target == "numeric":
        if source in INTEGER_BITS:
            return Decimal
        if source in _FLOATS:
            digits = 15 if source == "double precision" else 6
            return lambda value: Decimal(f"{value:.{digits}g}")
    if target in _FLOATS and source in (*INTEGER_BITS, "numeric", *_FLOATS):
        return (lambda value: to_real(_to_double(value))) if target == "real" else _to_double
    return None


def _to_double(value: Any) -> float:
    found = float(value)
    finite = not (isinstance(value, float) or (isinstance(value, Decimal) and not value.is_finite()))
    if finite and (math.isinf(found) or (found == 0 and value != 0)):
        raise Refused("22003")
    return found


def _rounded(value: Decimal) -> int:
    if not value.is_finite():
        raise Refused("0A000")
    return int(round_numeric(value))


def _rounded_float(value: float) -> int:
    if not math.isfinite(value):
        raise Refused("22003")
    return int(Decimal(value).to_integral_value(ROUND_HALF_EVEN))


def _known_modifiers(target: Tag, modifiers: tuple[str, ...]) -> None:
    if modifiers and target in (*_TIMES, "bit", "bit varying") and modifiers != ("6",):
        raise Unknown(f"the precision of {target}")


def _limited(value: Any, target: Tag, modifiers: tuple[str, ...]) -> Any:
    if not modifiers or value is None:
        return value
    if target == "character varying":
        return value[: int(modifiers[0])]
    if target == "character":
        return value[: int(modifiers[0])].ljust(int(modifiers[0]))
    if target == "numeric" and value.is_finite():
        precision, scale = int(modifiers[0]), int([*modifiers, "0"][1])
        value = round_numeric(value, scale)
        if value and value.adjusted() >= precision - scale:
            raise Refused("22003")
    return value


def _date_to_timestamp(value: int) -> int:
    return date_to_timestamp(value)


def _timestamp_to_time(value: int) -> int | None:
    return None if abs(value) == TIME_INFINITY else value % MICROS_PER_DAY


_CASTS: dict[tuple[Tag, Tag], Callable[[Any], Any]] = {
    ("boolean", "integer"): int,
    ("integer", "boolean"): bool,
    ("date", TIMESTAMP): _date_to_timestamp,
    ("date", TIMESTAMPTZ): _date_to_timestamp,
    (TIMESTAMP, "date"): timestamp_to_date,
    (TIMESTAMPTZ, "date"): timestamp_to_date,
    (TIMESTAMP, TIMESTAMPTZ): _unchanged,
    (TIMESTAMPTZ, TIMESTAMP): _unchanged,
    (TIMESTAMP, TIME): _timestamp_to_time,
    (TIMESTAMPTZ, TIME): _timestamp_to_time,
    ("json", "jsonb"): _unchanged,
    ("jsonb", "json"): _unchanged,
}
_READABLE = (*INTEGER_BITS, "numeric", *_FLOATS, "boolean", "uuid", "json", "jsonb", "bytea", *_TIMES)
