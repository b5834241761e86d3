"""What decides every column of a table: which of its values are bound row by row, and who makes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pgproof.rows.model.literals import text_of, value_of
from pgproof.rows.model.tables import ColumnModel, Kind, ReferenceModel, Value
from pgproof.rows.model.timeline import stage
from pgproof.rows.population.bindings import Pin, Spelled, Stretch
from pgproof.rows.population.kinship import Kinship
from pgproof.rows.population.makers import ByRule, Drawn, FromParents, Nothing, Sequential, Within, sources
from pgproof.rows.population.parents import Sometimes
from pgproof.rows.population.partitioned import partition_bindings
from pgproof.rows.population.rules import GroupRule
from pgproof.rows.population.runs import Run
from pgproof.rows.population.work import Work
from pgproof.rows.population.world import Block, Chooser, Maker
from pgproof.rows.values.draws import Floats, Ints, weighted

Allow: TypeAlias = "Callable[[Block], NDArray[np.bool_]]"


def spellings(work: Work) -> tuple[tuple[Spelled, ...], ...]:
    """For every key of the table's run the columns that spell a turn."""
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


def bind(work: Work, kinship: Kinship) -> None:
    """Share out the run, now that parents are known, and bind the columns that something decides by row."""
    if kinship.run is not None:
        _share_out(work, kinship.run)
    for column, spelled in work.spelled.items():
        _bind_spelled(work, column, spelled)
    if kinship.run is not None:
        _bind_intervals(work, kinship.run)
    work.pins.update(_without_avoided(work))
    windows, pins = partition_bindings(work.table, work.clockwork, work.world.seed, work.parental)
    work.windows.update({c: w for c, w in windows.items() if c not in work.windows})
    work.pins.update({c: p for c, p in pins.items() if c not in work.pins})
    for rule in work.rules.values():
        rule.allow = work.solved.allowing(rule.group)
    for reference in work.table.references:
        if reference.target == work.table.name:
            _let_roots_be_roots(work, reference)
        elif reference.name in work.own.targets and not work.own.targets[reference.name].count:
            _do_without(work, reference)


def _let_roots_be_roots(work: Work, reference: ReferenceModel) -> None:
    """Rows before which none came that could be their parent pass CHECKs in a way that does without one."""
    chooser = work.own.choosers[reference.name]
    rules = {id(rule): rule for c in reference.columns if (rule := work.rules.get(c)) is not None}
    for rule in rules.values():
        if isinstance(chooser, Sometimes) and chooser.demand is not None:
            rule.allow = partial(_ways_of_roots, rule, reference.columns, chooser.inner, rule.allow)


def _ways_of_roots(
    rule: GroupRule, columns: tuple[str, ...], inner: Chooser, allow: Allow | None, block: Block
) -> NDArray[np.bool_]:
    found = (inner(block) >= 0)[:, None] | ~_wanting(rule, columns)[None, :]
    return found if allow is None else np.asarray(found & allow(block))


def _do_without(work: Work, reference: ReferenceModel) -> None:
    """Where there are no rows to refer to, CHECKs are passed in a way that does without them."""
    for rule in {id(rule): rule for c in reference.columns if (rule := work.rules.get(c))}.values():
        rule.allow = partial(_ways_without, rule, reference.columns, rule.allow)


def _ways_without(
    rule: GroupRule, columns: tuple[str, ...], allow: Allow | None, block: Block
) -> NDArray[np.bool_]:
    found = np.broadcast_to(~_wanting(rule, columns), (len(block), len(rule.group.options)))
    return found if allow is None else np.asarray(found & allow(block))


def _wanting(rule: GroupRule, columns: tuple[str, ...]) -> NDArray[np.bool_]:
    """The ways of passing that need a parent in ``columns``."""
    found = (any(c.nulls == "forbidden" and c.column in columns for c in o.cells) for o in rule.group.options)
    return np.fromiter(found, dtype=np.bool_, count=len(rule.group.options))


def _share_out(work: Work, run: Run) -> None:
    for spelled in work.spelled.values():
        spelled.run = run
    work.own.count = work.own.existing + run.share_out(work.own.count - work.own.existing)
    work.solved.run = run


def _bind_spelled(work: Work, column: str, spelled: Spelled) -> None:
    if spelled.measure is None:
        work.pins[column] = Pin(spelled.values, spelled.which)
        return
    work.windows[column] = spelled.window
    if spelled.measure.family == "time" and stage(column) in (0, 1):
        work.clockwork.day = spelled.window


def _bind_intervals(work: Work, run: Run) -> None:
    """Stretches of an exclusion constraint."""
    for part, column in enumerate(work.keys.run.intervals if work.keys.run else ()):
        stretch = Stretch(run, work.scalars[column], work.spaces[column], part)
        if work.spaces[column].kind in ("range", "multirange"):
            work.own.makers[column] = stretch.ranges
        else:
            work.windows[column] = stretch.window


def _without_avoided(work: Work) -> dict[str, Pin]:
    """Columns with few values, one of which the server does not want."""
    found = {}
    for name, value in work.avoided.items():
        space = work.spaces[name]
        values = (False, True) if space.kind == "boolean" else space.allowed or ()
        left = tuple(
            each
            for each in values
            if text_of(each) not in (value, {"t": "true", "f": "false"}.get(value or ""))
        )
        if left:
            found[name] = Pin(left, _by_weight(work.scalars[name].key, np.ones(len(left))))
    return found


def listed(work: Work) -> dict[str, Pin]:
    """Columns whose values the settings list."""
    found = {}
    for column in work.table.columns:
        override = work.overrides.column(work.table.name, column.name)
        if override.values is not None and column.name not in work.parental:
            weights = np.array(override.weights or [1.0] * len(override.values))
            values = tuple(_read(column.space.kind, text) for text in override.values)
            found[column.name] = Pin(values, _by_weight(work.scalars[column.name].key, weights))
    return found


def _read(kind: Kind, text: str | None) -> Value:
    """What the settings say, as a value; what only the server can read, such as "yesterday", stays a text."""
    try:
        return value_of(kind, text) if text else text
    except (ValueError, ArithmeticError):
        return text


def _by_weight(key: np.uint64, weights: Floats) -> Callable[[Block], Ints]:
    return lambda block: weighted(key, block.rows, weights)


def maker_of(work: Work, column: ColumnModel) -> Maker:
    """What makes a column."""
    name, space = column.name, work.spaces[column.name]
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
