"""The recorded catalog, ``catalog.json``: a ``Catalog`` as text that a person reads and git compares well.

What is at its default is left out; a line holds as much as fits; a type is described once, under ``types``,
and called by its text elsewhere; grants are ``[grantee, grantor, "privilege, privilege*"]``, where a star
says that the privilege may be passed on, and ``all`` stands for every privilege that a table can have.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from itertools import groupby, zip_longest
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pgproof.catalog.model import Catalog, Column, Constraint, ForeignKey, Grant, TypeRef
from pgproof.errors import UsageError

FORMAT = 1
_WIDTH = 110
_REMEDY = "record the catalog again with this version of pgproof"

_TABLE_PRIVILEGES = ("delete", "insert", "references", "select", "trigger", "truncate", "update")


@dataclass(frozen=True)
class _Shared:
    """What is written once for the whole catalog: the types, and what ``all`` means on this server."""

    types: dict[str, TypeRef]
    all_privileges: str


def _shared(version_num: int, types: dict[str, TypeRef]) -> _Shared:
    maintain = ("maintain",) if version_num >= 170000 else ()
    return _Shared(types, ", ".join(sorted(_TABLE_PRIVILEGES + maintain)))


def to_json(catalog: Catalog) -> str:
    """The catalog as text, the same for equal catalogs.

    Raises ``ValueError`` if two types of one name are not equal; no database has such.
    """
    shared = _shared(catalog.version_num, {})
    content = _pack(catalog, shared)
    described = {name: _pack_type(type_) for name, type_ in sorted(shared.types.items())}
    return written({"format": FORMAT, **content, "types": described}) + "\n"


def from_json(text: str) -> Catalog:
    """The catalog that ``to_json`` wrote. Raises ``UsageError`` if the text is not one."""
    try:
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise UsageError(
                f"the recorded catalog has format {raw['format']}, this version reads {FORMAT}: {_REMEDY}"
            )
        types = {name: _unpack_type(name, value) for name, value in raw["types"].items()}
        catalog = _object(Catalog, raw, _shared(raw["version_num"], types))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"not a recorded catalog ({type(error).__name__}: {error}): {_REMEDY}") from error
    assert isinstance(catalog, Catalog)
    return catalog


def _pack(value: Any, shared: _Shared) -> Any:
    if isinstance(value, TypeRef):
        if shared.types.setdefault(str(value), value) != value:
            raise ValueError(f"two types are called {value}: {value!r} and {shared.types[str(value)]!r}")
        return str(value)
    if isinstance(value, tuple):
        if value and isinstance(value[0], Grant):
            return _pack_grants(value, shared)
        return [_pack(item, shared) for item in value]
    if is_dataclass(value):
        stored = (field.name for field in fields(value) if _is_stored(field, value))
        return {name: _pack(getattr(value, name), shared) for name in stored}
    return value


def _is_stored(field: Field[Any], owner: Any) -> bool:
    if field.default is not MISSING:
        return bool(getattr(owner, field.name) != field.default)
    return not (field.name == "position" and isinstance(owner, Column))


def _pack_type(type_: TypeRef) -> dict[str, Any]:
    """Without the text, which is the key."""
    return {
        field.name: getattr(type_, field.name)
        for field in fields(type_)
        if field.name != "text" and _is_stored(field, type_)
    }


def _unpack_type(name: str, raw: dict[str, Any]) -> TypeRef:
    return TypeRef(text=name.removesuffix("[]" * (raw.get("dims", 0) - 1)), **raw)


def _pack_grants(grants: Iterable[Grant], shared: _Shared) -> list[list[str]]:
    packed = []
    for who, same in groupby(grants, lambda grant: (grant.grantee, grant.grantor)):
        privileges = ", ".join(grant.privilege + "*" * grant.grantable for grant in same)
        packed.append([*who, "all" if privileges == shared.all_privileges else privileges])
    return packed


def _unpack_grants(raw: Iterable[list[str]], shared: _Shared) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            privilege=privilege.removesuffix("*"),
            grantee=grantee,
            grantor=grantor,
            grantable=privilege.endswith("*"),
        )
        for grantee, grantor, privileges in raw
        for privilege in (shared.all_privileges if privileges == "all" else privileges).split(", ")
    )


def _object(kind: Any, raw: dict[str, Any], shared: _Shared) -> Any:
    if kind is Constraint and raw["kind"] == "foreign key":
        kind = ForeignKey
    unpackers = _unpackers(kind)
    values = {name: value for name, value in raw.items() if name not in ("format", "types")}
    return kind(**{name: unpackers[name](value, shared) for name, value in values.items()})


@cache
def _unpackers(kind: Any) -> dict[str, Callable[[Any, _Shared], Any]]:
    """How each field of a dataclass is read back, from its annotation."""
    return {name: _unpacker(hint) for name, hint in get_type_hints(kind).items()}


def _unpacker(hint: Any) -> Callable[[Any, _Shared], Any]:
    """The function that reads a value of an annotation; a scalar is read as it is."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        read = _unpacker(inner)
        return lambda raw, shared: None if raw is None else read(raw, shared)
    if origin is tuple:
        return _tuple_unpacker(arguments[0])
    if hint is TypeRef:
        return lambda raw, shared: shared.types[raw]
    if origin is not Literal and is_dataclass(hint):
        return lambda raw, shared: _object(hint, raw, shared)
    return lambda raw, _: raw


def _tuple_unpacker(element: Any) -> Callable[[Any, _Shared], Any]:
    if element is Grant:
        return _unpack_grants
    if element is Column:
        return lambda raw, shared: tuple(
            _object(Column, {**item, "position": position}, shared)
            for position, item in enumerate(raw, start=1)
        )
    read = _unpacker(element)
    return lambda raw, shared: tuple(read(item, shared) for item in raw)


def written(value: Any, *, indent: int = 0, before: int = 0) -> str:
    """JSON text in which a simple object that fits stands on one line, so that one object added is one line.

    ``before`` is the length of what stands before the value on its line.
    """
    if not value or not isinstance(value, dict | list):
        return _json(value)
    if _is_simple(value):
        line = _json(value)
        if indent + before + len(line) < _WIDTH:
            return line
    keys = [f"{_json(key)}: " for key in value] if isinstance(value, dict) else []
    items = list(value.values()) if isinstance(value, dict) else value
    lines = [
        key + written(item, indent=indent + 1, before=len(key))
        for key, item in zip_longest(keys, items, fillvalue="")
    ]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    space = "\n" + " " * indent
    return f"{opening}{space} " + f",{space} ".join(lines) + space + closing


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_simple(value: Any) -> bool:
    """Whether nothing in it is a list of objects or of lists."""
    if isinstance(value, list):
        return not any(isinstance(item, dict | list) for item in value)
    return not isinstance(value, dict) or all(_is_flat(item) for item in value.values())


def _is_flat(value: Any) -> bool:
    return not isinstance(value, dict | list) or (isinstance(value, list) and _is_simple(value))
