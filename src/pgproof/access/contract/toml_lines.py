"""Where each key of a TOML file stands: the standard parser gives values without lines."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from pgproof.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HEADER = re.compile(r"^\s*\[([^\[\]]+)\]\s*(#.*)?$")
NAME = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)"""
KEY = re.compile(rf"^\s*({NAME}(?:\s*\.\s*{NAME})*)\s*=")
PART = re.compile(rf"\s*({NAME})\s*\.?")


def parse_toml(path: Path, text: str) -> dict[str, Any]:
    """The content of a TOML file. Raises ``UsageError`` that names the file and the place."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from error


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """The line (from 1) of every table and key, and of every table that a dotted key opens."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header, key = HEADER.match(line), KEY.match(line)
        if header:
            table = _parts(header[1])
            path = table
        elif key:
            path = (*table, *_parts(key[1]))
        else:
            continue
        for length in range(1, len(path) + 1):
            found.setdefault(path[:length], number)
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(json.loads(part) if part[0] == '"' else part.strip("'") for part in PART.findall(dotted))
