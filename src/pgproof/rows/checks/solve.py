"""What CHECKs leave to the rows of a table.

``solve`` takes a table's model and gives a ``Solution``: groups of columns that CHECKs tie together, and for
each the ways in which a row passes. Bounds, lists, patterns, NULLs and orders are solved exactly; where a
CHECK holds something else, rows are looked for by trying, on a server too if there is one (``solve_learn``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from pgproof.rows.checks.atoms import Narrower
from pgproof.rows.checks.branch import Branch, covers
from pgproof.rows.checks.citext import as_text
from pgproof.rows.checks.conditions import Ask, Condition, Court
from pgproof.rows.checks.finish import finish
from pgproof.rows.checks.scope import scope_of
from pgproof.rows.checks.solved import Cell, Group, Option, Solution
from pgproof.rows.checks.spaces import matching
from pgproof.rows.checks.sums import Present
from pgproof.rows.checks.texts import UNPADDED
from pgproof.rows.checks.ways import Atom, Splitter, TooManyWays, Way
from pgproof.rows.evaluate.compute import Scope
from pgproof.rows.model.tables import CheckModel, ColumnModel, TableModel
from pgproof.rows.syntax.expression import Column, Expression, columns_of, rewrite
from pgproof.rows.syntax.reading import read

MOST_OPTIONS = 48


@dataclass(frozen=True, slots=True)
class Found:
    """The options of some conditions; ``exact``: there are no others. ``guess``: nobody could check them."""

    options: tuple[Option, ...]
    exact: bool = True
    tried: int = 0
    guess: bool = False


def solve(table: TableModel, ask: Ask | None = None, present: Present | None = None) -> Solution:
    """Every group of columns that the CHECKs of ``table`` tie together, with the ways in which it passes.

    ``ask`` puts to a server what cannot be computed here. ``present`` is when rows will be checked.
    """
    court = Court(scope_of(table), present or Present(), ask)
    conditions = [condition_of(table, check, court.scope) for check in table.checks]
    return Solution(tuple(_group(table, each, court) for each in connected(conditions)))


def condition_of(table: TableModel, check: CheckModel, scope: Scope) -> Condition:
    """A CHECK as a condition on columns that are written: generated ones are replaced by what they are."""
    expression = check.expression and as_text(written_out(table, check.expression), scope)
    columns = columns_of(expression) if expression else check.columns
    return Condition(check.name, check.definition, expression, columns)


def written_out(table: TableModel, expression: Expression) -> Expression:
    """``expression`` with every generated column replaced by the expression it is generated from."""
    made = {c.name: read(c.expression) for c in table.columns if c.filling == "generated"}

    def replaced(node: Expression) -> Expression:
        return (made.get(node.name) or node) if isinstance(node, Column) else node

    return rewrite(expression, replaced) if any(made.values()) else expression


def connected(conditions: Sequence[Condition]) -> list[list[Condition]]:
    """The conditions in groups that share no column, in their own order."""
    groups: list[list[Condition]] = []
    for condition in conditions:
        columns = set(condition.columns)
        touched = [group for group in groups if any(columns & set(other.columns) for other in group)]
        groups = [group for group in groups if group not in touched]
        groups.append([*(each for group in touched for each in group), condition])
    return [sorted(group, key=conditions.index) for group in groups]


def cell_of(column: ColumnModel, court: Court) -> Cell:
    """What a column may hold before any CHECK."""
    space = column.space
    if court.scope.columns.get(column.name) == "character" and space.allowed is None:
        space = matching(space, (UNPADDED,))
    return Cell(column.name, space, "allowed" if column.nullable else "forbidden")


def find(
    table: TableModel, conditions: Sequence[Condition], court: Court, cells: Iterable[Cell] = ()
) -> Found:
    """The options in which all of ``conditions`` hold; ``cells`` replaces what columns may hold to begin with."""
    given = {cell.column: cell for cell in cells}
    names = {name for condition in conditions for name in condition.columns}
    start = {c.name: given.get(c.name) or cell_of(c, court) for c in table.columns if c.name in names}
    branches, exact = _branches(Branch(start), conditions, court)
    seed = f"{table.name} {' '.join(condition.name for condition in conditions)}"
    options: dict[Option, None] = {}
    tried, guess = 0, False
    for number, branch in enumerate(branches):
        finishes = finish(branch, conditions, court, f"{seed} {number}")
        exact = exact and (bool(finishes) or branch.exact)
        for finished in finishes:
            exact = exact and finished.exact
            tried, guess = tried + finished.tried, guess or finished.guess
            if finished.option is not None:
                options.setdefault(finished.option)
    return Found(tuple(options), exact, tried, guess)


def _branches(start: Branch, conditions: Sequence[Condition], court: Court) -> tuple[list[Branch], bool]:
    splitter = Splitter(lambda node: court.compile(node))
    exact = True
    branches = [start]
    split: list[list[Way]] = []
    for condition in conditions:
        if condition.expression is None:
            exact = False
            continue
        try:
            split.append(splitter.ways(condition.expression, condition.truth, condition.null))
        except TooManyWays:
            return [replace(start, residue=tuple(_whole(c) for c in conditions if c.expression))], False
    for ways in sorted(split, key=len):
        found: list[Branch] = []
        for branch, way in product(branches, ways):
            after, proved = _along(branch, way, court)
            found += after
            exact = exact and proved
        branches = _distinct(found)
        if len(branches) > MOST_OPTIONS:
            branches, exact = _spread(branches), False
    return branches, exact and all(branch.exact for branch in branches)


def _whole(condition: Condition) -> Atom:
    assert condition.expression is not None
    return Atom(condition.expression, condition.truth, condition.null)


def _along(branch: Branch, way: Way, court: Court) -> tuple[list[Branch], bool]:
    """The branches in which all atoms hold, and whether those that ended did so for certain."""
    narrower = Narrower(court.scope, court.present)
    branches, proved = [branch], True
    for atom in way:
        found: list[Branch] = []
        for each in branches:
            after = narrower.narrow(each, atom)
            proved = proved and (bool(after) or each.exact)
            found += after
        branches = found
    return branches, proved


def _spread(branches: list[Branch]) -> list[Branch]:
    """As many as anybody wants, from all over the list."""
    return [branches[place * len(branches) // MOST_OPTIONS] for place in range(MOST_OPTIONS)]


def _distinct(branches: Iterable[Branch]) -> list[Branch]:
    """The branches without those that another one contains."""
    kept: list[Branch] = []
    for branch in branches:
        if not any(covers(other, branch) for other in kept):
            kept = [other for other in kept if not covers(branch, other)] + [branch]
    return kept


def _group(table: TableModel, conditions: Sequence[Condition], court: Court) -> Group:
    names = {name for condition in conditions for name in condition.columns}
    columns = tuple(column.name for column in table.columns if column.name in names)
    found = find(table, conditions, court)
    unknown = [condition for condition in conditions if not court.is_known(condition)]
    trouble = ""
    if not found.options:
        trouble = explain(table, conditions, court)
    elif found.guess:
        trouble = f"{table.name}: only a server can say whether {_names(unknown)} passes"
    about = "" if len(unknown) == len(conditions) else f" for {_names(unknown)}"
    learned = f"tried {found.tried} rows on the server{about}" if unknown and court.ask else ""
    checks = tuple(condition.name for condition in conditions)
    return Group(columns, checks, found.options, found.exact, trouble, learned)


def explain(
    table: TableModel, conditions: Sequence[Condition], court: Court, cells: Iterable[Cell] = ()
) -> str:
    """Why no row can meet ``conditions``: the fewest of them that no row can meet."""
    cells = tuple(cells)
    needed = list(conditions)
    for condition in conditions:
        fewer = [each for each in needed if each is not condition]
        if fewer and not find(table, fewer, court, cells).options:
            needed = fewer
    found = find(table, needed, court, cells)
    types = ", ".join(f"{c.name} {c.space.type_name}" for c in table.columns if _reads(needed, c.name))
    if found.exact:
        return f"{table.name}: no row can pass {_names(needed)} ({types})"
    return f"{table.name}: gave up on {_names(needed)} after {found.tried} rows that do not pass ({types})"


def _reads(conditions: Sequence[Condition], column: str) -> bool:
    return any(column in condition.columns for condition in conditions)


def _names(conditions: Sequence[Condition]) -> str:
    return " together with ".join(dict.fromkeys(condition.name for condition in conditions))
