"""From a branch to options: orders closed, sums turned into bounds, the rest found by trying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from pgproof.rows.checks.bounds import narrowed
from pgproof.rows.checks.branch import Branch
from pgproof.rows.checks.conditions import Condition, Court
from pgproof.rows.checks.draw import Drawing
from pgproof.rows.checks.equals import apart, classes, shared
from pgproof.rows.checks.orders import close
from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.checks.pools import search
from pgproof.rows.checks.solved import Bound, Cell, Nulls, Option, Order, Pool
from pgproof.rows.checks.spaces import counted, frozen, is_empty, limits
from pgproof.rows.checks.totals import Gaps, alive, bounds_of, gaps_of, impossible
from pgproof.rows.checks.ways import Atom
from pgproof.rows.model.tables import Space
from pgproof.rows.syntax.expression import Binary, Column, Constant, Expression, columns_of

_SAMPLES = 12
_DIGITS = 6  # of numbers that are multiplied, where that is enough not to overflow


@dataclass(frozen=True, slots=True)
class Finished:
    """An option, whether it is all that its branch allows, how many rows were tried and whether it is a guess."""

    option: Option | None
    exact: bool = True
    tried: int = 0
    guess: bool = False


def finish(branch: Branch, conditions: Sequence[Condition], court: Court, seed: str) -> list[Finished]:
    """The options of a branch; none where its orders contradict each other."""
    closed = [pair for consistent in apart(branch) for pair in _closed(consistent)]
    return [
        _finished(each, orders, conditions, court, f"{seed} {number}")
        for number, (each, orders) in enumerate(closed)
    ]


def _closed(branch: Branch) -> Iterator[tuple[Branch, tuple[Order, ...]]]:
    """The branch with its orders closed; several where a column must be NULL for its orders and sums."""
    for each, orders in close(branch):
        stuck = impossible(each, gaps_of(orders, each))
        if stuck is None:
            yield each, orders
            continue
        for column in stuck:
            if each.cells[column].nulls == "allowed" and (without := each.null(column)) is not None:
                yield from _closed(without)


def _finished(
    branch: Branch, orders: tuple[Order, ...], conditions: Sequence[Condition], court: Court, seed: str
) -> Finished:
    branch, bounds = _with_bounds(branch, gaps_of(orders, branch))
    branch = shared(branch)
    if any(is_empty(cell.space) and cell.nulls == "forbidden" for cell in branch.cells.values()):
        return Finished(None, branch.exact)
    option = Option(tuple(branch.cells.values()), orders, tuple(classes(branch)), branch.differ, bounds)
    open_ = [condition_of(atom) for atom in branch.residue]
    open_ += [condition for condition in conditions if condition.expression is None]
    open_ += _failing(option, conditions, court, seed)
    if not open_:
        return Finished(option, branch.exact)
    return _by_trying(option, open_, conditions, court, seed)


def condition_of(atom: Atom) -> Condition:
    """An atom that nobody understood, as something to be tried."""
    return Condition("", "", atom.expression, columns_of(atom.expression), atom.truth, atom.null)


def _failing(option: Option, conditions: Sequence[Condition], court: Court, seed: str) -> list[Condition]:
    """The conditions that some row of the option does not meet; all of them if drawing leads nowhere."""
    rows = list(samples(option, court, seed))
    if len(rows) < _SAMPLES // 2:
        return list(conditions)
    known = [condition for condition in conditions if condition.expression is not None]
    return [c for c in known if any(court.outcome(c, row) == "bad" for row in rows)]


def samples(option: Option, court: Court, seed: str, count: int = _SAMPLES) -> Iterator[dict[str, Any]]:
    """A few rows of the option, those at its edges among them."""
    source = Random(seed)
    for number in range(count):
        picker = Picker((lambda _: 0) if number == 0 else (lambda n: source.randrange(n)))
        try:
            yield Drawing(option, court.scope, picker).row({})
        except NoValue:
            continue


def _by_trying(
    option: Option, open_: Sequence[Condition], conditions: Sequence[Condition], court: Court, seed: str
) -> Finished:
    """The option with a pool for the columns that no rule covers, and for what is tied to them."""
    columns = _tied(option, {name for condition in open_ for name in condition.columns})
    if not columns:
        return Finished(None, exact=False)
    others = [condition for condition in conditions if condition not in open_]
    found = search(option, open_, others, court, seed)
    rows, tried = found.rows, found.tried
    if not rows:
        return Finished(option if found.unsure else None, exact=False, tried=tried, guess=found.unsure)
    names = tuple(c.column for c in option.cells if c.column in columns and c.nulls != "required")
    if not names:
        return Finished(_without(option, columns), exact=False, tried=tried)
    if len(names) == 1:
        cells = tuple(_listed(c, rows) if c.column == names[0] else c for c in option.cells)
        return Finished(_without(replace(option, cells=cells), columns), exact=False, tried=tried)
    spaces = {cell.column: cell.space for cell in option.cells}
    kept = dict.fromkeys(tuple(frozen(spaces[name], row[name]) for name in names) for row in rows)
    pool = Pool(names, tuple(kept))
    return Finished(replace(_without(option, columns), pools=(pool,)), exact=False, tried=tried)


def _listed(cell: Cell, rows: Sequence[Mapping[str, Any]]) -> Cell:
    """The cell with the values it has in ``rows``."""
    values = [row[cell.column] for row in rows]
    unique = tuple(dict.fromkeys(frozen(cell.space, value) for value in values if value is not None))
    nulls: Nulls = cell.nulls if None in values else "forbidden"
    return replace(cell, space=replace(cell.space, allowed=unique), nulls=nulls if unique else "required")


def _tied(option: Option, columns: set[str]) -> set[str]:
    """These columns and every one that a relation of the option ties to them."""
    ties = [
        *({order.low, order.high} for order in option.orders),
        *(set(same.columns) for same in option.same),
        *({pair.left, pair.right} for pair in option.differ),
        *({bound.column, *columns_of(bound.expression)} for bound in option.bounds),
    ]
    found = set(columns)
    while grown := [tie for tie in ties if tie & found and not tie <= found]:
        found = found.union(*grown)
    return found


def _without(option: Option, columns: set[str]) -> Option:
    return replace(
        option,
        orders=tuple(order for order in option.orders if order.low not in columns),
        same=tuple(same for same in option.same if not set(same.columns) & columns),
        differ=tuple(pair for pair in option.differ if pair.left not in columns),
        bounds=tuple(bound for bound in option.bounds if bound.column not in columns),
    )


def _with_bounds(branch: Branch, gaps: Gaps) -> tuple[Branch, tuple[Bound, ...]]:
    cells = dict(branch.cells)
    bounds = [bound for total, equal in alive(branch) for bound in bounds_of(total, cells, gaps, equal=equal)]
    for bound in branch.bounds:
        _keep_small(bound, cells)
        bounds.append(bound)
    return replace(branch, cells=cells), tuple(bounds)


def _keep_small(bound: Bound, cells: dict[str, Cell]) -> None:
    """Take numbers so small that what is computed from them is something the bounded column can hold."""
    target = limits(cells[bound.column].space)
    names = columns_of(bound.expression)
    for digits in range(_DIGITS, 0, -1):
        edge = Fraction(10**digits)
        for name in names:
            cells[name] = replace(cells[name], space=_cautious(cells[name].space, edge))
        low, high = _extent(bound.expression, cells)
        if (target.low is None or counted(target.low) <= low) and (
            target.high is None or high <= counted(target.high)
        ):
            return


def _extent(node: Expression, cells: Mapping[str, Cell]) -> tuple[Fraction, Fraction]:
    """The least and the greatest that arithmetic over columns comes out as."""
    if isinstance(node, Column):
        space = limits(cells[node.name].space)
        most = Fraction(10**12)
        low = -most if space.low is None else counted(space.low)
        return low, most if space.high is None else counted(space.high)
    if isinstance(node, Constant):
        value = Fraction(node.text or 0)
        return value, value
    if isinstance(node, Binary):
        left, right = _extent(node.left, cells), _extent(node.right, cells)
        if node.operator == "*":
            corners = [a * b for a in left for b in right]
            return min(corners), max(corners)
        if node.operator == "-":
            return left[0] - right[1], left[1] - right[0]
        return left[0] + right[0], left[1] + right[1]
    return _extent(node.operand, cells)  # type: ignore[union-attr]


def _cautious(space: Space, most: Fraction) -> Space:
    """Smaller numbers where there is room."""
    for upper in (True, False):
        edge = most if upper else -most
        smaller = narrowed(space, edge, upper=upper, strict=False)
        if smaller is not None and not is_empty(smaller):
            space = smaller
    return space
