"""Spaces of values inside others: elements of arrays, fields of composites, whose domains have CHECKs too."""

from __future__ import annotations

from dataclasses import replace

from pgproof.catalog.model import Catalog, CompositeType, TypeRef
from pgproof.rows.checks.solve import solve
from pgproof.rows.model.tables import CheckModel, ColumnModel, Space, TableModel, TableName
from pgproof.rows.model.types import domain_chain, domain_checks
from pgproof.rows.syntax.expression import of_column
from pgproof.rows.syntax.reading import read

INNER = "value"


def narrowed(catalog: Catalog, type_: TypeRef, space: Space) -> Space:
    """``space`` of a column of this type, with what domains say of what is inside its values.

    The CHECKs of the column's own domain are left alone: they are the table's.
    """
    if type_.dims and space.element is not None:
        return replace(space, element=_inside(catalog, type_.element, space.element))
    made = catalog.types_by_name.get(type_.qualified)
    if isinstance(made, CompositeType) and space.fields:
        types = {attribute.name: attribute.type for attribute in made.attributes}
        fields = tuple((name, _inside(catalog, types[name], inner)) for name, inner in space.fields)
        return replace(space, fields=fields)
    return space


def _inside(catalog: Catalog, type_: TypeRef, space: Space) -> Space:
    """The space of an inner value: what all ways of passing its domain's CHECKs leave, simplest way first."""
    space = narrowed(catalog, type_, space)
    checks = tuple(
        CheckModel(check.name, check.expression or "", (INNER,), of_column(tree, INNER) if tree else None)
        for _, check in domain_checks(domain_chain(catalog, type_))
        for tree in (read(check.expression),)
    )
    if not checks:
        return space
    table = TableModel(TableName("", type_.text), (ColumnModel(INNER, space, nullable=False),), checks=checks)
    group = solve(table).group_of(INNER)
    return group.options[0].cell(INNER).space if group and group.options else space
