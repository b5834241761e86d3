"""Tables as values, written down briefly: ``table("users", "id", "tenant_id -> tenants", key="id")``."""

from __future__ import annotations

from pgproof.rows.model.tables import (
    ColumnModel,
    KeyPart,
    ReferenceModel,
    Space,
    TableModel,
    TableName,
    UniqueModel,
)


def name(text: str) -> TableName:
    return TableName("public", text)


def table(
    called: str, *columns: str, keys: tuple[str, ...] = ("id",), references: tuple[str, ...] = ()
) -> TableModel:
    """Columns are ``a``, ``a?`` (nullable), ``a: kind``, or ``a -> parents`` (a foreign key to ``parents.id``).

    ``keys`` are unique columns, comma-separated; ``references`` are ``a, b -> parents (x, y)``; an exclamation mark
    behind either makes it deferrable.
    """
    models, keyed = [], []
    for text in columns:
        left, _, target = text.partition("->")
        plain, _, kind = left.strip().partition(":")
        models.append(column(plain.strip(), kind.strip() or "uuid"))
        if target:
            keyed.append(f"{plain.strip().rstrip('?')} -> {target.strip()}")
    return TableModel(
        name(called),
        tuple(models),
        uniques=tuple(unique(called, key, number == 0) for number, key in enumerate(keys)),
        references=tuple(reference(called, text) for text in (*keyed, *references)),
    )


def column(text: str, kind: str = "uuid") -> ColumnModel:
    return ColumnModel(text.rstrip("?"), Space(kind, kind), nullable=text.endswith("?"))  # type: ignore[arg-type]


def unique(called: str, text: str, primary: bool = False) -> UniqueModel:
    names = [part.strip() for part in text.split(",")]
    return UniqueModel(
        f"{called}_{'_'.join(names)}_key", tuple(KeyPart(each, each) for each in names), primary
    )


def reference(called: str, text: str) -> ReferenceModel:
    left, _, right = text.rstrip("!").partition("->")
    columns = tuple(part.strip() for part in left.split(","))
    target, _, inner = right.strip().partition("(")
    targets = tuple(part.strip() for part in inner.rstrip(") ").split(",")) if inner else ("id",)
    return ReferenceModel(
        f"{called}_{'_'.join(columns)}_fkey",
        columns,
        name(target.strip()),
        targets,
        deferrable=text.endswith("!"),
    )
