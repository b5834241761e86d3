"""How many rows every table gets. Pure.

A table without parents gets ``BASE`` rows at scale 1; a child gets its most important parent's count times
what is usual. What somebody asked for stands; everything else follows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from pgproof.catalog.names import qualified, quoted
from pgproof.errors import UsageError
from pgproof.rows.model.ghosts import is_ghost, real_tables
from pgproof.rows.model.kept import is_record
from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import ReferenceModel, SchemaModel, TableModel, TableName, UniqueModel

BASE = 10
CHILDREN = 4.0  # per parent
LINKS = 2.0  # rows of a table that joins two others, per row of the larger one
ANSWERS = 0.4  # rows with an identity of their own that may exist once per parent and person: ratings, votes

FIRMLY, LOOSELY = "asked for", "wanted, or as many as its keys have room for"


@dataclass(frozen=True, slots=True)
class Count:
    """The rows of a table and why: asked for, or so many per row of a parent."""

    rows: int
    why: str
    exact: float | None = None

    @property
    def firm(self) -> bool:
        """Whether fewer rows would not be what somebody asked for."""
        return self.why == FIRMLY

    @property
    def weight(self) -> float:
        """The rows before they were rounded: what children are counted from."""
        return self.rows if self.exact is None else self.exact


def _rounded(weight: float, why: str) -> Count:
    """At least one row where there is anything at all."""
    return Count(max(1, round(weight)) if weight > 0 else 0, why, weight)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody asked for: rows by table, a scale, a total, and children per parent by foreign key.

    ``loosely`` says that fewer rows will do in a table whose keys have no room for as many.
    """

    rows: Mapping[TableName, int]
    scale: float = 1.0
    total: int | None = None
    ratios: Mapping[tuple[TableName, str], float] = field(default_factory=dict)
    loosely: bool = False


def row_counts(model: SchemaModel, wishes: Wishes) -> dict[TableName, Count]:
    """The rows of every table. Raises ``UsageError`` if the total is less than what was asked for by table."""
    rules = _rules(model, wishes)
    if wishes.total is None:
        return _at_scale(rules, wishes.scale)
    low, high = 0.0, 1.0
    while _sum(_at_scale(rules, high)) < wishes.total and high < 1e12:
        low, high = high, high * 4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if _sum(_at_scale(rules, middle)) >= wishes.total else (middle, high)
    return _exact(wishes, _at_scale(rules, high))


def find_table(model: SchemaModel, text: str) -> TableName:
    """The table that somebody named: ``users``, ``public.users`` or ``public."Users"``. Raises ``UsageError``."""
    found = [t.name for t in real_tables(model) if text in _spellings(t.name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{text!r} is several tables: {', '.join(map(str, found))}; write the schema too")
    known = ", ".join(sorted(str(t.name) for t in real_tables(model))) or "none"
    raise UsageError(f"there is no table {text!r} to fill; tables are: {known}")


def _spellings(name: TableName) -> set[str]:
    """How people write a table: with and without its schema, quoted as SQL has it and as it is."""
    return {str(name), name.name, qualified(name.schema, name.name), quoted(name.name)}


@dataclass(frozen=True, slots=True)
class _Rule:
    """How the rows of a table follow from the scale or from a parent; ``rows`` is set where they do not."""

    table: TableName
    parent: TableName | None = None
    ratio: float = BASE
    rows: int | None = None
    why: str = ""


def _rules(model: SchemaModel, wishes: Wishes) -> list[_Rule]:
    """One rule per table, parents first; which parent matters is the same at every scale."""
    rules: list[_Rule] = []
    usual: dict[TableName, float] = {}
    for table in model.tables:
        rule = _rule(table, usual, wishes)
        above = 1.0 if rule.parent is None else usual[rule.parent]
        usual[table.name] = above * rule.ratio if rule.rows is None else float(rule.rows)
        rules.append(rule)
    return rules


def _rule(table: TableModel, usual: Mapping[TableName, float], wishes: Wishes) -> _Rule:
    if is_ghost(table.name):
        return _Rule(table.name, why="values that several keys share")
    if table.denied:
        return _Rule(table.name, rows=0, why=table.denied)
    if table.name in wishes.rows:
        return _Rule(table.name, rows=wishes.rows[table.name], why=LOOSELY if wishes.loosely else FIRMLY)
    singles = [r for r in table.references if _is_single(table, r)]
    if table.made_by and is_record(table.name.name) and not singles:
        return _Rule(table.name, rows=0, why=f"kept by {', '.join(table.made_by)}")
    parents = [r for r in table.references if r.target in usual and not is_ghost(r.target)]
    if not parents:
        return _Rule(table.name)
    reference, ratio = _leading(table, parents, usual, wishes)
    return _Rule(table.name, reference.target, ratio, why=f"{ratio:g} for each of {reference.target}")


def _leading(
    table: TableModel, parents: Sequence[ReferenceModel], usual: Mapping[TableName, float], wishes: Wishes
) -> tuple[ReferenceModel, float]:
    """The foreign key whose parents decide how many rows there are, and how many each of them has."""
    for reference in parents:
        for column in reference.columns:
            if (table.name, column) in wishes.ratios:
                return reference, wishes.ratios[table.name, column]
    singles = [r for r in parents if _is_single(table, r)]
    if singles:
        return min(singles, key=lambda r: (usual[r.target], r.name)), 1.0
    reference = max(parents, key=lambda r: (_is_tied(table, r), usual[r.target], r.name))
    return reference, ratio_of(table, reference, parents)


def _at_scale(rules: Sequence[_Rule], scale: float) -> dict[TableName, Count]:
    found: dict[TableName, Count] = {}
    for rule in rules:
        if rule.rows is not None:
            found[rule.table] = Count(rule.rows, rule.why)
        elif is_ghost(rule.table):
            found[rule.table] = Count(max(2, round(3 * scale**0.5)), rule.why)
        elif rule.parent is None:
            found[rule.table] = _rounded(
                BASE * scale, f"{BASE} to begin with" + ("" if scale == 1 else f", times {scale:g}")
            )
        else:
            found[rule.table] = _rounded(found[rule.parent].weight * rule.ratio, rule.why)
    return found


def _is_tied(table: TableModel, reference: ReferenceModel) -> bool:
    """Whether a row of the table hardly makes sense without this parent."""
    keys = {column for unique in table.uniques for column in unique.columns}
    return not is_nullable(table, reference) or bool(keys & set(reference.columns))


def ratio_of(table: TableModel, reference: ReferenceModel, parents: Sequence[ReferenceModel]) -> float:
    """How many children a parent usually has by this foreign key."""
    columns = set(reference.columns)
    others = [set(r.columns) - columns for r in parents if r is not reference and set(r.columns) - columns]
    for unique in table.uniques:
        joined = [other for other in others if other & set(unique.columns)]
        if unique.plain and joined and columns & set(unique.columns):
            own = {c for r in parents for c in r.columns}
            answers = not unique.primary and set(unique.columns) <= own and len(table.columns) > len(own) + 1
            return ANSWERS if answers else LINKS
    rooms = [_words_left(table, unique, columns) for unique in table.uniques if unique.plain]
    return min([CHILDREN, *(max(1.0, room / 2) for room in rooms if room)])


def _words_left(table: TableModel, unique: UniqueModel, parent: Collection[str]) -> int:
    """How many words there are for what a key has beside a parent: roles, languages; 0 if it is not about that."""
    rest = [table.column(each).space.allowed for each in unique.columns if each not in parent]
    if not rest or not all(rest) or not {*parent} & {*unique.columns}:
        return 0
    return prod(len(each or ()) for each in rest)


def _is_single(table: TableModel, reference: ReferenceModel) -> bool:
    """Whether a parent can have one row of the table at most."""
    return any(key.plain and set(key.columns) <= set(reference.columns) for key in table.uniques)


def _sum(counts: Mapping[TableName, Count]) -> int:
    return sum(count.rows for name, count in counts.items() if not is_ghost(name))


def _exact(wishes: Wishes, counts: dict[TableName, Count]) -> dict[TableName, Count]:
    """Take what is over from the largest table, or give it what is missing.

    A total of fewer rows than there are tables leaves the last ones, children before parents, without any.
    """
    assert wishes.total is not None
    free = [name for name in counts if name not in wishes.rows and not is_ghost(name)]
    asked = sum(wishes.rows.values())
    if not free or asked > wishes.total:
        raise UsageError(
            f"{asked} rows are asked for by table, which leaves none of a total of {wishes.total}"
        )
    largest = max(free, key=lambda name: (counts[name].rows, str(name)))
    over = _sum(counts) - wishes.total
    counts[largest], over = _without(counts[largest], over, wishes.total, least=min(counts[largest].rows, 1))
    for name in reversed(free):
        if over > 0:
            counts[name], over = _without(counts[name], over, wishes.total)
    return counts


def _without(count: Count, over: int, total: int, least: int = 0) -> tuple[Count, int]:
    """A count without the rows that are too many, and how many then still are."""
    rows = max(count.rows - over, least)
    return Count(rows, f"{count.why}, to a total of {total}"), over - (count.rows - rows)
