"""Rows that break exactly one constraint: what has to be there before, and the row.

``rules_of`` lists what a table holds its rows to. ``breach_of`` finds out how a rule can be broken while all
others hold, or says why it cannot: a key inside another key, a CHECK that a type already forbids to break.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pgproof.rows.checks.conditions import Condition
from pgproof.rows.checks.solve import cell_of, written_out
from pgproof.rows.checks.solved import Cell
from pgproof.rows.model.ghosts import is_ghost
from pgproof.rows.model.tables import ColumnModel, ReferenceModel, TableModel, UniqueModel
from pgproof.rows.strategies.keys import Key
from pgproof.rows.strategies.plan import TablePlan, not_null
from pgproof.rows.strategies.ways import Contradiction
from pgproof.rows.syntax.expression import Column, Expression, IsNull, columns_of
from pgproof.rows.syntax.reading import read

Kind = Literal["check", "domain", "not null", "unique", "foreign key", "exclusion"]

SQLSTATES: Mapping[Kind, str] = {
    "check": "23514",
    "domain": "23514",
    "not null": "23502",
    "unique": "23505",
    "foreign key": "23503",
    "exclusion": "23P01",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a table holds its rows to. A NOT NULL is named by its column."""

    kind: Kind
    name: str
    columns: tuple[str, ...]

    @property
    def sqlstate(self) -> str:
        """The error of a row that breaks it."""
        return SQLSTATES[self.kind]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" of {self.columns[0]}" if self.kind == "domain" else "")


@dataclass(frozen=True, slots=True)
class Unviolable:
    """No row breaks the rule and no other; ``reason`` says why."""

    rule: Rule
    reason: str

    def __str__(self) -> str:
        return f"{self.rule} cannot be violated alone because {self.reason}"


@dataclass(frozen=True)
class Breach:
    """How a rule is broken.

    ``broken`` is the plan of the row that breaks it. Where that takes a row to collide with, ``first`` is the
    plan of it and ``copied`` are the columns whose values are taken from it. ``dangling`` is the foreign key
    that leads nowhere, by its columns ``loose``; if there are none, since nobody puts in the row it leads to.
    """

    rule: Rule
    broken: TablePlan
    first: TablePlan | None = None
    copied: tuple[str, ...] = ()
    dangling: ReferenceModel | None = None
    loose: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)


def rules_of(table: TableModel) -> tuple[Rule, ...]:
    """Everything that PostgreSQL holds the rows of ``table`` to, in the order in which it looks."""
    excluded = {exclusion.name for exclusion in table.exclusions}
    found: list[Rule] = [
        Rule("not null", column.name, (column.name,)) for column in table.columns if not column.nullable
    ]
    for check in table.checks:
        found.append(Rule("domain" if check.domain else "check", check.name, check.columns))
    found += [
        Rule("unique", unique.name, unique.columns) for unique in table.uniques if unique.name not in excluded
    ]
    found += [
        Rule("exclusion", each.name, tuple(c for part in each.parts for c in _columns_of(part)))
        for each in table.exclusions
    ]
    found += [Rule("foreign key", r.name, r.columns) for r in table.references if not is_ghost(r.target)]
    return tuple(found)


def breach_of(plan: TablePlan, rule: Rule) -> Breach | Unviolable:
    """How ``rule`` is broken while the others hold, or why it cannot be."""
    denied = [column for column in plan.table.columns if column.name in rule.columns and column.denied]
    if denied and len(denied) == len(rule.columns):
        return Unviolable(rule, " and ".join(f"{column.denied}: {column.name}" for column in denied))
    try:
        return _WAYS[rule.kind](plan, rule)
    except Contradiction as contradiction:
        return Unviolable(rule, str(contradiction))


def _columns_of(part: Any) -> tuple[str, ...]:
    return (part.column,) if part.column else part.columns


def _break_check(plan: TablePlan, rule: Rule) -> Breach | Unviolable:
    for reference in plan.table.references:
        if rule.kind == "domain" and rule.columns[0] in reference.columns:
            return Unviolable(
                rule, f"{rule.columns[0]} must be found in {reference.target}, which has it too"
            )
    others = [c for c in plan.conditions if not _is(c, rule)]
    (condition,) = (c for c in plan.conditions if _is(c, rule))
    if not plan.court.is_known(condition) and plan.court.ask is None:
        return Unviolable(rule, "only a server can compute it; make the plan with a connection")
    broken = plan.varied([*others, replace(condition, truth=False, null=False)])
    return Breach(rule, broken)


def _is(condition: Condition, rule: Rule) -> bool:
    return condition.name == rule.name and (rule.kind == "check" or condition.columns == rule.columns)


def _break_not_null(plan: TablePlan, rule: Rule) -> Breach | Unviolable:
    column = plan.table.column(rule.name)
    if column.filling == "generated":
        return _break_generated(plan, rule, column)
    if (reason := _needs_value(plan.table, column.name)) is not None:
        return Unviolable(rule, reason)
    cell = replace(cell_of(column, plan.court), nulls="required")
    columns = tuple(replace(c, nullable=True) if c is column else c for c in plan.table.columns)
    keyed = plan.table.partition is not None and column.name in plan.table.partition.columns
    table = replace(plan.table, columns=columns, partition=None if keyed else plan.table.partition)
    broken = replace(plan, table=table).varied(plan.conditions, [cell])
    return Breach(rule, broken, fixed={column.name: None})


def _needs_value(table: TableModel, column: str) -> str | None:
    """Why NULL in a column breaks something else as well."""
    partition = table.partition
    if partition is not None and column in partition.columns and not partition.takes_null:
        return "it is part of the partition key, and NULL finds no partition"
    for reference in table.references:
        others = [c for c in reference.columns if c != column and not table.column(c).nullable]
        if reference.match_full and column in reference.columns and others:
            return f"{reference.name} is MATCH FULL, and {', '.join(others)} must not be NULL either"
    return None


def _break_generated(plan: TablePlan, rule: Rule, column: ColumnModel) -> Breach | Unviolable:
    expression = read(column.expression)
    if expression is None:
        return Unviolable(rule, f"nobody can read what {column.name} is generated from")
    made = written_out(plan.table, expression)
    wanted = not_null(column.name, made, wanted=True)
    others = [condition for condition in plan.conditions if condition != wanted]
    columns = tuple(replace(c, nullable=True) if c is column else c for c in plan.table.columns)
    broken = plan.varied([*others, not_null(column.name, made, wanted=False)])
    return Breach(rule, replace(broken, table=replace(plan.table, columns=columns)))


def _break_unique(plan: TablePlan, rule: Rule) -> Breach | Unviolable:
    (key,) = (key for key in plan.keys if key.model.name == rule.name)
    others = [other for other in plan.keys if other is not key]
    for other in others:
        if _implied(plan, key.model, other.model):
            return Unviolable(rule, _why_implied(plan, key.model, other.model))
    first = _in_index(plan, key)
    copied = tuple(dict.fromkeys((*_written(plan, key.model.columns), *key.model.predicate_columns)))
    broken = replace(first, keys=tuple(others), exclusions=plan.exclusions)
    return Breach(rule, broken, first, copied)


def _implied(plan: TablePlan, key: UniqueModel, other: UniqueModel) -> bool:
    """Whether two rows with the same ``key`` always have the same ``other``."""
    same = {name for part in key.parts if part.column for name in _written(plan, (part.column,))}
    if other.predicate_definition not in (None, key.predicate_definition):
        return False
    return set(_written(plan, other.columns)) <= same


def _why_implied(plan: TablePlan, key: UniqueModel, other: UniqueModel) -> str:
    made = [name for name in key.columns if plan.table.column(name).filling == "generated"]
    if not made:
        return f"whoever breaks it breaks {other.name} too"
    inputs = ", ".join(_written(plan, tuple(made)))
    return (
        f"whoever breaks it by the same {inputs} breaks {other.name} too, and others that make the same "
        f"{', '.join(made)} are found by luck only"
    )


def _in_index(plan: TablePlan, key: Key) -> TablePlan:
    """The plan of rows that the index has an entry for."""
    conditions = list(plan.conditions)
    if key.model.predicate is not None:
        conditions.append(_must(plan, f"{key.model.name} covers the row", key.model.predicate))
    cells: list[Cell] = []
    for part in key.model.parts:
        if part.expression is not None:
            conditions.append(
                _must(plan, f"{key.model.name} has a key", IsNull(part.expression, negated=True))
            )
        elif part.column is not None and plan.table.column(part.column).filling != "generated":
            cells.append(replace(cell_of(plan.table.column(part.column), plan.court), nulls="forbidden"))
    return plan.varied(conditions, cells)


def _must(plan: TablePlan, name: str, expression: Expression) -> Condition:
    tree = written_out(plan.table, expression)
    return Condition(name, "", tree, columns_of(tree), True, False)


def _written(plan: TablePlan, columns: tuple[str, ...]) -> Iterator[str]:
    """The columns, generated ones replaced by what they are generated from."""
    for name in columns:
        if plan.table.column(name).filling == "generated":
            yield from columns_of(written_out(plan.table, Column(name)))
        else:
            yield name


def _break_exclusion(plan: TablePlan, rule: Rule) -> Breach | Unviolable:
    (exclusion,) = (each for each in plan.exclusions if each.model.name == rule.name)
    conditions = list(plan.conditions)
    if exclusion.model.predicate is not None:
        conditions.append(_must(plan, f"{rule.name} covers the row", exclusion.model.predicate))
    cells = []
    for part in exclusion.model.parts:
        if part.operator == "<>":
            return Unviolable(rule, "it wants rows that differ, and those are found by luck only")
        if part.column is not None and plan.table.column(part.column).filling != "generated":
            cells.append(replace(cell_of(plan.table.column(part.column), plan.court), nulls="forbidden"))
    first = plan.varied(conditions, cells)
    for key in plan.keys:
        if set(key.model.columns) <= set(rule.columns) and key.model.plain:
            return Unviolable(rule, f"whoever breaks it breaks {key.model.name} too")
    rest = tuple(each for each in plan.exclusions if each is not exclusion)
    copied = tuple(dict.fromkeys(_written(plan, rule.columns)))
    return Breach(rule, replace(first, exclusions=rest), first, copied)


def _break_foreign_key(plan: TablePlan, rule: Rule) -> Breach | Unviolable:
    table = plan.table
    reference = table.reference(rule.name)
    others = tuple(r for r in table.references if r is not reference)
    switched, taken = _switched_off(table, reference, others)
    loose = tuple(name for name in reference.columns if name not in taken)
    if not loose and reference.name in plan.implied:
        names = ", ".join(r.name for r in others if set(r.columns) & taken)
        return Unviolable(rule, f"its columns belong to {names} as well")
    cells = [replace(cell_of(table.column(n), plan.court), nulls="forbidden") for n in reference.columns]
    cells += [replace(cell_of(table.column(n), plan.court), nulls="required") for n in switched]
    varied = plan.varied(plan.conditions, cells)
    broken = replace(varied, table=replace(table, references=others))
    fixed = dict.fromkeys(switched)
    return Breach(rule, broken, dangling=reference, loose=loose, fixed=fixed)


def _switched_off(
    table: TableModel, reference: ReferenceModel, others: tuple[ReferenceModel, ...]
) -> tuple[set[str], set[str]]:
    """Columns to set NULL so that other foreign keys do not mind, and those that others mind anyway."""
    switched: set[str] = set()
    taken: set[str] = set()
    for other in others:
        shared = set(other.columns) & set(reference.columns)
        open_ = [n for n in other.columns if n not in reference.columns and table.column(n).nullable]
        if not shared or is_ghost(other.target):
            continue
        if open_ and not other.match_full:
            switched.add(open_[0])
        else:
            taken |= shared
    return switched, taken


_WAYS = {
    "check": _break_check,
    "domain": _break_check,
    "not null": _break_not_null,
    "unique": _break_unique,
    "exclusion": _break_exclusion,
    "foreign key": _break_foreign_key,
}
