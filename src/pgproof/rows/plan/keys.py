"""How every unique key of a table will be kept, decided before a row is drawn. Pure.

The cheapest way first: a column that differs in every row anyway; a foreign key that takes every parent once;
a run, in which every parent's children are numbered and the number spells the rest of the key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from pgproof.rows.model.agreements import label_of
from pgproof.rows.model.meetings import Meeting, beginning_with
from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import ExclusionModel, Space, TableModel, UniqueModel
from pgproof.rows.syntax.expression import columns_of
from pgproof.rows.syntax.reading import read
from pgproof.rows.values.numbered import NUMBERED

NOBODY = ""  # stands for a driver where children without a parent are a run of their own
_WIDE = ("uuid", "text", "bytes", "inet", "cidr", "macaddr", "macaddr8", *NUMBERED)
_MOMENTS = ("timestamp", "timestamptz")
_COUNTED = ("integer", "numeric", "date", "boolean", "float", "time")
_SPELLING = (*_COUNTED, *_MOMENTS, "text", "uuid")


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A run: its driving foreign keys, further ones in the first key, and the columns that spell the turn.

    ``digits`` has a tuple for every key. ``intervals`` are columns of an exclusion constraint that hold the
    turn's own stretch of time or numbers.
    """

    drivers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    digits: tuple[tuple[str, ...], ...] = ()
    intervals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """What keeps the keys of a table: columns that differ, foreign keys used once, a run.

    ``first_only`` are partial keys whose predicate only the first child of a parent may satisfy, ``never``
    those that no row may. ``open`` are keys that nothing here keeps: the server will say.
    """

    distinct: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    run: RunPlan | None = None
    first_only: tuple[UniqueModel, ...] = ()
    never: tuple[UniqueModel, ...] = ()
    open: tuple[str, ...] = ()


Room = Callable[[Space], int]


@dataclass(slots=True)
class _Planner:
    table: TableModel
    meetings: tuple[Meeting, ...]
    spaces: dict[str, Space]
    count: int
    room: Room
    plan: KeyPlan
    bound: frozenset[str]


def key_plan(
    table: TableModel,
    meetings: tuple[Meeting, ...],
    spaces: dict[str, Space],
    count: int,
    room: Room,
    bound: Collection[str] = (),
) -> KeyPlan:
    """Decide for every key of a table.

    ``spaces`` are those of its columns, ``room`` says how much is in one; ``bound`` are columns that something
    else decides row by row: a partition, a list of values.
    """
    born = frozenset(c.name for c in table.columns if c.filling in ("identity", "sequence"))
    planner = _Planner(table, meetings, spaces, count, room, KeyPlan(distinct=born), frozenset(bound))
    for unique in sorted(table.uniques, key=lambda u: (not u.plain, len(u.columns), u.name)):
        _keep(planner, unique)
    for exclusion in table.exclusions:
        _keep_apart(planner, exclusion)
    return planner.plan


def references_in(table: TableModel, columns: Iterable[str], meetings: tuple[Meeting, ...]) -> list[str]:
    """The foreign keys a key is made of, those left out that another of them already decides."""
    inside = set(columns)
    found = [r for r in table.references if r.target != table.name and not r.breaking]
    found = [r for r in found if set(r.columns) & inside and label_of(table, r) in inside]
    found.sort(
        key=lambda r: (-sum(len(rest) for _, rest in beginning_with(r.name, meetings)), is_nullable(table, r))
    )
    kept: list[str] = []
    for reference in found:
        decided = any(
            not rest and any(path[:1] == (other,) for other in kept for path in meeting.paths)
            for meeting, rest in beginning_with(reference.name, meetings)
        )
        if not decided:
            kept.append(reference.name)
    return kept


def _keep(planner: _Planner, unique: UniqueModel) -> None:
    plan, table = planner.plan, planner.table
    columns = unique.columns
    references = references_in(table, columns, planner.meetings)
    if set(columns) & plan.distinct or set(references) & plan.once:
        return
    covered = {column for name in references for column in table.reference(name).columns}
    covered |= {c for r in table.references if r.target != table.name for c in r.columns if c in columns}
    scalars = [c for c in columns if c not in covered and table.column(c).filling != "generated"]
    scalars = [c for c in scalars if c not in planner.bound]
    if _distinct_column(planner, unique, scalars, bool(covered & set(columns))):
        return
    if _computed_from(table, columns) & plan.distinct:
        return
    if unique.predicate_definition is not None:
        _keep_partial(planner, unique, references)
    elif any(not _can_spell(planner, column) for column in scalars) or not (scalars or references):
        planner.plan = replace(plan, open=(*plan.open, unique.name))
    elif len(references) == 1 and not scalars:
        planner.plan = replace(plan, once=plan.once | {references[0]})
    else:
        _keep_in_run(planner, unique, references, scalars)


def _computed_from(table: TableModel, columns: Iterable[str]) -> set[str]:
    """The columns that generated columns of a key are computed from: one to one, one hopes."""
    made = [read(table.column(c).expression) for c in columns if table.column(c).filling == "generated"]
    return {source for expression in made if expression for source in columns_of(expression)}


def _distinct_column(planner: _Planner, unique: UniqueModel, scalars: list[str], has_parents: bool) -> bool:
    """Make one column of the key differ in all rows, if one can without looking odd."""
    alone = len(unique.columns) == 1 or not has_parents
    for kinds in (_WIDE, _MOMENTS, _COUNTED if alone else ()):
        for column in scalars:
            space = planner.spaces[column]
            if space.kind not in kinds or planner.room(space) < planner.count:
                continue
            if space.kind in _MOMENTS and planner.count > 1_000_000:
                continue
            planner.plan = replace(planner.plan, distinct=planner.plan.distinct | {column})
            return True
    return False


def _keep_partial(planner: _Planner, unique: UniqueModel, references: list[str]) -> None:
    plan = planner.plan
    wanted = _with_spare(planner, unique, references[:1])
    if plan.run is None or plan.run.drivers[:1] == wanted[:1]:
        run = plan.run or RunPlan(drivers=wanted[:1])
        planner.plan = replace(plan, run=run, first_only=(*plan.first_only, unique))
    else:
        planner.plan = replace(plan, never=(*plan.never, unique))


def _keep_in_run(planner: _Planner, unique: UniqueModel, references: list[str], scalars: list[str]) -> None:
    plan = planner.plan
    drivers = _with_spare(planner, unique, references[:1])
    run = RunPlan(drivers, tuple(references[1:]), (tuple(_by_size(planner, scalars)),))
    if plan.run is None:
        planner.plan = replace(plan, run=run)
    elif plan.run.drivers[:1] == run.drivers[:1] and not run.members and not plan.run.members:
        planner.plan = replace(plan, run=replace(plan.run, digits=plan.run.digits + run.digits))
    else:
        planner.plan = replace(plan, open=(*plan.open, unique.name))


def _with_spare(planner: _Planner, unique: UniqueModel, drivers: list[str]) -> tuple[str, ...]:
    """The driver, and the foreign key that is left when it is NULL and NULLs count as equal."""
    table = planner.table
    if not drivers or not is_nullable(table, table.reference(drivers[0])) or unique.nulls_distinct:
        return tuple(drivers)
    spare = [
        path[0]
        for meeting in planner.meetings
        for path in meeting.paths
        if len(path) == 1 and any(other[:1] == (drivers[0],) for other in meeting.paths)
    ]
    spare = [name for name in spare if not is_nullable(table, table.reference(name))]
    return (*drivers, *(spare[:1] or [NOBODY]))


def _can_spell(planner: _Planner, column: str) -> bool:
    space = planner.spaces[column]
    listed = space.allowed is not None or space.kind == "boolean"
    return space.kind in _SPELLING and (listed or space.kind not in ("text", "uuid"))


def _by_size(planner: _Planner, scalars: list[str]) -> list[str]:
    """Small spaces first: the last one takes what is left of the turn."""
    return sorted(scalars, key=lambda column: planner.room(planner.spaces[column]))


def _keep_apart(planner: _Planner, exclusion: ExclusionModel) -> None:
    plan, table = planner.plan, planner.table
    equal = [c for p in exclusion.parts if p.operator == "=" for c in _columns(p.column, p.columns)]
    apart = [c for p in exclusion.parts if p.operator != "=" for c in _columns(p.column, p.columns)]
    if set(equal) & plan.distinct:
        return
    drivers = tuple(references_in(table, equal, planner.meetings)[:1])
    if not any(part.operator == "&&" for part in exclusion.parts):
        planner.plan = replace(plan, open=(*plan.open, exclusion.name))
    elif plan.run is None:
        planner.plan = replace(plan, run=RunPlan(drivers=drivers, intervals=tuple(apart)))
    elif plan.run.drivers[:1] in (drivers, ()) and not plan.run.members and not plan.run.intervals:
        planner.plan = replace(plan, run=replace(plan.run, intervals=tuple(apart)))
    else:
        planner.plan = replace(plan, open=(*plan.open, exclusion.name))


def _columns(column: str | None, columns: tuple[str, ...]) -> tuple[str, ...]:
    return (column,) if column else columns
