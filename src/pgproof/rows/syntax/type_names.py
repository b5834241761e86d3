"""Type names inside a deparsed expression, as ``format_type`` prints them."""

from __future__ import annotations

from pgproof.rows.syntax.expression import TypeName
from pgproof.rows.syntax.tokens import Cursor

_TWO_WORDS = (("CHARACTER", "VARYING"), ("DOUBLE", "PRECISION"), ("BIT", "VARYING"))
_INTERVAL_FIELDS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO")


def read_type(cursor: Cursor) -> TypeName:
    """The type at the cursor, with its modifiers and brackets. Raises ``UnreadableExpression``."""
    schema: str | None = None
    name = _words(cursor)
    if cursor.accept("."):
        schema, name = name, cursor.name()
    modifiers = _modifiers(cursor)
    if schema is None and name in ("timestamp", "time"):
        name += _time_zone(cursor)
    if schema is None and name == "interval":
        name, modifiers = _interval(cursor, modifiers)
    array = False
    while cursor.at("[", "]"):
        cursor.take()
        cursor.take()
        array = True
    return TypeName(name, modifiers, array, schema)


def _words(cursor: Cursor) -> str:
    for words in _TWO_WORDS:
        if cursor.accept_words(*words):
            return " ".join(words).lower()
    return cursor.name()


def _modifiers(cursor: Cursor) -> tuple[str, ...]:
    if not cursor.at("(") or cursor.ahead().sort not in ("number", "name", "string", "operator"):
        return ()
    cursor.take()
    found: list[str] = []
    while not cursor.accept(")"):
        sign = cursor.take().text if cursor.at("-") else ""
        found.append(sign + cursor.take().text)
        if not cursor.at(")"):
            cursor.expect(",")
    return tuple(found)


def _time_zone(cursor: Cursor) -> str:
    if cursor.accept_words("WITH", "TIME", "ZONE"):
        return " with time zone"
    cursor.accept_words("WITHOUT", "TIME", "ZONE")
    return " without time zone"


def _interval(cursor: Cursor, modifiers: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    words = ["interval"]
    while any(cursor.at_words(field) for field in _INTERVAL_FIELDS):
        words.append(cursor.take().text.lower())
    return " ".join(words), modifiers or _modifiers(cursor)
