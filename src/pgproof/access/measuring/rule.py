"""One condition on a row in the terms of an actor's values: as SQL, and as a test of a row that is known. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from pgproof.catalog.names import quoted

Content = Mapping[str, Any]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """``said(prefix)`` is the condition in SQL, ``holds`` whether it is true of a row for an actor.

    ``own`` says that the condition speaks of the actor.
    """

    said: Callable[[str], str]
    holds: Callable[[Content, Values], bool]
    own: bool = True

    @property
    def text(self) -> str:
        """The condition as a contract writes it."""
        return self.said("")


def equal(column: str, name: str) -> Rule:
    """The row names the actor."""

    def holds(content: Content, values: Values) -> bool:
        found, value = content.get(column), values.get(name)
        return found is not None and value is not None and str(found) == str(value)

    return Rule(lambda prefix: f"{prefix}{quoted(column)} = :{name}", holds)


def flag(column: str, *, up: bool = True) -> Rule:
    """The row is marked or, if not ``up``, is not."""
    word = "" if up else "not "
    return Rule(
        lambda prefix: f"{word}{prefix}{quoted(column)}", lambda row, _: row.get(column) is up, own=False
    )


def later(column: str) -> Rule:
    """What the row says is still to come."""

    def holds(content: Content, _: Values) -> bool:
        found = content.get(column)
        return isinstance(found, str) and _moment(found) > datetime.now(timezone.utc)

    return Rule(lambda prefix: f"{prefix}{quoted(column)} > now()", holds, own=False)


def _moment(text: str) -> datetime:
    """A timestamp as JSON has it; those that Python has no number for are the first or the last."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        last = text.startswith("infinity") or not text.startswith(("-", "0"))
        return (datetime.max if last else datetime.min).replace(tzinfo=timezone.utc)


def constant(column: str, word: str) -> Rule:
    """The row has a word in a column."""
    shown = "'" + word.replace("'", "''") + "'"
    return Rule(
        lambda prefix: f"{prefix}{quoted(column)} = {shown}",
        lambda row, _: row.get(column) == word,
        own=False,
    )


def happened(column: str) -> Rule:
    """What the column dates has taken place: an invitation was accepted, a post published."""
    return Rule(
        lambda prefix: f"{prefix}{quoted(column)} is not null",
        lambda row, _: row.get(column) is not None,
        own=False,
    )


def never(column: str) -> Rule:
    """What the column dates has not taken place: the row was not deleted, the membership not revoked."""
    return Rule(
        lambda prefix: f"{prefix}{quoted(column)} is null", lambda row, _: row.get(column) is None, own=False
    )


def both(one: Rule, other: Rule) -> Rule:
    """Both conditions hold."""
    return Rule(
        lambda prefix: f"{one.said(prefix)} and {other.said(prefix)}",
        lambda row, values: one.holds(row, values) and other.holds(row, values),
        one.own or other.own,
    )


def either(one: Rule, other: Rule) -> Rule:
    """One of the conditions holds."""
    return Rule(
        lambda prefix: f"({one.said(prefix)} or {other.said(prefix)})",
        lambda row, values: one.holds(row, values) or other.holds(row, values),
        one.own or other.own,
    )
