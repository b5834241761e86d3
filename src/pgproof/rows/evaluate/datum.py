"""Values while an expression is computed, in PostgreSQL's own measures.

A *tag* names a type: ``format_type`` without modifiers (``timestamp with time zone``, ``text[]``), or
``schema.name`` unquoted for one that somebody created. By tag a value is

- an int: days (date), microseconds (timestamps, time) since 2000-01-01 or midnight, infinity being the
  largest that the type's storage can hold; ``Interval`` for intervals;
- int, Decimal, float, bool, str, bytes, UUID; a tuple for an array of one dimension; ``Json``; ``Range``.

``to_datum`` takes the values that rows hold (see ``model``) and input syntax alike, ``from_datum`` gives
back what rows hold. What has a form that we do not read exactly raises ``Unknown``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from pgproof.rows.evaluate.datum_times import (
    DATE_INFINITY,
    EPOCH,
    EPOCH_ORDINAL,
    MICROS_PER_DAY,
    Interval,
    read_date,
    read_interval,
    read_time,
    read_timestamp,
    write_date,
    write_interval,
    write_time,
    write_timestamp,
)
from pgproof.rows.evaluate.scalars import (
    read_boolean,
    read_bytes,
    read_double,
    read_numeric,
    read_uuid,
    to_real,
)
from pgproof.rows.syntax.signals import Refused, Unknown

Tag: TypeAlias = str

INTEGER_BITS = {"smallint": 15, "integer": 31, "bigint": 63}
STRINGS = ("text", "character varying", "character", "unknown", "name")
TIMESTAMP = "timestamp without time zone"
TIMESTAMPTZ = "timestamp with time zone"
TIME = "time without time zone"
RANGE_ELEMENTS = {
    "int4range": "integer",
    "int8range": "bigint",
    "numrange": "numeric",
    "daterange": "date",
    "tsrange": TIMESTAMP,
    "tstzrange": TIMESTAMPTZ,
}
_DISCRETE = ("int4range", "int8range", "daterange")


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON document: None is JSON's null, numbers are int or Decimal."""

    value: Any


@dataclass(frozen=True, slots=True)
class Range:
    """A range; a bound that is None is missing. ``empty`` ranges have no bounds."""

    lower: Any = None
    upper: Any = None
    lower_inclusive: bool = True
    upper_inclusive: bool = False
    empty: bool = False


EMPTY = Range(None, None, False, False, True)


def to_datum(tag: Tag, value: Any) -> Any:
    """``value`` of a row, or its input syntax, as it is computed with. Raises ``Unknown``, ``Refused``."""
    if value is None:
        return None
    if tag.endswith("[]"):
        return _array(tag.removesuffix("[]"), value)
    if isinstance(value, str) and tag not in STRINGS:
        return read_text(tag, value)
    if isinstance(value, datetime):
        return _micros(value)
    if isinstance(value, date):
        return value.toordinal() - EPOCH_ORDINAL
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 10**6 + value.microsecond
    if isinstance(value, timedelta):
        return Interval(0, value.days, value.seconds * 10**6 + value.microseconds)
    if tag == "numeric":
        return value if isinstance(value, Decimal) else Decimal(value)
    if tag in ("real", "double precision"):
        return to_real(float(value)) if tag == "real" else float(value)
    return Json(value) if tag in ("json", "jsonb") else value


def from_datum(tag: Tag, datum: Any) -> Any:
    """What a row holds for ``datum``: Python's own value where it has one, else input syntax."""
    if datum is None or isinstance(datum, (bool, Decimal, float, str, bytes, UUID)):
        return datum
    if tag.endswith("[]"):
        return [from_datum(tag.removesuffix("[]"), item) for item in datum]
    if tag == "date":
        return _date(datum)
    if tag in (TIMESTAMP, TIMESTAMPTZ):
        return _timestamp(datum, aware=tag == TIMESTAMPTZ)
    if tag == TIME:
        return write_time(datum) if datum == MICROS_PER_DAY else time.fromisoformat(write_time(datum))
    if isinstance(datum, Interval):
        return write_interval(datum) if datum.months else timedelta(datum.days, 0, datum.micros)
    if isinstance(datum, Json):
        return datum.value if isinstance(datum.value, (dict, list)) else _json_text(datum.value)
    if isinstance(datum, Range):
        return _range_text(RANGE_ELEMENTS[tag], datum)
    return datum


def read_text(tag: Tag, text: str) -> Any:
    """The value whose input syntax is ``text``. Raises ``Refused`` as the server would, or ``Unknown``."""
    stripped = text.strip(" \t\n\r\v\f")
    if tag in STRINGS:
        return text
    if tag in INTEGER_BITS:
        return _integer(tag, stripped)
    if tag == "numeric":
        return read_numeric(stripped)
    if tag in RANGE_ELEMENTS:
        return _range(tag, stripped)
    if tag not in _READERS:
        raise Unknown(f"a literal of type {tag}")
    return _READERS[tag](stripped)


def fits(tag: Tag, value: int) -> int:
    """``value`` if the integer type ``tag`` can hold it. Raises ``Refused``."""
    if not -(2 ** INTEGER_BITS[tag]) <= value < 2 ** INTEGER_BITS[tag]:
        raise Refused("22003")
    return value


def canonical(tag: Tag, found: Range) -> Range:
    """A range as PostgreSQL stores it: discrete ones as ``[)``, impossible ones as empty."""
    lower, upper = found.lower, found.upper
    if lower is not None and upper is not None and _exceeds(lower, upper):
        raise Refused("22000")
    lower_inclusive = found.lower_inclusive and lower is not None
    upper_inclusive = found.upper_inclusive and upper is not None
    if tag in _DISCRETE and lower is not None and not lower_inclusive and lower != -DATE_INFINITY:
        lower, lower_inclusive = lower + 1, True
    if tag in _DISCRETE and upper is not None and upper_inclusive and upper != DATE_INFINITY:
        upper, upper_inclusive = upper + 1, False
    both = lower is not None and upper is not None
    inside = lower_inclusive and upper_inclusive
    if both and (_exceeds(lower, upper) or not (inside or _exceeds(upper, lower))):
        return EMPTY
    return Range(lower, upper, lower_inclusive, upper_inclusive)


def _exceeds(one: Any, other: Any) -> bool:
    """Whether a bound is above another; NaN is above all numbers and equal to itself."""
    nan = [isinstance(each, Decimal) and each.is_nan() for each in (one, other)]
    return nan[0] > nan[1] if any(nan) else bool(one > other)


def _integer(tag: Tag, text: str) -> int:
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return fits(tag, int(text))
    if re.search(r"\d_|0[xob]", text, re.IGNORECASE):
        raise Unknown("an integer in a newer syntax")
    raise Refused("22P02")


def _json(text: str) -> Json:
    try:
        return Json(json.loads(text, parse_float=Decimal, parse_constant=_no_constant))
    except ValueError as error:
        raise Unknown("text that may not be JSON") from error


def _no_constant(name: str) -> Any:
    raise ValueError(name)


_READERS: dict[Tag, Any] = {
    "boolean": read_boolean,
    "double precision": read_double,
    "real": lambda text: to_real(read_double(text)),
    "uuid": read_uuid,
    "json": _json,
    "jsonb": _json,
    "bytea": read_bytes,
    "date": read_date,
    TIME: read_time,
    TIMESTAMP: lambda text: read_timestamp(text, aware=False),
    TIMESTAMPTZ: lambda text: read_timestamp(text, aware=True),
    "interval": read_interval,
}


def _array(element: Tag, value: Any) -> tuple[Any, ...]:
    items = split_array(value) if isinstance(value, str) else value
    if any(isinstance(item, (list, tuple)) for item in items):
        raise Unknown("an array of several dimensions")
    return tuple(to_datum(element, item) for item in items)


def split_array(text: str) -> list[str | None]:
    """The elements of an array literal of one dimension. Raises ``Unknown`` for any other."""
    if not re.fullmatch(r'\{(("([^"\\]|\\.)*"|[^{}",\\]+)(,("([^"\\]|\\.)*"|[^{}",\\]+))*)?\}', text):
        raise Unknown("an array literal of a rare form")
    items: list[str | None] = []
    for quoted, bare in re.findall(r'"((?:[^"\\]|\\.)*)"|([^{}",\\]+)', text[1:-1]):
        null = bare.strip().upper() == "NULL"
        items.append(None if null else bare.strip() if bare else re.sub(r"\\(.)", r"\1", quoted))
    return items


def _range(tag: Tag, text: str) -> Range:
    if text.lower() == "empty":
        return EMPTY
    found = re.fullmatch(r'([\[(])"?([^",]*)"?,"?([^",]*)"?([\])])', text)
    if not found:
        raise Unknown("a range literal of a rare form")
    lower, upper = (to_datum(RANGE_ELEMENTS[tag], part) if part else None for part in found.group(2, 3))
    return canonical(tag, Range(lower, upper, found[1] == "[", found[4] == "]"))


def _range_text(element: Tag, found: Range) -> str:
    if found.empty:
        return "empty"
    lower, upper = (
        "" if bound is None else f'"{from_datum(element, bound)}"' for bound in (found.lower, found.upper)
    )
    return f"{'[' if found.lower_inclusive else '('}{lower},{upper}{']' if found.upper_inclusive else ')'}"


def _micros(value: datetime) -> int:
    return (value - (EPOCH if value.tzinfo else EPOCH.replace(tzinfo=None))) // timedelta(microseconds=1)


def _date(days: int) -> date | str:
    ordinal = days + EPOCH_ORDINAL
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else write_date(days)


def _timestamp(micros: int, *, aware: bool) -> datetime | str:
    try:
        found = EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return write_timestamp(micros, aware=aware)
    return found if aware else found.replace(tzinfo=None)


def _json_text(value: Any) -> str:
    return json.dumps(value, default=float)
