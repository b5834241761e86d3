"""TypeScript types as text.

A mapping is an object type, a sequence a tuple type, ``Union`` and ``Array`` are what they say, and a string
is TypeScript already. What fits stands on one line, except objects, as the usual formatter has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_WIDTH = 80


@dataclass(frozen=True)
class Union:
    """One of several types."""

    members: tuple[Node, ...]


@dataclass(frozen=True)
class Array:
    """Any number of one type."""

    element: Node


Node: TypeAlias = "str | Union | Array | Mapping[str, Node] | Sequence[Node]"

#: An object type without any key; ``{}`` would allow all.
NO_ENTRIES: Mapping[str, str] = {"[_ in never]": "never"}


def literal(text: str) -> str:
    """A string literal."""
    return json.dumps(text, ensure_ascii=False)


def key(name: str, *, optional: bool = False) -> str:
    """A property name, quoted only where it must be."""
    shown = name if _IDENTIFIER.fullmatch(name) else literal(name)
    return f"{shown}?" if optional else shown


def one_of(literals: Iterable[str]) -> Union:
    """A union of string literals; without any, no value is possible."""
    return Union(tuple(literal(text) for text in literals) or ("never",))


def printed(node: Node, *, indent: int = 0, before: int = 0) -> str:
    """The text of a type. ``indent`` is that of its first line, ``before`` how long what stands there is."""
    if isinstance(node, str):
        return node
    if isinstance(node, Array):
        element = printed(node.element, indent=indent, before=before)
        return f"({element})[]" if "|" in element and not element.startswith("{") else f"{element}[]"
    if isinstance(node, Union):
        return _union(node.members, indent, before)
    if isinstance(node, Mapping):
        return _object(node, indent)
    return _tuple(node, indent, before)


def _union(members: Sequence[Node], indent: int, before: int) -> str:
    if all(isinstance(member, str) for member in members):
        line = " | ".join(str(member) for member in members)
        if indent + before + len(line) <= _WIDTH:
            return line
    space = "\n" + " " * (indent + 2)
    return "".join(f"{space}| {printed(member, indent=indent + 4)}" for member in members)


def _object(entries: Mapping[str, Node], indent: int) -> str:
    space = "\n" + " " * (indent + 2)
    lines = (f"{space}{_entry(name, node, indent + 2)}" for name, node in (entries or NO_ENTRIES).items())
    return "{" + "".join(lines) + f"\n{' ' * indent}}}"


def _entry(name: str, node: Node, indent: int) -> str:
    text = printed(node, indent=indent, before=len(name) + 2)
    return f"{name}:{text}" if text.startswith("\n") else f"{name}: {text}"


def _tuple(items: Sequence[Node], indent: int, before: int) -> str:
    if all(isinstance(item, str) for item in items):
        line = f"[{', '.join(str(item) for item in items)}]"
        if indent + before + len(line) <= _WIDTH:
            return line
    space = "\n" + " " * (indent + 2)
    lines = (f"{space}{printed(item, indent=indent + 2)}," for item in items)
    return "[" + "".join(lines) + f"\n{' ' * indent}]"
