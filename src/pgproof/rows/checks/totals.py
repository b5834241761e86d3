"""Sums of columns held against zero: what is left for each, and when only NULL is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from pgproof.rows.checks.bounds import narrowed, value_of
from pgproof.rows.checks.branch import Branch
from pgproof.rows.checks.solved import Bound, Cell, Order
from pgproof.rows.checks.spaces import counted, limits
from pgproof.rows.checks.terms import Sum
from pgproof.rows.model.tables import Space
from pgproof.rows.syntax.expression import Binary, Cast, Column, Constant, Expression, TypeName

Gaps: TypeAlias = "Mapping[tuple[str, str], Fraction]"


def gaps_of(orders: Sequence[Order], branch: Branch) -> dict[tuple[str, str], Fraction]:
    """How far apart the orders of a branch keep two columns."""
    return {(order.low, order.high): _measured(order, branch) for order in orders}


def _measured(order: Order, branch: Branch) -> Fraction:
    days = branch.cells[order.low].space.kind == "date" and isinstance(order.gap, int)
    return Fraction(order.gap) if days else counted(order.gap)


def alive(branch: Branch) -> Iterator[tuple[Sum, bool]]:
    """The sums that no NULL makes pointless."""
    for total, equal in branch.sums:
        if all(branch.cells[term.column].nulls != "required" for term in total.terms):
            yield total, equal


def impossible(branch: Branch, gaps: Gaps) -> tuple[str, ...] | None:
    """The columns of the first sum that cannot come out as it must while all of them have values."""
    for total, equal in alive(branch):
        terms = [(term.column, int(factor)) for term, factor in total.terms.items()]
        least = _least(terms, branch.cells, gaps)
        most = _least([(name, -factor) for name, factor in terms], branch.cells, gaps)
        above = least is not None and least + total.constant > 0
        below = equal and most is not None and most - total.constant > 0
        if above or below:
            return tuple(name for name, _ in terms)
    return None


def bounds_of(total: Sum, cells: dict[str, Cell], gaps: Gaps, *, equal: bool) -> Iterator[Bound]:
    """``a + b - c + constant <= 0`` (or ``= 0``) as bounds of each column by those drawn before it."""
    terms = [(term.column, int(factor)) for term, factor in total.terms.items()]
    for name, factor in terms:
        _spread(name, factor, total, (terms, gaps), cells)
        if equal:
            negative = [(other, -sign) for other, sign in terms]
            _spread(name, -factor, Sum(total.unit, constant=-total.constant), (negative, gaps), cells)
    whole = total.constant.denominator == 1 and all(cells[name].space.kind == "integer" for name, _ in terms)
    kind = "integer" if whole else "numeric"
    for place, (name, factor) in enumerate(terms):
        if place == 0:
            continue
        last = place == len(terms) - 1
        if equal and last:
            yield Bound(name, "=", _rest(total.constant, factor, terms[:place], kind))
            continue
        for side in (1, -1) if equal else (1,):
            least = _least([(n, side * f) for n, f in terms[place + 1 :]], cells, gaps)
            if least is not None:
                constant = total.constant + side * least
                operator = "<=" if factor * side > 0 else ">="
                yield Bound(name, operator, _rest(constant, factor, terms[:place], kind))


def _spread(
    name: str, factor: int, total: Sum, known: tuple[Sequence[tuple[str, int]], Gaps], cells: dict[str, Cell]
) -> None:
    """Bound a column by what the others take at least."""
    terms, gaps = known
    least = _least([(other, sign) for other, sign in terms if other != name], cells, gaps)
    if least is None:
        return
    place = -(total.constant + least) * factor
    space = narrowed(cells[name].space, place, upper=factor > 0, strict=False)
    if space is not None:
        cells[name] = replace(cells[name], space=space)


def _least(terms: Sequence[tuple[str, int]], cells: Mapping[str, Cell], gaps: Gaps) -> Fraction | None:
    """The least that a sum of columns can be; None if there is none."""
    edges = [_edge(cells[name].space, upper=factor < 0) for name, factor in terms]
    known = [edge for edge in edges if edge is not None]
    total = None
    if len(known) == len(terms):
        total = sum((f * edge for (_, f), edge in zip(terms, known, strict=True)), Fraction(0))
    if len(terms) == 2 and terms[0][1] != terms[1][1]:
        (low, _), (high, _) = sorted(terms, key=lambda term: term[1])
        gap = gaps.get((low, high))
        return max((each for each in (gap, total) if each is not None), default=None)
    return total


def _edge(space: Space, *, upper: bool) -> Fraction | None:
    if space.allowed and not any(isinstance(value, str) for value in space.allowed):
        return (max if upper else min)(map(counted, space.allowed))
    bounded = limits(space)
    edge = bounded.high if upper else bounded.low
    return None if edge is None else counted(edge)


def _rest(constant: Fraction, factor: int, terms: Sequence[tuple[str, int]], kind: str) -> Expression:
    """What is left for a column: ``-(constant + terms) / factor``, the factor being 1 or -1, computed as ``kind``."""
    type_ = TypeName(kind)
    found: Expression = Constant(str(value_of("numeric", -constant * factor)), type_)
    for name, sign in terms:
        # Python's operators, like PostgreSQL's, want one type on both sides.
        found = Binary("-" if sign * factor > 0 else "+", found, Cast(Column(name), type_))
    return found
