"""Rows around a foreign key, some that lead to the same parent, some to another; what statements do to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from psycopg import sql

from pgproof.database import Connection
from pgproof.rows.strategies import Population, SchemaPlan, disable_triggers, insert_population, populations

from . import referential
from .keys import Statement, differences, left, read_rows
from .referential import Key, Outcome, Row, Rows, Schema
from .trial import draws, linked


@dataclass(frozen=True)
class Case:
    """A statement on the parents of a foreign key, the rows before it, and what the model expects of it."""

    key: Key
    event: str
    statement: Statement
    identity: tuple[str, ...]
    before: Rows
    expected: Outcome


@dataclass(frozen=True)
class Ground:
    """A database, in a transaction that is undone, with the plan of its rows and its foreign keys."""

    pg: Connection
    plan: SchemaPlan
    schema: Schema

    def tables_around(self, key: Key) -> tuple[str, ...]:
        """The tables that a change of the parent can reach, the parent's first."""
        found = [key.references]
        for table in found:
            found += [
                each.table
                for each in self.schema.keys
                if each.references == table and each.table not in found
            ]
        return tuple(found)

    def worlds(self, key: Key) -> Iterator[Population]:
        """Populations in which rows lead along ``key``: what that takes alone, and with all that hangs on the parent."""
        pair = {key.references: 2, key.table: 2}
        around = [t for t in self.tables_around(key) if self._is_fillable(t) and not self._has_vectors(t)]
        for sizes in (pair, {**dict.fromkeys(around, 2), **pair}):
            for world in draws(populations(self.plan, sizes), 1):
                yield linked(world, key.table, key.references, key.columns, key.referenced)

    def _is_fillable(self, table: str) -> bool:
        return table in {str(each.name) for each in self.plan.model.tables}

    def _has_vectors(self, table: str) -> bool:
        """Two rows with 1536 numbers each are more than Hypothesis draws beside other rows."""
        return any(column.type.name == "vector" for column in self.plan.catalog.table(table).columns)

    @contextmanager
    def filled(self, world: Population) -> Iterator[None]:
        """Inside, the rows are there, and no trigger that a user made fires."""
        with self.pg.transaction(force_rollback=True):
            disable_triggers(self.pg, self.plan, self.touched())
            insert_population(self.pg, self.plan, world)
            self.pg.execute("set constraints all immediate")
            yield

    def touched(self) -> list[str]:
        """The tables that foreign keys connect."""
        names = {name for key in self.schema.keys for name in (key.table, key.references)}
        return sorted(name for name in names if self._is_fillable(name))

    def cases(self, key: Key) -> Iterator[Case]:
        """A deletion and a change of the key of every parent there is. Inside ``filled``."""
        before = read_rows(self.pg, self.tables_around(key) + self._above(key))
        identity = self.identity(key.references)
        for parent in before[key.references]:
            where = Statement(key.references, parent)
            expected = referential.delete(self.schema, before, key.references, parent)
            yield Case(key, "delete", where, identity, before, expected)
            if not self.can_change(key):
                continue
            values = self._other_key(key, parent)
            expected = referential.update(self.schema, before, key.references, parent, values)
            yield Case(key, "update", Statement(key.references, parent, values), identity, before, expected)

    def can_change(self, key: Key) -> bool:
        """Whether the columns that are referred to can be written at all: an identity cannot, once it is there."""
        parent = self.plan.catalog.table(key.references)
        return any(parent.column(name).identity != "always" for name in key.referenced)

    def _above(self, key: Key) -> tuple[str, ...]:
        """The tables that the tables around lead to: the model has to know whether their rows are there."""
        around = set(self.tables_around(key))
        return tuple({each.references for each in self.schema.keys if each.table in around} - around)

    def identity(self, table: str) -> tuple[str, ...]:
        """The primary key of a table."""
        primary = self.plan.catalog.table(table).primary_key
        assert primary is not None
        return primary.columns

    def _other_key(self, key: Key, parent: Row) -> dict[str, Any]:
        """A value that no row has for one of the columns that are referred to, one of the parent's own if there is."""
        own = {name for each in self.schema.keys if each.table == key.references for name in each.columns}
        name = next((name for name in key.referenced if name not in own), key.referenced[-1])
        value = parent[name]
        return {name: str(uuid4()) if _is_uuid(value) else value + 1_000_000}

    def problems(self, case: Case) -> list[str]:
        """Where the server does something else than the model."""
        found = left(self.pg, case.statement, case.identity, case.before)
        return [f"{case.event} {case.statement.table}: {each}" for each in differences(case.expected, found)]


def check_key(ground: Ground, key: Key, by_triggers: frozenset[str]) -> None:
    """Both actions of a foreign key, on rows that lead along it. Raises ``AssertionError``.

    Where triggers fire, what is left may be something else than the model says in ``by_triggers`` and nowhere else.
    """
    acted: set[tuple[Key, str]] = set()
    for world in ground.worlds(key):
        with ground.filled(world):
            cases = list(ground.cases(key))
            for case in cases:
                assert ground.problems(case) == []
                acted |= case.expected.acted
            enable_triggers(ground)
            for case in cases:
                unexpected = set(what_triggers_change(ground, case)) - by_triggers
                assert unexpected == set(), f"{key}: a trigger changes {sorted(unexpected)}"
    wanted = {(key, "delete"), *([(key, "update")] if ground.can_change(key) else [])}
    if not wanted <= acted:  # another one always comes first, so it is tried without the others
        acted |= _acted_alone(ground, key)
    assert wanted <= acted, f"{key} had nothing to do"


def _acted_alone(ground: Ground, key: Key) -> set[tuple[Key, str]]:
    """The same where no other foreign key leads to the parent."""
    others = [k for k in ground.schema.keys if k.references == key.references and k != key]
    rest = tuple(k for k in ground.schema.keys if k not in others)
    alone = replace(ground, schema=replace(ground.schema, keys=rest))
    acted: set[tuple[Key, str]] = set()
    for world in ground.worlds(key):
        with ground.filled(world):
            for each in others:
                drop = sql.SQL("alter table {} drop constraint {}")
                ground.pg.execute(
                    drop.format(sql.Identifier(*each.table.split(".")), sql.Identifier(each.name))
                )
            for case in alone.cases(key):
                assert alone.problems(case) == []
                acted |= case.expected.acted
    return acted


def what_triggers_change(ground: Ground, case: Case) -> Iterator[str]:
    """Columns (``schema.table.column``), rows (``schema.table``) and refusals that the model does not say."""
    rows, refused_by = left(ground.pg, case.statement, case.identity, case.before)
    wanted = case.expected.refused.by if case.expected.refused else None
    if refused_by != wanted:
        yield f"refused: {(refused_by or 'no')[:5]}"
    elif rows is not None:
        yield from _rewritten(ground, case.expected.rows, rows)


def enable_triggers(ground: Ground) -> None:
    """Let the triggers fire again."""
    for table in ground.touched():
        name = sql.Identifier(*table.split("."))
        ground.pg.execute(sql.SQL("alter table {} enable trigger user").format(name))


def _rewritten(ground: Ground, expected: Mapping[str, list[Row]], rows: Rows) -> Iterator[str]:
    for table in expected:
        identity = ground.identity(table)
        wanted, got = _by(identity, expected[table]), _by(identity, rows[table])
        if wanted.keys() != got.keys():
            yield table
        for one in wanted.keys() & got.keys():
            changed = [name for name in wanted[one] if wanted[one][name] != got[one][name]]
            yield from (f"{table}.{name}" for name in changed if name != "updated_at")


def _by(identity: tuple[str, ...], rows: list[Row]) -> dict[tuple[Any, ...], Row]:
    return {tuple(row[name] for name in identity): row for row in rows}


def _is_uuid(value: Any) -> bool:
    try:
        UUID(value)
    except (ValueError, AttributeError, TypeError):
        return False
    return True
