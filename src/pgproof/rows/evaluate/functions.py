"""Which function stands behind a call, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from pgproof.rows.evaluate.datum import (
    INTEGER_BITS,
    RANGE_ELEMENTS,
    STRINGS,
    TIMESTAMP,
    TIMESTAMPTZ,
    Tag,
    fits,
)
from pgproof.rows.evaluate.datum_times import (
    DATE_INFINITY,
    MICROS_PER_DAY,
    TIME_INFINITY,
    days_of,
    month_length,
)
from pgproof.rows.evaluate.json import json_array_length, json_typeof
from pgproof.rows.evaluate.numbers import ceiling, floor, number_operator, round_numeric, truncate
from pgproof.rows.evaluate.operators import comparison
from pgproof.rows.evaluate.ranges import RANGE_FUNCTIONS, make_range
from pgproof.rows.evaluate.texts import TEXT_FUNCTIONS
from pgproof.rows.evaluate.times import date_part, extract
from pgproof.rows.evaluate.times import truncate as truncate_time
from pgproof.rows.syntax.expression import Call, Constant
from pgproof.rows.syntax.signals import Unknown

Function: TypeAlias = Callable[[list[Any]], Any]
Found: TypeAlias = "tuple[Tag, Function]"
VARYING = frozenset(("now", "current_timestamp", "transaction_timestamp", "current_date", "localtimestamp"))
_NOW = ("now", "current_timestamp", "transaction_timestamp")


def find_function(call: Call, tags: list[Tag], now: int | None) -> Found:
    """The type of the result and a function of the list of arguments. Raises ``Unknown``."""
    if call.schema not in (None, "pg_catalog"):
        raise Unknown(f"function {call.schema}.{call.name}")
    plain = [tag.removesuffix(" C") for tag in tags]
    for find in (_variadic, _of_now, _of_time, _of_range, _of_array, _of_number, _of_text, _of_json):
        if found := find(call, plain, now):
            return found
    raise Unknown(f"function {call.name}({', '.join(plain)})")


def _strict(tag: Tag, function: Callable[..., Any]) -> Found:
    return tag, lambda values: None if None in values else function(*values)


def _variadic(call: Call, tags: list[Tag], _: int | None) -> Found | None:
    if call.name == "num_nulls":
        return "integer", lambda values: sum(value is None for value in values)
    if call.name == "num_nonnulls":
        return "integer", lambda values: sum(value is not None for value in values)
    if call.name in ("greatest", "least"):
        tag = next((tag for tag in tags if tag != "unknown"), "unknown")
        compare = comparison(tag, tag, "<")
        wanted = 1 if call.name == "greatest" else -1
        return tag, lambda values: _best(values, compare, wanted)
    return None


def _best(values: list[Any], compare: Callable[..., int], wanted: int) -> Any:
    best = None
    for value in values:
        if value is not None and (best is None or compare(value, best) == wanted):
            best = value
    return best


def _of_now(call: Call, tags: list[Tag], now: int | None) -> Found | None:
    if tags or call.name not in (*_NOW, "current_date", "localtimestamp"):
        return None
    if now is None:
        raise Unknown(f"the time of {call.name}")
    if call.name == "current_date":
        return "date", lambda _: now // MICROS_PER_DAY
    return (TIMESTAMP if call.name == "localtimestamp" else TIMESTAMPTZ), lambda _: now


def _of_time(call: Call, tags: list[Tag], _: int | None) -> Found | None:
    name = call.name
    if name == "isfinite" and tags in (["date"], [TIMESTAMP], [TIMESTAMPTZ]):
        return _strict("boolean", lambda value: abs(value) not in (DATE_INFINITY, TIME_INFINITY))
    if name == "make_date" and tags == ["integer"] * 3:
        return _strict("date", _make_date)
    if name == "timezone" and len(tags) == 2 and tags[1] in (TIMESTAMP, TIMESTAMPTZ):
        return _time_zone(call, tags[1])
    if name not in ("extract", "date_part", "date_trunc") or len(tags) != 2:
        return None
    field, tag = _field(call), tags[1]
    if name == "date_trunc":
        if tag not in (TIMESTAMP, TIMESTAMPTZ):
            return None
        truncate_time(field, 0)
        return _strict(tag, lambda _, value: truncate_time(field, value))
    function, result = (extract, "numeric") if name == "extract" else (date_part, "double precision")
    return _strict(result, lambda _, value: function(field, tag, value))


def _field(call: Call) -> str:
    field = call.arguments[0]
    if not isinstance(field, Constant) or field.text is None:
        raise Unknown(f"{call.name} of a part that varies")
    return field.text.lower()


def _time_zone(call: Call, tag: Tag) -> Found | None:
    zone = call.arguments[0]
    if not isinstance(zone, Constant) or (zone.text or "").upper() not in ("UTC", "ETC/UTC", "GMT"):
        raise Unknown("a time zone other than UTC")
    return _strict(TIMESTAMP if tag == TIMESTAMPTZ else TIMESTAMPTZ, lambda _, value: value)


def _make_date(year: int, month: int, day: int) -> int:
    if year <= 0 or not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        raise Unknown("a date that may not exist")
    return days_of(year, month, day)


def _of_range(call: Call, tags: list[Tag], _: int | None) -> Found | None:
    if call.name in RANGE_ELEMENTS and 2 <= len(tags) <= 3:
        element = RANGE_ELEMENTS[call.name]
        if all(tag in (element, "unknown") for tag in tags[:2]):
            return call.name, lambda values: make_range(call.name, values)
    if len(tags) == 1 and tags[0] in RANGE_ELEMENTS and call.name in RANGE_FUNCTIONS:
        result, function = RANGE_FUNCTIONS[call.name]
        return _strict(RANGE_ELEMENTS[tags[0]] if result == "element" else result, function)
    return None


def _of_array(call: Call, tags: list[Tag], _: int | None) -> Found | None:
    name = call.name
    if name == "cardinality" and tags[0].endswith("[]"):
        return _strict("integer", len)
    if name in ("array_length", "array_upper", "array_lower") and tags[0].endswith("[]"):
        return _strict("integer", lambda items, dimension: _extent(name, items, dimension))
    if name == "array_ndims" and tags[0].endswith("[]"):
        return _strict("integer", lambda items: 1 if items else None)
    if name in ("array_position", "array_remove") and len(tags) == 2 and tags[0].endswith("[]"):
        element = tags[0].removesuffix("[]")
        compare = comparison(element, element, "=")
        found = _position if name == "array_position" else _removed
        result = "integer" if name == "array_position" else tags[0]
        return result, lambda values: None if values[0] is None else found(values[0], values[1], compare)
    if name == "string_to_array" and tags == ["text", "text"]:
        return "text[]", lambda values: _split(*values)
    return None


def _extent(name: str, items: tuple[Any, ...], dimension: int) -> int | None:
    if dimension != 1 or not items:
        return None
    return 1 if name == "array_lower" else len(items)


def _same(a: Any, b: Any, compare: Callable[..., int]) -> bool:
    return a is b if a is None or b is None else compare(a, b) == 0


def _position(items: tuple[Any, ...], value: Any, compare: Callable[..., int]) -> int | None:
    return next((place for place, item in enumerate(items, 1) if _same(item, value, compare)), None)


def _removed(items: tuple[Any, ...], value: Any, compare: Callable[..., int]) -> tuple[Any, ...]:
    return tuple(item for item in items if not _same(item, value, compare))


def _split(text: str | None, separator: str | None) -> tuple[str, ...] | None:
    if text is None or separator == "":
        return None if text is None else (text,) if text else ()
    if separator is None:
        return tuple(text)
    return tuple(text.split(separator)) if text else ()


def _of_number(call: Call, tags: list[Tag], _: int | None) -> Found | None:
    name = call.name
    if name == "abs" and len(tags) == 1 and tags[0] in (*INTEGER_BITS, "numeric", "real", "double precision"):
        return _strict(tags[0], lambda a: fits(tags[0], abs(a)) if tags[0] in INTEGER_BITS else abs(a))
    if name == "mod" and len(tags) == 2:
        found = number_operator("%", tags[0], tags[1])
        return found and _strict(*found)
    if name == "sign" and tags == ["numeric"]:
        return _strict("numeric", lambda a: a if a.is_nan() else Decimal((a > 0) - (a < 0)))
    if tags == ["numeric", "integer"] and name in ("round", "trunc"):
        function = round_numeric if name == "round" else truncate
        return _strict("numeric", lambda a, digits: function(a, _digits(digits)))
    whole = {"round": round_numeric, "trunc": truncate, "floor": floor, "ceil": ceiling, "ceiling": ceiling}
    return _strict("numeric", whole[name]) if tags == ["numeric"] and name in whole else None


def _digits(digits: int) -> int:
    if abs(digits) > 100:
        raise Unknown("rounding to very many digits")
    return digits


def _of_text(call: Call, tags: list[Tag], _: int | None) -> Found | None:
    if not tags:
        return None
    if tags == ["bytea"] and call.name in ("length", "octet_length"):
        return _strict("integer", len)
    found = TEXT_FUNCTIONS.get((call.name, len(tags)))
    if call.name == "substring" and tags[1:] == ["integer"]:
        found = TEXT_FUNCTIONS["substr", 2]
    if found is None or any(tag not in (*STRINGS, "integer") for tag in tags) or tags[0] not in STRINGS:
        return None
    if tags[0] == "character" and call.name != "octet_length":
        return _strict(found[0], lambda text, *rest: found[1](text.rstrip(" "), *rest))
    return _strict(*found)


def _of_json(call: Call, tags: list[Tag], _: int | None) -> Found | None:
    if tags == ["jsonb"] or tags == ["json"]:
        if call.name == f"{tags[0]}_typeof":
            return _strict("text", json_typeof)
        if call.name == f"{tags[0]}_array_length":
            return _strict("integer", json_array_length)
    return None
