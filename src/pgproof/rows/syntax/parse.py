"""Read the text that PostgreSQL prints for an expression of one row.

A precedence parser of the language of ``pg_get_expr``: fully parenthesised, every literal with its type,
functions qualified unless they are PostgreSQL's own (the catalog is read with an empty ``search_path``).
What such an expression can hold and we do not read (sub-selects, named arguments, XML, whole rows) raises
``UnreadableExpression``; the caller then asks the server instead.
"""

from __future__ import annotations

from functools import lru_cache

from pgproof.rows.syntax.calls import read_call, read_keyword, read_overlaps, read_time_zone
from pgproof.rows.syntax.expression import (
    And,
    Array,
    Binary,
    Case,
    Cast,
    Collate,
    Column,
    Constant,
    Distinct,
    DomainValue,
    Element,
    Expression,
    Field,
    IsNull,
    IsTruth,
    Not,
    Or,
    Quantified,
    Row,
    Truth,
    TypeName,
    Unary,
)
from pgproof.rows.syntax.tokens import Cursor, UnreadableExpression
from pgproof.rows.syntax.type_names import read_type

__all__ = ["UnreadableExpression", "parse"]

# How tightly things bind, loosest first (PostgreSQL, "Operator Precedence").
_OR, _AND, _NOT, _IS, _COMPARISON, _OTHER, _SUM, _PRODUCT, _POWER, _ZONE, _COLLATE, _SIGN, _POSTFIX = range(
    1, 14
)
_BINDING = dict.fromkeys(("<", ">", "=", "<=", ">=", "<>"), _COMPARISON)
_BINDING |= {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT, "^": _POWER}
_TRUTHS: tuple[Truth, ...] = ("true", "false", "unknown", "document", "normalized")
_JSON_KINDS = ("VALUE", "SCALAR", "ARRAY", "OBJECT")


@lru_cache(maxsize=4096)
def parse(source: str) -> Expression:
    """The expression that ``source`` prints. Raises ``UnreadableExpression``."""
    cursor = Cursor(source)
    expression = read_expression(cursor)
    if cursor.token.sort != "end":
        raise cursor.failure("the end")
    return expression


def read_expression(cursor: Cursor, binding: int = 0) -> Expression:
    """The longest expression at the cursor whose operators bind tighter than ``binding``."""
    left = _prefix(cursor)
    while (tighter := _infix_binding(cursor)) > binding:
        left = _infix(cursor, left, tighter)
    return left


def _infix_binding(cursor: Cursor) -> int:
    token = cursor.token
    if token.sort == "operator":
        return _BINDING.get(token.text, _OTHER)
    if token.sort == "mark":
        return _POSTFIX if token.text in ("::", "[", ".") else 0
    words = {"OR": _OR, "AND": _AND, "IS": _IS, "COLLATE": _COLLATE, "AT": _ZONE, "OPERATOR": _OTHER}
    return words.get(token.text.upper(), 0) if token.sort == "name" else 0


def _infix(cursor: Cursor, left: Expression, binding: int) -> Expression:
    if cursor.at_words("OR") or cursor.at_words("AND"):
        return _logical(cursor, left, binding)
    if cursor.accept_words("IS"):
        return _is(cursor, left)
    if cursor.accept_words("COLLATE"):
        schema, name = _qualified(cursor)
        return Collate(left, name, schema)
    if cursor.accept_words("AT"):
        return read_time_zone(cursor, left, lambda: read_expression(cursor, binding))
    if cursor.accept("::"):
        return Cast(left, read_type(cursor))
    if cursor.accept("["):
        return _element(cursor, left)
    if cursor.accept("."):
        return Field(left, cursor.name())
    return _operator(cursor, left, binding)


def _logical(cursor: Cursor, left: Expression, binding: int) -> Expression:
    word = cursor.take().text.upper()
    items = [left, read_expression(cursor, binding)]
    while cursor.accept_words(word):
        items.append(read_expression(cursor, binding))
    return Or(tuple(items)) if word == "OR" else And(tuple(items))


def _operator(cursor: Cursor, left: Expression, binding: int) -> Expression:
    operator, schema = _operator_name(cursor)
    every = cursor.at_words("ALL")
    if every or cursor.at_words("ANY") or cursor.at_words("SOME"):
        cursor.take()
        cursor.expect("(")
        right = read_expression(cursor)
        cursor.expect(")")
        return Quantified(left, operator, right, every, schema)
    return Binary(operator, left, read_expression(cursor, binding), schema)


def _operator_name(cursor: Cursor) -> tuple[str, str | None]:
    if cursor.at("=>"):
        raise cursor.failure("no named arguments")
    if not cursor.accept_words("OPERATOR"):
        return cursor.take().text, None
    cursor.expect("(")
    schema = cursor.name()
    cursor.expect(".")
    operator = cursor.take().text
    cursor.expect(")")
    return operator, schema


def _is(cursor: Cursor, operand: Expression) -> Expression:
    negated = cursor.accept_words("NOT")
    if cursor.accept_words("NULL"):
        return IsNull(operand, negated)
    if cursor.accept_words("DISTINCT", "FROM"):
        distinct = Distinct(operand, read_expression(cursor, _IS))
        return Not(distinct) if negated else distinct
    if cursor.accept_words("JSON"):
        kind = next((word for word in _JSON_KINDS if cursor.accept_words(word)), "VALUE")
        unique = " unique" if cursor.accept_words("WITH", "UNIQUE", "KEYS") else ""
        return IsTruth(operand, "json", negated, kind.lower() + unique)
    if cursor.ahead().text.upper() == "NORMALIZED":
        form = cursor.take().text.upper()
        cursor.take()
        return IsTruth(operand, "normalized", negated, form)
    for truth in _TRUTHS:
        if cursor.accept_words(truth.upper()):
            return IsTruth(operand, truth, negated)
    raise cursor.failure("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM")


def _element(cursor: Cursor, operand: Expression) -> Expression:
    index = None if cursor.at(":") else read_expression(cursor)
    if not cursor.accept(":"):
        cursor.expect("]")
        return Element(operand, index)
    until = None if cursor.at("]") else read_expression(cursor)
    cursor.expect("]")
    return Element(operand, index, until, slice=True)


def _qualified(cursor: Cursor) -> tuple[str | None, str]:
    name = cursor.name()
    return (name, cursor.name()) if cursor.accept(".") else (None, name)


def _prefix(cursor: Cursor) -> Expression:
    token = cursor.token
    if cursor.accept("("):
        inner = read_expression(cursor)
        if cursor.at(","):
            return read_overlaps(cursor, inner, read_expression)
        cursor.expect(")")
        return inner
    if token.sort in ("number", "string"):
        return _literal(cursor)
    if token.sort == "operator" or cursor.at_words("OPERATOR"):
        operator, schema = _operator_name(cursor)
        return Unary(operator, read_expression(cursor, _SIGN), schema)
    if token.sort == "quoted":
        return _named(cursor)
    if token.sort == "name":
        return _word(cursor)
    raise cursor.failure("an expression")


def _literal(cursor: Cursor) -> Constant:
    token = cursor.take()
    if token.sort == "number":
        return Constant(token.text, TypeName("integer" if token.text.isdigit() else "numeric"))
    return Constant(token.text, _literal_type(cursor))


def _literal_type(cursor: Cursor) -> TypeName:
    return read_type(cursor) if cursor.accept("::") else TypeName("unknown")


def _word(cursor: Cursor) -> Expression:
    if cursor.accept_words("NOT"):
        return Not(read_expression(cursor, _NOT))
    if cursor.accept_words("NULL"):
        return Constant(None, _literal_type(cursor))
    if cursor.at_words("TRUE") or cursor.at_words("FALSE"):
        return Constant(cursor.take().text.lower(), TypeName("boolean"))
    if cursor.token.text == "VALUE":
        cursor.take()
        return DomainValue()
    if cursor.accept_words("CASE"):
        return _case(cursor)
    if cursor.at_words("ARRAY") and cursor.ahead().text == "[":
        cursor.take()
        return Array(_list(cursor, "[", "]"))
    if cursor.accept_words("ROW"):
        return Row(_list(cursor, "(", ")"))
    return read_keyword(cursor, read_expression) or _named(cursor)


def _named(cursor: Cursor) -> Expression:
    called = cursor.ahead().text == "(" and cursor.ahead().sort == "mark"
    qualified = cursor.ahead().text == "." and cursor.ahead(3).text == "("
    if called or qualified:
        schema, name = _qualified(cursor)
        return read_call(cursor, name, schema, read_expression)
    if cursor.ahead().text == ".":
        raise cursor.failure("a column of this row")
    return Column(cursor.name())


def _list(cursor: Cursor, opening: str, closing: str) -> tuple[Expression, ...]:
    cursor.expect(opening)
    items: list[Expression] = []
    while not cursor.accept(closing):
        items.append(read_expression(cursor))
        if not cursor.at(closing):
            cursor.expect(",")
    return tuple(items)


def _case(cursor: Cursor) -> Case:
    subject = None if cursor.at_words("WHEN") else read_expression(cursor)
    whens: list[tuple[Expression, Expression]] = []
    while cursor.accept_words("WHEN"):
        condition = read_expression(cursor)
        cursor.expect_words("THEN")
        whens.append((condition, read_expression(cursor)))
    otherwise = read_expression(cursor) if cursor.accept_words("ELSE") else None
    cursor.expect_words("END")
    return Case(subject, tuple(whens), otherwise)
