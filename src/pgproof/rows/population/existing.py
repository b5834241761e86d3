"""Rows that a database already has: they come first in their populations and can be anybody's parents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

import numpy as np

from pgproof.database import Connection, sql
from pgproof.rows.model.ghosts import is_ghost
from pgproof.rows.model.literals import value_of
from pgproof.rows.model.needed import columns_needed
from pgproof.rows.model.tables import SchemaModel, TableModel, TableName
from pgproof.rows.population.world import NONE, Block, Chooser, Clock, Maker, Population
from pgproof.rows.values.blocks import Choice, Pool, Values, scattered
from pgproof.rows.values.draws import Ints
from pgproof.rows.values.encode import texts

MOST = 200_000  # existing rows that are read; more parents than that nobody needs


@dataclass(frozen=True, slots=True)
class Present:
    """The rows of a table that are there: how many, and of up to ``MOST`` of them what others need to know."""

    total: int = 0
    columns: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    @property
    def known(self) -> int:
        """How many of the rows were read."""
        return len(next(iter(self.columns.values()), ()))


def read_present(connection: Connection, model: SchemaModel) -> dict[TableName, Present]:
    """What is in the tables of a model now; tables without rows are left out."""
    needed = columns_needed(model)
    found: dict[TableName, Present] = {}
    for table in model.tables:
        if is_ghost(table.name) or table.unreadable:
            continue
        present = read_table(connection, table, sorted(needed[table.name]))
        if present.total:
            found[table.name] = _with_known_parents(table, present, found)
    for table in model.tables:
        if is_ghost(table.name) and (shared := _shared(model, table.name, found)):
            found[table.name] = Present(len(shared), {table.columns[0].name: shared})
    return found


def read_table(connection: Connection, table: TableModel, columns: Iterable[str]) -> Present:
    """What is in one table now."""
    name = own_rows(table)
    count = connection.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
    total = int(count[0]) if count else 0
    wanted = list(columns) or [table.columns[0].name]
    if not total:
        return Present()
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in wanted)
    order = sql.SQL(", ").join(map(sql.Identifier, table.primary_key or wanted[:1]))
    query = sql.SQL("select {} from {} order by {} limit {}").format(texts, name, order, sql.Literal(MOST))
    rows = connection.execute(query).fetchall()
    return Present(total, {column: tuple(row[at] for row in rows) for at, column in enumerate(wanted)})


def _with_known_parents(table: TableModel, present: Present, found: Mapping[TableName, Present]) -> Present:
    """The rows whose parents were read too, where not all of them were."""
    kept = np.ones(present.known, dtype=np.bool_)
    for reference in table.references:
        theirs = found.get(reference.target)
        if theirs is None or theirs.known == theirs.total:
            continue
        named = np.array([present.columns[column] for column in reference.columns], dtype=object)
        has = (named != np.array(None)).all(axis=0)
        kept &= ~has | (_matched(present, reference.columns, theirs, reference.target_columns) >= 0)
    chosen = np.flatnonzero(kept).tolist()
    columns = {name: tuple(texts[at] for at in chosen) for name, texts in present.columns.items()}
    return Present(present.total, columns)


def _shared(model: SchemaModel, ghost: TableName, present: Mapping[TableName, Present]) -> tuple[str, ...]:
    """The values that are there of what a ghost stands for."""
    values = {
        value
        for table in model.tables
        for reference in table.references
        if reference.target == ghost and table.name in present
        for value in present[table.name].columns[reference.columns[0]]
        if value is not None
    }
    return tuple(sorted(values))


def own_rows(table: TableModel) -> sql.Composed:
    """A table without those that inherit from it, for FROM; partitions are its own."""
    only = sql.SQL("" if table.partition else "only ")
    return sql.SQL("{}{}").format(only, sql.Identifier(table.name.schema, table.name.name))


def parents_there(table: TableModel, present: Mapping[TableName, Present]) -> dict[str, Ints]:
    """For every foreign key of a table the parents of the rows that are there."""
    mine = present.get(table.name)
    if mine is None:
        return {}
    return {
        r.name: _matched(mine, r.columns, present.get(r.target, Present()), r.target_columns)
        for r in table.references
    }


def rows_so_far(population: Population, columns: Iterable[str]) -> Present:
    """The rows of a population that is written: those that were there, and those that we made."""
    block = Block(population, np.arange(population.count, dtype=np.int64))
    return Present(population.count, {each: tuple(texts(block.values(each))) for each in columns})


def put_first(population: Population, present: Present) -> None:
    """Let the rows that are there be the first of ``population``; its makers and choosers are for the rest."""
    known = present.known
    for column, held in present.columns.items():
        if column in population.makers:
            population.makers[column] = _maker(
                Choice(Pool(held), np.arange(known)), known, population.makers[column]
            )
        else:
            population.readers[column] = _known(Pool(held))
    for name, parents in population.there.items():
        population.choosers[name] = _chooser(parents, population.choosers[name])
    assert population.born is not None
    population.born = _clock(_births(population.model, present), population.born)


def _matched(mine: Present, columns: tuple[str, ...], theirs: Present, targets: tuple[str, ...]) -> Ints:
    """For each of my rows the number of the row that it refers to."""
    if not (mine.known and theirs.known):
        return np.full(mine.known, NONE, dtype=np.int64)
    keys = zip(*(theirs.columns[column] for column in targets), strict=True)
    numbers = {key: number for number, key in enumerate(keys)}
    found = zip(*(mine.columns[column] for column in columns), strict=True)
    return np.fromiter((numbers.get(key, NONE) for key in found), dtype=np.int64, count=mine.known)


def _births(table: TableModel, present: Present) -> Ints:
    created = next((name for name in table.timeline if name in present.columns), None)
    if created is None:
        return np.zeros(present.known, dtype=np.int64)
    kind = table.column(created).space.kind
    return np.array(
        [_second(value_of(kind, text)) if text else 0 for text in present.columns[created]], dtype=np.int64
    )


def _second(value: object) -> int:
    if not isinstance(value, datetime):
        value = datetime.fromisoformat(str(value))
    return int((value if value.tzinfo else value.replace(tzinfo=timezone.utc)).timestamp())


def _known(pool: Pool) -> Maker:
    return lambda block: Choice(pool, block.rows)


def _split(block: Block, known: int) -> tuple[Ints, Ints]:
    return np.flatnonzero(block.rows < known), np.flatnonzero(block.rows >= known)


def _maker(there: Choice, known: int, rest: Maker) -> Maker:
    def make(block: Block) -> Values:
        old, new = _split(block, known)
        if not old.size:
            return rest(block)
        parts: list[tuple[Ints, Values]] = [(old, Choice(there.pool, block.rows[old]))]
        return scattered(len(block), [*parts, *([(new, rest(block.only(new)))] if new.size else [])])

    return make


def _chooser(parents: Ints, rest: Chooser) -> Chooser:
    def choose(block: Block) -> Ints:
        old, new = _split(block, len(parents))
        if not old.size:
            return rest(block)
        found = np.empty(len(block), dtype=np.int64)
        found[old] = parents[block.rows[old]]
        if new.size:
            found[new] = rest(block.only(new))
        return found

    return choose


def _clock(births: Ints, rest: Clock) -> Clock:
    return _chooser(births, rest)
