"""From a breach to rows: those that are there before, and the one that the server must refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.checks.spaces import holds
from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import ReferenceModel, TableName
from pgproof.rows.strategies.nth import nth
from pgproof.rows.strategies.plan import Row, SchemaPlan, TablePlan
from pgproof.rows.strategies.population import Builder, Population, space_in, wanted_by_checks, with_parents
from pgproof.rows.strategies.violating import Breach, Rule

_FAR = 1_000_003  # values from here on are nobody's
_TRIES = 50


@dataclass(frozen=True)
class Violation:
    """``row`` of ``table`` breaks ``rule`` and nothing else, once the rows of ``before`` are there."""

    table: str
    rule: Rule
    before: Population
    row: Row

    @property
    def sqlstate(self) -> str:
        """The error that the server raises."""
        return self.rule.sqlstate


def make_violation(schema: SchemaPlan, name: TableName, breach: Breach, picker: Picker) -> Violation:
    """Rows for a breach. Raises ``NoValue`` where the choices lead nowhere."""
    own = 1 if breach.first is not None or _is_needed(schema, name) else 0
    builder = Builder(schema, _sizes(schema, name, breach, 1 + own), picker, spread=bool(own))
    sizes = builder.sizes
    for table in schema.model.tables:
        plan = breach.first if table.name == name and breach.first is not None else schema.plan(table.name)
        for number in range(own if table.name == name else sizes.get(table.name, 0)):
            builder.add(plan, number)
    row = _broken(builder, breach, own)
    if breach.first is not None and not _collides(breach, builder.rows[name][0], row):
        raise NoValue(f"{name}: the first row is none that anything could collide with")
    return Violation(str(name), breach.rule, builder.population(), row)


def _is_needed(schema: SchemaPlan, name: TableName) -> bool:
    """Whether rows that a row of the table refers to need one of the table themselves."""
    above = with_parents(schema, {name: 1}, exact=False)
    return any(
        reference.target == name
        for other in above
        for reference in schema.model.table(other).references
        if not is_nullable(schema.model.table(other), reference)
    )


def _collides(breach: Breach, first: Row, row: Row) -> bool:
    """Whether the two rows are really in each other's way."""
    assert breach.first is not None
    for key in breach.first.keys:
        if key.model.name == breach.rule.name and breach.rule.kind == "unique":
            return key.of(row) is not None and key.of(row) == key.of(first)
    return any(e.model.name == breach.rule.name and e.broken_by(row, first) for e in breach.first.exclusions)


def _sizes(schema: SchemaPlan, name: TableName, breach: Breach, count: int) -> dict[TableName, int]:
    """How many rows the parents need: two where two rows must differ in all but one thing."""
    if breach.dangling is not None and not breach.loose:
        table = breach.broken.table
        others = [r.target for r in table.references if r.target != name and not is_nullable(table, r)]
        return {**with_parents(schema, dict.fromkeys(others, 1), exact=False), name: count}
    wanted = wanted_by_checks(breach.broken, {})
    sizes = {name: count}
    for reference in breach.broken.table.references:
        if reference.name in wanted:
            sizes[reference.target] = count
    found = with_parents(schema, sizes, exact=False)
    if breach.first is None:
        return found
    return {
        table: needed if _leads_to(schema, table, name) else max(count, needed)
        for table, needed in found.items()
    }


def _leads_to(schema: SchemaPlan, name: TableName, target: TableName) -> bool:
    return any(reference.target == target for reference in schema.model.table(name).references)


def _broken(builder: Builder, breach: Breach, number: int) -> Row:
    plan = breach.broken
    fixed = dict(breach.fixed)
    if breach.first is not None:
        first = builder.rows[plan.table.name][0]
        fixed |= {name: first[name] for name in breach.copied if name in first}
    if breach.dangling is None:
        return builder.row(plan, number, fixed)
    if not breach.loose:
        return _without_target(builder, breach.dangling, builder.row(plan, number, fixed))
    trouble = NoValue(f"{plan.table.name}: every value of {breach.rule} is somebody's")
    for nowhere in _nowhere(builder, breach, plan):
        try:
            return builder.row(plan, number, {**fixed, **nowhere})
        except NoValue as error:
            trouble = error
    raise trouble


def _without_target(builder: Builder, reference: ReferenceModel, row: Row) -> Row:
    """The row, if what it refers to is not there. Raises ``NoValue``."""
    wanted = [row[name] for name in reference.columns]
    if any(
        [target.get(n) for n in reference.target_columns] == wanted
        for target in builder.shown.get(reference.target, ())
    ):
        raise NoValue(f"{reference.name} leads to a row of {reference.target}")
    return row


def _nowhere(builder: Builder, breach: Breach, plan: TablePlan) -> Iterator[Row]:
    """Values for the columns that only this foreign key has, which no row of its target has."""
    reference = breach.dangling
    assert reference is not None
    targets = builder.shown.get(reference.target, [])
    pairs = [p for p in zip(reference.columns, reference.target_columns, strict=True) if p[0] in breach.loose]
    choices = [_unknown(plan, here, {repr(target.get(there)) for target in targets}) for here, there in pairs]
    for values in zip(*choices, strict=False):
        yield {here: value for (here, _), value in zip(pairs, values, strict=True)}


def _unknown(plan: TablePlan, name: str, known: set[str]) -> list[Any]:
    """A few values that nobody has, from far away and from near."""
    space = space_in(plan, plan.columns[name])
    far = [nth(space, number) for number in range(_FAR, _FAR + 3)]
    near = [UUID(int=1)] if space.kind == "uuid" else [nth(space, number) for number in range(_TRIES)]
    found = [v for v in (*far, *near) if v is not None and repr(v) not in known and holds(space, v)]
    return [*found[:2], *found[-2:]]
