"""What every constraint has to show: a row that satisfies it, rows on its boundary, a row that breaks it and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hypothesis.errors import Unsatisfiable

from pgproof.catalog.model import ForeignKey, Table
from pgproof.errors import UsageError
from pgproof.rows.strategies import Population, SchemaPlan, populations, rows, violating

from .boundary import Row, around, edge_between
from .by_hand import BY_HAND
from .rules import Rule, indexes_of, rules_of
from .trial import Trial, draws, fits, linked, scales_of

# How many rows to break a rule with. A CHECK has several edges, the others have one.
MANY, FEW = 3, 1


@dataclass(frozen=True)
class Broken:
    """A row that breaks a rule and no other, once the rows of ``before`` are there."""

    before: Population
    row: Row


def broken_rows(plan: SchemaPlan, project: str, rule: Rule) -> list[Broken]:
    """Rows that break ``rule`` alone, from the strategies or by hand."""
    by_hand = BY_HAND.get((project, str(rule)))
    if by_hand is not None:
        return [Broken(*by_hand(plan))]
    count = MANY if rule.kind == "check" else FEW
    found = [Broken(v.before, v.row) for v in draws(violating(plan, rule.table, rule.name), count)]
    assert found, f"no row found that breaks {rule}"
    return found


@lru_cache(maxsize=8)
def valid_worlds(plan: SchemaPlan, table: str) -> tuple[Population, ...]:
    """Some populations with a row of ``table`` in them, the same for every rule of the table."""
    return tuple(draws(populations(plan, {table: 1}), MANY))


def check_rule(trial: Trial, project: str, rule: Rule) -> None:
    """Everything about one rule. Raises ``AssertionError`` where the server does not agree."""
    if rule.kind == "not null" and (project, str(rule)) not in BY_HAND and _check_null(trial, rule):
        return
    broken = broken_rows(trial.plan, project, rule)
    for each in broken:
        with trial.world(each.before):
            found = trial.verdict(rule.table, each.row)
            assert found == rule.refusal, f"{rule}: expected {rule.refusal}, got {found} for {each.row}"
    if rule.kind == "check":
        _check_edges(trial, rule, broken)
    elif rule.kind == "foreign key":
        _check_parent(trial, rule)
    elif rule.kind != "not null":
        _check_neighbours(trial, rule, broken)


def _check_edges(trial: Trial, rule: Rule, broken: list[Broken]) -> None:
    """Of two rows that are one step apart the server takes the good one and refuses the other, by this rule."""
    table = trial.plan.catalog.table(rule.table)
    truth = trial.truth(rule)
    confirmed = satisfied = 0
    for each in broken:
        with trial.world(each.before):
            for repaired in _repaired(trial.plan, table, each, rule.columns):
                if truth(repaired) is False:
                    continue
                edge = edge_between(
                    repaired, each.row, rule.columns, lambda row: truth(row) is not False, scales_of(table)
                )
                inside, outside = (
                    trial.verdict(rule.table, edge.inside),
                    trial.verdict(rule.table, edge.outside),
                )
                assert outside is not None, f"{rule}: taken although beyond the edge: {edge}"
                assert inside != rule.refusal, f"{rule}: refused although within the edge: {edge}"
                confirmed += inside is None and outside == rule.refusal
                satisfied += inside is None and truth(edge.inside) is True
    confirmed += _check_around(trial, rule, truth)
    assert confirmed, f"{rule}: no two rows one step apart, one taken and one refused"
    satisfied = satisfied or any(_truths(trial, rule, truth))
    assert satisfied, f"{rule}: no row was taken that it says true of"


def _check_around(trial: Trial, rule: Rule, truth: Any) -> int:
    """From a row that is taken, every column in both directions: the server refuses where the rule says false.

    Returns how many edges were found that way.
    """
    edges = 0
    table = trial.plan.catalog.table(rule.table)
    world = valid_worlds(trial.plan, rule.table)[-1]
    row = world[rule.table][-1]
    with trial.world(world, without=rule.table):
        for name in rule.columns:
            for value in around(row.get(name), scales_of(table).get(name, 6)):
                moved = {**row, name: value}
                if not fits(table.column(name), value):
                    continue
                is_refused = trial.verdict(rule.table, moved)
                if truth(moved) is False:
                    assert is_refused is not None, f"{rule}: taken, which it says false of: {moved}"
                    edges += _is_edge(trial, rule, row, moved, name, truth)
                else:
                    assert is_refused != rule.refusal, f"{rule}: refused, which it says true of: {moved}"
    return edges


def _is_edge(trial: Trial, rule: Rule, inside: Row, outside: Row, name: str, truth: Any) -> bool:
    """Whether the server draws the line between two rows where the rule does."""
    scales = scales_of(trial.plan.catalog.table(rule.table))
    edge = edge_between(inside, outside, (name,), lambda row: truth(row) is not False, scales)
    outside_is = trial.verdict(rule.table, edge.outside)
    assert outside_is is not None, f"{rule}: taken although beyond the edge: {edge}"
    return (trial.verdict(rule.table, edge.inside), outside_is) == (None, rule.refusal)


def _truths(trial: Trial, rule: Rule, truth: Any) -> Iterator[bool]:
    """Whether the rule says true, and not only unknown, of each of some rows that the server takes."""
    for world in valid_worlds(trial.plan, rule.table):
        with trial.world(world, without=rule.table):
            row = world[rule.table][-1]
            yield trial.verdict(rule.table, row) is None and truth(row) is True


def _check_null(trial: Trial, rule: Rule) -> bool:
    """A row that is taken is refused as soon as the column is NULL.

    Returns whether that is all that the NULL breaks; where a CHECK minds it too, the row is no proof.
    """
    world = valid_worlds(trial.plan, rule.table)[0]
    row = world[rule.table][-1]
    nulled = {**row, rule.name: None}
    with trial.world(world, without=rule.table):
        assert trial.verdict(rule.table, row) is None
        assert row.get(rule.name, "generated") is not None
        if rule.name not in row:
            return False
        found = trial.verdict(rule.table, nulled)
        assert found == rule.refusal, f"{rule}: expected {rule.refusal}, got {found} for {nulled}"
        checks = [r for r in rules_of(trial.plan.catalog.table(rule.table)) if r.kind == "check"]
        return all(trial.truth(r)(nulled) is not False for r in checks if rule.name in r.columns)


def _check_parent(trial: Trial, rule: Rule) -> None:
    """A row that leads to its parent is taken, and refused where the parent has gone."""
    key = trial.plan.catalog.table(rule.table).constraints_by_name[rule.name]
    assert isinstance(key, ForeignKey)
    found = 0
    for drawn in draws(populations(trial.plan, {rule.table: 2, key.references: 2}), FEW):
        world = linked(drawn, rule.table, key.references, key.columns, key.referenced_columns)
        *others, row = sorted(world[rule.table], key=lambda each: None not in [each[n] for n in key.columns])
        world = Population({**world.rows, rule.table: [*others, row]}, world.deferred)
        if any(row[name] is None for name in key.columns):
            continue
        found += 1
        with trial.world(world, without=rule.table):
            assert trial.verdict(rule.table, row) is None
        parents = [p for p in world[key.references] if not _leads_to(row, p, key)]
        with trial.world(Population({**_upto(world, key.references), key.references: parents})):
            assert trial.verdict(rule.table, row) is not None
        if (nullable := _nullable(trial.plan.catalog.table(rule.table), key.columns)) is not None:
            with trial.world(world, without=rule.table):
                assert trial.verdict(rule.table, {**row, nullable: None}) != rule.refusal
    assert found, f"{rule}: no row found that leads anywhere"


def _upto(world: Population, table: str) -> Mapping[str, list[dict[str, Any]]]:
    """The tables that are filled before ``table``."""
    names = list(world)
    return {name: world[name] for name in names[: names.index(table)]}


def _leads_to(row: Row, parent: Row, key: ForeignKey) -> bool:
    return all(row[a] == parent.get(b) for a, b in zip(key.columns, key.referenced_columns, strict=True))


def _nullable(table: Table, columns: tuple[str, ...]) -> str | None:
    return next((name for name in columns if not table.column(name).not_null), None)


def _check_neighbours(trial: Trial, rule: Rule, broken: list[Broken]) -> None:
    """Two rows that are the same but for one column of the key, or for one parent, are both taken."""
    table = trial.plan.catalog.table(rule.table)
    for each in broken:
        with trial.world(each.before):
            for row in _otherwise_different(trial.plan, table, each, rule):
                assert trial.verdict(rule.table, row) is not None, f"{rule}: taken a second time: {row}"
            columns = rule.columns or tuple(name for name in each.row if name not in _referring(table))
            assert any(
                trial.verdict(rule.table, row) is None
                for count in (2, 12)  # the simplest rows may all have the same value
                for row in _repaired(trial.plan, table, each, columns, count)
                if any(row.get(name) != each.row.get(name) for name in columns)
            ), f"{rule}: no row found that it takes beside {each.before.rows.get(rule.table)}"


def _otherwise_different(plan: SchemaPlan, table: Table, broken: Broken, rule: Rule) -> Iterator[Row]:
    """Rows with the same key and other values in all columns that it does not look at."""
    index = indexes_of(table).get(rule.name)
    if index is None or index.expressions or index.predicate is not None:
        return
    kept = {*rule.columns, *_referring(table), *_vectors(table)}
    given = {name: broken.row[name] for name in kept if name in broken.row}
    yield from draws(rows(plan, table.qualified, **given), 4)


def _referring(table: Table) -> set[str]:
    return {name for key in table.foreign_keys for name in key.columns}


def _vectors(table: Table) -> set[str]:
    """Columns with so many numbers in them that Hypothesis draws few rows or none."""
    return {column.name for column in table.columns if column.type.name == "vector"}


def _repaired(
    plan: SchemaPlan, table: Table, broken: Broken, columns: tuple[str, ...], count: int = 2
) -> Iterator[Row]:
    """The row with other values in ``columns``: of other valid rows, of other parents, or NULL."""
    kept = _referring(table) | _vectors(table) - set(columns)
    given = {name: broken.row[name] for name in kept if name in broken.row}
    try:
        others = draws(rows(plan, table.qualified, **given), count)
    except (UsageError, Unsatisfiable):  # what is wrong with the row is its parents
        others = []
    for name in columns:
        near = around(broken.row.get(name), scales_of(table).get(name, 6))[:2]
        yield from ({**broken.row, name: value} for value in near if fits(table.column(name), value))
    for other in others:
        yield {**broken.row, **{name: other[name] for name in columns if name in other}}
        for name in columns:
            yield {**broken.row, name: other.get(name)}
    for key in table.foreign_keys:
        if not set(key.columns) & set(columns):
            continue
        for parent in broken.before.rows.get(key.references, ()):
            pairs = zip(key.columns, key.referenced_columns, strict=True)
            yield {**broken.row, **{here: parent.get(there) for here, there in pairs}}
        yield {**broken.row, **{n: None for n in key.columns if not table.column(n).not_null}}
