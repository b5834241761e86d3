"""Texts in PostgreSQL's syntax as the values of ``model``, and back."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from pgproof.rows.model.tables import Kind, Value

_SHORT_ZONE = re.compile(r"([+-]\d\d)$")


def value_of(kind: Kind, text: str) -> Value:
    """The value that ``text`` (ISO dates) stands for; raises ``ValueError`` if it is none of that kind.

    Kinds without a Python value keep their text.
    """
    if kind == "integer":
        return int(text)
    if kind == "numeric":
        return Decimal(text)
    if kind == "float":
        return float(text)
    if kind == "boolean":
        return _truth(text.lower())
    if kind == "uuid":
        return UUID(text)
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "time":
        return time.fromisoformat(text)
    if kind == "json":
        return json.loads(text)
    if kind in ("timestamp", "timestamptz"):
        return _moment(kind, text)
    return text


def _truth(text: str) -> bool:
    if text in ("t", "true", "on", "yes", "1"):
        return True
    if text in ("f", "false", "off", "no", "0"):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


def text_of(value: Value) -> str | None:
    """A value in PostgreSQL's input syntax, as a parameter or in COPY; None is NULL."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, timedelta):
        return f"{value.days} days {value.seconds}.{value.microseconds:06d} seconds"
    if isinstance(value, (date, datetime, time)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return _array(value)
    return str(value)


def _array(items: list[Value] | tuple[Value, ...]) -> str:
    return "{" + ",".join(_item(item) for item in items) + "}"


def _item(item: Value) -> str:
    if isinstance(item, (list, tuple)):
        return _array(item)
    text = text_of(item)
    if text is None:
        return "NULL"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _moment(kind: Kind, text: str) -> datetime:
    found = datetime.fromisoformat(_SHORT_ZONE.sub(r"\1:00", text) if ":" in text else text)
    if kind == "timestamp":
        return found.replace(tzinfo=None)
    return found.astimezone(timezone.utc) if found.tzinfo else found.replace(tzinfo=timezone.utc)
