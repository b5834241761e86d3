"""An entity diagram in Mermaid's notation: tables with their columns, and the foreign keys between them.

Partitions are left out: they are parts of the table that is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pgproof.catalog.model import Catalog, Column, ForeignKey, Table, TypeRef
from pgproof.documents.relationships import is_required, is_unique
from pgproof.documents.selection import tables_of

_NOT_A_WORD = re.compile(r"[^A-Za-z0-9_]")
_SHORT = {
    "bool": "boolean",
    "bpchar": "char",
    "float4": "real",
    "float8": "double",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
}


def entity_diagram(catalog: Catalog, schemas: Sequence[str] = ("public",)) -> str:
    """The diagram of all tables in ``schemas``; what they point to elsewhere appears by name only."""
    tables = tables_of(catalog, schemas)
    lines = ["erDiagram"]
    for table in tables:
        lines += _entity(table)
    for table in tables:
        lines += (_relationship(table, key) for key in sorted(table.foreign_keys, key=lambda key: key.name))
    return "\n".join(lines) + "\n"


def _entity(table: Table) -> Iterator[str]:
    yield f"    {_name(table.qualified)} {{"
    for column in table.columns:
        yield f"        {_attribute(table, column)}"
    yield "    }"


def _attribute(table: Table, column: Column) -> str:
    """Type, name and keys. A name that the notation does not allow is repeated in a comment."""
    word = _word(column.name)
    comment = "" if word == column.name else f'"{_plain(column.name)}"'
    parts = (_type(column.type), word, ", ".join(_keys(table, column)), comment)
    return " ".join(part for part in parts if part)


def _keys(table: Table, column: Column) -> Iterator[str]:
    primary = table.primary_key
    if primary is not None and column.name in primary.columns:
        yield "PK"
    if any(column.name in key.columns for key in table.foreign_keys):
        yield "FK"
    alone = primary is None or primary.columns != (column.name,)
    if alone and is_unique(table, (column.name,)):
        yield "UK"


def _relationship(table: Table, key: ForeignKey) -> str:
    """Read from the table pointed to; a solid line where the key is part of the row's own identity."""
    one = "||" if is_required(table, key) else "|o"
    many = "o|" if is_unique(table, key.columns) else "o{"
    primary = table.primary_key
    line = "--" if primary is not None and set(key.columns) <= set(primary.columns) else ".."
    label = _plain(", ".join(key.columns))
    return f'    {_name(key.references)} {one}{line}{many} {_name(table.qualified)} : "{label}"'


def _type(type_: TypeRef) -> str:
    return _word(_SHORT.get(type_.name, type_.name)) + "[]" * type_.dims


def _name(qualified: str) -> str:
    """An entity; the schema that everybody expects is not said."""
    return f'"{_plain(qualified.removeprefix("public."))}"'


def _word(name: str) -> str:
    """The name with a low line for what an attribute cannot contain, and in front of a digit."""
    word = _NOT_A_WORD.sub("_", name)
    return word if word[:1].isalpha() else f"a{word}"


def _plain(text: str) -> str:
    """Without what ends or escapes a quoted name."""
    return text.replace('"', "'").replace("\\", "/").replace("%", "_")
