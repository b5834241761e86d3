"""What each column will get, and why, in words: the plan that ``--dry-run`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgproof.rows.model.agreements import label_of
from pgproof.rows.model.naming import Usual, null_share, text_provider
from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import ColumnModel, ReferenceModel, Space, TableModel
from pgproof.rows.model.timeline import stage
from pgproof.rows.plan.counts import Count
from pgproof.rows.population.parents import Determined, Earlier, Grouped, Sometimes
from pgproof.rows.population.work import Work


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """A column: what it will get, and why."""

    name: str
    gets: str
    why: str


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A table: how many rows, why so many, and its columns."""

    name: str
    rows: int
    why: str
    columns: tuple[ColumnPlan, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        width = max((len(column.name) for column in self.columns), default=0)
        lines = [f"{self.name}: {self.rows:,} rows ({self.why})"]
        lines += [
            f"    {c.name:<{width}}  {c.gets}" + (f"  ({c.why})" if c.why else "") for c in self.columns
        ]
        return "\n".join([*lines, *(f"    note: {note}" for note in self.notes)])


def explain(work: Work, count: Count) -> TablePlan:
    """The plan of one table, made from what was decided for it."""
    rows = work.own.count - work.own.existing
    columns = tuple(ColumnPlan(c.name, *_column(work, c)) for c in work.table.columns)
    return TablePlan(str(work.table.name), rows, count.why, columns, tuple(_notes(work, count)))


def _column(work: Work, column: ColumnModel) -> tuple[str, str]:
    name = column.name
    if column.denied:
        return f"its default, {column.expression}" if column.expression else "its default", column.denied
    if column.filling == "generated":
        return "computed by PostgreSQL", column.expression or ""
    if name in work.parental:
        return _parent(work, column)
    if column.filling in ("identity", "sequence"):
        start, _ = work.circumstances.starts.get((work.table.name, name), (1, 1))
        return f"the next number from {start:,}", column.filling
    if (values := work.overrides.column(work.table.name, name).values) is not None:
        given = f"one of {len(values)} values" if len(values) > 1 else f"always {values[0] or 'null'}"
        return given, "settings" if (work.table.name, name) in work.overrides.columns else "as Supabase does"
    if name in work.spelled:
        return "the next one for every parent", _keys_with(work, name)
    if name in work.windows or name in work.pins:
        return "what its partition or exclusion constraint lets in", _bounds(work)
    if name in work.rules:
        group = work.rules[name].group
        ways = "" if len(group.options) == 1 else f", in one of {len(group.options)} ways"
        return f"{_drawn(work, column)[0]}{ways}{_nulls(work, column)}", " and ".join(group.checks)
    gets, why = _drawn(work, column)
    return gets + _nulls(work, column), why


def _parent(work: Work, column: ColumnModel) -> tuple[str, str]:
    references = [r for r in work.table.references if column.name in r.columns]
    own = [r for r in references if label_of(work.table, r) == column.name]
    reference = (own or references)[0]
    target = f"{reference.target.name if not reference.target.schema else reference.target}"
    gets = f"a row of {target}{_choice(work, reference)}"
    return gets + (_nulls(work, column) if is_nullable(work.table, reference) else ""), reference.name


def _choice(work: Work, reference: ReferenceModel) -> str:
    chooser = work.own.choosers.get(reference.name)
    later = {"second pass": ", filled in a second pass", "deferred": ", checked at the end"}.get(
        reference.breaking, ""
    )
    if isinstance(chooser, Sometimes):
        chooser = chooser.inner
    if reference.name in work.keys.once:
        return ", each once" + later
    if work.keys.run and reference.name in work.keys.run.drivers:
        return ", some with many children and some with none, no combination twice"
    if work.keys.run and reference.name in work.keys.run.members:
        return ", another one every time"
    if isinstance(chooser, Determined):
        return ", the one that " + " and ".join(path[0] for path in chooser.paths) + " leads to"
    if isinstance(chooser, Grouped) and chooser.own != ((),):
        same = (str(_ancestor(work, path).name) for path in chooser.own)
        return ", of the same " + " and ".join(same) + later
    if isinstance(chooser, Earlier):
        return ", an earlier one"
    return ", some with many children and some with none" + later


def _ancestor(work: Work, path: Sequence[str]) -> TableModel:
    """The table at the end of a path of foreign keys."""
    found = work.own
    for name in path:
        found = found.targets[name]
    return found.model


def _choices(work: Work, column: str) -> int:
    """How many values a column may hold in all ways of passing its CHECKs; 0 where one of them does not list them."""
    group = work.solved.solution.group_of(column)
    if group is None:
        return len(work.spaces[column].allowed or ())
    cells = [c for o in group.options for c in o.cells if c.column == column and c.nulls != "required"]
    if not cells or any(cell.space.allowed is None for cell in cells):
        return 0
    return len({repr(value) for cell in cells for value in cell.space.allowed or ()})


def _drawn(work: Work, column: ColumnModel) -> tuple[str, str]:
    space, scalar = work.spaces[column.name], work.scalars[column.name]
    different = "different " if scalar.distinct else ""
    if (count := _choices(work, column.name)) > 0:
        return f"one of {count} values" if count > 1 else "always the same value", column.space.type_name
    if space.kind == "text":
        provider, why = text_provider(column, work.table.name.name)
        given = scalar.provider
        what = (given or provider).replace("_", " ")
        kind = "a different" if different else "an" if what[0] in "aeio" else "a"
        return f"{kind} {what}", "settings" if given else why
    if space.kind in ("date", "timestamp", "timestamptz") and stage(column.name) >= 0:
        return f"a {different}time in the life of the row", f"the name {column.name}"
    usual = scalar.range
    if usual and space.kind in ("integer", "numeric", "float", "money"):
        return f"a {different}number, usually {_between(usual, space)}", f"the name {column.name}"
    return f"a {different}value of type {space.type_name}", ""


def _between(usual: Usual, space: Space) -> str:
    """The usual range as far as the column's own bounds let it be."""
    low = usual.low if space.low is None else max(usual.low, float(space.low))
    high = usual.high if space.high is None else min(usual.high, float(space.high))
    return f"{low:,.10g} to {high:,.10g}" if low < high else f"near {low:,.10g}"


def _nulls(work: Work, column: ColumnModel) -> str:
    said = work.overrides.column(work.table.name, column.name).null
    share = null_share(column) if said is None else said
    return f", {share:.0%} null" if share else ""


def _keys_with(work: Work, column: str) -> str:
    return " and ".join(key.name for key in work.table.uniques if column in key.columns)


def _bounds(work: Work) -> str:
    names = [exclusion.name for exclusion in work.table.exclusions]
    return " and ".join(names) or "partitions"


def _notes(work: Work, count: Count) -> Iterator[str]:
    rows = work.own.count - work.own.existing
    if rows < count.rows:
        yield f"{count.rows:,} were wanted; its keys have room for {rows:,}"
    if work.own.existing:
        yield f"{work.own.existing:,} rows are there already and can be parents"
    for name in work.keys.open:
        yield f"{name} cannot be kept by construction; PostgreSQL will say whether it holds"
    for group in work.solved.solution.groups:
        if group.learned:
            yield f"{' and '.join(group.checks)}: {group.learned}"
    for judge in work.table.judges:
        yield f"the trigger or rule {judge} sees every row"
