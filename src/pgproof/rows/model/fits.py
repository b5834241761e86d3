"""Whether a text is in a space, and the language of all that are."""

from __future__ import annotations

from functools import lru_cache

from pgproof.rows.model.tables import Space, Value
from pgproof.rows.patterns.language import Language


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


def holds(space: Space, value: Value) -> bool:
    """Whether a listed value is in the space."""
    if isinstance(value, str):
        return accepts(space, value)
    if space.allowed is not None and value not in space.allowed:
        return False
    if value in space.excluded or isinstance(value, bool):
        return value not in space.excluded
    low = space.low is None or (space.low < value if space.low_open else space.low <= value)
    return bool(
        low and (space.high is None or (value < space.high if space.high_open else value <= space.high))
    )


def is_open(space: Space) -> bool:
    """Whether every text is in the space."""
    return space == Space(space.kind, space.type_name)
