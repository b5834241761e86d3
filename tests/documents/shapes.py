"""Generated types of small catalogs, and how to find a part of them."""

from __future__ import annotations

from catalog.values import catalog
from pgproof.catalog.model import Schema, TypeRef
from pgproof.documents import schema_documentation, typescript

PUBLIC = (Schema(name="public", owner="o"),)


def generated(*tables, schemas=("public",), **fields):
    """The types of a catalog made by hand that has one schema, ``public``."""
    return typescript(catalog(*tables, schemas=PUBLIC, **fields), schemas)


def block(text: str, *path: str) -> list[str]:
    """The lines of an object type, found by the keys that lead to it, without their indentation."""
    lines = text.splitlines()
    start, indent = lines.index("export type Database = {"), 0
    for name in path:
        indent += 2
        start = next(i for i in range(start + 1, len(lines)) if lines[i].startswith(" " * indent + name))
    end = next(i for i in range(start + 1, len(lines)) if not lines[i].startswith(" " * (indent + 2)))
    return [line[indent + 2 :] for line in lines[start + 1 : end]]


def ref(schema, name, kind="base", dims=0):
    return TypeRef(schema=schema, name=name, text=f"{schema}.{name}", kind=kind, dims=dims)


def page(*tables, **fields):
    schemas = (Schema(name="public", owner="o", comment="The application."),)
    return schema_documentation(catalog(*tables, schemas=schemas, **fields), "Title")
