"""``diff``: everything that is not the same in two catalogs (or clusters), as values.

How a field is compared is written beside it (``marks``). What merely follows from another difference is taken
out first (``consequences``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import is_dataclass
from itertools import groupby
from typing import Any, TypeVar

from pgproof.catalog.consequences import OWNER, without_consequences
from pgproof.catalog.difference import Difference, Value
from pgproof.catalog.labels import kind_of, name_of
from pgproof.catalog.marks import key, names_of
from pgproof.catalog.model import Catalog, Cluster, Column, Grant, quoted
from pgproof.catalog.scope import portable, scoped

_Whole = TypeVar("_Whole", Catalog, Cluster)


def diff(
    before: Catalog,
    after: Catalog,
    *,
    with_extensions: bool = False,
    ignore_schemas: Collection[str] = (),
) -> tuple[Difference, ...]:
    """Every difference, ordered by kind of object, then by name.

    Members of extensions are left out unless ``with_extensions``; so is everything in ``ignore_schemas``
    (those of a platform, say). Between two major versions of PostgreSQL, only what both can express is
    compared.
    """
    sides = [scoped(side, with_extensions=with_extensions, ignore=ignore_schemas) for side in (before, after)]
    if before.version_num != after.version_num:
        sides = [portable(side) for side in sides]
    # The same privilege of two grantors is one difference to the reader, and it is told once.
    return tuple(dict.fromkeys(_inside(*without_consequences(*sides), "")))


def diff_roles(before: Cluster, after: Cluster) -> tuple[Difference, ...]:
    """Every difference in roles, memberships and settings."""
    return tuple(_inside(before, after, ""))


def _inside(before: Any, after: Any, name: str) -> Iterator[Difference]:
    """The differences of the parts of one object that exists on both sides."""
    for field in names_of(type(before), "parts"):
        old, new = getattr(before, field), getattr(after, field)
        if old == new:
            continue
        if field == "grants":
            yield from _grants(old, new, _subject(before, after, name))
        else:
            yield from _parts(old, new, name)
            if _are_columns((*old, *new)):
                yield from _order(old, new, _common_kind(before, after), name)


def _parts(before: Iterable[Any], after: Iterable[Any], parent: str) -> Iterator[Difference]:
    old, new = ({key(item): item for item in side} for side in (before, after))
    for name in sorted(old.keys() | new.keys()):
        here, there = old.get(name), new.get(name)
        if here is None or there is None:
            item = here or there
            yield Difference(kind_of(item), name_of(item, parent), None, here is not None, there is not None)
        elif here != there:
            yield from _object(here, there, parent)


def _object(before: Any, after: Any, parent: str) -> Iterator[Difference]:
    name = name_of(before, parent)
    changed = list(_attributes(before, after, "attribute")) or list(_attributes(before, after, "summary"))
    for attribute, old, new in changed:
        words = attribute.replace("_", " ")
        yield Difference(_common_kind(before, after), name, words, old, new)
    yield from _inside(before, after, name)


def _attributes(before: Any, after: Any, wanted: str) -> Iterator[tuple[str, Value, Value]]:
    """What both have and differs; a constraint that became a foreign key has less in common."""
    common = set(names_of(type(after), wanted))
    for attribute in names_of(type(before), wanted):
        old, new = (plain(getattr(side, attribute, None)) for side in (before, after))
        if attribute in common and old != new:
            yield attribute, old, new


def plain(value: Any) -> Value:
    """A field as a value that can be shown: types and arguments as people write them."""
    if is_dataclass(value):
        return str(value)
    if isinstance(value, tuple):
        return tuple(None if item is None else str(item) for item in value)
    assert value is None or isinstance(value, str | int | float)
    return value


def _common_kind(before: Any, after: Any) -> str:
    kinds = {kind_of(before), kind_of(after)}
    return kinds.pop() if len(kinds) == 1 else type(before).__name__.lower()


def _subject(before: Any, after: Any, name: str) -> str:
    return f"{_common_kind(before, after)} {name}"


def _are_columns(parts: Iterable[Any]) -> bool:
    return all(isinstance(part, Column) for part in parts)


def _order(before: Iterable[Column], after: Iterable[Column], kind: str, name: str) -> Iterator[Difference]:
    """Columns that exist on both sides, in another order."""
    old, new = (tuple(column.name for column in side) for side in (before, after))
    old_common, new_common = tuple(n for n in old if n in new), tuple(n for n in new if n in old)
    if old_common != new_common:
        yield Difference(kind, name, "column order", old_common, new_common)


def _grants(before: Iterable[Grant], after: Iterable[Grant], subject: str) -> Iterator[Difference]:
    """Grants are told apart by privilege and grantee; by grantor only where several gave the same."""
    old, new = _by_grantee(before), _by_grantee(after)
    for grantee, privilege in sorted(old.keys() | new.keys()):
        ours, theirs = (side.get((grantee, privilege), ()) for side in (old, new))
        name = f"{privilege} on {subject} to {_role_name(grantee)}"
        if len(ours) == len(theirs) == 1:
            for attribute, was, is_ in _attributes(ours[0], theirs[0], "attribute"):
                yield Difference("grant", name, attribute, was, is_)
        else:
            yield from _several_grantors(ours, theirs, name)


def _role_name(name: str) -> str:
    return name if name == OWNER else quoted(name)


def _several_grantors(before: tuple[Grant, ...], after: tuple[Grant, ...], name: str) -> Iterator[Difference]:
    old, new = ({grant.grantor: grant for grant in side} for side in (before, after))
    for grantor in sorted(old.keys() | new.keys()):
        suffix = f" by {_role_name(grantor)}" if max(len(old), len(new)) > 1 else ""
        if grantor in old and grantor in new:
            for attribute, was, is_ in _attributes(old[grantor], new[grantor], "attribute"):
                yield Difference("grant", name + suffix, attribute, was, is_)
        else:
            yield Difference("grant", name + suffix, None, grantor in old, grantor in new)


def _by_grantee(grants: Iterable[Grant]) -> dict[tuple[str, str], tuple[Grant, ...]]:
    def who(grant: Grant) -> tuple[str, str]:
        return grant.grantee, grant.privilege

    return {grantee: tuple(same) for grantee, same in groupby(sorted(grants, key=who), who)}
