"""Whether a text is in a space, and the language of all that are."""

from __future__ import annotations

from functools import lru_cache

from pgproof.rows.language import Language
from pgproof.rows.model import Space


@lru_cache(maxsize=4096)
def language_of(space: Space) -> Language:
    """Every text that the patterns and lengths of a space leave, those it excludes left out."""
    patterns = tuple(space.patterns)
    return Language(patterns, space.min_length, space.max_length).without(space.excluded)


def accepts(space: Space, text: str) -> bool:
    """Whether a text is in the space."""
    if len(text) < space.min_length or (space.max_length is not None and len(text) > space.max_length):
        return False
    if text in space.excluded or (space.allowed is not None and text not in space.allowed):
        return False
    return not space.patterns or language_of(space).accepts(text)


def is_open(space: Space) -> bool:
    """Whether every text is in the space."""
    return space == Space(space.kind, space.type_name)
