"""What code reads out of the metadata of a token: the paths, and the words that it compares them with. Pure.

``user_metadata`` is what users write themselves, ``app_metadata`` what the server does
(https://supabase.com/docs/guides/auth/users).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

Whose = Literal["user", "app"]
ARROWS = r"(?:\s*->>?\s*'[^']+'(?:::text)?\)*)+"
SUBSCRIPTS = r"(?:\]?\['[^']+'(?:::text)?\])+"
ARGUMENTS = r"(?:,\s*'[^']+'(?:::text)?)+(?=[)\]])"
KEYS = re.compile(rf"\b(user|app)_meta_?data'(?:::text)?\)*({ARROWS}|\]{SUBSCRIPTS}|{ARGUMENTS})")
PATHS = re.compile(r"'\{(user|app)_meta_?data,([^}']+)\}'")
HOLDS = re.compile(r"\b(user|app)_meta_?data'(?:::text)?\)*\s*(\?|@>)\s*'([^']+)'")
QUOTED = re.compile(r"'([^']+)'")
WORD = re.compile(r"[\w@.:+-]{1,40}")
NEAR, MOST = 120, 4  # characters after a path, and words that are tried


def paths(texts: Iterable[str], whose: Whose) -> tuple[tuple[str, ...], ...]:
    """The paths that the texts read: ``('tenant', 'role')`` for ``-> 'user_metadata' -> 'tenant' ->> 'role'``."""
    found: dict[tuple[str, ...], None] = {}
    for text in texts:
        for match in KEYS.finditer(text):
            if match[1] == whose:
                found[tuple(QUOTED.findall(match[2]))] = None
        for match in PATHS.finditer(text):
            if match[1] == whose:
                found[tuple(each.strip() for each in match[2].split(","))] = None
        for match in HOLDS.finditer(text):
            if match[1] == whose:
                held = [match[3]] if match[2] == "?" else _value(match[3])
                found |= dict.fromkeys((each,) for each in held if isinstance(each, str))
    return tuple(found)


def words(texts: Iterable[str], whose: Whose) -> tuple[Any, ...]:
    """The values that stand behind such paths, which is where they are compared: words, and JSON as what it says."""
    found: dict[str, Any] = {}
    for text in texts:
        for match in (*KEYS.finditer(text), *PATHS.finditer(text), *HOLDS.finditer(text)):
            behind = QUOTED.findall(text[match.end() : match.end() + NEAR]) if match[1] == whose else ()
            told = _value(match[3]) if match.re is HOLDS and match[1] == whose else None
            held = told.values() if isinstance(told, dict) else ()
            for value in (*(_value(each.strip("%")) for each in behind), *held):
                if isinstance(value, list | bool | dict) or WORD.fullmatch(str(value)):
                    found.setdefault(json.dumps(value), value)
    return tuple(each for each in found.values() if "metadata" not in str(each))[:MOST]


def _value(text: str) -> Any:
    """What a literal says: JSON, or itself."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, list | dict | str) else text


def at(where: Iterable[tuple[str, ...]], value: object) -> dict[str, Any]:
    """Metadata with ``value`` at the end of every path."""
    made: dict[str, Any] = {}
    for path in where:
        inside = made
        for key in path[:-1]:
            below = inside.get(key)
            inside[key] = inside = below if isinstance(below, dict) else {}
        inside[path[-1]] = value
    return made


def carried(claims: Iterable[Mapping[str, Any] | None]) -> frozenset[str]:
    """The keys of ``app_metadata`` that actors of a contract carry."""
    found = ((each or {}).get("app_metadata") for each in claims)
    return frozenset(key for each in found if isinstance(each, Mapping) for key in each)
