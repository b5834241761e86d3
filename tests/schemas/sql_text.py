"""SQL text as values that the house rules can look at: statements, and lines without comments and literals.

A reader of house style, not a parser: it knows comments, the three kinds of quotes and `begin atomic`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<string>'(?:[^']|'')*')
    | (?P<dollar>\$(?P<tag>\w*)\$(?P<body>.*?)\$(?P=tag)\$)
    | (?P<name>"(?:[^"]|"")*")
    | (?P<end>;)
    | (?P<other>[^'"$;/-]+|.)
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class SqlFile:
    """A file of a project: its path below ``sql/``, its text, and of the project the SQL files and the unique columns."""

    path: str
    text: str
    neighbours: frozenset[str] = frozenset()
    keys: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Statement:
    """One statement: the line it starts on, and its code with literals emptied and white space squeezed."""

    line: int
    code: str


@dataclass(frozen=True)
class Line:
    """One line: its number, its code without comments and literals, and the comment it ends with."""

    number: int
    code: str
    comment: str


def statements(sql: str) -> Iterator[Statement]:
    """The statements of ``sql``; a body in dollar quotes is a literal, one after `begin atomic` is code."""
    code, line, start = "", 1, 0
    for token in TOKEN.finditer(sql):
        text = token[0]
        if not code.strip() and not text.isspace() and token.lastgroup != "comment":
            start = line + text[: len(text) - len(text.lstrip())].count("\n")
        line += text.count("\n")
        if token["end"] and not _inside_atomic_body(code):
            yield Statement(start, squeezed(code))
            code = ""
        else:
            code += _emptied(token)
    if code.strip():
        yield Statement(start, squeezed(code))


def squeezed(code: str) -> str:
    """``code`` with every run of white space made one space."""
    return " ".join(code.split())


def lines(sql: str) -> Iterator[Line]:
    """Every line of ``sql``, function bodies included."""
    comments: dict[int, str] = {}
    blank = _blanked(sql, 1, comments)
    for number, code in enumerate(blank.split("\n"), start=1):
        yield Line(number, code, comments.get(number, ""))


def dollar_tags(sql: str) -> Iterator[str]:
    """The tag of every dollar quote, those inside other dollar quotes included."""
    for token in TOKEN.finditer(sql):
        if token["dollar"]:
            yield token["tag"]
            yield from dollar_tags(token["body"])


def _emptied(token: re.Match[str]) -> str:
    if token["comment"]:
        return " "
    if token["string"]:
        return "''"
    return "$$" if token["dollar"] else token[0]


def _inside_atomic_body(code: str) -> bool:
    words = re.findall(r"\bbegin\s+atomic\b|\bcase\b|\bend\b", code, re.IGNORECASE)
    opened = sum(word.lower() != "end" for word in words)
    return bool(re.search(r"\bbegin\s+atomic\b", code, re.IGNORECASE)) and opened > len(words) - opened


def _blanked(sql: str, line: int, comments: dict[int, str]) -> str:
    out = ""
    for token in TOKEN.finditer(sql):
        text = token[0]
        if token["dollar"]:
            tag = f"${token['tag']}$"
            text = tag + _blanked(token["body"], line, comments) + tag
        elif token["comment"] or token["string"]:
            if token["comment"]:
                comments[line] = text.removeprefix("--").strip()
            text = re.sub(r"[^\n]", " ", text)
        out += text
        line += token[0].count("\n")
    return out
