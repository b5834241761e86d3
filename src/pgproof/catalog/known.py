"""``Known``: what OIDs stand for, while rows are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pgproof.catalog.decode import TYPE_KINDS, modifiers
from pgproof.catalog.names import qualified
from pgproof.catalog.parts import TypeRef
from pgproof.catalog.records import (
    ColumnRecord,
    CommentRecord,
    IndexRecord,
    MemberRecord,
    RelationRecord,
    TypeRecord,
)


@dataclass(frozen=True)
class Known:
    """Names, types, comments and extensions by OID; ``type_refs`` remembers what was built."""

    types: Mapping[int, TypeRecord]
    comments: Mapping[tuple[str, int, int], str]
    members: Mapping[tuple[str, int], str]
    relations: Mapping[int, str]
    columns: Mapping[int, Mapping[int, str]]
    indexes: Mapping[int, IndexRecord]
    type_refs: dict[tuple[int, int, int, str | None], TypeRef] = field(default_factory=dict)

    def type(self, oid: int, modifier: int = -1, dims: int = 0, text: str | None = None) -> TypeRef:
        """The type of that OID; ``text`` is needed only where there is a modifier."""
        key = (oid, modifier, dims, text)
        if key not in self.type_refs:
            self.type_refs[key] = self._new_type(*key)
        return self.type_refs[key]

    def _new_type(self, oid: int, modifier: int, dims: int, text: str | None) -> TypeRef:
        whole = self.types[oid]
        part = self.types[whole.element] if whole.element else whole
        shown = text or whole.text
        length, precision, scale = modifiers(part.name, modifier, shown)
        return TypeRef(
            schema=part.schema,
            name=part.name,
            text=shown,
            kind=TYPE_KINDS[part.kind],
            dims=max(dims, 1) if whole.element else 0,
            length=length,
            precision=precision,
            scale=scale,
        )

    def comment(self, catalog: str, oid: int, part: int = 0) -> str | None:
        """The comment on an object (``part`` 0) or on a column of it."""
        return self.comments.get((catalog, oid, part))

    def extension(self, catalog: str, oid: int) -> str | None:
        """The extension that an object belongs to."""
        return self.members.get((catalog, oid))

    def column_names(self, relation: int, numbers: Iterable[int] | None) -> tuple[str, ...]:
        """Names for column numbers of a relation; 0, an expression of an exclusion constraint, has none."""
        names = self.columns.get(relation, {})
        return tuple(names[number] for number in numbers or () if number)

    def key_columns(self, relation: int, numbers: Iterable[int]) -> tuple[str | None, ...]:
        """Like ``column_names``, with None for 0, which stands for an expression."""
        names = self.columns.get(relation, {})
        return tuple(names[number] if number else None for number in numbers)

    def index(self, oid: int) -> str | None:
        """The name of an index, without its schema."""
        return self.indexes[oid].name if oid in self.indexes else None


def gather(
    *,
    types: Iterable[TypeRecord],
    comments: Iterable[CommentRecord],
    members: Iterable[MemberRecord],
    relations: Iterable[RelationRecord],
    columns: Iterable[ColumnRecord],
    indexes: Iterable[IndexRecord],
) -> Known:
    """Index the rows that others point to."""
    names: dict[int, dict[int, str]] = {}
    for column in columns:
        names.setdefault(column.relation, {})[column.number] = column.name
    return Known(
        types={row.id: row for row in types},
        comments={(row.catalog, row.id, row.part): row.comment for row in comments},
        members={(row.catalog, row.id): row.extension for row in members},
        relations={row.id: qualified(row.schema, row.name) for row in relations},
        columns=names,
        indexes={row.id: row for row in indexes},
    )
