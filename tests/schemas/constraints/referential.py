"""Referential actions as the standard and PostgreSQL's manual describe them, on plain values. Pure.

An event is queued for every row that goes or changes its key, one for each foreign key that leads to it, and events are
worked off in order; what they delete or change queues events of its own. So chains, diamonds and tables that refer to
themselves need no thought of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Event = Literal["delete", "update"]


@dataclass(frozen=True)
class Key:
    """A foreign key. ``touched`` are the columns that SET NULL and SET DEFAULT write on delete; empty means all."""

    name: str
    table: str
    columns: tuple[str, ...]
    references: str
    referenced: tuple[str, ...]
    on_delete: str
    on_update: str
    touched: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"

    def action(self, event: Event) -> str:
        """What happens to the rows that lead to one that goes, or that gets another key."""
        return self.on_delete if event == "delete" else self.on_update

    def written(self, event: Event) -> tuple[str, ...]:
        """The columns that SET NULL and SET DEFAULT write."""
        return (self.touched if event == "delete" else ()) or self.columns

    def leads_to(self, row: Row, parent: Row) -> bool:
        """Whether a row leads to a parent; one with a NULL leads nowhere."""
        pairs = zip(self.columns, self.referenced, strict=True)
        return all(row[here] is not None and row[here] == parent[there] for here, there in pairs)


@dataclass(frozen=True)
class Schema:
    """Foreign keys in the order in which they are looked after, and what SET NULL and SET DEFAULT have to know."""

    keys: tuple[Key, ...]
    required: frozenset[tuple[str, str]] = frozenset()
    defaults: Mapping[tuple[str, str], Any] = field(default_factory=dict)


class Refused(Exception):
    """The statement fails, and nothing has happened. ``by`` is the constraint, or the column that may not be NULL."""

    def __init__(self, by: str, reason: Literal["restrict", "no action", "null", "nowhere"]) -> None:
        super().__init__(f"{by}: {reason}")
        self.by, self.reason = by, reason


@dataclass(frozen=True)
class Outcome:
    """The rows that are left, and which foreign keys had something to do. ``refused``: nothing has changed."""

    rows: Rows
    acted: frozenset[tuple[Key, Event]]
    refused: Refused | None = None


def delete(schema: Schema, rows: Rows, table: str, row: Row) -> Outcome:
    """``delete from table`` of one row."""
    return _done(schema, rows, lambda work: work.remove(table, work.find(table, row)))


def update(schema: Schema, rows: Rows, table: str, row: Row, values: Row) -> Outcome:
    """``update table set`` values of one row."""
    return _done(schema, rows, lambda work: work.change(table, work.find(table, row), values))


def _done(schema: Schema, rows: Rows, statement: Any) -> Outcome:
    work = _Work(schema, {table: [dict(row) for row in found] for table, found in rows.items()})
    try:
        statement(work)
        work.work_off()
    except Refused as refused:
        return Outcome(rows, frozenset(work.acted), refused)
    return Outcome(work.rows, frozenset(work.acted))


@dataclass
class _Work:
    schema: Schema
    rows: Rows
    acted: set[tuple[Key, Event]] = field(default_factory=set)
    queue: deque[Any] = field(default_factory=deque)

    def find(self, table: str, row: Row) -> Row:
        """The very row, not one that is equal to it."""
        return next(each for each in self.rows[table] if each == row)

    def remove(self, table: str, row: Row) -> None:
        self.rows[table] = [each for each in self.rows[table] if each is not row]
        for key in self._leading_to(table):
            self.queue.append(lambda key=key: self._act(key, "delete", row, None))

    def change(self, table: str, row: Row, values: Row) -> None:
        before = dict(row)
        row.update(values)
        for column, value in values.items():
            if value is None and (table, column) in self.schema.required:
                raise Refused(column, "null")
        after = dict(row)
        for key in self._leading_to(table):
            if any(before[name] != after[name] for name in key.referenced):
                self.queue.append(lambda key=key: self._act(key, "update", before, after))
        for key in self.schema.keys:
            if key.table == table and any(before[name] != after[name] for name in key.columns):
                self.queue.append(lambda key=key: self._check(key, row))

    def work_off(self) -> None:
        while self.queue:
            self.queue.popleft()()

    def _leading_to(self, table: str) -> Iterable[Key]:
        return (key for key in self.schema.keys if key.references == table)

    def _act(self, key: Key, event: Event, before: Row, after: Row | None) -> None:
        children = [row for row in self.rows[key.table] if key.leads_to(row, before)]
        if not children:
            return
        self.acted.add((key, event))
        action = key.action(event)
        if action == "restrict" or (action == "no action" and not self._has_parent(key, children[0])):
            raise Refused(key.name, action)  # type: ignore[arg-type]
        for row in children if action != "no action" else ():
            if action == "cascade" and after is None:
                self.remove(key.table, row)
            else:
                self.change(key.table, row, self._written(key, event, action, after))
        if action == "set default" and self._is_orphaned(key, before):
            raise Refused(key.name, "no action")  # the default is the very key that has gone

    def _written(self, key: Key, event: Event, action: str, after: Row | None) -> Row:
        if action == "cascade":
            assert after is not None
            return {here: after[there] for here, there in zip(key.columns, key.referenced, strict=True)}
        columns = key.written(event)
        if action == "set null":
            return dict.fromkeys(columns)
        return {name: self.schema.defaults.get((key.table, name)) for name in columns}

    def _check(self, key: Key, row: Row) -> None:
        is_there = any(each is row for each in self.rows[key.table])
        if is_there and None not in [row[name] for name in key.columns] and not self._has_parent(key, row):
            raise Refused(key.name, "nowhere")

    def _is_orphaned(self, key: Key, before: Row) -> bool:
        left = [row for row in self.rows[key.table] if key.leads_to(row, before)]
        return bool(left) and not self._has_parent(key, left[0])

    def _has_parent(self, key: Key, row: Row) -> bool:
        return any(key.leads_to(row, parent) for parent in self.rows[key.references])


def with_action(schema: Schema, name: str, **actions: str) -> Schema:
    """The schema with another action for one foreign key."""
    keys = tuple(replace(key, **actions) if key.name == name else key for key in schema.keys)  # type: ignore[arg-type]
    return replace(schema, keys=keys)
