"""What an expression is compiled for: the columns of a row and their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pgproof.rows.evaluate.datum import Tag
from pgproof.rows.syntax.expression import TypeName

_ALIASES = {"bpchar": "character"}


@dataclass(frozen=True)
class Scope:
    """The columns of a row with their types, enum labels in order, and what the session adds.

    ``widths`` are those of character(n) columns, which are padded. ``now`` is the time of the transaction in
    microseconds since 2000-01-01 UTC, None where nobody knows it.
    """

    columns: Mapping[str, Tag]
    enums: Mapping[Tag, tuple[str, ...]] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    now: int | None = None


def tag_of(name: TypeName) -> Tag:
    """The tag of a printed type, modifiers left out."""
    base = f"{name.schema}.{name.name}" if name.schema else _ALIASES.get(name.name, name.name)
    return base + "[]" * name.array
