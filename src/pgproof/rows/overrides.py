"""What a project's ``[rows]`` settings say of columns, counts and locale, checked against the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pgproof.rows.model import TableName


@dataclass(frozen=True, slots=True)
class ColumnOverride:
    """What the settings say of one column; None where they say nothing.

    ``values`` are the only ones it takes, with ``weights`` if some are more frequent; ``query`` is where they
    come from; ``ratio`` is the number of children per parent of a foreign key's column.
    """

    values: tuple[str | None, ...] | None = None
    weights: tuple[float, ...] | None = None
    query: str | None = None
    null: float | None = None
    distribution: str | None = None
    provider: str | None = None
    locale: str | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Overrides:
    """All settings of a run."""

    locale: str = "en_US"
    columns: Mapping[tuple[TableName, str], ColumnOverride] = field(default_factory=dict)

    def column(self, table: TableName, column: str) -> ColumnOverride:
        """What is said of a column."""
        return self.columns.get((table, column), _NOTHING)


_NOTHING = ColumnOverride()
