"""In which order tables fill, and how a cycle of foreign keys is broken. Pure: tables in, tables out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pgproof.rows.model.tables import Breaking, ReferenceModel, TableModel, TableName

_POINTERS = ("last", "latest", "current", "primary", "default", "main", "head", "active", "cover", "first")


@dataclass(frozen=True, slots=True)
class Edge:
    """A foreign key from ``child`` to ``reference.target``, and whether it may be NULL."""

    child: TableName
    reference: ReferenceModel
    nullable: bool

    @property
    def breaking(self) -> Breaking:
        """How it could be satisfied if its target filled later; empty if it could not."""
        if self.reference.deferrable:
            return "deferred"
        return "second pass" if self.nullable else ""

    @property
    def reluctance(self) -> tuple[bool, bool, bool, str, str]:
        """Edges that sort first are broken first: pointers back such as ``last_message_id``."""
        column = self.reference.columns[-1]
        points_back = column.split("_")[0] in _POINTERS
        names = (str(self.child), self.reference.name)
        return (not self.nullable, not points_back, not self.reference.deferrable, *names)


def in_filling_order(tables: Sequence[TableModel]) -> tuple[tuple[TableModel, ...], tuple[str, ...]]:
    """The tables, parents first, with ``breaking`` set where a cycle had to be cut.

    Also returns a sentence for every cycle that no foreign key lets anybody cut.
    """
    edges = [edge for table in tables for edge in edges_of(table)]
    breaks, impossible = break_cycles(sorted({table.name for table in tables}, key=str), edges)
    cut = {table.name: _with_breaks(table, breaks) for table in tables}
    kept = [edge for edge in edges if (edge.child, edge.reference.name) not in breaks]
    order = [name for group in components(sorted(cut, key=str), kept) for name in group]
    return tuple(cut[name] for name in order), impossible


def edges_of(table: TableModel) -> Iterator[Edge]:
    """The foreign keys of a table that lead to another one."""
    for reference in table.references:
        if reference.target != table.name:
            yield Edge(table.name, reference, is_nullable(table, reference))


def is_nullable(table: TableModel, reference: ReferenceModel) -> bool:
    """Whether a row may have no parent by this foreign key."""
    nullable = [table.column(column).nullable for column in reference.columns]
    return all(nullable) if reference.match_full else any(nullable)


def break_cycles(
    names: Sequence[TableName], edges: Sequence[Edge]
) -> tuple[dict[tuple[TableName, str], Breaking], tuple[str, ...]]:
    """Cut foreign keys until no cycle is left that can be cut."""
    breaks: dict[tuple[TableName, str], Breaking] = {}
    impossible: list[str] = []
    todo = [group for group in components(names, edges) if len(group) > 1]
    while todo:
        group = todo.pop()
        inside = [e for e in edges if e.child in group and e.reference.target in group]
        inside = [e for e in inside if (e.child, e.reference.name) not in breaks]
        candidates = sorted((e for e in inside if e.breaking), key=lambda e: e.reluctance)
        if not candidates:
            impossible.append(_sentence(inside))
            continue
        cut = candidates[0]
        breaks[cut.child, cut.reference.name] = cut.breaking
        todo += [g for g in components(group, [e for e in inside if e is not cut]) if len(g) > 1]
    return breaks, tuple(impossible)


def components(names: Sequence[TableName], edges: Sequence[Edge]) -> list[tuple[TableName, ...]]:
    """Strongly connected components, targets before what refers to them (Tarjan 1972)."""
    targets: dict[TableName, list[TableName]] = {name: [] for name in names}
    for edge in edges:
        if edge.child in targets and edge.reference.target in targets:
            targets[edge.child].append(edge.reference.target)
    return list(_Tarjan(targets).run())


class _Tarjan:
    def __init__(self, targets: Mapping[TableName, list[TableName]]) -> None:
        self.targets = targets
        self.number: dict[TableName, int] = {}
        self.lowest: dict[TableName, int] = {}
        self.stack: list[TableName] = []

    def run(self) -> Iterator[tuple[TableName, ...]]:
        for name in self.targets:
            if name not in self.number:
                yield from self._from(name)

    def _from(self, start: TableName) -> Iterator[tuple[TableName, ...]]:
        work = [(start, iter(self._enter(start)))]
        while work:
            name, rest = work[-1]
            target = next(rest, None)
            if target is None:
                work.pop()
                if work:
                    self.lowest[work[-1][0]] = min(self.lowest[work[-1][0]], self.lowest[name])
                if self.lowest[name] == self.number[name]:
                    yield self._leave(name)
            elif target not in self.number:
                work.append((target, iter(self._enter(target))))
            elif target in self.stack:
                self.lowest[name] = min(self.lowest[name], self.number[target])

    def _enter(self, name: TableName) -> list[TableName]:
        self.number[name] = self.lowest[name] = len(self.number)
        self.stack.append(name)
        return sorted(self.targets[name], key=str)

    def _leave(self, name: TableName) -> tuple[TableName, ...]:
        at = self.stack.index(name)
        group, self.stack[at:] = tuple(self.stack[at:]), []
        return group


def _with_breaks(table: TableModel, breaks: Mapping[tuple[TableName, str], Breaking]) -> TableModel:
    references = tuple(
        replace(reference, breaking=_breaking(table, reference, breaks)) for reference in table.references
    )
    return replace(table, references=references)


def _breaking(
    table: TableModel, reference: ReferenceModel, breaks: Mapping[tuple[TableName, str], Breaking]
) -> Breaking:
    if reference.target == table.name and not is_nullable(table, reference):
        return "own row"
    return breaks.get((table.name, reference.name), "")


def _sentence(inside: Sequence[Edge]) -> str:
    keys = ", ".join(sorted(f"{edge.reference.name} on {edge.child}" for edge in inside))
    return (
        f"the foreign keys {keys} form a cycle in which every column is not null and no constraint is"
        " deferrable, so no first row can exist; make one of them deferrable or one of its columns nullable"
    )
