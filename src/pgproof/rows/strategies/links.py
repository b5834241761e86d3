"""Which row each foreign key of a new row leads to, so that shared columns and paths agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.model.order import is_nullable
from pgproof.rows.model.tables import Agreement, Path, ReferenceModel, SchemaModel, TableModel, TableName
from pgproof.rows.strategies.plan import Row

Parents = dict[str, Row | None]
IsFree = Callable[[Mapping[str, Any]], bool]


@dataclass
class Linker:
    """Chooses parents among the rows there are; ``coming`` are rows of which only the keys are known."""

    model: SchemaModel
    rows: Mapping[TableName, Sequence[Row]]
    coming: Mapping[TableName, Sequence[Row]]
    picker: Picker
    turn: int = 0
    looked_ahead: bool = False

    def orphaned(self, table: TableModel) -> frozenset[str]:
        """The columns of foreign keys that have nothing to refer to."""
        return frozenset(
            name
            for reference in table.references
            if reference.target != table.name
            and not self.rows.get(reference.target)
            and not self.coming.get(reference.target)
            for name in reference.columns
        )

    def links(self, table: TableModel, given: Row, wishes: Mapping[str, bool], is_free: IsFree) -> Row:
        """``given`` with the columns of every foreign key. Raises ``NoValue`` if they cannot all be satisfied."""
        order = sorted(table.references, key=lambda reference: -len(reference.columns))
        for agreements in (table.agreements, tuple(a for a in table.agreements if a.forced)):
            search = _Search(self, table, order, agreements, wishes, is_free)
            if (found := search.run(0, dict(given), {})) is not None:
                self.looked_ahead = self.looked_ahead or any(
                    parent is not None and table.reference(name).breaking == "deferred"
                    for name, parent in found[1].items()
                )
                return found[0]
        raise NoValue(f"{table.name}: no rows that its foreign keys could lead to together")

    def candidates(self, table: TableModel, reference: ReferenceModel, row: Row) -> list[Row]:
        """The rows that a foreign key may lead to, shared columns being what they are."""
        found = [*self.rows.get(reference.target, ()), *self.coming.get(reference.target, ())]
        if reference.target == table.name and set(reference.target_columns) <= row.keys():
            found.append(row)  # a row may refer to itself
        pairs = list(zip(reference.columns, reference.target_columns, strict=True))
        matching = [
            each
            for each in found
            if all(
                each.get(there) is not None and row.get(here, each[there]) == each[there]
                for here, there in pairs
            )
        ]
        turn = (self.turn + self.picker.choose(len(matching))) % len(matching) if len(matching) > 1 else 0
        return matching[turn:] + matching[:turn]

    def at_end(self, table: TableModel, path: Path, row: Row, parents: Parents) -> Any:
        """What a path leads to; None where it ends early."""
        place: Row | None = row
        for number, hop in enumerate(path.hops):
            reference = table.reference(hop)
            place = parents.get(hop) if number == 0 else self._followed(reference, place or {})
            if place is None:
                return None
            table = self.model.table(reference.target)
        return place.get(path.column) if place is not None else None

    def _followed(self, reference: ReferenceModel, row: Row) -> Row | None:
        pairs = list(zip(reference.columns, reference.target_columns, strict=True))
        for each in self.rows.get(reference.target, ()):
            if all(row.get(here) is not None and row.get(here) == each.get(there) for here, there in pairs):
                return each
        return None


@dataclass(frozen=True)
class _Search:
    linker: Linker
    table: TableModel
    order: Sequence[ReferenceModel]
    agreements: Sequence[Agreement]
    wishes: Mapping[str, bool]
    is_free: IsFree

    def run(self, place: int, row: Row, parents: Parents) -> tuple[Row, Parents] | None:
        """The first choice of parents from ``place`` on that contradicts nothing."""
        if not self._agree(row, parents):
            return None
        if place == len(self.order):
            return (row, parents) if self.is_free(row) else None
        reference = self.order[place]
        for parent in self._choices(reference, row):
            for linked in self._linked(place, row, parent):
                known = {**parents, reference.name: parent}
                if self.is_free(linked) and (found := self.run(place + 1, linked, known)) is not None:
                    return found
        return None

    def _choices(self, reference: ReferenceModel, row: Row) -> list[Row | None]:
        found: list[Row | None] = [*self.linker.candidates(self.table, reference, row)]
        if not is_nullable(self.table, reference):
            return found
        wanted = [self.wishes[name] for name in reference.columns if name in self.wishes]
        if any(wanted) or (not wanted and self.linker.picker.null()):
            return [None, *found]
        return [*found, None]

    def _linked(self, place: int, row: Row, parent: Row | None) -> Iterator[Row]:
        """The row with a foreign key: that of a parent, or one that leads nowhere since a column is NULL."""
        reference = self.order[place]
        if parent is not None:
            pairs = zip(reference.columns, reference.target_columns, strict=True)
            yield {**row, **{here: parent[there] for here, there in pairs}}
            return
        open_ = [
            name for name in reference.columns if row.get(name) is None and self.table.column(name).nullable
        ]
        if not open_ or (reference.match_full and len(open_) < len(reference.columns)):
            return
        unfinished = {**row, **dict.fromkeys(open_)}
        later = {name for other in self.order[place + 1 :] for name in other.columns}
        missing = [name for name in reference.columns if name not in unfinished and name not in later]
        yield from self._completed(unfinished, missing) if missing else [unfinished]

    def _completed(self, row: Row, missing: Sequence[str]) -> Iterator[Row]:
        """The row with what it must hold beside the NULL: as of some parent, for want of better."""
        for reference in self.order:
            pairs = [
                p for p in zip(reference.columns, reference.target_columns, strict=True) if p[0] in missing
            ]
            if len(pairs) == len(missing):
                for other in self.linker.rows.get(reference.target, ()):
                    yield {**row, **{here: other[there] for here, there in pairs}}

    def _agree(self, row: Row, parents: Parents) -> bool:
        for agreement in self.agreements:
            ends = [
                self.linker.at_end(self.table, path, row, parents)
                for path in agreement.paths
                if not path.hops or path.hops[0] in parents
            ]
            if len({repr(end) for end in ends if end is not None}) > 1:
                return False
        return True
