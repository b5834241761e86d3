"""JSON documents: their operators and functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pgproof.rows.evaluate.datum import Json, Tag
from pgproof.rows.syntax.signals import Refused, Unknown

_KINDS: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    Decimal: "number",
    type(None): "null",
}
_MISSING = object()


def json_typeof(document: Json) -> str:
    """``jsonb_typeof``."""
    return _KINDS[type(document.value)]


def json_array_length(document: Json) -> int:
    """``jsonb_array_length``. Raises ``Refused`` for what is not an array."""
    if not isinstance(document.value, list):
        raise Refused("22023")
    return len(document.value)


def json_equal(a: Any, b: Any) -> bool:
    """Whether two documents are the same to jsonb: numbers by value, objects in any order."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(json_equal(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(json_equal, a, b))
    if isinstance(a, float) or isinstance(b, float):
        raise Unknown("the digits of a JSON number")
    return bool(a == b)


def json_contains(a: Any, b: Any, *, top: bool = True) -> bool:
    """``a @> b``."""
    if isinstance(a, dict) and isinstance(b, dict):
        return all(key in a and json_contains(a[key], b[key], top=False) for key in b)
    if isinstance(a, list) and isinstance(b, list):
        return all(any(json_contains(x, y, top=False) for x in a) for y in b)
    if top and isinstance(a, list) and not isinstance(b, (dict, list)):
        return any(json_equal(x, b) for x in a)
    return not isinstance(a, (dict, list)) and json_equal(a, b)


def _pick(document: Any, key: Any) -> Any:
    if isinstance(document, dict) and isinstance(key, str):
        return document.get(key, _MISSING)
    if isinstance(document, list) and isinstance(key, int):
        return document[key] if -len(document) <= key < len(document) else _MISSING
    return _MISSING


def _path(document: Any, keys: tuple[str | None, ...]) -> Any:
    for key in keys:
        if key is None:
            return _MISSING
        if isinstance(document, list):
            digits = key.strip(" ")
            document = _pick(document, int(digits)) if digits.lstrip("+-").isdigit() else _MISSING
        else:
            document = _pick(document, key)
    return document


def _as_json(found: Any) -> Json | None:
    return None if found is _MISSING else Json(found)


def _as_text(found: Any) -> str | None:
    if found is _MISSING or found is None:
        return None
    if isinstance(found, str):
        return found
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, int):
        return str(found)
    raise Unknown("how the server writes a JSON number, array or object")


def _exists(a: Json, key: str) -> bool:
    if isinstance(a.value, (dict, list)):
        return any(isinstance(item, str) and item == key for item in a.value)
    return isinstance(a.value, str) and a.value == key


def _root(a: Json, key: Any) -> Any:
    """To jsonb's ``->`` and ``->>`` a scalar document is an array of one element."""
    return [a.value] if isinstance(key, int) and not isinstance(a.value, (dict, list)) else a.value


def _contained(b: Json, a: Json) -> bool:
    return json_contains(a.value, b.value)


def json_text(document: Json) -> str:
    """The document as input syntax."""
    return json.dumps(document.value, default=float)


JSON_OPERATORS: dict[tuple[str, Tag, Tag], tuple[Tag, Callable[..., Any]]] = {
    ("->", "json", "integer"): ("json", lambda a, place: _as_json(_pick(a.value, place))),
    ("->>", "json", "integer"): ("text", lambda a, place: _as_text(_pick(a.value, place))),
    ("->", "jsonb", "integer"): ("jsonb", lambda a, place: _as_json(_pick(_root(a, place), place))),
    ("->>", "jsonb", "integer"): ("text", lambda a, place: _as_text(_pick(_root(a, place), place))),
    ("?", "jsonb", "text"): ("boolean", _exists),
    ("?|", "jsonb", "text[]"): (
        "boolean",
        lambda a, keys: any(k is not None and _exists(a, k) for k in keys),
    ),
    ("?&", "jsonb", "text[]"): ("boolean", lambda a, keys: all(k is None or _exists(a, k) for k in keys)),
    ("@>", "jsonb", "jsonb"): ("boolean", lambda a, b: json_contains(a.value, b.value)),
    ("<@", "jsonb", "jsonb"): ("boolean", _contained),
}
for _type in ("json", "jsonb"):
    JSON_OPERATORS |= {
        ("->", _type, "text"): (_type, lambda a, key: _as_json(_pick(a.value, key))),
        ("->>", _type, "text"): ("text", lambda a, key: _as_text(_pick(a.value, key))),
        ("#>", _type, "text[]"): (_type, lambda a, keys: _as_json(_path(a.value, keys))),
        ("#>>", _type, "text[]"): ("text", lambda a, keys: _as_text(_path(a.value, keys))),
    }
