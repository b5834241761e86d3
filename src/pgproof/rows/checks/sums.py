"""What a sum of terms, held against zero, means for a branch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pgproof.rows.checks.bounds import OutOfReach, narrowed, value_of
from pgproof.rows.checks.branch import Branch, Gap
from pgproof.rows.checks.solved import Differ
from pgproof.rows.checks.spaces import matching, only, sized, without
from pgproof.rows.checks.terms import NotLinear, Sum, Term
from pgproof.rows.checks.texts import ASCII_ONLY
from pgproof.rows.evaluate.datum import TIMESTAMPTZ, read_text
from pgproof.rows.evaluate.datum_times import MICROS_PER_DAY
from pgproof.rows.model.tables import Space

_FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_COUNTED = ("integer", "numeric", "float", "date", "time", "timestamp", "timestamptz")
_LONGEST = 10**9


@dataclass(frozen=True, slots=True)
class Present:
    """What the present may be while rows are checked: a condition on now() must hold throughout."""

    earliest: str = "2024-01-01 00:00:00+00"
    latest: str = "2124-01-01 00:00:00+00"

    def micros(self, *, latest: bool) -> int:
        """One end of it, in microseconds since 2000-01-01."""
        found: int = read_text(TIMESTAMPTZ, self.latest if latest else self.earliest)
        return found


def narrow_sum(
    branch: Branch, total: Sum, operator: str, present: Present, *, columns: Sequence[str], null: bool
) -> list[Branch] | None:
    """The branches in which ``total operator 0``, a comparison over ``columns``.

    None if this is not the place. Raises ``NotLinear``.
    """
    if operator in ("=", "<>") and (total.now or total.slack):
        return None
    if total.now or total.slack:
        total, branch = _settled(total, operator, present), branch.inexact()
    start = branch if null else branch.not_null(*columns)
    if start is None:
        return []
    if not total.terms:
        # All columns cancelled out; being NULL is then the only way to come out differently.
        nulls = [branch.null(column) for column in columns] if null else []
        return [start] if _holds(total.constant, operator) else [each for each in nulls if each is not None]
    total = _in_micros(start, total)
    if len(total.terms) == 1:
        return _one(start, total, operator, null=null)
    if all(term.measure == "length" for term in total.terms) and operator in _FLIPPED.keys() - {"=", "<>"}:
        found = _short if operator in ("<", "<=") else _long
        return found(start, total, operator, null=null)
    if any(term.measure != "value" for term in total.terms):
        return None
    if len(total.terms) == 2:
        return _two(start, total, operator)
    return _many(start, total, operator)


def _settled(total: Sum, operator: str, present: Present) -> Sum:
    """The sum with the present and the length of months at their worst."""
    if abs(total.now) > 1:
        raise NotLinear
    above = operator in ("<", "<=")
    unit = Fraction(1) if total.unit == "micros" else Fraction(1, MICROS_PER_DAY)
    now = present.micros(latest=above is (total.now > 0)) * unit * total.now
    worst = total.slack if above else -total.slack
    return Sum(total.unit, total.terms, total.constant + now + worst)


def _in_micros(branch: Branch, total: Sum) -> Sum:
    """The sum counted as columns are, dates in microseconds like other times."""
    dates = {term for term in total.terms if _is_date(branch.cells[term.column].space, term)}
    if not dates:
        return total
    if total.unit in ("days", "number"):
        return replace(total, constant=total.constant * MICROS_PER_DAY)
    terms = {term: factor / (MICROS_PER_DAY if term in dates else 1) for term, factor in total.terms.items()}
    return replace(total, terms=terms)


def _is_date(space: Space, term: Term) -> bool:
    of_range = term.measure in ("lower", "upper") and space.element is not None
    return (space.element.kind if of_range and space.element else space.kind) == "date"


def _holds(value: Fraction, operator: str) -> bool:
    tests = {
        "=": value == 0,
        "<>": value != 0,
        "<": value < 0,
        "<=": value <= 0,
        ">": value > 0,
        ">=": value >= 0,
    }
    return tests[operator]


def _one(branch: Branch, total: Sum, operator: str, *, null: bool) -> list[Branch] | None:
    (term, factor), *_ = total.terms.items()
    place = -total.constant / factor
    operator = operator if factor > 0 else _FLIPPED[operator]
    if term.measure == "value":
        return _of_value(branch, term, operator, place, null=null)
    if term.measure in ("length", "bytes", "elements"):
        return _of_length(branch, term, operator, place, null=null)
    return _of_range_bound(branch, term, operator, place, null=null)


def _of_value(branch: Branch, term: Term, operator: str, place: Fraction, *, null: bool) -> list[Branch]:
    if operator in ("=", "<>"):
        found = branch.narrow(term.column, lambda space: _at(space, place, operator), null=null)
    else:
        upper, strict = operator in ("<", "<="), operator in ("<", ">")
        found = branch.narrow(
            term.column, lambda space: narrowed(space, place, upper=upper, strict=strict), null=null
        )
    return [] if found is None else [found]


def _at(space: Space, place: Fraction, operator: str) -> Space | None:
    low = narrowed(space, place, upper=False, strict=False)
    exact = low and narrowed(low, place, upper=True, strict=False)
    if operator == "=":
        return (
            exact
            if exact is None or exact.low is None or exact.allowed is not None
            else only(exact, (exact.low,))
        )
    try:
        value, other = (value_of(space.kind, place, upper=upper) for upper in (True, False))
    except OutOfReach:
        return space
    return without(space, (value,)) if value == other else space


def _of_length(branch: Branch, term: Term, operator: str, place: Fraction, *, null: bool) -> list[Branch]:
    least, most = 0, None
    if operator in (">", ">=", "="):
        least = max(0, -(-place // 1) if operator != ">" else place // 1 + 1)
    if operator in ("<", "<=", "="):
        most = place // 1 if operator != "<" else -(-place // 1) - 1
    if operator == "<>":
        shorter = _of_length(branch, term, "<", place, null=null)
        return [*shorter, *_of_length(branch, term, ">", place, null=null)]
    if least > _LONGEST or (most is not None and most < 0) or (operator == "=" and place.denominator != 1):
        return [each for each in (branch.null(term.column),) if null and each is not None]
    # array_length of an empty array is NULL: where that will not do, there must be an element.
    if term.measure == "elements" and term.strict and not null:
        least = max(least, 1)

    def change(space: Space) -> Space:
        found = sized(space, int(least), None if most is None else int(most))
        return matching(found, (ASCII_ONLY,)) if term.measure == "bytes" and space.kind == "text" else found

    found = branch.narrow(term.column, change, null=null)
    return [] if found is None else [found if term.measure != "bytes" else found.inexact()]


def _short(branch: Branch, total: Sum, operator: str, *, null: bool) -> list[Branch] | None:
    """Texts that are not too long together: the longest may have what the others leave."""
    if any(factor != 1 for factor in total.terms.values()):
        return None
    room = -total.constant - (operator == "<")
    most = {term.column: branch.cells[term.column].space.max_length or _LONGEST for term in total.terms}
    for place, name in enumerate(sorted(most, key=lambda each: most[each])):
        allowed = min(most[name], max(0, int(room // (len(most) - place))))
        found = branch.narrow(name, lambda space, n=allowed: sized(space, 0, n), null=null)  # type: ignore[misc]
        if found is None:
            return []
        branch, room = found, room - allowed
    return [branch.inexact()]


def _long(branch: Branch, total: Sum, operator: str, *, null: bool) -> list[Branch] | None:
    """Texts that are long enough together: what they may be shorter than their longest is shared out."""
    if any(factor != 1 for factor in total.terms.values()):
        return None
    need = math.ceil(-total.constant) if operator == ">=" else math.floor(-total.constant) + 1
    most = {term.column: branch.cells[term.column].space.max_length for term in total.terms}
    endless = next((name for name, limit in most.items() if limit is None), None)
    limits = {name: limit for name, limit in most.items() if limit is not None}
    least = {endless: need} if endless else {}
    if not endless:
        room = sum(limits.values()) - need
        if room < 0:
            return [each for name in most if null and (each := branch.null(name)) is not None]
        least = {name: limit - room // len(limits) for name, limit in limits.items()}
    for name, length in least.items():
        found = branch.narrow(name, lambda space, n=length: sized(space, max(0, n)), null=null)  # type: ignore[misc]
        if found is None:
            return []
        branch = found
    return [branch.inexact()]


def _of_range_bound(
    branch: Branch, term: Term, operator: str, place: Fraction, *, null: bool
) -> list[Branch] | None:
    """A range that lies on one side of a constant: its elements do. The other bound is nobody's here."""
    rising = operator in (">", ">=")
    if (term.measure == "lower") is not rising or operator in ("=", "<>"):
        return None

    def change(space: Space) -> Space | None:
        if space.element is None:
            return None
        # The bound itself is left out, so that a range that includes its upper bound keeps to it as well.
        element = narrowed(space.element, place, upper=not rising, strict=not rising or operator == ">")
        return None if element is None else replace(space, element=element)

    found = branch.narrow(term.column, change, null=null)
    return [] if found is None else [found.inexact()]


def _two(branch: Branch, total: Sum, operator: str) -> list[Branch] | None:
    """``a x - a y + c`` against zero: an order between two columns."""
    (first, a), (second, b) = total.terms.items()
    if a != -b:
        return _many(branch, total, operator)
    if any(branch.cells[term.column].space.kind not in _COUNTED for term in total.terms):
        return None
    if a < 0:
        first, second, a, operator = second, first, -a, operator
    constant = total.constant / a
    if operator == "<>":
        if constant:
            return None
        return [replace(branch, differ=(*branch.differ, Differ(first.column, second.column)))]
    # first - second + constant op 0
    gaps: list[Gap] = []
    strict = operator in ("<", ">")
    if operator in ("<", "<=", "="):
        gaps.append(Gap(first.column, second.column, constant, strict))
    if operator in (">", ">=", "="):
        gaps.append(Gap(second.column, first.column, -constant, strict))
    found = replace(branch, gaps=(*branch.gaps, *gaps))
    if operator == "=" and not constant:
        found = replace(found, same=(*found.same, (first.column, second.column)))
    return [found]


def _many(branch: Branch, total: Sum, operator: str) -> list[Branch] | None:
    """Three columns or more: kept as a sum at most zero, if all factors are one."""
    numbers = all(branch.cells[t.column].space.kind in ("integer", "numeric") for t in total.terms)
    sizes = {abs(factor) for factor in total.terms.values()}
    if len(sizes) != 1 or not numbers or operator == "<>":
        return None
    total = total.times(1 / sizes.pop())
    if operator in (">", ">="):
        total = total.times(Fraction(-1))
    if operator in ("<", ">"):
        if any(branch.cells[t.column].space.kind != "integer" for t in total.terms):
            return None
        total = replace(total, constant=Fraction(total.constant // 1 + 1))
    return [replace(branch, sums=(*branch.sums, (total, operator == "="))).inexact()]
