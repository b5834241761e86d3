"""Partial unique keys that no column can keep: only the first child of a parent satisfies the predicate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.checks.solved import Group, Solution
from pgproof.rows.model.tables import CheckModel, TableModel, UniqueModel
from pgproof.rows.plan.keys import KeyPlan
from pgproof.rows.population.runs import Run
from pgproof.rows.population.world import Block
from pgproof.rows.syntax.expression import Expression, IsTruth, columns_of

Solver = Callable[[TableModel], Solution]
Allowing = Callable[[Block], NDArray[np.bool_]]


@dataclass(slots=True)
class Predicated:
    """A solution in which some options are for first children only: the first ``leading`` ones of a group."""

    solution: Solution
    leading: dict[tuple[str, ...], int]
    run: Run | None = None

    def allowing(self, group: Group) -> Allowing | None:
        """Which options of a group each row may follow; None if it may follow all."""
        leading = self.leading.get(group.columns, 0)
        run = self.run
        if not leading or run is None:
            return None
        is_leading = np.arange(len(group.options)) < leading

        def allow(block: Block) -> NDArray[np.bool_]:
            first = run.place(block)[1] == 0
            return np.asarray(first[:, None] | ~is_leading[None, :])

        return allow


def solve_with_predicates(table: TableModel, keys: KeyPlan, plain: Solution, solve: Solver) -> Predicated:
    """The solution of a table with the predicates of ``keys`` taken in; ``plain`` if there are none."""
    held = [unique for unique in (*keys.first_only, *keys.never) if unique.predicate is not None]
    if not held:
        return Predicated(plain, {})
    rest = solve(_with(table, held, truth=False))
    if not keys.first_only:
        return Predicated(rest, {})
    first = solve(_with(_with(table, keys.first_only, truth=True), keys.never, truth=False))
    return _together(first, rest)


def _together(first: Solution, rest: Solution) -> Predicated:
    groups: list[Group] = []
    leading: dict[tuple[str, ...], int] = {}
    for group in rest.groups:
        other = next((each for each in first.groups if set(each.columns) == set(group.columns)), None)
        if other is None or other.options == group.options:
            groups.append(group)
            continue
        leading[group.columns] = len(other.options)
        groups.append(replace(group, options=(*other.options, *group.options)))
    return Predicated(Solution(tuple(groups)), leading)


def _with(table: TableModel, uniques: Sequence[UniqueModel], *, truth: bool) -> TableModel:
    extra = tuple(_check(unique, truth) for unique in uniques if unique.predicate is not None)
    return replace(table, checks=(*table.checks, *extra))


def _check(unique: UniqueModel, truth: bool) -> CheckModel:
    assert unique.predicate is not None
    asked: Expression = IsTruth(unique.predicate, "true", negated=not truth)
    return CheckModel(unique.name, unique.predicate_definition or "", columns_of(asked), asked)
