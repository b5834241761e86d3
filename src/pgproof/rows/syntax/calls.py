"""Functions inside a deparsed expression: the plain ones, and those with a syntax of SQL's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pgproof.rows.syntax.expression import Call, Constant, Expression, TypeName
from pgproof.rows.syntax.tokens import Cursor

Reader: TypeAlias = Callable[[Cursor], Expression]

TEXT = TypeName("text")
_VALUES = (
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_role",
    "current_user", "session_user", "system_user", "current_catalog", "current_schema", "user",
)  # fmt: skip
_LISTS = ("coalesce", "greatest", "least", "nullif")
_TRIMS = {"BOTH": "btrim", "LEADING": "ltrim", "TRAILING": "rtrim"}


def read_call(cursor: Cursor, name: str, schema: str | None, read: Reader) -> Call:
    """The arguments of function ``name``, the cursor being at their parenthesis."""
    cursor.expect("(")
    arguments: list[Expression] = []
    variadic = False
    while not cursor.accept(")"):
        variadic = cursor.accept_words("VARIADIC")
        arguments.append(read(cursor))
        if not cursor.at(")"):
            cursor.expect(",")
    return Call(name, tuple(arguments), schema, variadic=variadic)


def read_keyword(cursor: Cursor, read: Reader) -> Call | None:
    """A call in SQL's own syntax, if the unquoted word at the cursor begins one."""
    word = cursor.token.text.lower()
    if word in _VALUES:
        return _value_function(cursor, word, read)
    if word in _LISTS:
        cursor.take()
        call = read_call(cursor, word, None, read)
        return Call(word, call.arguments, keyword=True)
    special = {
        "extract": _extract,
        "position": _position,
        "substring": _substring,
        "trim": _trim,
        "overlay": _overlay,
        "normalize": _normalize,
    }
    if word not in special or cursor.ahead().text != "(":
        return None
    cursor.take()
    cursor.expect("(")
    found = special[word](cursor, read)
    cursor.expect(")")
    return found


def read_time_zone(cursor: Cursor, operand: Expression, read: Callable[[], Expression]) -> Call:
    """``operand AT TIME ZONE zone``, the cursor being behind AT."""
    if cursor.accept_words("LOCAL"):
        return Call("timezone", (operand,), keyword=True)
    cursor.expect_words("TIME", "ZONE")
    return Call("timezone", (read(), operand), keyword=True)


def read_overlaps(cursor: Cursor, first: Expression, read: Reader) -> Call:
    """``(a, b) OVERLAPS (c, d)``, the cursor being behind ``a``."""
    cursor.expect(",")
    arguments = [first, read(cursor)]
    cursor.expect(")")
    cursor.expect_words("OVERLAPS")
    cursor.expect("(")
    arguments.append(read(cursor))
    cursor.expect(",")
    arguments.append(read(cursor))
    cursor.expect(")")
    return Call("overlaps", tuple(arguments), keyword=True)


def _value_function(cursor: Cursor, name: str, read: Reader) -> Call:
    cursor.take()
    arguments = read_call(cursor, name, None, read).arguments if cursor.at("(") else ()
    return Call(name, arguments, keyword=True)


def _extract(cursor: Cursor, read: Reader) -> Call:
    field = Constant(cursor.take().text, TEXT)
    cursor.expect_words("FROM")
    return Call("extract", (field, read(cursor)), keyword=True)


def _position(cursor: Cursor, read: Reader) -> Call:
    part = read(cursor)
    cursor.expect_words("IN")
    return Call("position", (read(cursor), part), keyword=True)


def _substring(cursor: Cursor, read: Reader) -> Call:
    arguments = [read(cursor)]
    if cursor.accept_words("SIMILAR"):
        arguments.append(read(cursor))
        cursor.expect_words("ESCAPE")
        return Call("substring", (*arguments, read(cursor)), keyword=True)
    cursor.expect_words("FROM")
    arguments.append(read(cursor))
    if cursor.accept_words("FOR"):
        arguments.append(read(cursor))
    return Call("substring", tuple(arguments), keyword=True)


def _trim(cursor: Cursor, read: Reader) -> Call:
    side = cursor.take().text.upper()
    if side not in _TRIMS:
        raise cursor.failure("BOTH, LEADING or TRAILING")
    if cursor.accept_words("FROM"):
        return Call(_TRIMS[side], (read(cursor),), keyword=True)
    characters = read(cursor)
    cursor.expect_words("FROM")
    return Call(_TRIMS[side], (read(cursor), characters), keyword=True)


def _overlay(cursor: Cursor, read: Reader) -> Call:
    arguments = [read(cursor)]
    cursor.expect_words("PLACING")
    arguments.append(read(cursor))
    cursor.expect_words("FROM")
    arguments.append(read(cursor))
    if cursor.accept_words("FOR"):
        arguments.append(read(cursor))
    return Call("overlay", tuple(arguments), keyword=True)


def _normalize(cursor: Cursor, read: Reader) -> Call:
    operand = read(cursor)
    if not cursor.accept(","):
        return Call("normalize", (operand,), keyword=True)
    return Call("normalize", (operand, Constant(cursor.take().text.upper(), TEXT)), keyword=True)
