"""Which part of a catalog a question is about. Pure: every function returns a smaller catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, TypeVar

from pgproof.catalog.marks import names_of
from pgproof.catalog.model import Catalog, DomainType, Extension, Grant, Schema, Table, View

_QUALIFIER = re.compile(r'(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)\.')
_Item = TypeVar("_Item")


def only(catalog: Catalog, schemas: Collection[str]) -> Catalog:
    """Without what lives in other schemas; what lives in none (a publication, a job) stays."""
    wanted = frozenset(schemas)
    return _kept(catalog, lambda item: _schema_of(item) in wanted or _schema_of(item) is None)


def scoped(catalog: Catalog, *, with_extensions: bool, ignore: Collection[str]) -> Catalog:
    """Without what lives in the schemas to ignore and, unless asked for, without members of extensions."""
    ignored = frozenset(ignore)
    return _kept(
        catalog,
        lambda item: (
            _schema_of(item) not in ignored and (with_extensions or getattr(item, "extension", None) is None)
        ),
    )


def since(before: Catalog, after: Catalog) -> Catalog:
    """What ``after`` has that ``before`` does not have in just the same way: what was made or changed in between."""
    groups = names_of(Catalog, "parts")
    known = {item for name in groups for item in getattr(before, name)}
    return _kept(after, lambda item: item not in known)


def portable(catalog: Catalog) -> Catalog:
    """What every supported version of PostgreSQL says in the same way.

    Left out: the privilege ``maintain`` (since 17), NOT NULL as named constraints (domains since 17, tables
    since 18; the columns say it too), versions and comments of extensions, and the qualifiers of columns in
    a view's query (before 16 even a query of one table had them).
    """
    whole = _each(catalog, _without_maintain)
    return replace(
        whole,
        extensions=tuple(replace(extension, version="", comment=None) for extension in whole.extensions),
        domains=tuple(_without_named_not_null(domain) for domain in whole.domains),
        tables=tuple(_without_named_not_null(table) for table in whole.tables),
        views=tuple(_without_qualifiers(view) for view in whole.views),
    )


def _schema_of(item: Any) -> str | None:
    """The schema that an object lives in; a schema lives in itself, an extension in none."""
    if isinstance(item, Schema):
        return item.name
    return None if isinstance(item, Extension) else getattr(item, "schema", None)


def _kept(catalog: Catalog, wanted: Callable[[Any], bool]) -> Catalog:
    groups = names_of(Catalog, "parts")
    kept: dict[str, Any] = {name: tuple(filter(wanted, getattr(catalog, name))) for name in groups}
    return replace(catalog, **kept)


def _each(item: _Item, change: Callable[[Grant], Grant | None]) -> _Item:
    """The object with every grant in it, however deep, changed or (None) taken out."""
    changed: dict[str, Any] = {}
    for name in names_of(type(item), "parts"):
        parts = getattr(item, name)
        if name == "grants":
            changed[name] = tuple(new for grant in parts if (new := change(grant)) is not None)
        elif parts:
            changed[name] = tuple(_each(part, change) for part in parts)
    return replace(item, **changed) if changed else item  # type: ignore[type-var]


def _without_maintain(grant: Grant) -> Grant | None:
    return None if grant.privilege == "maintain" else grant


_Constrained = TypeVar("_Constrained", Table, DomainType)


def _without_named_not_null(item: _Constrained) -> _Constrained:
    return replace(item, constraints=tuple(c for c in item.constraints if c.kind != "not null"))


def _without_qualifiers(view: View) -> View:
    return replace(view, definition=_QUALIFIER.sub("", view.definition))
