"""The plan of a seeding: which tables, how many rows, from which seed and for which time. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timezone
from typing import Any

from pgproof.catalog.model import Catalog
from pgproof.errors import UsageError
from pgproof.rows.model.ghosts import is_ghost
from pgproof.rows.model.tables import SchemaModel, TableName
from pgproof.rows.model.troubles import CannotFill
from pgproof.rows.plan.build import build
from pgproof.rows.plan.counts import Count, Wishes, find_table, row_counts
from pgproof.rows.plan.declared import read_declared
from pgproof.rows.plan.overrides import LOCALE, Overrides, read_overrides
from pgproof.rows.plan.platform import usual_columns
from pgproof.rows.plan.privileges import Writer
from pgproof.rows.values.texts import require_provider
from pgproof.rows.values.words import require_locale

SEED = 1
UNTIL = date(2026, 1, 1)
YEARS = 2


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """What will be written: a model, row counts in filling order, and what every draw depends on.

    ``since`` and ``until`` are seconds; everything happens between them. ``missing`` says which cycles of
    foreign keys cannot be filled.
    """

    model: SchemaModel
    counts: Mapping[TableName, Count]
    overrides: Overrides
    seed: int
    since: int
    until: int
    missing: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All rows."""
        return sum(count.rows for name, count in self.counts.items() if not is_ghost(name))


def make_plan(
    catalog: Catalog,
    settings: Mapping[str, Any] | None = None,
    *,
    rows: Mapping[str, int] | None = None,
    loosely: bool = False,
    scale: float | None = None,
    total: int | None = None,
    seed: int | None = None,
    until: date | None = None,
    writer: Writer | None = None,
) -> SeedPlan:
    """Plan how to fill the tables of a catalog. ``settings`` is a project's ``[rows]``; arguments go first.

    ``loosely`` asks for no more ``rows`` than keys have room for. ``writer`` is who will write, None if they may
    write everything. Raises ``UsageError`` for a table or column that is not there and for numbers that make no
    sense, and ``CannotFill`` where foreign keys form a cycle that nobody can enter, or where the writer may not fill
    what was asked for.
    """
    by_copy = None if writer is None else replace(writer, copies=True)
    model = build(catalog, read_declared(settings or {}), by_copy)
    overrides = replace(read_overrides(settings or {}, model), usual=usual_columns(model))
    _check_words(overrides)
    asked = {**overrides.rows, **{find_table(model, name): count for name, count in (rows or {}).items()}}
    for name, count in asked.items():
        if count < 0:
            raise UsageError(f"{name}: {count} rows; expected 0 or more")
        if count and model.table(name).denied:
            raise CannotFill(f"{name}: {model.table(name).denied}")
    factor = overrides.scale if scale is None else scale
    wishes = Wishes(asked, 1.0 if factor is None else factor, total, overrides.ratios(), loosely)
    if wishes.scale <= 0:
        raise UsageError(f"scale is {wishes.scale:g}; expected a number above 0")
    if total is not None and total < 0:
        raise UsageError(f"total is {total}; expected 0 or more rows")
    if model.impossible:
        raise CannotFill("; ".join(model.impossible))
    end = _second(until or overrides.until or UNTIL)
    chosen = seed if seed is not None else overrides.seed if overrides.seed is not None else SEED
    return SeedPlan(model, row_counts(model, wishes), overrides, chosen, end - YEARS * 365 * 86_400, end)


def _check_words(overrides: Overrides) -> None:
    """See that Faker has what the settings ask for, before anything is drawn; what it usually has it has."""
    if overrides.locale != LOCALE:
        require_locale(overrides.locale)
    for override in overrides.columns.values():
        if override.locale is not None:
            require_locale(override.locale)
        if override.provider is not None:
            require_provider(override.provider, override.locale or overrides.locale)


def _second(until: date) -> int:
    at = until if isinstance(until, datetime) else datetime.combine(until, time())
    return int((at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp())
