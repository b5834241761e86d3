"""From a model and row counts to a world: every table's population with its choosers, makers and clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pgproof.rows.clockwork import Clockwork
from pgproof.rows.keys import KeyPlan, key_plan
from pgproof.rows.kinship import Kinship
from pgproof.rows.makers import ByRule, Drawn, FromParents, Nothing, Sequential, Spelled, sources
from pgproof.rows.meetings import meetings
from pgproof.rows.model import ColumnModel, SchemaModel, Space, TableModel, TableName
from pgproof.rows.overrides import ColumnOverride, Overrides
from pgproof.rows.rules import GroupRule
from pgproof.rows.scalars import Scalar, capacity
from pgproof.rows.solved import Group, Solution
from pgproof.rows.world import Maker, Population, World

Solver = Callable[[TableModel], Solution]


@dataclass(slots=True)
class Assembly:
    """What one table's population is made with."""

    world: World
    table: TableModel
    own: Population
    solution: Solution
    overrides: Overrides
    keys: KeyPlan = field(default_factory=KeyPlan)
    clockwork: Clockwork | None = None
    scalars: dict[str, Scalar] = field(default_factory=dict)
    spelled: dict[str, Spelled] = field(default_factory=dict)


def assemble(
    model: SchemaModel, counts: Mapping[TableName, int], world: World, solve: Solver, overrides: Overrides
) -> World:
    """Fill ``world`` with a population for every table that has a count, parents first."""
    wanted = [table for table in model.tables if table.name in counts]
    for table in wanted:
        world.populations[table.name] = Population(table, counts[table.name])
    for table in wanted:
        own = world.populations[table.name]
        own.targets = {
            r.name: world.populations[r.target] for r in table.references if r.target in world.populations
        }
    for table in wanted:
        add_table(Assembly(world, table, world.populations[table.name], solve(table), overrides), model)
    return world


def add_table(work: Assembly, model: SchemaModel) -> None:
    """Give one population its choosers, makers and clock, and the count that its keys have room for."""
    tables = {table.name: table for table in model.tables}
    agreed = meetings(work.table, tables)
    spaces = {column.name: space_in(work.solution, column) for column in work.table.columns}
    work.keys = key_plan(work.table, agreed, spaces, work.own.count, capacity)
    work.clockwork = Clockwork(work.world.seed, str(work.table.name), work.world.since, work.world.until)
    for column in work.table.columns:
        work.scalars[column.name] = _scalar(work, column)
    kinship = Kinship(work.world.seed, work.table, work.own, agreed, work.keys)
    _demand_nulls(work, kinship)
    leading = kinship.choose(_spellings(work, spaces, kinship))
    work.clockwork = Clockwork(
        work.world.seed, str(work.table.name), work.world.since, work.world.until, leading
    )
    for scalar in work.scalars.values():
        scalar.clockwork = work.clockwork
    work.own.born = work.clockwork.born
    if kinship.run is not None:
        for spelled in work.spelled.values():
            object.__setattr__(spelled, "run", kinship.run)
        work.own.count = work.own.existing + kinship.run.share_out(work.own.count - work.own.existing)
    _add_makers(work, spaces)


def space_in(solution: Solution, column: ColumnModel) -> Space:
    """The space of a column: what its group leaves it, if all ways of passing agree on that."""
    group = solution.group_of(column.name)
    if group is None or not group.options:
        return column.space
    found = {cell.space for option in group.options for cell in option.cells if cell.column == column.name}
    return found.pop() if len(found) == 1 else column.space


def _scalar(work: Assembly, column: ColumnModel) -> Scalar:
    assert work.clockwork is not None
    override = work.overrides.column(work.table.name, column.name)
    return Scalar(
        model=column,
        table=str(work.table.name),
        seed=work.world.seed,
        locale=override.locale or work.overrides.locale,
        clockwork=work.clockwork,
        distinct=work.own.count if column.name in work.keys.distinct else 0,
        share=override.null,
        shape=override.distribution or "",
        provider=override.provider or "",
    )


def _spellings(work: Assembly, spaces: Mapping[str, Space], kinship: Kinship) -> tuple[tuple[Callable, ...], ...]:  # type: ignore[type-arg]
    plan = work.keys.run
    if plan is None:
        return ()
    found = []
    for spelling, digits in enumerate(plan.digits):
        shift = len(plan.members) if spelling == 0 else 0
        radices = []
        for number, column in enumerate(digits):
            spelled = Spelled(kinship.run, spelling, number + shift, work.scalars[column], spaces[column])  # type: ignore[arg-type]
            work.spelled[column] = spelled
            radices.append(spelled.radix)
        found.append(tuple(radices))
    return tuple(found)


def _demand_nulls(work: Assembly, kinship: Kinship) -> None:
    pass


def _add_makers(work: Assembly, spaces: Mapping[str, Space]) -> None:
    of_parents = {column for reference in work.table.references for column in reference.columns}
    rules = _rules(work, of_parents)
    for column in work.table.columns:
        if column.filling == "generated":
            continue
        work.own.makers[column.name] = _maker(work, column, spaces[column.name], of_parents, rules)


def _rules(work: Assembly, of_parents: set[str]) -> dict[str, GroupRule]:
    found: dict[str, GroupRule] = {}
    for group in work.solution.groups:
        columns = [c for c in group.columns if c not in of_parents and c not in work.spelled]
        scalars = {column: work.scalars[column] for column in columns}
        rule = GroupRule(str(work.table.name), work.world.seed, group, scalars)
        found.update(dict.fromkeys(columns, rule))
    return found


def _maker(
    work: Assembly, column: ColumnModel, space: Space, of_parents: set[str], rules: Mapping[str, GroupRule]
) -> Maker:
    if column.name in of_parents:
        return _from_parents(work, column)
    if column.name in work.spelled:
        return work.spelled[column.name]
    if column.filling in ("identity", "sequence"):
        return Sequential(1)
    if column.name in rules:
        return ByRule(rules[column.name], column.name)
    return Drawn(work.scalars[column.name], space)


def _from_parents(work: Assembly, column: ColumnModel) -> Maker:
    found = sources(work.table.references, column.name)
    first_pass = tuple(
        (name, target) for name, target in found if work.table.reference(name).breaking != "second pass"
    )
    return FromParents(first_pass) if first_pass else Nothing()


__all__ = ["Assembly", "ColumnOverride", "Group", "assemble"]
