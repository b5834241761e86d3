"""From a model and row counts to a world: every table's population with its choosers, makers and clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from pgproof.rows.bindings import Pin, Spelled, Stretch, Window
from pgproof.rows.clockwork import Clockwork
from pgproof.rows.draws import Floats, Ints, weighted
from pgproof.rows.existing import Present, parents_there, put_first
from pgproof.rows.first_only import Predicated, solve_with_predicates
from pgproof.rows.keys import KeyPlan, key_plan
from pgproof.rows.kinship import Kinship
from pgproof.rows.literals import value_of
from pgproof.rows.makers import ByRule, Drawn, FromParents, Nothing, Sequential, Within, sources
from pgproof.rows.meetings import meetings
from pgproof.rows.model import ColumnModel, SchemaModel, Space, TableModel, TableName
from pgproof.rows.overrides import Overrides
from pgproof.rows.pairs import pairs
from pgproof.rows.partitioned import partition_bindings
from pgproof.rows.rescue import rescued
from pgproof.rows.rules import GroupRule
from pgproof.rows.scalars import Scalar, capacity
from pgproof.rows.solve_conditions import Ask
from pgproof.rows.solved import Solution
from pgproof.rows.timeline import stage
from pgproof.rows.troubles import CannotFill
from pgproof.rows.world import Block, Maker, Population, World

Solver = Callable[[TableModel], Solution]
TRIED = 400  # rows that are put to the server where a CHECK is beyond us


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

    @property
    def parental(self) -> set[str]:
        """The columns that foreign keys fill."""
        return {column for reference in self.table.references for column in reference.columns}


@dataclass(slots=True)
class Assembler:
    """Makes the populations of a world, table by table, parents first."""

    model: SchemaModel
    counts: Mapping[TableName, int]
    world: World
    solve: Solver
    overrides: Overrides = field(default_factory=Overrides)
    circumstances: Circumstances = field(default_factory=Circumstances)
    ask: Callable[[TableModel], Ask] | None = None
    works: dict[TableName, Work] = field(default_factory=dict)

    def assemble(self) -> World:
        """Every population of the counts. Raises ``CannotFill``."""
        wanted = [table for table in self.model.tables if self.counts.get(table.name) is not None]
        for table in wanted:
            self.world.populations[table.name] = Population(table, 0)
            self._reset(table, self.counts[table.name])
        for table in wanted:
            own = self.world.populations[table.name]
            found = self.world.populations
            own.targets = {r.name: found[r.target] for r in table.references if r.target in found}
        for table in wanted:
            self.works[table.name] = self.add(table)
        return self.world

    def assemble_again(self, first: TableModel, present: Present, made: int) -> None:
        """Start over from table ``first``, which has got ``made`` of its rows since and now has ``present``."""
        order = [table for table in self.model.tables if table.name in self.world.populations]
        for table in order[order.index(first) :]:
            if table is first:
                self.circumstances.present[table.name] = present
            wanted = self.counts[table.name] - (made if table is first else 0)
            self._reset(table, max(wanted, 0))
        for table in order[order.index(first) :]:
            self.works[table.name] = self.add(table)

    def _reset(self, table: TableModel, rows: int) -> None:
        population = self.world.populations[table.name]
        present = self.circumstances.present.get(table.name, Present())
        population.count, population.existing = present.known + rows, present.known
        population.unread = present.total - present.known
        for each in (population.choosers, population.makers, population.readers, population.kept):
            each.clear()

    def add(self, table: TableModel) -> Work:
        """Give one population its choosers, makers and clock, and the count that its keys have room for."""
        own = self.world.populations[table.name]
        own.there = parents_there(table, self.circumstances.present)
        agreed = meetings(table, {each.name: each for each in self.model.tables})
        solution = self.solve(table)
        spaces = {column.name: space_in(solution, column) for column in table.columns}
        keys = key_plan(table, agreed, spaces, own.count, capacity)
        world = self.world
        clockwork = Clockwork(world.seed, str(table.name), world.since, world.until)
        solved = solve_with_predicates(table, keys, solution, self.solve)
        work = Work(world, table, own, self.overrides, self.circumstances, solved, spaces, keys, clockwork)
        for column in table.columns:
            work.scalars[column.name] = _scalar(work, column)
        kinship = Kinship(world.seed, table, own, agreed, keys, pairs=pairs(table))
        _complete(work, kinship, self.ask(table) if self.ask else None)
        return work


def space_in(solution: Solution, column: ColumnModel) -> Space:
    """The space of a column: what its group leaves it, if all ways of passing agree on that."""
    group = solution.group_of(column.name)
    if group is None or not group.options:
        return column.space
    found = {cell.space for option in group.options for cell in option.cells if cell.column == column.name}
    return found.pop() if len(found) == 1 else column.space


def _complete(work: Work, kinship: Kinship, ask: Ask | None) -> None:
    _check_solved(work, ask)
    _make_rules(work)
    for reference in work.table.references:
        rule = next((work.rules[c] for c in reference.columns if c in work.rules), None)
        if rule is not None:
            kinship.demands[reference.name] = _demand(rule, reference.columns)
        kinship.shapes.update(_shape(work, reference.name, reference.columns))
    leading = kinship.choose([[spelled.radix for spelled in each] for each in _spellings(work)])
    work.clockwork.parents = leading
    work.own.born = work.clockwork.born
    _bind(work, kinship)
    for column in work.table.columns:
        if column.filling != "generated":
            work.own.makers[column.name] = _maker(work, column)
    present = work.circumstances.present.get(work.table.name)
    if present is not None:
        put_first(work.own, present)


def _check_solved(work: Work, ask: Ask | None) -> None:
    """See that every group of CHECKs can be passed, asking the server where nobody else knows a way."""
    if ask is not None:
        tried = Block(work.own, np.arange(TRIED, dtype=np.int64))
        scalars = {c: s for c, s in work.scalars.items() if c not in work.parental and _is_drawn(work, c)}
        groups = tuple(
            group if group.options else rescued(work.table, group, scalars, ask, tried)
            for group in work.solved.solution.groups
        )
        work.solved.solution = Solution(groups)
    for group in work.solved.solution.groups:
        if not group.options:
            names = " and ".join(group.checks)
            raise CannotFill(f"{work.table.name}: no row can pass {names}: {group.trouble}")


def _make_rules(work: Work) -> None:
    for group in work.solved.solution.groups:
        columns = [c for c in group.columns if c not in work.parental and _is_drawn(work, c)]
        scalars = {column: work.scalars[column] for column in columns}
        rule = GroupRule(str(work.table.name), work.world.seed, group, scalars, work.windows, work.pins)
        work.rules.update(dict.fromkeys(group.columns, rule))


def _is_drawn(work: Work, column: str) -> bool:
    return work.table.column(column).filling == "value"


def _demand(rule: GroupRule, columns: tuple[str, ...]):  # type: ignore[no-untyped-def]
    return lambda block: rule.demand(block, columns)


def _shape(work: Work, name: str, columns: tuple[str, ...]) -> dict[str, str]:
    found = [work.overrides.column(work.table.name, column).distribution for column in columns]
    return {name: shape for shape in found if shape}


def _scalar(work: Work, column: ColumnModel) -> Scalar:
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
        share=override.null,
        shape=override.distribution or "",
        provider=override.provider or "",
    )


def _taken(work: Work, column: ColumnModel) -> tuple[str, ...]:
    present = work.circumstances.present.get(work.table.name, Present())
    return tuple(text for text in present.columns.get(column.name, ()) if text is not None)


def _spellings(work: Work) -> tuple[tuple[Spelled, ...], ...]:
    plan = work.keys.run
    if plan is None:
        return ()
    found = []
    for spelling, digits in enumerate(plan.digits):
        shift = len(plan.members) if spelling == 0 else 0
        for number, column in enumerate(digits):
            work.spelled[column] = Spelled(
                None, spelling, number + shift, work.scalars[column], work.spaces[column]
            )
        found.append(tuple(work.spelled[column] for column in digits))
    return tuple(found)


def _bind(work: Work, kinship: Kinship) -> None:
    """Share out the run, now that parents are known, and bind the columns that it decides."""
    run = kinship.run
    if run is not None:
        for spelled in work.spelled.values():
            spelled.run = run
        work.own.count = work.own.existing + run.share_out(work.own.count - work.own.existing)
        work.solved.run = run
    for column, spelled in work.spelled.items():
        if spelled.measure is not None:
            work.windows[column] = spelled.window
            if spelled.measure.family == "time" and stage(column) in (0, 1):
                work.clockwork.day = spelled.window
        else:
            work.pins[column] = Pin(spelled.values, spelled.which)
    for part, column in enumerate(work.keys.run.intervals if work.keys.run else ()):
        assert run is not None
        stretch = Stretch(run, work.scalars[column], work.spaces[column], part)
        if work.spaces[column].kind in ("range", "multirange"):
            work.own.makers[column] = stretch.ranges
        else:
            work.windows[column] = stretch.window
    work.pins.update(_listed(work))
    windows, pins = partition_bindings(work.table, work.clockwork, work.world.seed, work.parental)
    work.windows.update({c: w for c, w in windows.items() if c not in work.windows})
    work.pins.update({c: p for c, p in pins.items() if c not in work.pins})
    for rule in work.rules.values():
        rule.allow = work.solved.allowing(rule.group)


def _listed(work: Work) -> dict[str, Pin]:
    """Columns whose values the settings list."""
    found = {}
    for column in work.table.columns:
        override = work.overrides.column(work.table.name, column.name)
        if override.values is not None and column.name not in work.parental:
            weights = np.array(override.weights or [1.0] * len(override.values))
            values = tuple(value_of(column.space.kind, text) if text else text for text in override.values)
            found[column.name] = Pin(values, _by_weight(work.scalars[column.name].key, weights))
    return found


def _by_weight(key: np.uint64, weights: Floats) -> Callable[[Block], Ints]:
    return lambda block: weighted(key, block.rows, weights)


def _maker(work: Work, column: ColumnModel) -> Maker:
    name, space = column.name, work.spaces[column.name]
    override = work.overrides.column(work.table.name, name)
    if name in work.own.makers:
        return work.own.makers[name]
    if name in work.parental:
        return _from_parents(work, name)
    if column.filling in ("identity", "sequence"):
        return Sequential(*work.circumstances.starts.get((work.table.name, name), (1, 1)))
    if name in work.rules:
        return ByRule(work.rules[name], name)
    if name in work.pins:
        return work.pins[name]
    if name in work.windows:
        return Within(work.scalars[name], space, work.windows[name])
    return Drawn(work.scalars[name], space)


def _from_parents(work: Work, column: str) -> Maker:
    found = sources(work.table.references, column)
    now = tuple(each for each in found if work.table.reference(each[0]).breaking != "second pass")
    return FromParents(now) if now else Nothing()
