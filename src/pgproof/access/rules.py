"""The simplest condition that says which rows were reached, out of a list of those that people write. Pure.

A rule is a condition on a row in the terms of an actor's values: the row names the actor, points at a row that does,
belongs to a group of which the actor is a member, has a flag or a word; or two of these together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from itertools import combinations
from typing import Any

from pgproof.access.attempts import Row
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, TypeRef, View
from pgproof.catalog.names import quoted

Content = Mapping[str, Any]
Values = Mapping[str, Any]
Told = tuple[Content, Values, bool]  # a row, who acted, and whether it was reached
DEPTH = 2  # tables between a row and the one that names the actor
FEW = 40  # rules that are put together in pairs
WORDS = 6  # a text column with more values than these is no status
ALIASES = "abcdefg"
AMONG = "{column} in (select {target} from {parent} as {alias} where {where})"
COMPARED = ("uuid", "text", "varchar", "int4", "int8")
MOMENTS = ("timestamptz", "timestamp", "date")


@dataclass(frozen=True)
class Rule:
    """``said(prefix)`` is the condition in SQL, ``holds`` whether it is true of a row for an actor.

    ``own`` says that the condition speaks of the actor.
    """

    said: Callable[[str], str]
    holds: Callable[[Content, Values], bool]
    own: bool = True

    @property
    def text(self) -> str:
        """The condition as a contract writes it."""
        return self.said("")


@dataclass(frozen=True)
class Vocabulary:
    """What rules are made of: the catalog, the rows that there are, and the names of the values that actors bring."""

    catalog: Catalog
    rows: Mapping[str, Sequence[Row]]
    names: tuple[str, ...]

    def rules(self, label: str, told: Sequence[Told]) -> Iterator[Rule]:
        """Rules for a relation, the simplest first. Two are put together where it may help to say what was ``told``:
        both, if each holds for all that was reached; either, if neither holds for anything else.
        """
        own = self.own(label)
        shared = list(self._words(self.catalog.relations_by_name[label]))
        yield from own
        yield from shared
        wide = [each for each in own if all(each.holds(row, values) for row, values, done in told if done)][
            :FEW
        ]
        narrow = [
            each for each in own if not any(each.holds(row, values) for row, values, done in told if not done)
        ]
        narrow = [each for each in narrow if any(each.holds(row, values) for row, values, _ in told)][:FEW]
        yield from (both(one, other) for one, other in combinations(wide, 2))
        for word in shared:
            yield from (both(mine, word) for mine in wide)
            yield from (either(mine, word) for mine in narrow)
        yield from (either(one, other) for one, other in combinations(narrow, 2))

    def own(self, label: str) -> list[Rule]:
        """The rules by which a row of a relation is somebody's."""
        return list(self._about(self.catalog.relations_by_name[label], DEPTH))

    def _about(self, relation: Table | View, depth: int) -> Iterator[Rule]:
        for column in relation.columns:
            for name in self.names:
                if self._compares(relation, column.name, name):
                    yield equal(column.name, name)
        if depth == 0 or not isinstance(relation, Table):
            return
        yield from self._member(relation)
        for key in relation.foreign_keys:
            parent = self.catalog.relations_by_name.get(key.references)
            if len(key.columns) == 1 and isinstance(parent, Table) and parent.qualified in self.rows:
                inside = list(self._about(parent, depth - 1))
                words = list(self._words(parent)) if depth == DEPTH else []
                for inner in (*inside, *(both(each, word) for each in inside for word in words)):
                    yield self._among(key.columns[0], parent, key.referenced_columns[0], inner, depth)

    def _compares(self, relation: Table | View, column: str, name: str) -> bool:
        """Whether a value of this name could stand in the column: types agree, and it is no flag."""
        kind = relation.columns_by_name[column].type
        return kind.dims == 0 and kind.name in COMPARED and _named(relation, column, name)

    def _member(self, relation: Table) -> Iterator[Rule]:
        """Rows of a group: ``column in (select m.group from memberships as m where m.user = :id and m.active)``."""
        groups = {key.columns[0]: key.references for key in relation.foreign_keys if len(key.columns) == 1}
        if relation.primary_key and len(relation.primary_key.columns) == 1:
            groups.setdefault(relation.primary_key.columns[0], relation.qualified)
        for table in self.catalog.tables:
            for user, group, target in memberships(table):
                if table.qualified not in self.rows:
                    continue
                for column in (each for each, to in groups.items() if to == target):
                    for name in self.names:
                        if self._compares(table, user, name):
                            plain = equal(user, name)
                            yield self._among(column, table, group, plain, DEPTH + 1)
                            for word in self._words(table):
                                yield self._among(column, table, group, both(plain, word), DEPTH + 1)

    def _words(self, relation: Table | View) -> Iterator[Rule]:
        """What tells rows apart whoever asks: ``not is_locked``, ``status = 'open'``, ``ends_at > now()``."""
        rows = self.rows.get(relation.qualified, ())
        for column in relation.columns:
            if not _is_word(column.type):
                continue
            found = {row.content.get(column.name) for row in rows}
            if found & {True, False}:
                yield from (flag(column.name), flag(column.name, up=False))
            elif 1 < len(found) <= WORDS and 2 * len(found) <= len(rows):
                for word in sorted(str(each) for each in found if each is not None):
                    yield constant(column.name, word)
        for column in relation.columns:
            moments = {row.content.get(column.name) is None for row in rows}
            if column.type.dims == 0 and column.type.name in MOMENTS and len(moments) == 2:
                yield happened(column.name)
                yield never(column.name)
            if (
                column.type.dims == 0
                and column.type.name == "timestamptz"
                and divides(later(column.name), rows)
            ):
                yield later(column.name)

    def _among(self, column: str, parent: Table, target: str, inner: Rule, depth: int) -> Rule:
        rows = [row.content for row in self.rows.get(parent.qualified, ())]
        alias = ALIASES[len(ALIASES) - 1 - depth]

        @lru_cache(maxsize=64)
        def reached(values: tuple[tuple[str, str], ...]) -> frozenset[str]:
            known = dict(values)
            return frozenset(str(each.get(target)) for each in rows if inner.holds(each, known))

        def holds(content: Content, values: Values) -> bool:
            known = tuple((name, str(each)) for name, each in values.items() if each is not None)
            found = content.get(column)
            return found is not None and str(found) in reached(known)

        def said(prefix: str) -> str:
            return AMONG.format(
                column=f"{prefix}{quoted(column)}",
                target=f"{alias}.{quoted(target)}",
                parent=parent.qualified,
                alias=alias,
                where=inner.said(f"{alias}."),
            )

        return Rule(said, holds, inner.own)


def memberships(table: Table) -> Iterator[tuple[str, str, str]]:
    """The column of the user, that of the group, and the group's table, where a table's key pairs users with groups."""
    keys = {key.columns[0]: key.references for key in table.foreign_keys if len(key.columns) == 1}
    paired = [set(each.columns) for each in table.constraints if each.kind in ("primary key", "unique")]
    for user in keys:
        for group, target in keys.items():
            if user != group and {user, group} in paired and keys[user] != target:
                yield user, group, target


def _named(relation: Table | View, column: str, name: str) -> bool:
    kind = relation.columns_by_name[column].type.name
    return kind == "uuid" or name in column or column in name or kind in ("text", "varchar")


def _is_word(kind: TypeRef) -> bool:
    return kind.dims == 0 and (kind.name in ("bool", "text", "varchar") or kind.kind == "enum")


def equal(column: str, name: str) -> Rule:
    """The row names the actor."""

    def holds(content: Content, values: Values) -> bool:
        found, value = content.get(column), values.get(name)
        return found is not None and value is not None and str(found) == str(value)

    return Rule(lambda prefix: f"{prefix}{quoted(column)} = :{name}", holds)


def flag(column: str, *, up: bool = True) -> Rule:
    """The row is marked or, if not ``up``, is not."""
    word = "" if up else "not "
    return Rule(
        lambda prefix: f"{word}{prefix}{quoted(column)}", lambda row, _: row.get(column) is up, own=False
    )


def later(column: str) -> Rule:
    """What the row says is still to come."""

    def holds(content: Content, _: Values) -> bool:
        found = content.get(column)
        return isinstance(found, str) and _moment(found) > datetime.now(timezone.utc)

    return Rule(lambda prefix: f"{prefix}{quoted(column)} > now()", holds, own=False)


def _moment(text: str) -> datetime:
    """A timestamp as JSON has it; those that Python has no number for are the first or the last."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        last = text.startswith("infinity") or not text.startswith(("-", "0"))
        return (datetime.max if last else datetime.min).replace(tzinfo=timezone.utc)


def constant(column: str, word: str) -> Rule:
    """The row has a word in a column."""
    shown = "'" + word.replace("'", "''") + "'"
    return Rule(
        lambda prefix: f"{prefix}{quoted(column)} = {shown}",
        lambda row, _: row.get(column) == word,
        own=False,
    )


def happened(column: str) -> Rule:
    """What the column dates has taken place: an invitation was accepted, a post published."""
    return Rule(
        lambda prefix: f"{prefix}{quoted(column)} is not null",
        lambda row, _: row.get(column) is not None,
        own=False,
    )


def never(column: str) -> Rule:
    """What the column dates has not taken place: the row was not deleted, the membership not revoked."""
    return Rule(
        lambda prefix: f"{prefix}{quoted(column)} is null", lambda row, _: row.get(column) is None, own=False
    )


def both(one: Rule, other: Rule) -> Rule:
    """Both conditions hold."""
    return Rule(
        lambda prefix: f"{one.said(prefix)} and {other.said(prefix)}",
        lambda row, values: one.holds(row, values) and other.holds(row, values),
        one.own or other.own,
    )


def either(one: Rule, other: Rule) -> Rule:
    """One of the conditions holds."""
    return Rule(
        lambda prefix: f"({one.said(prefix)} or {other.said(prefix)})",
        lambda row, values: one.holds(row, values) or other.holds(row, values),
        one.own or other.own,
    )


def divides(rule: Rule, rows: Sequence[Row]) -> bool:
    """Whether a rule that does not ask who is asking tells rows apart."""
    return len({rule.holds(row.content, {}) for row in rows}) == 2


def simplest(rules: Iterable[Rule], told: Sequence[Told]) -> Rule | None:
    """The first rule that is true of every row that was reached and of no other; None if there is none."""
    return next(
        (rule for rule in rules if all(rule.holds(row, values) == done for row, values, done in told)), None
    )
