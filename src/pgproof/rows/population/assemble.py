"""From a model and row counts to a world: every table's population with its choosers, makers and clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

import numpy as np

from pgproof.rows.checks.conditions import Ask
from pgproof.rows.checks.solved import Solution
from pgproof.rows.model.meetings import meetings
from pgproof.rows.model.tables import ColumnModel, ReferenceModel, SchemaModel, Space, TableModel, TableName
from pgproof.rows.model.troubles import CannotFill
from pgproof.rows.plan.keys import key_plan
from pgproof.rows.plan.overrides import Overrides
from pgproof.rows.population.clockwork import Clockwork
from pgproof.rows.population.columns import bind, listed, maker_of, spellings
from pgproof.rows.population.existing import MOST, Present, parents_there, put_first, rows_so_far
from pgproof.rows.population.first_only import solve_with_predicates
from pgproof.rows.population.kinship import Kinship
from pgproof.rows.population.lessons import Lesson, taught
from pgproof.rows.population.makers import Drawn
from pgproof.rows.population.pairs import pairs
from pgproof.rows.population.rescue import rescued
from pgproof.rows.population.rules import GroupRule
from pgproof.rows.population.scalars import capacity
from pgproof.rows.population.work import Circumstances, Work, scalar_of
from pgproof.rows.population.world import Block, Population, World
from pgproof.rows.values.draws import Ints

Solver = Callable[[TableModel], Solution]
TRIED = 400  # rows that are put to the server where a CHECK is beyond us


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
    barred: dict[TableName, dict[str, Ints]] = field(default_factory=dict)
    avoided: dict[tuple[TableName, str], str | None] = field(default_factory=dict)

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
        parents = self._written_parents(first) if made else {}
        for table in order[order.index(first) :]:
            self.works[table.name] = self.add(table, parents if table is first else {})

    def _written_parents(self, table: TableModel) -> dict[TableName, Present]:
        """What a table may refer to, with the rows that this run has written: triggers made children of those."""
        found = {}
        for reference in table.references:
            target = self.world.populations.get(reference.target)
            if target is not None and target.model is not table and target.existing < target.count <= MOST:
                found[reference.target] = rows_so_far(target, reference.target_columns)
        return found

    def heed(self, table: TableModel, told: Lesson) -> bool:
        """Start over from ``table`` without rows like those that were refused; says whether that can be done."""
        if not told.hops:
            if told.value is None:
                return False
            self.avoided[table.name, told.column] = told.value
        else:
            target = self.world.populations[table.name].targets[told.hops[0]]
            rows = taught(target, told.hops[1:], told)
            self.barred.setdefault(table.name, {})[told.hops[0]] = rows
        self.assemble_again(table, self.circumstances.present.get(table.name, Present()), 0)
        return True

    def _reset(self, table: TableModel, rows: int) -> None:
        population = self.world.populations[table.name]
        present = self.circumstances.present.get(table.name, Present())
        population.count, population.existing = present.known + rows, present.known
        population.unread = present.total - present.known
        for each in (population.choosers, population.makers, population.readers, population.kept):
            each.clear()

    def add(self, table: TableModel, written: Mapping[TableName, Present] = MappingProxyType({})) -> Work:
        """Give one population its choosers, makers and clock, and the count that its keys have room for.

        ``written`` are the parents that this run has written, where rows of the table may belong to them already.
        """
        own = self.world.populations[table.name]
        if own.nobodys:
            own.count = own.existing
        own.there = parents_there(table, {**self.circumstances.present, **written})
        agreed = meetings(table, {each.name: each for each in self.model.tables})
        solution = self.solve(table)
        spaces = {column.name: space_in(solution, column) for column in table.columns}
        keys = key_plan(table, agreed, spaces, own.count, capacity, self._bound(table))
        world = self.world
        clockwork = Clockwork(world.seed, str(table.name), world.since, world.until)
        solved = solve_with_predicates(table, keys, solution, self.solve)
        work = Work(world, table, own, self.overrides, self.circumstances, solved, spaces, keys, clockwork)
        for column in table.columns:
            work.scalars[column.name] = scalar_of(work, column)
        barred = self.barred.get(table.name, {})
        kinship = Kinship(world.seed, table, own, agreed, keys, pairs=pairs(table), barred=barred)
        work.avoided.update({c: v for (name, c), v in self.avoided.items() if name == table.name})
        _complete(work, kinship, self.ask(table) if self.ask else None)
        return work

    def _bound(self, table: TableModel) -> set[str]:
        """The columns that partitions or the settings decide."""
        cells = table.partition.cells if table.partition else ()
        listed = [
            c.name for c in table.columns if self.overrides.column(table.name, c.name).values is not None
        ]
        return {column for cell in cells for column, _ in cell} | set(listed)


def space_in(solution: Solution, column: ColumnModel) -> Space:
    """The space of a column: what its group leaves it, if all ways of passing agree on that."""
    group = solution.group_of(column.name)
    if group is None or not group.options:
        return column.space
    found = {cell.space for option in group.options for cell in option.cells if cell.column == column.name}
    return found.pop() if len(found) == 1 else column.space


def _complete(work: Work, kinship: Kinship, ask: Ask | None) -> None:
    work.pins.update(listed(work))
    _check_solved(work, ask)
    _make_rules(work)
    for reference in work.table.references:
        _wishes(work, kinship, reference)
    leading = kinship.choose([[spelled.radix for spelled in each] for each in spellings(work)])
    work.clockwork.parents = leading
    work.own.born = work.clockwork.born
    bind(work, kinship)
    for column in work.table.columns:
        if column.filling != "generated":
            work.own.makers[column.name] = maker_of(work, column)
    present = work.circumstances.present.get(work.table.name)
    if present is not None:
        put_first(work.own, present)


def _wishes(work: Work, kinship: Kinship, reference: ReferenceModel) -> None:
    """What CHECKs and settings want of a foreign key."""
    rule = next((work.rules[c] for c in reference.columns if c in work.rules), None)
    if rule is not None:
        kinship.demands[reference.name] = partial(rule.demand, columns=reference.columns)
    for column in reference.columns:
        override = work.overrides.column(work.table.name, column)
        if override.distribution is not None:
            kinship.shapes[reference.name] = override.distribution
        if override.null is not None:
            kinship.shares[reference.name] = override.null


def _check_solved(work: Work, ask: Ask | None) -> None:
    """See that every group of CHECKs can be passed, asking the server where nobody else knows a way."""
    if ask is not None:
        tried = Block(work.own, np.arange(TRIED, dtype=np.int64))
        drawn = {c: s for c, s in work.scalars.items() if work.is_drawn(c)}
        makers = {c: work.pins.get(c) or Drawn(s, s.model.space) for c, s in drawn.items()}
        groups = tuple(
            group if group.options else rescued(work.table, group, makers, ask, tried)
            for group in work.solved.solution.groups
        )
        work.solved.solution = Solution(groups)
    for group in work.solved.solution.groups:
        if not group.options and work.own.count > work.own.existing:
            name = work.table.name
            step = "change one of them" if group.complete else f'list values that pass in [rows."{name}"]'
            raise CannotFill(f"{group.trouble}; {step}, or leave the table out with --rows {name.name}=0")


def _make_rules(work: Work) -> None:
    for group in work.solved.solution.groups:
        columns = [c for c in group.columns if work.is_drawn(c)]
        scalars = {column: work.scalars[column] for column in columns}
        rule = GroupRule(str(work.table.name), work.world.seed, group, scalars, work.windows, work.pins)
        work.rules.update(dict.fromkeys(group.columns, rule))
