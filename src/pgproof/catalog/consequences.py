"""Taking out what merely follows from another difference, so that one change reads as one difference.

Pure. Both catalogs come back without the parts whose difference another difference already tells.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pgproof.catalog.marks import key, names_of
from pgproof.catalog.model import Catalog, Constraint, DomainType, Grant, Index, Relation, Sequence, Table

#: What the owner is called in grants where the two sides have different owners.
OWNER = "its owner"


def without_consequences(before: Catalog, after: Catalog) -> tuple[Catalog, Catalog]:
    """Both catalogs, less what the following rules explain.

    - An index that belongs to a constraint comes, goes and changes with it.
    - A NOT NULL constraint comes and goes with the ``not null`` of its column or domain.
    - A sequence that a column owns comes and goes with the column, or with its being an identity.
    - Grants of and to the owner follow the owner, and so does a sequence that a column owns.
    """
    if before == after:
        return before, after
    pairs = [_same_owners(before, after), _same_owners(after, before)]
    old, new = (
        replace(
            this,
            tables=tuple(_table(table, other.tables_by_name.get(table.qualified)) for table in this.tables),
            domains=tuple(_domain(d, other.types_by_name.get(d.qualified)) for d in this.domains),
            sequences=tuple(
                _without_owner(sequence, other)
                for sequence in this.sequences
                if not _follows_its_column(sequence, this, other)
            ),
        )
        for this, other in ((pairs[0], pairs[1]), (pairs[1], pairs[0]))
    )
    return old, new


def _table(table: Table, other: Table | None) -> Table:
    """A table as it is compared with ``other``, its counterpart."""
    if other is None or table == other:
        return table
    return replace(
        table,
        indexes=tuple(index for index in table.indexes if not _index_follows(index, table, other)),
        constraints=tuple(c for c in table.constraints if not _not_null_follows(c, table, other)),
    )


def _domain(domain: DomainType, other: object) -> DomainType:
    """A domain as it is compared with ``other``, its counterpart."""
    if not isinstance(other, DomainType) or domain.not_null == other.not_null:
        return domain
    return replace(domain, constraints=tuple(c for c in domain.constraints if c.kind != "not null"))


def _index_follows(index: Index, table: Table, other: Table) -> bool:
    if not index.constraint:
        return False
    here, there = (side.constraints_by_name.get(index.name) for side in (table, other))
    if here is None:
        return False
    return there is None or replace(here, comment=None) != replace(there, comment=None)


def _not_null_follows(constraint: Constraint, table: Table, other: Table) -> bool:
    if constraint.kind != "not null" or constraint.name in other.constraints_by_name:
        return False
    theirs = other.columns_by_name.get(constraint.columns[0])
    return theirs is None or theirs.not_null != table.column(constraint.columns[0]).not_null


def _follows_its_column(sequence: Sequence, this: Catalog, other: Catalog) -> bool:
    """Whether a sequence is on this side only because the column that owns it is."""
    if sequence.owned_by is None or sequence.qualified in other.sequences_by_name:
        return False
    here, there = (side.columns_by_name.get(sequence.owned_by) for side in (this, other))
    return here is None or there is None or here.identity != there.identity


def _without_owner(sequence: Sequence, other: Catalog) -> Sequence:
    """A sequence that a column owns has the owner of the table, always."""
    there = other.sequences_by_name.get(sequence.qualified)
    if there is None or sequence.owned_by is None or there.owned_by is None:
        return sequence
    return replace(sequence, owner=OWNER)


def _same_owners(this: Catalog, other: Catalog) -> Catalog:
    """``this`` with the owner in grants called by that word, wherever the owners differ."""
    changed: dict[str, Any] = {}
    for group in names_of(Catalog, "parts"):
        theirs = {key(item): item for item in getattr(other, group)}
        changed[group] = tuple(_impersonal(item, theirs.get(key(item))) for item in getattr(this, group))
    return replace(this, **changed)


def _impersonal(item: Any, other: Any) -> Any:
    if other is None or not hasattr(item, "grants") or _owner(item) == _owner(other):
        return item
    grants = tuple(_renamed(grant, _owner(item)) for grant in item.grants)
    if not isinstance(item, Relation):
        return replace(item, grants=grants)
    columns = tuple(
        replace(column, grants=tuple(_renamed(grant, _owner(item)) for grant in column.grants))
        for column in item.columns
    )
    return replace(item, grants=grants, columns=columns)


def _owner(item: Any) -> str | None:
    return getattr(item, "owner", None)


def _renamed(grant: Grant, owner: str | None) -> Grant:
    return replace(
        grant,
        grantee=OWNER if grant.grantee == owner else grant.grantee,
        grantor=OWNER if grant.grantor == owner else grant.grantor,
    )
