"""Text that is safe in HTML, and the few elements that the HTML report repeats. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def text(value: object) -> str:
    """``value`` as text in an element or a quoted attribute, whatever it holds; what HTML cannot hold is replaced."""
    return escape("".join(map(_speakable, str(value))))


def _speakable(character: str) -> str:
    held = character in "\t\n" or (character >= " " and not "\x7f" <= character <= "\x9f")
    return character if held and not "\ud800" <= character <= "\udfff" else "\N{REPLACEMENT CHARACTER}"


def mark(kind: str, symbol: str, word: str = "") -> str:
    """A coloured label, told by its symbol or word as well."""
    return f'<span class="mark {kind}">{text(f"{symbol} {word}".strip())}</span>'


def described(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of terms, without those of which nothing is known; the second of a pair is text."""
    told = "".join(f"<dt>{text(term)}</dt><dd>{text(value)}</dd>" for term, value in pairs if value)
    return f"<dl>{told}</dl>"


def folded(summary: str, body: str, name: str = "", kind: str = "") -> str:
    """``body`` behind ``summary`` (both HTML), with an anchor and a class where they are given."""
    anchor = f' id="{text(name)}"' if name else ""
    look = f' class="{text(kind)}"' if kind else ""
    return f"<details{anchor}{look}><summary>{summary}</summary>\n{body}</details>\n"
