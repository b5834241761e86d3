"""Rows for several tables at once: every foreign key leads somewhere, every key is its own, paths agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from pgproof.errors import UsageError
from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.model.ghosts import is_ghost
from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import ColumnModel, ReferenceModel, SchemaModel, Space, TableModel, TableName
from pgproof.rows.strategies.keys import Key, sources_of
from pgproof.rows.strategies.links import Linker
from pgproof.rows.strategies.nth import nth
from pgproof.rows.strategies.plan import Row, SchemaPlan, TablePlan
from pgproof.rows.strategies.row import RowMaker

_TRIES = 6
_MOST_DISTINCT = 200


@dataclass(frozen=True)
class Population:
    """Rows by table, ``public.messages``, in an order in which they can be inserted.

    ``deferred``: some foreign keys lead to rows that come later, so they must be checked at the end.
    """

    rows: Mapping[str, list[Row]]
    deferred: bool = False

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)


def with_parents(
    schema: SchemaPlan, sizes: Mapping[TableName, int], *, exact: bool = True
) -> dict[TableName, int]:
    """The sizes, and room for every parent that a row cannot do without.

    Raises ``UsageError`` if that takes more rows of a table than ``sizes`` says, unless they are not ``exact``.
    """
    found = dict(sizes)
    todo = list(sizes)
    while todo:
        table = schema.model.table(todo.pop())
        wanted = wanted_by_checks(schema.plan(table.name), found)
        for reference in table.references:
            if reference.target == table.name:
                continue
            if is_nullable(table, reference) and reference.name not in wanted:
                continue
            needed = _parents_needed(schema.plan(table.name), reference, found[table.name])
            if (
                exact
                and found.get(reference.target, 0) == 1
                and _is_apart(schema.plan(table.name), reference)
            ):
                continue
            if found.get(reference.target, 0) < needed:
                if exact and reference.target in sizes:
                    count = sizes[reference.target]
                    raise UsageError(
                        f"{table.name}: {found[table.name]} rows need {needed} rows of {reference.target} "
                        f"({reference.name}), not {count}; ask for more of them"
                    )
                found[reference.target] = needed
                todo.append(reference.target)
    return found


def wanted_by_checks(plan: TablePlan, present: Mapping[TableName, int]) -> set[str]:
    """Foreign keys that may be NULL but that CHECKs want, given the tables that have rows."""
    absent = {
        name: reference.name
        for reference in plan.table.references
        for name in reference.columns
        if reference.target not in present and plan.table.column(name).nullable
    }
    found: set[str] = set()
    for options in plan.ways:
        wishes = [
            {c.column for c in o.cells if c.column in absent and c.nulls == "forbidden"} for o in options
        ]
        if all(wishes):
            found |= {absent[name] for name in wishes[0]}
    return found


def _parents_needed(plan: TablePlan, reference: ReferenceModel, count: int) -> int:
    """One parent will do for all, unless a key lets it have only so many children, or a CHECK wants another."""
    table = plan.table
    needed = min(count, 1) * (2 if _is_apart(plan, reference) else 1)
    others = {name for other in table.references if other is not reference for name in other.columns}
    for unique in table.uniques:
        if set(unique.columns) <= set(reference.columns):
            needed = max(needed, count)
        elif set(unique.columns) <= others | set(reference.columns):
            keys = sum(1 for other in table.references if set(other.columns) & set(unique.columns))
            needed = max(needed, -int(-(count ** (1 / max(1, keys))) // 1))
    return needed


def _is_apart(plan: TablePlan, reference: ReferenceModel) -> bool:
    """Whether some CHECK looks at a foreign key beside another one, and may want them to differ."""
    shared = [set(c.columns) for c in plan.conditions if set(c.columns) & set(reference.columns)]
    return any(len(columns & plan.referring) > 1 for columns in shared)


def make_population(
    schema: SchemaPlan,
    sizes: Mapping[TableName, int],
    picker: Picker,
    pinned: Mapping[TableName, Row] | None = None,
) -> Population:
    """As many rows as ``sizes`` says for every table, with the columns of ``pinned`` as they are there.

    Raises ``NoValue`` where the choices lead nowhere.
    """
    if schema.model.impossible:
        raise UsageError(schema.model.impossible[0])
    builder = Builder(schema, sizes, picker, pinned or {})
    for table in schema.model.tables:
        for number in range(sizes.get(table.name, 0)):
            builder.add(schema.plan(table.name), number)
    return builder.population()


@dataclass
class Builder:
    """Rows as far as they have been made; ``pinned`` are columns that have one value in all rows of a table.

    ``spread``: the second row begins looking for parents at the second one, and so on.
    """

    schema: SchemaPlan
    sizes: Mapping[TableName, int]
    picker: Picker
    pinned: Mapping[TableName, Row] = field(default_factory=dict)
    rows: dict[TableName, list[Row]] = field(default_factory=dict)
    shown: dict[TableName, list[Row]] = field(default_factory=dict)
    taken: dict[tuple[TableName, str], set[Any]] = field(default_factory=dict)
    deferred: bool = False
    spread: bool = False

    def population(self) -> Population:
        """What has been made so far."""
        rows = {str(name): found for name, found in self.rows.items() if found and not is_ghost(name)}
        return Population(rows, self.deferred)

    def add(self, plan: TablePlan, number: int) -> None:
        """One more row of a table. Raises ``NoValue``."""
        row = self.row(plan, number, self.pinned.get(plan.table.name, {}))
        self.rows.setdefault(plan.table.name, []).append(row)
        self.shown.setdefault(plan.table.name, []).append(plan.shown(row))
        for key in plan.keys:
            if (value := key.of(row)) is not None:
                self.known(plan, key).add(value)

    def row(self, plan: TablePlan, number: int, fixed: Mapping[str, Any]) -> Row:
        """A row that could be added, with these values. Raises ``NoValue``."""
        given = {**self.given(plan, number), **fixed}
        trouble = NoValue(f"{plan.table.name}: no row number {number + 1} found beside those there are")
        for _ in range(_TRIES):
            maker = RowMaker(plan, self.picker)
            turn = number if self.spread else 0
            linker = Linker(self.schema.model, self.shown, self.coming(plan.table), self.picker, turn)
            try:
                linked = linker.links(
                    plan.table, given, maker.wishes(linker.orphaned(plan.table)), partial(self.is_free, plan)
                )
                row = self.distinct(plan, maker, maker.row(linked), linked, number)
            except NoValue as error:
                trouble = error
                continue
            self.deferred = self.deferred or linker.looked_ahead
            return row
        raise trouble

    def given(self, plan: TablePlan, number: int) -> Row:
        """Columns that count by themselves: identities, sequences, UUIDs of keys, and what is referred to early."""
        found = preset(self.schema.ordinal(plan.table.name), plan.table, number)
        found |= {name: found[name] + highest for name, highest in plan.existing.highest.items()}
        for name in early(self.schema.model, plan.table) - found.keys() - plan.referring:
            value = nth(space_in(plan, plan.columns[name]), number)
            if value is not None:
                found[name] = value
        return found

    def coming(self, table: TableModel) -> dict[TableName, list[Row]]:
        """What is known already of rows that come later, for foreign keys that are checked at the end."""
        found: dict[TableName, list[Row]] = {}
        for reference in table.references:
            if reference.breaking == "deferred":
                target = self.schema.plan(reference.target)
                found[reference.target] = [
                    self.given(target, n) for n in range(self.sizes.get(reference.target, 0))
                ]
        return found

    def is_free(self, plan: TablePlan, row: Mapping[str, Any]) -> bool:
        """Whether the keys and CHECKs that ``row`` has all columns of have nothing against it."""
        if any(set(key.model.columns) <= row.keys() and self.is_taken(plan, key, row) for key in plan.keys):
            return False
        whole = [condition for condition in plan.conditions if set(condition.columns) <= row.keys()]
        return not any(plan.court.outcome(condition, row) == "bad" for condition in whole)

    def is_taken(self, plan: TablePlan, key: Key, row: Mapping[str, Any]) -> bool:
        """Whether a row has the same value in a key."""
        value = key.of(row)
        return value is not None and value in self.known(plan, key)

    def known(self, plan: TablePlan, key: Key) -> set[Any]:
        """What a key has already, rows that were there before among it."""
        where = (plan.table.name, key.model.name)
        if where not in self.taken:
            self.taken[where] = {value for row in plan.existing.rows if (value := key.of(row)) is not None}
        return self.taken[where]

    def distinct(self, plan: TablePlan, maker: RowMaker, row: Row, linked: Row, number: int) -> Row:
        """The row, changed until it is in nobody's way. Raises ``NoValue``."""
        for step in range(_MOST_DISTINCT):
            clash = self.clash(plan, row)
            if clash is None:
                return row
            free = [name for name in clash if name not in linked and name in plan.columns]
            if not free:
                raise NoValue(f"{plan.table.name}: {', '.join(clash)} are taken")
            name = free[step % len(free)]
            row = self.moved(plan, maker, row, linked, (name, number + step))
        raise NoValue(f"{plan.table.name}: no free value found")

    def clash(self, plan: TablePlan, row: Row) -> tuple[str, ...] | None:
        """The columns of a key or exclusion constraint that another row is in the way of."""
        for key in plan.keys:
            if self.is_taken(plan, key, row):
                names = (*key.model.columns, *key.model.predicate_columns)
                return tuple(
                    dict.fromkeys(source for name in names for source in sources_of(plan.table, name))
                )
        for exclusion in plan.exclusions:
            others = (*plan.existing.rows, *self.rows.get(plan.table.name, ()))
            if any(exclusion.broken_by(row, other) for other in others):
                return tuple(
                    name
                    for part in exclusion.model.parts
                    for name in ((part.column,) if part.column else part.columns)
                )
        return None

    def moved(self, plan: TablePlan, maker: RowMaker, row: Row, linked: Row, place: tuple[str, int]) -> Row:
        """The row with another value in one column; drawn again around it where it does not fit in."""
        name, number = place
        value = nth(space_in(plan, plan.columns[name]), number)
        if value is None:
            return maker.row(linked)
        changed = {**row, name: value}
        return changed if plan.accepts(changed) else maker.row({**linked, name: value})


def preset(ordinal: int, table: TableModel, number: int) -> Row:
    """The columns of row ``number`` that are counted, not drawn; ``ordinal`` tells tables apart."""
    referring = {name for reference in table.references for name in reference.columns}
    keys = {name for unique in table.uniques for name in unique.columns}
    found: Row = {}
    for column in table.columns:
        if column.filling in ("identity", "sequence"):
            found[column.name] = number + 1
        elif column.space.kind == "uuid" and column.name in keys - referring:
            found[column.name] = UUID(int=(ordinal << 96) + (0x4000_8000 << 48) + number + 1)
    return found


def early(model: SchemaModel, table: TableModel) -> frozenset[str]:
    """The columns of ``table`` that rows refer to before it is there: its own rows, and deferred foreign keys."""
    return frozenset(
        name
        for other in model.tables
        for reference in other.references
        if reference.target == table.name and (other is table or reference.breaking == "deferred")
        for name in reference.target_columns
    )


def space_in(plan: TablePlan, column: ColumnModel) -> Space:
    """The space of a column in the first way that gives it values."""
    cells = [
        c for options in plan.ways for option in options for c in option.cells if c.column == column.name
    ]
    return next((cell.space for cell in cells if cell.nulls != "required"), column.space)
