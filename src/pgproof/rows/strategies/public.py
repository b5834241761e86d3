"""Hypothesis strategies for rows of any schema: valid, few and simple when they shrink, awkward before.

``rows`` gives one row of a table, ``populations`` coherent rows of several tables with the parents they need,
``violating`` a row that breaks one constraint and no other. All take a catalog, or a ``SchemaPlan`` made of
one once; a plan that was made with a connection knows what only the server could say about CHECKs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import UUID

from hypothesis import reject
from hypothesis import strategies as st

from pgproof.catalog.model import Catalog
from pgproof.errors import UsageError
from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.model.ghosts import is_ghost
from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import TableName
from pgproof.rows.strategies.plan import Row, SchemaPlan, TablePlan
from pgproof.rows.strategies.population import Population, make_population, with_parents
from pgproof.rows.strategies.row import RowMaker
from pgproof.rows.strategies.violating import Unviolable, breach_of, rules_of
from pgproof.rows.strategies.violating_rows import Violation, make_violation

__all__ = ["Population", "Row", "SchemaPlan", "Violation", "populations", "rows", "violating"]

Source: TypeAlias = "Catalog | SchemaPlan"
Size: TypeAlias = "int | range"

_PARENTS = 3  # at most so many of a parent that nobody asked for
_last: list[SchemaPlan] = []


def rows(source: Source, table: str, /, **fixed: Any) -> st.SearchStrategy[Row]:
    """One valid row of ``table`` as a dict; columns that PostgreSQL fills by itself are left out.

    ``fixed`` are columns and their values: the parents of the row among them. A foreign key that is not in it
    is NULL; one that must not be raises ``UsageError`` here and not in the middle of a test.
    """
    schema = plan_of(source)
    plan = _without_ghosts(schema.plan(schema.named(table)))
    given = {**_own_parents(plan, fixed), **fixed}

    def drawn(draw: st.DrawFn) -> Row:
        picker = _picker(draw)
        identified = {**_identity(plan, picker, given), **given}
        try:
            return RowMaker(plan, picker).row(identified)
        except NoValue:
            reject()

    return st.composite(drawn)()


def populations(
    source: Source, sizes: Mapping[str, Size], fixed: Mapping[str, Mapping[str, Any]] | None = None
) -> st.SearchStrategy[Population]:
    """Rows for all these tables, ``{"public.messages": range(0, 5), "public.users": 2}``, and for their parents.

    Foreign keys lead to rows of the population, keys are unique in it, all paths from a row to its tenant
    agree. ``fixed`` gives columns one value in all rows of a table, ``{"public.users": {"is_active": True}}``:
    what a trigger insists on, for instance. Raises ``UsageError`` for tables, columns, sizes or cycles that
    are impossible.
    """
    schema = plan_of(source)
    pinned = {schema.named(table): dict(row) for table, row in (fixed or {}).items()}
    for name, row in pinned.items():
        _known_columns(schema.plan(name), row)
    wanted = {schema.named(table): _bounds(size) for table, size in sizes.items()}
    most = with_parents(schema, {name: size[-1] for name, size in wanted.items()})

    def drawn(draw: st.DrawFn) -> Population:
        counts = {name: draw(st.sampled_from(size)) for name, size in wanted.items()}
        for name, needed in with_parents(schema, counts).items():
            if name not in counts:
                counts[name] = (
                    draw(st.integers(needed, max(needed, min(_PARENTS, most[name] + 1)))) if needed else 0
                )
        try:
            return make_population(schema, counts, _picker(draw), pinned)
        except NoValue:
            reject()

    return st.composite(drawn)()


def violating(source: Source, table: str, constraint: str) -> st.SearchStrategy[Violation]:
    """A row of ``table`` that breaks ``constraint`` and satisfies all others, with the rows it needs before.

    ``constraint`` is the name of a constraint or unique index, or a column that is NOT NULL. Raises
    ``UsageError`` for a name that the table does not have, or if it cannot be violated alone, with the reason.
    """
    schema = plan_of(source)
    name = schema.named(table)
    rules = [rule for rule in rules_of(schema.model.table(name)) if rule.name == constraint]
    if not rules:
        known = ", ".join(rule.name for rule in rules_of(schema.model.table(name)))
        raise UsageError(f"{name} has no constraint {constraint}; it has {known}")
    # A domain's CHECK holds every column of the domain, and one of them may be free to break it.
    found = [breach_of(schema.plan(name), rule) for rule in rules]
    breaches = [each for each in found if not isinstance(each, Unviolable)]
    if not breaches:
        raise UsageError(f"{name}: {found[0]}")
    breach = breaches[0]

    def drawn(draw: st.DrawFn) -> Violation:
        try:
            return make_violation(schema, name, breach, _picker(draw))
        except NoValue:
            reject()

    return st.composite(drawn)()


def plan_of(source: Source) -> SchemaPlan:
    """The plan of a catalog; the last one is remembered."""
    if isinstance(source, SchemaPlan):
        return source
    if not _last or _last[0].catalog is not source:
        _last[:] = [SchemaPlan(source)]
    return _last[0]


def _picker(draw: st.DrawFn) -> Picker:
    return Picker(lambda n: draw(st.integers(0, n - 1)), awkward=True)


def _bounds(size: Size) -> range:
    found = range(size, size + 1) if isinstance(size, int) else size
    if not len(found) or found[0] < 0:
        raise UsageError(f"{size}: no number of rows; give an int or a range of them, such as range(0, 5)")
    return found


def _without_ghosts(plan: TablePlan) -> TablePlan:
    """The plan without foreign keys that are in the model alone: such columns are free."""
    real = tuple(reference for reference in plan.table.references if not is_ghost(reference.target))
    return replace(plan, table=replace(plan.table, references=real))


def _own_parents(plan: TablePlan, fixed: Mapping[str, Any]) -> Row:
    """NULL for every foreign key that is not fixed. Raises ``UsageError`` where that is not allowed."""
    table = plan.table
    _known_columns(plan, fixed)
    found: Row = {}
    for reference in table.references:
        missing = [name for name in reference.columns if name not in fixed]
        if missing and not is_nullable(table, reference):
            _ask_for_parent(reference.target, table.name, missing)
        open_ = [name for name in missing if table.column(name).nullable]
        found |= dict.fromkeys(open_)
    return found


def _known_columns(plan: TablePlan, fixed: Mapping[str, Any]) -> None:
    for name in fixed:
        if name not in plan.columns:
            raise UsageError(
                f"{plan.table.name} has no column {name} to write; it has {', '.join(plan.columns)}"
            )


def _ask_for_parent(target: TableName, table: TableName, missing: list[str]) -> None:
    raise UsageError(
        f"{table}.{', '.join(missing)} must lead to a row of {target}: "
        f'give {missing[0]}=..., or use populations(catalog, {{"{table}": 1}})'
    )


def _identity(plan: TablePlan, picker: Picker, given: Mapping[str, Any]) -> Row:
    """UUIDs of keys, so large that they are in nobody's way, not even when they shrink."""
    keys = {name for unique in plan.table.uniques for name in unique.columns}
    return {
        name: UUID(int=(0xF000_0000 << 96) + (0x4000_8000 << 48) + picker.choose(2**48))
        for name, column in plan.columns.items()
        if name in keys - plan.referring - given.keys() and column.space.kind == "uuid"
    }
