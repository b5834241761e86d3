"""Conditions on a text as patterns that it must match, so that several of them are one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pgproof.rows.checks.terms import stripped
from pgproof.rows.evaluate.compute import tag_of
from pgproof.rows.patterns import charset
from pgproof.rows.patterns.language import matches
from pgproof.rows.patterns.like import parse_like, similar_to_regex
from pgproof.rows.patterns.regex import (
    END,
    START,
    Chars,
    Either,
    Node,
    Pattern,
    Repeat,
    Sequence,
    parse_regex,
)
from pgproof.rows.syntax.expression import Binary, Call, Column, Constant, Expression

Alternatives = list[tuple[Pattern, ...]]

_ANY = Chars(charset.ANY)
_SPACE = Chars(charset.of(" "))
ASCII_ONLY = Pattern(Chars(charset.complement(charset.ASCII)), negated=True, bound=True)
# What a function leaves alone: texts in which this is not found.
_CHANGED: dict[str, Pattern] = {
    "lower": Pattern(Chars(((ord("A"), ord("Z")),)), bound=True),
    "upper": Pattern(Chars(((ord("a"), ord("z")),)), bound=True),
    "btrim": Pattern(Either((Sequence((START, _SPACE)), Sequence((_SPACE, END))))),
    "ltrim": Pattern(Sequence((START, _SPACE))),
    "rtrim": Pattern(Sequence((_SPACE, END))),
}
#: Texts that character(n) gives back as they were.
UNPADDED = replace(_CHANGED["rtrim"], negated=True)
_MATCHES = {
    "~": (False, False),
    "~*": (True, False),
    "!~": (False, True),
    "!~*": (True, True),
}
_LIKES = {"~~": (False, False), "~~*": (True, False), "!~~": (False, True), "!~~*": (True, True)}


def unwrapped(node: Expression) -> tuple[Column, tuple[Pattern, ...]] | None:
    """The column inside functions that leave some texts alone, and the patterns of those texts."""
    patterns: list[Pattern] = []
    while True:
        node = stripped(node)
        if isinstance(node, Column):
            return node, tuple(patterns)
        if not (isinstance(node, Call) and node.schema is None and node.name in _CHANGED):
            return None
        if len(node.arguments) != 1:
            return None
        patterns.append(replace(_CHANGED[node.name], negated=True))
        node = node.arguments[0]


def alternatives(node: Expression, truth: bool) -> tuple[str, Alternatives] | None:
    """The column of a text condition and the lists of patterns any of which makes it come out so.

    None if it is no condition on one text. Raises ``Unknown`` for a pattern outside the subset.
    """
    if isinstance(node, Call):
        return _call(node, truth)
    if not isinstance(node, Binary) or node.schema is not None:
        return None
    if node.operator in ("=", "<>"):
        return _equality(node, truth is (node.operator == "="))
    found = unwrapped(node.left)
    text = literal(node.right)
    if found is None or text is None:
        return None
    column, wrappers = found
    wanted = _operator_patterns(node.operator, text, truth)
    return None if wanted is None else (column.name, [(*wrappers, *each) for each in wanted])


def literal(node: Expression) -> str | None:
    """The text of a constant, casts between text types removed; None if it is something else."""
    node = stripped(node)
    if isinstance(node, Call) and node.name == "similar_to_escape" and len(node.arguments) == 1:
        pattern = literal(node.arguments[0])
        return None if pattern is None else similar_to_regex(pattern)
    textual = isinstance(node, Constant) and tag_of(node.type) in (
        "text",
        "unknown",
        "character varying",
        "character",
    )
    return node.text if textual and isinstance(node, Constant) else None


def _operator_patterns(operator: str, text: str, truth: bool) -> Alternatives | None:
    if operator in _MATCHES:
        ignore_case, negated = _MATCHES[operator]
        return outcomes(parse_regex(text, ignore_case=ignore_case), truth is not negated)
    if operator in _LIKES:
        ignore_case, negated = _LIKES[operator]
        extra = (ASCII_ONLY,) if ignore_case else ()
        wanted = outcomes((parse_like(text, ignore_case=ignore_case),), truth is not negated)
        return [(*each, *extra) for each in wanted]
    if operator == "^@":
        return outcomes((_prefix(text),), truth)
    return None


def outcomes(patterns: tuple[Pattern, ...], truth: bool) -> Alternatives:
    """All of them, or (not ``truth``) any one of them the other way round."""
    if truth:
        return [patterns]
    return [(replace(pattern, negated=not pattern.negated),) for pattern in patterns]


def _call(node: Call, truth: bool) -> tuple[str, Alternatives] | None:
    if node.schema is not None or len(node.arguments) != 2:
        return None
    found, text = unwrapped(node.arguments[0]), literal(node.arguments[1])
    if found is None or text is None or node.name not in ("starts_with", "regexp_like"):
        return None
    patterns = (_prefix(text),) if node.name == "starts_with" else parse_regex(text)
    return found[0].name, [(*found[1], *each) for each in outcomes(patterns, truth)]


def _equality(node: Binary, equal: bool) -> tuple[str, Alternatives] | None:
    left, right = unwrapped(node.left), unwrapped(node.right)
    if left and right and left[0] == right[0] and (left[1] or right[1]):
        return left[0].name, outcomes(tuple(dict.fromkeys((*left[1], *right[1]))), equal)
    for side, other in ((node.left, node.right), (node.right, node.left)):
        text = literal(other)
        part = None if text is None else _part(side, text)
        if part is not None:
            return part[0], outcomes((part[1],), equal)
    return None


def _part(node: Expression, text: str) -> tuple[str, Pattern] | None:
    """A function of a column that equals ``text`` as one pattern of the column."""
    node = stripped(node)
    if not isinstance(node, Call) or node.schema is not None or not node.arguments:
        return None
    column = stripped(node.arguments[0])
    if not isinstance(column, Column):
        return None
    numbers = [_number(argument) for argument in node.arguments[1:]]
    pattern = None
    if node.name in ("btrim", "ltrim", "rtrim") and not numbers:
        pattern = _trimmed(node.name, text)
    elif None not in numbers:
        pattern = _cut(node.name, [number for number in numbers if number is not None], text)
    return None if pattern is None else (column.name, pattern)


def _trimmed(name: str, text: str) -> Pattern:
    spaces = Repeat(_SPACE, 0, None)
    before = spaces if name in ("btrim", "ltrim") else Sequence(())
    after = spaces if name in ("btrim", "rtrim") else Sequence(())
    if matches_any((_CHANGED[name],), text):
        return Pattern(Sequence((START, Chars(charset.NONE))))
    return Pattern(Sequence((START, before, *_letters(text), after, END)))


def matches_any(patterns: Iterable[Pattern], text: str) -> bool:
    """Whether a function would change ``text``."""
    return any(matches(pattern, text) for pattern in patterns)


def _cut(name: str, numbers: list[int], text: str) -> Pattern | None:
    """A piece of a fixed place and length: its letters there, or the whole text where that is shorter."""
    size = len(text)
    if name == "left" and len(numbers) == 1 and numbers[0] >= size:
        return _at(0, text, exact=numbers[0] > size)
    if (
        name in ("substr", "substring")
        and len(numbers) == 2
        and numbers[0] >= 1
        and numbers[1] >= size
        and size
    ):
        return _at(numbers[0] - 1, text, exact=numbers[1] > size)
    if name == "right" and len(numbers) == 1 and numbers[0] >= size:
        start = (START,) if numbers[0] > size else ()
        return Pattern(Sequence((*start, *_letters(text), END)))
    return None


def _at(place: int, text: str, *, exact: bool) -> Pattern:
    end = (END,) if exact else ()
    return Pattern(Sequence((START, Repeat(_ANY, place, place), *_letters(text), *end)))


def _number(node: Expression) -> int | None:
    plain = isinstance(node, Constant) and node.text is not None and node.text.lstrip("-").isdigit()
    return int(node.text) if plain and isinstance(node, Constant) and node.text else None


def _prefix(text: str) -> Pattern:
    return Pattern(Sequence((START, *_letters(text))))


def _letters(text: str) -> tuple[Node, ...]:
    return tuple(Chars(charset.of(character)) for character in text)


def position_pattern(node: Expression, operator: str, place: int) -> tuple[str, Pattern] | None:
    """``position('x' in column) > 0`` and the like: where a text is found first."""
    if not (isinstance(node, Call) and node.name in ("position", "strpos") and len(node.arguments) == 2):
        return None
    column, text = stripped(node.arguments[0]), literal(node.arguments[1])
    if not isinstance(column, Column) or not text:
        return None
    contains = Pattern(Sequence(_letters(text)))
    if (operator, place) in ((">", 0), (">=", 1), ("<>", 0)):
        return column.name, contains
    if (operator, place) in (("=", 0), ("<", 1), ("<=", 0)):
        return column.name, replace(contains, negated=True)
    if operator in (">", ">=") and len(text) == 1:
        before = Repeat(Chars(charset.complement(charset.of(text))), place - (operator == ">="), None)
        return column.name, Pattern(Sequence((START, before, *_letters(text))))
    return None
