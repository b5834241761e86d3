"""Writes through a view: what comes of them shows in the tables behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.candidates import as_own, candidates, spread
from pgproof.access.attempts.statements import Attempt
from pgproof.access.relations.subjects import Subject
from pgproof.access.world.survey import Survey
from pgproof.access.world.world import World
from pgproof.database import sql

BASES = 2  # rows that are copied
MOST = 12  # rows that are inserted into one table behind


def writes(world: World, surveyed: Survey, actor: Actor, observe: sql.Composed) -> Iterator[Attempt]:
    """UPDATE and DELETE of everything, and INSERTs of rows such as the tables behind have."""
    subject = surveyed.subject
    for column in subject.columns:
        update = sql.SQL("update {} as t set {} = {}").format(
            subject.name, sql.Identifier(column), sql.Identifier("t", column)
        )
        yield Attempt(actor, subject.label, "update", "blind", update, observe)
    delete = sql.SQL("delete from {} as t").format(subject.name)
    yield Attempt(actor, subject.label, "delete", "blind", delete, observe)
    for label in sorted(surveyed.behind & set(world.surveyed)):
        yield from _inserts(subject, world.surveyed[label], actor, observe)


def _inserts(subject: Subject, behind: Survey, actor: Actor, observe: sql.Composed) -> Iterator[Attempt]:
    """Rows of one table behind, with every owner there is, as far as the view has columns for them."""
    table = behind.subject
    named = [each for each in subject.columns if each in table.writable]
    if not table.is_table or table.is_part or not set(named) & set(table.deciding):
        return
    bases = spread(behind.rows, BASES)
    brought = {str(each) for each in actor.values.values()}
    rows = [*bases, *(as_own(actor.values, row) for row in bases)]
    made = candidates(table, rows, behind.rows, behind.free, own=brought)
    for row in islice(made, MOST):
        yield Attempt(
            actor, subject.label, "insert", "copy", _insertion(subject, table, row, named), observe,
            change=", ".join(f"{name} = {row.get(name)!r}" for name in table.deciding if name in named),
        )  # fmt: skip


def _insertion(
    subject: Subject, table: Subject, row: Mapping[str, Any], named: Sequence[str]
) -> sql.Composed:
    """INSERT into the view of what it has columns for, as the table's types."""
    return sql.SQL("insert into {} ({}) values ({})").format(
        subject.name,
        sql.SQL(", ").join(map(sql.Identifier, named)),
        sql.SQL(", ").join(table.constant(each, row.get(each)) for each in named),
    )
