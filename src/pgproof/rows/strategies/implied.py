"""Foreign keys that no row breaks alone: whoever keeps the others keeps them."""

from __future__ import annotations

from pgproof.rows.model.tables import ReferenceModel, SchemaModel, TableModel, TableName

Place = tuple[TableName, tuple[str, ...]]


def implied_references(model: SchemaModel, table: TableModel) -> frozenset[str]:
    """The foreign keys of ``table`` whose columns other foreign keys lead to the very same target.

    A message's tenant exists where its user does, and the user's tenant does.
    """
    return frozenset(each.name for each in table.references if _is_implied(model, table, each))


def _is_implied(model: SchemaModel, table: TableModel, reference: ReferenceModel) -> bool:
    goal = (reference.target, reference.target_columns)
    todo = list(_next(table, reference.columns, reference))
    seen: set[Place] = set()
    while todo:
        place = todo.pop()
        if place == goal:
            return True
        if place not in seen and place[0] in model:
            seen.add(place)
            todo += _next(model.table(place[0]), place[1])
    return False


def _next(table: TableModel, columns: tuple[str, ...], but: ReferenceModel | None = None) -> list[Place]:
    """Where these columns of a row are found as well, if they are not NULL."""
    found = []
    for reference in table.references:
        others = set(reference.columns) - set(columns)
        optional = not reference.match_full and any(table.column(name).nullable for name in others)
        if reference is not but and set(columns) <= set(reference.columns) and not optional:
            there = dict(zip(reference.columns, reference.target_columns, strict=True))
            found.append((reference.target, tuple(there[name] for name in columns)))
    return found
