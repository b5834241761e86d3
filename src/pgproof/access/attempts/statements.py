"""What is tried: one ``Attempt`` per statement and actor. Planning is pure: descriptions in, statements out.

A blind UPDATE or DELETE (no WHERE, no RETURNING) does not apply the SELECT policy and one that reads a column does
(https://www.postgresql.org/docs/current/sql-createpolicy.html, "Policies applied by command type"), so both are tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pgproof.access.actors.kinds import Actor
from pgproof.access.contract.model import Command
from pgproof.access.relations.subjects import Subject
from pgproof.database import filled, sql

Variant = Literal[
    "read",
    "read column",
    "count",
    "explained",
    "copied out",
    "copied in",
    "after another",
    "after a change",
    "through a leaky function",
    "as prepared by another",
    "blind",
    "filtered",
    "one row",
    "move",
    "move all",
    "move alone",
    "take",
    "take alone",
    "set column",
    "set allowed column",
    "copy",
    "returning",
    "shown",
    "again",
    "do nothing",
    "merge in",
    "upsert",
    "merge",
    "truncate",
    "call",
]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One statement as one actor. ``observe`` is what a superuser looks at afterwards, before all is undone.

    ``prepare`` is what a superuser does first; ``aim`` is the key of the row that is aimed at, where it is one;
    ``change`` says in words what is new about it; ``row`` is what is inserted, the columns that are set, or the
    arguments of a call by name, as SQL.
    """

    actor: Actor
    relation: str
    command: Command
    variant: Variant
    statement: sql.Composed
    observe: sql.Composed | None = None
    aim: str = ""
    change: str = ""
    prepare: sql.Composed | None = None
    row: Mapping[str, Any] | None = None

    @property
    def reads(self) -> bool:
        """Whether the statement is a query for one value."""
        return self.command == "select" or self.variant == "shown"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is before every attempt: its key as JSON text, its content, and its place, which a change moves."""

    key: str
    content: Mapping[str, Any]
    place: str


def updates(
    subject: Subject,
    actor: Actor,
    column: str,
    value: sql.Composable,
    observe: sql.Composed,
) -> Iterator[Attempt]:
    """Set a column to a constant: blind, with the key read, by MERGE, and with RETURNING; ``value`` is one that every
    row may have.
    """
    setting = filled("update {} as t set {} = {}", subject.name, sql.Identifier(column), value)
    yield Attempt(actor, subject.label, "update", "blind", setting, observe)
    filtered = filled("{} where {} is not null", setting, subject.key)
    yield Attempt(actor, subject.label, "update", "filtered", filtered, observe)
    merge = filled(
        "merge into {} as t using (values (1)) as v (x) on true when matched then update set {} = {}",
        subject.name,
        sql.Identifier(column),
        value,
    )
    yield Attempt(actor, subject.label, "update", "merge", merge, observe)
    yield _shown(subject, actor, "update", setting, observe)


def _shown(
    subject: Subject,
    actor: Actor,
    command: Command,
    statement: sql.Composed,
    observe: sql.Composed,
    prepare: sql.Composed | None = None,
) -> Attempt:
    """An UPDATE or DELETE with RETURNING, which may show no row that a SELECT would not."""
    shown = filled(
        "with done as ({} returning {} as key) select coalesce(jsonb_agg(done.key), '[]') as seen from done",
        statement,
        subject.key,
    )
    return Attempt(actor, subject.label, command, "shown", shown, observe, prepare=prepare)


def moves(
    subject: Subject,
    actor: Actor,
    own: Sequence[Row],
    column: str,
    values: Sequence[Any],
    observe: sql.Composed,
    unblock: sql.Composed | None,
) -> Iterator[Attempt]:
    """Give rows another owner: all that can be reached and one that is all alone, both blind, and one by its key."""
    for value in values:
        setting = filled(
            "update {} as t set {} = {}",
            subject.name,
            sql.Identifier(column),
            subject.constant(column, value),
        )
        said = f"{column} = {value!r}"
        yield Attempt(
            actor, subject.label, "becomes", "move all", setting, observe, change=said, prepare=unblock
        )
        for row in own:
            if row.content.get(column) == value:
                continue
            one = filled("{} where {}", setting, subject.at(row.key))
            yield Attempt(actor, subject.label, "becomes", "move", one, observe, row.key, said)
            yield Attempt(
                actor,
                subject.label,
                "becomes",
                "move alone",
                setting,
                observe,
                row.key,
                said,
                alone(subject, row, unblock),
            )


def takes(
    subject: Subject,
    actor: Actor,
    values: Mapping[str, Any],
    foreign: Sequence[Row],
    observe: sql.Composed,
    unblock: sql.Composed | None,
) -> Iterator[Attempt]:
    """Make rows of others one's own, one at a time: blind, and by key. What a row becomes is then beyond reproach."""
    pairs = sql.SQL(", ").join(
        filled("{} = {}", sql.Identifier(each), subject.constant(each, value))
        for each, value in values.items()
    )
    setting = filled("update {} as t set {}", subject.name, pairs)
    said = ", ".join(f"{name} = {value!r}" for name, value in values.items())
    for row in foreign:
        one = filled("{} where {}", setting, subject.at(row.key))
        single = alone(subject, row, unblock)
        yield Attempt(actor, subject.label, "update", "take", one, observe, row.key, said)
        yield Attempt(actor, subject.label, "update", "take alone", setting, observe, row.key, said, single)


def alone(subject: Subject, row: Row, unblock: sql.Composed | None) -> sql.Composed:
    """Leave one row of a relation, so that a statement without WHERE meets that one and no other gets in its way."""
    first = filled("{}; ", unblock) if unblock else sql.SQL("")
    return filled(
        "{}set local session_replication_role = replica; delete from {} as t where not ({});"
        " set local session_replication_role = origin",
        first,
        subject.name,
        subject.at(row.key),
    )


def deletes(
    subject: Subject,
    actor: Actor,
    rows: Sequence[Row],
    observe: sql.Composed,
    unblock: sql.Composed | None,
    served: sql.Composed | None = None,
) -> Iterator[Attempt]:
    """Delete everything, blind, with the key read, by MERGE and with RETURNING, and single rows, which foreign keys to
    others do not stop. ``served`` is what the service says that deletes single rows for people, if one does.
    """
    everything = filled("delete from {} as t", subject.name)
    filtered = filled("{} where {} is not null", everything, subject.key)
    yield Attempt(actor, subject.label, "delete", "blind", everything, observe, prepare=unblock)
    yield Attempt(actor, subject.label, "delete", "filtered", filtered, observe, prepare=unblock)
    merge = filled(
        "merge into {} as t using (values (1)) as v (x) on true when matched then delete", subject.name
    )
    yield Attempt(actor, subject.label, "delete", "merge", merge, observe, prepare=unblock)
    yield _shown(subject, actor, "delete", everything, observe, unblock)
    for row in rows:
        one = filled("{} where {}", everything, subject.at(row.key))
        yield Attempt(actor, subject.label, "delete", "one row", one, observe, row.key, prepare=served)


def truncates(subject: Subject, actor: Actor) -> Iterator[Attempt]:
    """TRUNCATE, which row-level security does not cover."""
    statement = filled("truncate {} cascade", subject.name)
    yield Attempt(actor, subject.label, "delete", "truncate", statement)


def inserts(
    subject: Subject,
    actor: Actor,
    candidates: Sequence[Mapping[str, Any]],
    nameable: Sequence[str],
    observe: sql.Composed,
    *,
    returning: bool = False,
    statements: Sequence[sql.Composed] = (),
) -> Iterator[Attempt]:
    """Insert each candidate; with RETURNING this needs the right to see the new row.

    ``statements`` are those of the candidates, if they have been made already.
    """
    known = statements or [subject.insertion(each, nameable) for each in candidates]
    for candidate, plain in zip(candidates, known, strict=True):
        said = _owners(subject, candidate)
        statement = filled("{} returning {}", plain, subject.key) if returning else plain
        variant: Variant = "returning" if returning else "copy"
        yield Attempt(actor, subject.label, "insert", variant, statement, observe, change=said, row=candidate)


def otherwise(subject: Subject, inserted: Sequence[Attempt], nameable: Sequence[str]) -> Iterator[Attempt]:
    """Inserts again, by ON CONFLICT DO NOTHING, which asks for as much and may keep quiet about it, and by MERGE."""
    for each in inserted:
        nothing = filled("{} on conflict do nothing", each.statement)
        yield replace(each, variant="do nothing", statement=nothing)
        merge = subject.merging(each.row or {}, nameable)
        yield replace(each, variant="merge in", statement=merge)


def again(
    subject: Subject,
    actor: Actor,
    rows: Sequence[Row],
    nameable: Sequence[str],
    observe: sql.Composed,
) -> Iterator[Attempt]:
    """Insert a row that was there and has been taken away: no key is in its way, however narrow the keys are."""
    for row in rows:
        removed = filled(
            "set local session_replication_role = replica; delete from {} as t where {};"
            " set local session_replication_role = origin",
            subject.name,
            subject.at(row.key),
        )
        statement = subject.insertion(row.content, nameable)
        said = _owners(subject, row.content)
        yield Attempt(
            actor, subject.label, "insert", "again", statement, observe, row.key, said, removed, row.content
        )


def _owners(subject: Subject, candidate: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {candidate.get(name)!r}" for name in subject.deciding) or "a copy of a row"
