"""The simplest condition that says which rows were reached, out of a list of those that people write. Pure.

A rule is a condition on a row in the terms of an actor's values: the row names the actor, points at a row that does,
belongs to a group of which the actor is a member, has a flag or a word; or two of these together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from pgproof.access.attempts.statements import Row
from pgproof.access.measuring.rule import (
    Content,
    Rule,
    Values,
    both,
    constant,
    either,
    equal,
    flag,
    happened,
    later,
    never,
)
from pgproof.catalog import Catalog
from pgproof.catalog.model import ForeignKey, Table, TypeRef, View
from pgproof.catalog.names import quoted

Told = tuple[Content, Values, bool]  # a row, who acted, and whether it was reached
DEPTH = 2  # tables between a row and the one that names the actor
FEW, MOST = 40, 3  # rules that are put together in pairs, and rules that are put together at all
WORDS = 6  # a text column with more values than these is no status
ALIASES = "abcdefg"
AMONG = "{column} in (select {target} from {parent} as {alias} where {where})"
COMPARED = ("uuid", "text", "varchar", "int4", "int8")
MOMENTS = ("timestamptz", "timestamp", "date")


@dataclass(frozen=True)
class Vocabulary:
    """What rules are made of: the catalog, the rows that there are, and the names of the values that actors bring.

    ``rich`` adds rules that follow foreign keys of several columns, and of three parts: more of them fit by chance.
    """

    catalog: Catalog
    rows: Mapping[str, Sequence[Row]]
    names: tuple[str, ...]
    rich: bool = False

    def rules(self, label: str, told: Sequence[Told]) -> Iterator[Rule]:
        """Rules for a relation, the simplest first. Two are put together where it may help to say what was ``told``:
        both, if each holds for all that was reached; either, if neither holds for anything else.
        """
        own = self.own(label)
        shared = list(self._words(self.catalog.relations_by_name[label]))
        yield from own
        yield from shared
        wide = [each for each in own if fits(each, told)][:FEW]
        narrow = [
            each for each in own if not any(each.holds(row, values) for row, values, done in told if not done)
        ]
        narrow = [each for each in narrow if any(each.holds(row, values) for row, values, _ in told)][:FEW]
        yield from (both(one, other) for one, other in combinations(wide, 2))
        for word in shared:
            yield from (both(mine, word) for mine in wide)
            yield from (either(mine, word) for mine in narrow)
        yield from (either(one, other) for one, other in combinations(narrow, 2))
        if self.rich:
            yield from narrowed([*wide, *(each for each in shared if fits(each, told))], told)

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
            if not isinstance(parent, Table) or parent.qualified not in self.rows:
                continue
            place = leading(key, parent)
            if place is not None and (self.rich or len(key.columns) == 1):
                inside = list(self._about(parent, depth - 1))
                words = list(self._words(parent)) if depth == DEPTH else []
                for inner in (*inside, *(both(each, word) for each in inside for word in words)):
                    yield self._among(key.columns[place], parent, key.referenced_columns[place], inner, depth)

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
            if not is_word(column.type):
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


def leading(key: ForeignKey, parent: Table) -> int | None:
    """Which column of a foreign key names the row by itself: the only one, or the one to a key of a single column."""
    alone = [each.columns for each in parent.constraints if each.kind in ("primary key", "unique")]
    if len(key.columns) == 1:
        return 0
    return next((place for place, name in enumerate(key.referenced_columns) if (name,) in alone), None)


def fits(rule: Rule, told: Sequence[Told]) -> bool:
    """Whether a rule holds for all that was reached."""
    return all(rule.holds(row, values) for row, values, done in told if done)


def narrowed(rules: Sequence[Rule], told: Sequence[Told]) -> Iterator[Rule]:
    """Rules that hold for all that was reached, put together until nothing else is left, three at most."""
    left = [(row, values) for row, values, done in told if not done]
    made: Rule | None = None
    for number in range(1, MOST + 1):
        best = min(rules, key=lambda each: sum(each.holds(*one) for one in left), default=None)
        kept = [one for one in left if best and best.holds(*one)]
        if best is None or len(kept) == len(left):
            return
        made, left = both(made, best) if made else best, kept
        if number > 2:  # two of them have been tried
            yield made


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


def is_word(kind: TypeRef) -> bool:
    """Whether a column of this type may say which state a row is in."""
    return kind.dims == 0 and (kind.name in ("bool", "text", "varchar") or kind.kind == "enum")


def divides(rule: Rule, rows: Sequence[Row]) -> bool:
    """Whether a rule that does not ask who is asking tells rows apart."""
    return len({rule.holds(row.content, {}) for row in rows}) == 2


def simplest(rules: Iterable[Rule], told: Sequence[Told]) -> Rule | None:
    """The first rule that is true of every row that was reached and of no other; None if there is none."""
    return next(
        (rule for rule in rules if all(rule.holds(row, values) == done for row, values, done in told)), None
    )
