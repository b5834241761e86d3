"""Types of the catalog as the spaces their values come from, before any constraint narrows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone

from pgproof.catalog.model import (
    Catalog,
    CompositeType,
    Constraint,
    DomainType,
    EnumType,
    RangeType,
    TypeRef,
)
from pgproof.rows.model.tables import Kind, Space

_INTEGERS = {
    "int2": (-(2**15), 2**15 - 1),
    "int4": (-(2**31), 2**31 - 1),
    "int8": (-(2**63), 2**63 - 1),
    "oid": (0, 2**32 - 1),
    "xid8": (0, 2**63 - 1),
}
_KINDS: dict[str, Kind] = {
    "bool": "boolean", "numeric": "numeric", "float4": "float", "float8": "float", "money": "money",
    "text": "text", "varchar": "text", "bpchar": "text", "citext": "text", "name": "text", "char": "text",
    "bytea": "bytes", "uuid": "uuid", "date": "date", "time": "time", "timetz": "timetz",
    "timestamp": "timestamp", "timestamptz": "timestamptz", "interval": "interval", "json": "json",
    "jsonb": "json", "bit": "bit", "varbit": "bit", "vector": "vector", "halfvec": "vector",
    "inet": "inet", "cidr": "cidr", "macaddr": "macaddr", "macaddr8": "macaddr8", "tsvector": "tsvector",
    "tsquery": "tsquery", "ltree": "ltree", "hstore": "hstore", "xml": "xml", "point": "point",
    "line": "line", "lseg": "lseg", "box": "box", "path": "path", "polygon": "polygon",
    "circle": "circle", "pg_lsn": "pg_lsn",
}  # fmt: skip
_RANGES = {
    "int4range": "int4", "int8range": "int8", "numrange": "numeric", "daterange": "date",
    "tsrange": "timestamp", "tstzrange": "timestamptz",
}  # fmt: skip
_DAYS = (date(1, 1, 1), date(9999, 12, 31))
_MOMENTS = (datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999))


def space_of(catalog: Catalog, type_: TypeRef) -> Space:
    """The values, NULL apart, that a column of this type may hold; domains give those of their base."""
    if type_.dims:
        return Space("array", str(type_), element=space_of(catalog, type_.element))
    if type_.kind == "base" or type_.schema == "pg_catalog":
        return _builtin(type_)
    made = catalog.types_by_name.get(type_.qualified)
    if isinstance(made, EnumType):
        return Space("text", type_.text, allowed=made.labels)
    if isinstance(made, DomainType):
        return replace(space_of(catalog, made.base), type_name=type_.text)
    if isinstance(made, CompositeType):
        fields = tuple((each.name, space_of(catalog, each.type)) for each in made.attributes)
        return Space("composite", type_.text, fields=fields)
    if isinstance(made, RangeType):
        return Space("range", type_.text, element=space_of(catalog, made.subtype))
    return _multirange(catalog, type_)


def domain_chain(catalog: Catalog, type_: TypeRef) -> tuple[DomainType, ...]:
    """The domains a type goes through down to its base, outermost first."""
    found: list[DomainType] = []
    while type_.kind == "domain" and not type_.dims:
        domain = catalog.types_by_name[type_.qualified]
        assert isinstance(domain, DomainType)
        found.append(domain)
        type_ = domain.base
    return tuple(found)


def domain_checks(domains: tuple[DomainType, ...]) -> tuple[tuple[DomainType, Constraint], ...]:
    """The CHECKs of these domains, each with its domain."""
    return tuple((d, c) for d in domains for c in d.constraints if c.kind == "check" and c.expression)


def _builtin(type_: TypeRef) -> Space:
    text = type_.text
    if type_.name in _INTEGERS:
        low, high = _INTEGERS[type_.name]
        return Space("integer", text, low=low, high=high)
    if type_.name in _RANGES:
        return Space("range", text, element=_element(_RANGES[type_.name]))
    single = type_.name.replace("multirange", "range")
    if single in _RANGES:
        return Space("multirange", text, element=_element(_RANGES[single]))
    kind = _KINDS.get(type_.name, "unknown")
    space = Space(kind, text)
    if kind in ("text", "bit", "vector"):
        return _lengthy(space, type_)
    if kind == "numeric":
        return replace(space, precision=type_.precision, scale=type_.scale)
    if kind in ("date", "timestamp", "timestamptz", "time", "interval"):
        return _temporal(space, type_)
    return space


def _element(name: str) -> Space:
    return _builtin(TypeRef(schema="pg_catalog", name=name, text=name))


def _lengthy(space: Space, type_: TypeRef) -> Space:
    length = type_.length
    if type_.name == "char":
        length = 1
    elif type_.name == "name":
        length = 63
    elif type_.name == "bit" and length is None:
        length = 1
    fixed = type_.name in ("bit", "vector", "halfvec") and length is not None
    return replace(space, min_length=length if fixed and length else 0, max_length=length)


def _temporal(space: Space, type_: TypeRef) -> Space:
    space = replace(space, scale=6 if type_.precision is None else type_.precision)
    if space.kind == "date":
        return replace(space, low=_DAYS[0], high=_DAYS[1])
    if space.kind == "timestamp":
        return replace(space, low=_MOMENTS[0], high=_MOMENTS[1])
    if space.kind == "timestamptz":
        low, high = (moment.replace(tzinfo=timezone.utc) for moment in _MOMENTS)
        return replace(space, low=low, high=high)
    return space


def _multirange(catalog: Catalog, type_: TypeRef) -> Space:
    for made in catalog.ranges:
        if type_.name in (made.multirange, made.multirange.rpartition(".")[2]):
            return Space("multirange", type_.text, element=space_of(catalog, made.subtype))
    return Space("unknown", type_.text)
