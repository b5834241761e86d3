"""What is tried: one ``Attempt`` per statement and actor. Planning is pure: descriptions in, statements out.

A blind UPDATE or DELETE (no WHERE, no RETURNING) does not apply the SELECT policy and one that reads a column does
(https://www.postgresql.org/docs/current/sql-createpolicy.html, "Policies applied by command type"), so both are tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pgproof.access.actors import Actor
from pgproof.access.contract import Command
from pgproof.access.subjects import Subject
from pgproof.database import sql

Variant = Literal["read", "blind", "filtered", "one row", "move", "move all", "copy", "truncate"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One statement as one actor. ``observe`` is what a superuser looks at afterwards, before all is undone.

    ``aim`` is the key of the row that is aimed at, where it is one; ``change`` says in words what is new about it.
    """

    actor: Actor
    relation: str
    command: Command
    variant: Variant
    statement: sql.Composed
    observe: sql.Composed | None = None
    aim: str = ""
    change: str = ""

    @property
    def reads(self) -> bool:
        """Whether the statement is a query for one value."""
        return self.variant == "read"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is before every attempt: its key as JSON text, its content, and its place, which a change moves."""

    key: str
    content: Mapping[str, Any]
    place: str


def reads(subject: Subject, actor: Actor) -> Iterator[Attempt]:
    """Read the key of every row."""
    statement = sql.SQL("select coalesce(jsonb_agg({}), '[]') from {} as t").format(subject.key, subject.name)
    yield Attempt(actor, subject.label, "select", "read", statement)


def updates(subject: Subject, actor: Actor, column: str, value: sql.Composable) -> Iterator[Attempt]:
    """Set a column to a constant, blind and with the key read; ``value`` is one that every row may have."""
    setting = sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value)
    yield Attempt(actor, subject.label, "update", "blind", setting, subject.observe)
    filtered = sql.SQL("{} where {} is not null").format(setting, subject.key)
    yield Attempt(actor, subject.label, "update", "filtered", sql.Composed([filtered]), subject.observe)


def moves(
    subject: Subject,
    actor: Actor,
    own: Sequence[Row],
    column: str,
    values: Sequence[Any],
    verdict: sql.Composed,
) -> Iterator[Attempt]:
    """Give rows that the actor may change another owner: one row by its key, and all that can be reached, blind.

    ``verdict`` is the condition on what a row may become; the superuser evaluates it on what it became.
    """
    observe = subject.observing(verdict)
    for value in values:
        setting = sql.SQL("update {} as t set {} = {}").format(
            subject.name, sql.Identifier(column), subject.constant(column, value)
        )
        said = f"{column} = {value!r}"
        yield Attempt(
            actor, subject.label, "becomes", "move all", sql.Composed([setting]), observe, change=said
        )
        for row in own:
            if row.content.get(column) == value:
                continue
            one = sql.SQL("{} where {} = {}::jsonb").format(setting, subject.key, sql.Literal(row.key))
            yield Attempt(
                actor, subject.label, "becomes", "move", sql.Composed([one]), observe, row.key, said
            )


def deletes(subject: Subject, actor: Actor, rows: Sequence[Row]) -> Iterator[Attempt]:
    """Delete everything, blind and with the key read, and single rows, which foreign keys to others do not stop."""
    everything = sql.SQL("delete from {} as t").format(subject.name)
    yield Attempt(actor, subject.label, "delete", "blind", everything, subject.observe)
    filtered = sql.SQL("{} where {} is not null").format(everything, subject.key)
    yield Attempt(actor, subject.label, "delete", "filtered", sql.Composed([filtered]), subject.observe)
    for row in rows:
        one = sql.SQL("{} where {} = {}::jsonb").format(everything, subject.key, sql.Literal(row.key))
        yield Attempt(
            actor, subject.label, "delete", "one row", sql.Composed([one]), subject.observe, row.key
        )


def truncates(subject: Subject, actor: Actor) -> Iterator[Attempt]:
    """TRUNCATE, which row-level security does not cover."""
    statement = sql.SQL("truncate {} cascade").format(subject.name)
    yield Attempt(actor, subject.label, "delete", "truncate", sql.Composed([statement]), subject.observe)


def inserts(
    subject: Subject, actor: Actor, candidates: Sequence[Mapping[str, Any]], verdict: sql.Composed
) -> Iterator[Attempt]:
    """Insert each candidate; the superuser evaluates the condition on the row that came of it."""
    observe = subject.observing(verdict)
    for candidate in candidates:
        yield Attempt(
            actor,
            subject.label,
            "insert",
            "copy",
            subject.insertion(candidate),
            observe,
            change=_owners(subject, candidate),
        )


def _owners(subject: Subject, candidate: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {candidate.get(name)!r}" for name in subject.deciding) or "a copy of a row"
