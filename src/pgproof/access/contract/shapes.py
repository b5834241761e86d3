"""What shape each part of ``access.toml`` has: a text, a list of texts, or a table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Shape: TypeAlias = "str | Mapping[str, Any]"

TEXT, TEXTS = "a text", "a list of texts"
ANY = "*"  # whatever a key is called
TABLE: Shape = {}
SHAPE: Shape = {
    "exposed": TEXTS,
    "population": TEXTS,
    "rules": {ANY: TEXT},
    "actors": {ANY: {"role": TEXT, "each": TEXT, "claims": TABLE, "settings": {ANY: TEXT}}},
    "relations": {ANY: {"source": TEXT}},
    "functions": {ANY: {"call": TEXTS, "tries": TEXTS, "touches": {ANY: TABLE}}},
}


def refuse_misshapen(complain: Callable[..., object], value: Any, shape: Shape = SHAPE, *keys: str) -> None:
    """Call ``complain`` with what was expected, and the keys, for the first part that has another shape."""
    if isinstance(shape, str):
        if not (isinstance(value, str) if shape == TEXT else _is_texts(value)):
            complain(f"{'.'.join(keys)} is {value!r}; expected {shape}", *keys)
        return
    if not isinstance(value, dict):
        complain(f"{'.'.join(keys)} is {value!r}; expected a table", *keys)
        return
    for name, each in value.items():
        inner = shape.get(name, shape.get(ANY))
        if inner is not None:
            refuse_misshapen(complain, each, inner, *keys, name)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
