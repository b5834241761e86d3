"""What the catalog stores in letters, bits and packed numbers, in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from pgproof.catalog.parts import Action, ConstraintKind, Grant, TypeKind

Enabled = Literal["origin", "disabled", "replica", "always"]
Event = Literal["insert", "update", "delete", "truncate"]
RuleEvent = Literal["select", "insert", "update", "delete"]
Timing = Literal["before", "after", "instead of"]

# https://www.postgresql.org/docs/current/ddl-priv.html, table "ACL Privilege Abbreviations"
PRIVILEGES = {
    "r": "select",
    "a": "insert",
    "w": "update",
    "d": "delete",
    "D": "truncate",
    "x": "references",
    "t": "trigger",
    "m": "maintain",
    "C": "create",
    "c": "connect",
    "T": "temporary",
    "X": "execute",
    "U": "usage",
    "s": "set",
    "A": "alter system",
}
TYPE_KINDS: dict[str, TypeKind] = {
    "b": "base",
    "e": "enum",
    "d": "domain",
    "c": "composite",
    "r": "range",
    "m": "multirange",
    "p": "pseudo",
}
CONSTRAINT_KINDS: dict[str, ConstraintKind] = {
    "p": "primary key",
    "u": "unique",
    "c": "check",
    "f": "foreign key",
    "x": "exclusion",
    "n": "not null",
}
ACTIONS: dict[str, Action] = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
ENABLED: dict[str, Enabled] = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}
RULE_EVENTS: dict[str, RuleEvent] = {"1": "select", "2": "update", "3": "insert", "4": "delete"}
STORAGE = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
COMPRESSION = {"p": "pglz", "l": "lz4"}

_NAME = r'("(?:[^"]|"")*"|[^=/"]*)'
_ACL_ITEM = re.compile(rf"{_NAME}=([a-zA-Z*]*)/{_NAME}")
_LENGTH = re.compile(r"\((\d+)\)(?:\[\])*$")
_WHEN = re.compile(r" FOR EACH (?:ROW|STATEMENT) WHEN \((.*)\) EXECUTE (?:FUNCTION|PROCEDURE) ", re.DOTALL)

# Bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h)
_ROW, _BEFORE, _INSTEAD = 1, 2, 64
_EVENT_BITS: tuple[tuple[int, Event], ...] = ((4, "insert"), (16, "update"), (8, "delete"), (32, "truncate"))


def grants(acl: Iterable[str] | None) -> tuple[Grant, ...]:
    """The grants of an ACL, sorted by grantee and privilege; none for a null ACL without a default."""
    return _grants(tuple(acl)) if acl else ()


@lru_cache(maxsize=4096)
def _grants(acl: tuple[str, ...]) -> tuple[Grant, ...]:
    found = {grant for item in acl for grant in _grants_of_item(item)}
    return tuple(sorted(found, key=lambda g: (g.grantee, g.privilege, g.grantor)))


def _grants_of_item(item: str) -> Iterable[Grant]:
    """``anon=ar*/postgres``: what a grantee got from a grantor; a star follows what may be passed on."""
    parsed = _ACL_ITEM.fullmatch(item)
    if parsed is None:
        raise ValueError(f"not an ACL item: {item!r}, expected grantee=privileges/grantor")
    grantee, letters, grantor = _unquoted(parsed[1]) or "public", parsed[2], _unquoted(parsed[3])
    for letter, star in re.findall(r"([a-zA-Z])(\*?)", letters):
        yield Grant(
            privilege=PRIVILEGES.get(letter, letter), grantee=grantee, grantor=grantor, grantable=bool(star)
        )


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def modifiers(name: str, modifier: int, text: str) -> tuple[int | None, int | None, int | None]:
    """Length, precision and scale that a type modifier means for the type of that catalog name."""
    if modifier == -1:
        return None, None, None
    if name in ("varchar", "bpchar"):
        return modifier - 4, None, None
    if name == "numeric":
        packed = modifier - 4
        return None, (packed >> 16) & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024
    if name in ("time", "timetz", "timestamp", "timestamptz"):
        return None, modifier, None
    if name == "interval":
        return None, (modifier & 0xFFFF if modifier & 0xFFFF != 0xFFFF else None), None
    length = _LENGTH.search(text)
    return (int(length[1]) if length else None), None, None


def timing(bits: int) -> Timing:
    """When a trigger fires."""
    if bits & _INSTEAD:
        return "instead of"
    return "before" if bits & _BEFORE else "after"


def level(bits: int) -> Literal["row", "statement"]:
    """How often a trigger fires."""
    return "row" if bits & _ROW else "statement"


def events(bits: int) -> tuple[Event, ...]:
    """What a trigger fires on."""
    return tuple(event for bit, event in _EVENT_BITS if bits & bit)


def trigger_condition(definition: str) -> str | None:
    """The WHEN of a trigger, from its definition: PostgreSQL has no other function that prints it."""
    found = _WHEN.search(definition)
    return found[1] if found else None


def trigger_arguments(raw: bytes) -> tuple[str, ...]:
    """The arguments of a trigger, stored one after the other, each ended by a zero byte."""
    return tuple(argument.decode() for argument in bytes(raw).split(b"\0")[:-1])
