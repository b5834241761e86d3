"""Pieces of Markdown: cells, code, tables, links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")


def cell(text: str | None) -> str:
    """Text for one cell of a table: paragraphs with a break between them, all on one line, no bars."""
    paragraphs = re.split(r"\n\s*\n", (text or "").strip())
    return "<br>".join(" ".join(paragraph.split()) for paragraph in paragraphs).replace("|", "\\|")


def code(text: str) -> str:
    """Inline code, whatever the text contains: the fence is longer than any run of backticks in it."""
    flat = " ".join(text.split())
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence, space = "`" * (longest + 1), " " if "`" in flat else ""
    return f"{fence}{space}{flat}{space}{fence}"


def code_cell(text: str | None) -> str:
    """Inline code in a cell; nothing for nothing."""
    return code(text).replace("|", "\\|") if text else ""


def names(values: Iterable[str]) -> str:
    """Names as code, with commas."""
    return ", ".join(code(value) for value in values)


def sentence(text: str | None) -> str:
    """A comment as a paragraph of its own; nothing for nothing."""
    return f"{text.strip()}\n" if text and text.strip() else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, or nothing if it has no rows. A column that is empty in every row is left out."""
    kept = [tuple(row) for row in rows]
    used = [i for i in range(len(head)) if any(row[i] for row in kept)]
    lines = [[head[i] for i in used], ["---"] * len(used), *([row[i] for i in used] for row in kept)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n" if kept else ""


def anchor(heading: str) -> str:
    """The fragment by which GitHub and others link to a heading."""
    return _NOT_IN_ANCHOR.sub("", heading.lower()).replace(" ", "-")


def link(name: str) -> str:
    """A link to the section of an object."""
    return f"[{code(name)}](#{anchor(name)})"


def block(title: str, body: str) -> str:
    """A part of a section, under a line in bold; nothing for nothing."""
    return f"**{title}**\n\n{body}" if body else ""


def joined(parts: Iterable[str]) -> str:
    """Parts that are not empty, with an empty line between them."""
    return "\n".join(part for part in parts if part)
