"""Write an expression as SQL: for questions to the server, for messages, and to prove the parser right."""

from __future__ import annotations

import re
from collections.abc import Callable

from pgproof.rows.syntax.expression import (
    And,
    Array,
    Binary,
    Call,
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
    TypeName,
    Unary,
)

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_BUILT_IN_WORDS = re.compile(r"[a-z ]+")
_ZONED = re.compile(r"(timestamp|time)( with(?:out)? time zone)")


def render(expression: Expression) -> str:
    """SQL that means ``expression``, with more parentheses than a person would write."""
    return _RENDERERS[type(expression)](expression)


def render_type(name: TypeName) -> str:
    """``name`` as one writes it behind ``::``."""
    modifiers = f"({','.join(name.modifiers)})" if name.modifiers else ""
    brackets = "[]" if name.array else ""
    if name.schema is not None:
        return f"{quote(name.schema)}.{quote(name.name)}{modifiers}{brackets}"
    if zoned := _ZONED.fullmatch(name.name):
        return f"{zoned[1]}{modifiers}{zoned[2]}{brackets}"
    bare = _BUILT_IN_WORDS.fullmatch(name.name) and name.name != "char" and (name.name != "bit" or modifiers)
    plain = name.name if bare else quote(name.name, always=name.name in ("char", "bit"))
    return f"{plain}{modifiers}{brackets}"


def quote(name: str, *, always: bool = True) -> str:
    """An identifier in double quotes; a plain one may go without unless ``always``."""
    return name if not always and _PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def _constant(node: Constant) -> str:
    if node.text is None:
        return "NULL" if node.type.name == "unknown" else f"NULL::{render_type(node.type)}"
    if node.type in (TypeName("integer"), TypeName("numeric")) and re.fullmatch(r"[\d.]+", node.text):
        return node.text
    if node.type == TypeName("boolean"):
        return node.text
    literal = quote_text(node.text)
    return literal if node.type.name == "unknown" else f"{literal}::{render_type(node.type)}"


def _listed(items: tuple[Expression, ...], glue: str = ", ") -> str:
    return glue.join(render(item) for item in items)


def _operator(operator: str, schema: str | None) -> str:
    return f"OPERATOR({quote(schema)}.{operator})" if schema else operator


def _quantified(node: Quantified) -> str:
    word = "ALL" if node.every else "ANY"
    return f"({render(node.left)} {_operator(node.operator, node.schema)} {word} ({render(node.right)}))"


def _is_truth(node: IsTruth) -> str:
    words = "IS NOT" if node.negated else "IS"
    if node.truth == "normalized" and node.argument:
        return f"({render(node.operand)} {words} {node.argument} NORMALIZED)"
    argument = (node.argument or "").upper().replace("UNIQUE", "WITH UNIQUE KEYS")
    return f"({render(node.operand)} {words} {node.truth.upper()} {argument})".replace(" )", ")")


def _call(node: Call) -> str:
    if node.keyword:
        return _keyword(node.name, [render(argument) for argument in node.arguments])
    *most, last = [render(argument) for argument in node.arguments] or [""]
    schema = f"{quote(node.schema)}." if node.schema else ""
    return f"{schema}{quote(node.name)}({', '.join([*most, ('VARIADIC ' if node.variadic else '') + last])})"


def _keyword(name: str, arguments: list[str]) -> str:
    match name, arguments:
        case "extract", [field, operand]:
            return f"EXTRACT({field.removesuffix('::text')} FROM {operand})"
        case "position", [operand, part]:
            return f"POSITION({part} IN {operand})"
        case "timezone", [zone, operand]:
            return f"({operand} AT TIME ZONE {zone})"
        case "timezone", [operand]:
            return f"({operand} AT LOCAL)"
        case "overlaps", [a, b, c, d]:
            return f"(({a}, {b}) OVERLAPS ({c}, {d}))"
        case "normalize", [operand, form]:
            return f"NORMALIZE({operand}, {form.removesuffix('::text').strip(chr(39))})"
        case (("btrim" | "ltrim" | "rtrim"), [operand, *characters]):
            side = {"b": "BOTH", "l": "LEADING", "r": "TRAILING"}[name[0]]
            return f"TRIM({' '.join([side, *characters])} FROM {operand})"
        case "substring", [operand, start, *length]:
            return f"SUBSTRING({operand} FROM {start}{''.join(f' FOR {item}' for item in length)})"
        case "overlay", [operand, new, start, *length]:
            more = "".join(f" FOR {item}" for item in length)
            return f"OVERLAY({operand} PLACING {new} FROM {start}{more})"
    return f"{name.upper()}({', '.join(arguments)})" if arguments else name.upper()


def _case(node: Case) -> str:
    subject = f" {render(node.subject)}" if node.subject else ""
    whens = "".join(f" WHEN {render(when)} THEN {render(then)}" for when, then in node.whens)
    otherwise = f" ELSE {render(node.otherwise)}" if node.otherwise else ""
    return f"CASE{subject}{whens}{otherwise} END"


def _element(node: Element) -> str:
    index = render(node.index) if node.index else ""
    until = f":{render(node.until) if node.until else ''}" if node.slice else ""
    return f"({render(node.operand)})[{index}{until}]"


def _collate(node: Collate) -> str:
    schema = f"{quote(node.schema)}." if node.schema else ""
    return f"({render(node.operand)} COLLATE {schema}{quote(node.name)})"


_RENDERERS: dict[type, Callable[..., str]] = {
    Constant: _constant,
    Column: lambda node: quote(node.name),
    DomainValue: lambda _: "VALUE",
    Cast: lambda node: f"({render(node.operand)})::{render_type(node.type)}",
    Unary: lambda node: f"({_operator(node.operator, node.schema)} {render(node.operand)})",
    Binary: lambda node: (
        f"({render(node.left)} {_operator(node.operator, node.schema)} {render(node.right)})"
    ),
    Distinct: lambda node: f"({render(node.left)} IS DISTINCT FROM {render(node.right)})",
    Quantified: _quantified,
    And: lambda node: f"({_listed(node.items, ' AND ')})",
    Or: lambda node: f"({_listed(node.items, ' OR ')})",
    Not: lambda node: f"(NOT {render(node.operand)})",
    IsNull: lambda node: f"({render(node.operand)} IS {'NOT ' if node.negated else ''}NULL)",
    IsTruth: _is_truth,
    Call: _call,
    Case: _case,
    Array: lambda node: f"ARRAY[{_listed(node.items)}]",
    Row: lambda node: f"ROW({_listed(node.items)})",
    Element: _element,
    Field: lambda node: f"({render(node.operand)}).{quote(node.name)}",
    Collate: _collate,
}
