"""What the population of one table is made with, and what was decided about it on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from pgproof.rows.model.naming import Usual, usual_range
from pgproof.rows.model.tables import ColumnModel, Space, TableModel, TableName
from pgproof.rows.plan.keys import KeyPlan
from pgproof.rows.plan.overrides import ColumnOverride, Overrides
from pgproof.rows.population.bindings import Pin, Spelled, Window
from pgproof.rows.population.clockwork import Clockwork
from pgproof.rows.population.existing import Present
from pgproof.rows.population.first_only import Predicated
from pgproof.rows.population.rules import GroupRule
from pgproof.rows.population.scalars import Scalar
from pgproof.rows.population.world import Population, World


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the database says: rows that are there, and where its sequences go on."""

    present: dict[TableName, Present] = field(default_factory=dict)
    starts: dict[tuple[TableName, str], tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """What one table's population is made with, and what was decided on the way."""

    world: World
    table: TableModel
    own: Population
    overrides: Overrides
    circumstances: Circumstances
    solved: Predicated
    spaces: dict[str, Space]
    keys: KeyPlan
    clockwork: Clockwork
    scalars: dict[str, Scalar] = field(default_factory=dict)
    spelled: dict[str, Spelled] = field(default_factory=dict)
    rules: dict[str, GroupRule] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    pins: dict[str, Pin] = field(default_factory=dict)
    avoided: dict[str, str | None] = field(default_factory=dict)

    @property
    def parental(self) -> set[str]:
        """The columns that foreign keys fill."""
        return {column for reference in self.table.references for column in reference.columns}

    def is_drawn(self, column: str) -> bool:
        """Whether values of a column are drawn, and not taken from a parent, a sequence or an expression."""
        return column not in self.parental and self.table.column(column).filling == "value"


def scalar_of(work: Work, column: ColumnModel) -> Scalar:
    """How a column is drawn, settings taken in."""
    override = work.overrides.column(work.table.name, column.name)
    unread = work.own.unread
    return Scalar(
        model=column,
        table=str(work.table.name),
        seed=work.world.seed,
        locale=override.locale or work.overrides.locale,
        clockwork=work.clockwork,
        distinct=work.own.count + unread if column.name in work.keys.distinct else 0,
        taken=_taken(work, column) if column.name in work.keys.distinct else (),
        offset=unread,
        first=work.own.existing + unread,
        share=override.null,
        shape=override.distribution or "",
        provider=override.provider or "",
        usual=_range_in(override, column),
    )


def _range_in(override: ColumnOverride, column: ColumnModel) -> Usual | None:
    """The range that the settings give a number; what they leave out is as the name says."""
    if override.min is None and override.max is None:
        return None
    named = usual_range(column.name) or Usual(0, 1000)
    low = named.low if override.min is None else override.min
    high = max(named.high, low) if override.max is None else override.max
    return Usual(min(low, high), high, 1)


def _taken(work: Work, column: ColumnModel) -> tuple[str, ...]:
    present = work.circumstances.present.get(work.table.name, Present())
    return tuple(text for text in present.columns.get(column.name, ()) if text is not None)
