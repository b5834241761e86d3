"""The choosers of a table's foreign keys: which parent first, and which ones follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pgproof.rows.model.meetings import Hops, Meeting, beginning_with
from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import ReferenceModel, TableModel
from pgproof.rows.plan.keys import NOBODY, KeyPlan
from pgproof.rows.population.lineage import way_back, without_members
from pgproof.rows.population.pairs import TRIES, Ordered, Pair, Partners, Unlike
from pgproof.rows.population.parents import (
    Determined,
    Earlier,
    Free,
    Grouped,
    Grouping,
    Nobody,
    Once,
    Rather,
    Sometimes,
)
from pgproof.rows.population.runs import Members, Radix, Run
from pgproof.rows.population.world import Block, Chooser, Population
from pgproof.rows.values.draws import Ints, stream

NULL_SHARE = 0.15
POINTER_NULL_SHARE = 0.05

Demand = Callable[[Block], Ints]
Spellings = Sequence[Sequence[Radix]]


@dataclass(slots=True)
class Kinship:
    """Builds the choosers of one table, in an order in which each can rely on those before it.

    ``demands`` say per foreign key what CHECKs want of its NULLs, ``shares`` and ``shapes`` what the settings
    want. ``barred`` are parents whose children would be refused.
    """

    seed: int
    table: TableModel
    own: Population
    meetings: tuple[Meeting, ...]
    keys: KeyPlan
    demands: dict[str, Demand] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    shapes: dict[str, str] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
    barred: Mapping[str, Ints] = field(default_factory=dict)
    run: Run | None = None
    _known: list[str] = field(default_factory=list)
    _groupings: dict[tuple[object, tuple[Hops, ...]], Grouping] = field(default_factory=dict)

    def choose(self, spelled: Spellings) -> tuple[str, ...]:
        """Give every foreign key its chooser; returns those that no other one decides, in order."""
        plan = self.keys.run
        leading: list[str] = []
        if plan is not None:
            self._start_run(spelled)
            leading += [name for name in (*plan.drivers, *plan.members) if name != NOBODY]
        for name in self.sequence():
            leading += [name] if self._choose(name) and name not in leading else []
            self._known += [] if name in self._known else [name]
        self._leave_out_the_barren()
        for name, rows in self.barred.items():
            self._close(name, rows)
        for pair in self.pairs:
            self._hold_apart(pair)
        for reference in self.table.references:
            if reference.target == self.table.name:
                self._choose_own(reference)
            elif reference.breaking:
                self._choose_later(reference)
        return tuple(leading)

    def sequence(self) -> list[str]:
        """The foreign keys, those first that a run or a one-to-one key needs, then the deepest."""
        plan = self.keys.run
        first = [name for name in (*plan.drivers, *plan.members) if name != NOBODY] if plan else []
        names = [r.name for r in self.table.references if not r.breaking and r.target != self.table.name]
        rest = sorted(
            (name for name in names if name not in first),
            key=lambda name: (name not in self.keys.once, -self._depth(name), self._nullable(name), name),
        )
        return [*first, *rest]

    def _depth(self, name: str) -> int:
        return sum(len(rest) for _, rest in beginning_with(name, self.meetings))

    def _nullable(self, name: str) -> bool:
        return is_nullable(self.table, self.table.reference(name))

    def _key(self, name: str) -> np.uint64:
        return stream(self.seed, str(self.table.name), name)

    def _start_run(self, spelled: Spellings) -> None:
        plan = self.keys.run
        assert plan is not None
        drivers = tuple(self.own.targets.get(name) for name in plan.drivers) or (None,)
        members = [self._members(name, plan.drivers[0]) for name in plan.members]
        first = (*(member.radix for member in members), *(spelled[0] if spelled else ()))
        spellings = [first, *spelled[1:]] if first else list(spelled)
        shape = self.shapes.get(plan.drivers[0], "skewed") if plan.drivers else "skewed"
        closed = [self._with_children(number, name) for number, name in enumerate(plan.drivers)]
        skipped = 0 if plan.drivers else self.own.existing + self.own.unread
        self.run = Run(self._key("run"), self.own, drivers, spellings, shape, closed, skipped)
        for number, name in enumerate(plan.drivers):
            if name == NOBODY:
                continue
            paths = tuple(self._decided_by(name))
            chooser = self.run.chooser(number)
            known: Chooser = Determined(paths, chooser) if paths else chooser
            self.own.choosers[name] = known if len(drivers) > 1 else self._sometimes(name, known)
            self._known.append(name)
        for number, (name, member) in enumerate(zip(plan.members, members, strict=True)):
            self.own.choosers[name] = self._sometimes(name, member.chooser(self.run, number))

    def _hold_apart(self, pair: Pair) -> None:
        """Let the two foreign keys of a pair find different parents, in order where that is asked for."""
        names = [name for name in self.own.choosers if name in (pair.first, pair.second)]
        if len(names) < 2:
            return
        plan = self.keys.run
        if not (plan and names[0] in plan.drivers and names[1] in plan.members):
            again = tuple(self._again(names[1], turn) for turn in range(TRIES))
            self.own.choosers[names[1]] = Unlike(self.own.choosers[names[1]], names[0], again)
        if pair.ordered:
            first, second = (_by(self.own.choosers[name]) for name in (pair.first, pair.second))
            column = self.table.reference(pair.first).target_columns[0]
            target = self.own.targets[pair.first]
            self.own.choosers[pair.first] = Ordered(first, second, target, column, higher=False)
            self.own.choosers[pair.second] = Ordered(first, second, target, column, higher=True)

    def _again(self, name: str, turn: int) -> Chooser:
        """The chooser of a foreign key with other numbers."""
        chooser = self.own.choosers[name]
        if isinstance(chooser, Sometimes):
            chooser = chooser.inner
        if isinstance(chooser, (Free, Grouped)):
            return replace(chooser, key=stream(self.seed, str(self.table.name), name, f"again {turn}"))
        return chooser

    def _leave_out_the_barren(self) -> None:
        """Keep leading parents that leave a further parent, which a child must have, nobody to choose from."""
        for chooser in list(self.own.choosers.values()):
            if not isinstance(chooser, Grouped) or len({path[:1] for path in chooser.own}) != 1:
                continue
            leader = chooser.own[0][0]
            paths = tuple(path[1:] for path in chooser.own)
            barren = without_members(self.own.targets[leader], paths, chooser.grouping)
            if barren.size:
                self._close(leader, barren)

    def _close(self, leader: str, rows: Ints) -> None:
        chooser = self.own.choosers[leader]
        if self.run is not None and self.keys.run is not None and leader in self.keys.run.drivers[:1]:
            first = self.run.closed[0] if self.run.closed else np.empty(0, dtype=np.int64)
            self.run.closed = [np.union1d(first, rows), *self.run.closed[1:]]
        elif isinstance(chooser, (Free, Once)):
            known = chooser.candidates
            everybody = np.arange(self.own.targets[leader].count) if known is None else known
            left = np.setdiff1d(everybody, rows)
            self.own.choosers[leader] = replace(chooser, candidates=left)
            if isinstance(chooser, Once) or not left.size:
                self.own.count = min(self.own.count, self.own.existing + len(left))

    def _members(self, name: str, driver: str) -> Members:
        bound = self._bound_by(name, [driver])
        target = self.own.targets[name]
        paired = any({name, driver} == {pair.first, pair.second} for pair in self.pairs)
        kind = Partners if paired else Members
        if not bound:
            return kind(self._key(name), target, None, ())
        rests, own = zip(*bound, strict=True)
        return kind(self._key(name), target, self._grouping(target, rests), tuple(path[1:] for path in own))

    def _choose(self, name: str) -> bool:
        """Set the chooser of one foreign key; says whether it was free to choose."""
        if name in self.own.choosers:
            return True
        target, key, shape = self.own.targets[name], self._key(name), self.shapes.get(name, "skewed")
        free: Chooser = Free(key, target, shape)
        if name in self.keys.once:
            unused = self._unused(name)
            room = target.count if unused is None else len(unused)
            self.own.count = min(self.own.count, self.own.existing + room)
            self.own.choosers[name] = Once(key, target, unused)
            return True
        paths = self._decided_by(name)
        bound = self._bound_by(name, self._known)
        chooser = free
        if paths:
            chooser = Determined(tuple(paths), free)
        elif bound:
            rests, own = zip(*bound, strict=True)
            chooser = Grouped(key, self._grouping(target, rests), own, free, shape)
        self.own.choosers[name] = self._sometimes(name, chooser)
        return not paths

    def _with_children(self, number: int, name: str) -> Ints:
        """The drivers that have children already."""
        if name != NOBODY and self.own.unread:
            return np.arange(self.own.targets[name].existing, dtype=np.int64)
        if name != NOBODY:
            return self.own.there.get(name, np.empty(0, dtype=np.int64))
        first = self.keys.run.drivers[0] if self.keys.run else ""
        alone = self.own.there.get(first, np.empty(0, dtype=np.int64)) < 0
        return np.zeros(1, dtype=np.int64) if number and alone.any() else np.empty(0, dtype=np.int64)

    def _unused(self, name: str) -> Ints | None:
        """The parents that no row has yet; None where there are no rows yet."""
        if name not in self.own.there:
            return None
        target = self.own.targets[name]
        first = target.existing if self.own.unread else 0
        return np.setdiff1d(np.arange(first, target.count, dtype=np.int64), self.own.there[name])

    def _sometimes(self, name: str, chooser: Chooser, default: float = NULL_SHARE) -> Chooser:
        if not self._nullable(name):
            return chooser
        share = self.shares.get(name, default)
        return Sometimes(
            stream(self.seed, str(self.table.name), name, "null"), share, chooser, self.demands.get(name)
        )

    def _decided_by(self, name: str) -> list[Hops]:
        """The paths through foreign keys chosen before that lead to this one's parent itself."""
        found = []
        for meeting, rest in beginning_with(name, self.meetings):
            if not rest and not meeting.column:
                found += [path for path in meeting.paths if path[0] in self._known]
        return found

    def _bound_by(self, name: str, known: list[str]) -> list[tuple[Hops, Hops]]:
        """What the parent must share with the row: pairs of the parent's path and the row's own."""
        found = []
        for meeting, rest in beginning_with(name, self.meetings):
            own = next((path for path in meeting.paths if path[0] in known and path[0] != name), None)
            if own is not None and not meeting.column:
                found.append((rest, own))
        return found

    def _grouping(self, population: Population, paths: tuple[Hops, ...]) -> Grouping:
        key = (population.model.name, paths)
        if key not in self._groupings:
            self._groupings[key] = Grouping(population, paths)
        return self._groupings[key]

    def _choose_own(self, reference: ReferenceModel) -> None:
        """A foreign key to the same table: an earlier row of the same conversation, tenant, post."""
        name, key = reference.name, self._key(reference.name)
        free: Chooser = Free(key, self.own, "uniform")
        others = self.sequence()
        shared = [n for n in others if set(self.table.reference(n).columns) & set(reference.columns)]
        firm = [n for n in shared or others if not self._nullable(n)]
        home = firm[:1] or shared[:1]
        if home:
            paths = tuple((n,) for n in home)
            free = Grouped(key, self._grouping(self.own, paths), paths, Nobody(), "uniform")
        earlier = Earlier(free, own_row=not self._nullable(name))
        self.own.choosers[name] = self._sometimes(name, earlier, NULL_SHARE)

    def _choose_later(self, reference: ReferenceModel) -> None:
        """A foreign key to a table that fills later: one of the row's own children there, if there are any."""
        name, key, target = reference.name, self._key(reference.name), self.own.targets[reference.name]
        chooser: Chooser = Free(key, target)
        back = way_back(target, self.own)
        if back:
            own = Grouped(key, self._grouping(target, (back,)), ((),), chooser)
            chooser = own if self._nullable(name) else Rather(own, chooser)
        self.own.choosers[name] = self._sometimes(name, chooser, POINTER_NULL_SHARE)


def _by(chooser: Chooser) -> Chooser:
    """A chooser that is asked once per block, however often its answer is needed."""

    def choose(block: Block) -> Ints:
        found: Ints = block.once(("chosen", id(chooser)), lambda: chooser(block))
        return found

    return choose
