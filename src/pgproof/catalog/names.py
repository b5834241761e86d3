"""How objects are named: ``schema.name``, quoted as SQL would want it, the key of every lookup."""

from __future__ import annotations

import re
from functools import lru_cache

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


@lru_cache(maxsize=65536)
def quoted(name: str) -> str:
    """``name`` as it is when it is a plain lower-case identifier, else in double quotes.

    Key words are left alone: this is a name to look up and to show. Code that builds SQL uses
    ``psycopg.sql.Identifier``.
    """
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def qualified(*parts: str) -> str:
    """Names joined with dots, each quoted where needed: ``public.messages``, ``public."Odd Name".id``."""
    return ".".join(quoted(part) for part in parts)
