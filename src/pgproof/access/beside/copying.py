"""COPY, which the API does not offer and a connection does: rows out of a table, and rows into it.

COPY TO applies the policies for SELECT; COPY FROM is refused where row security binds the role, and knows no rules
(https://www.postgresql.org/docs/current/sql-copy.html). Neither can be run inside a function, so each is a round trip
of its own, made once for every kind of actor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pgproof.access.actors.kinds import Actor, becoming
from pgproof.access.attempts.perform import Outcome, changes_seen
from pgproof.access.attempts.statements import Attempt
from pgproof.access.contract.model import SERVICE
from pgproof.access.judging.judge import Verdict, judge
from pgproof.access.relations.subjects import Subject
from pgproof.access.world.survey import Survey, nameable
from pgproof.access.world.world import World
from pgproof.database import Connection, errors, sql

ROWS = 4  # rows that are copied in, one at a time
BEGIN = "savepoint copying; select {}, set_config('role', {}, true)"
END = "rollback to savepoint copying; release savepoint copying"
Rows = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]


def rows_to_copy(outcomes: Iterable[Outcome]) -> Rows:
    """The rows that INSERTs tried, by actor and relation, those first that were kept out."""
    found: dict[tuple[str, str], list[Outcome]] = {}
    for each in outcomes:
        if each.attempt.variant == "copy" and each.attempt.row:
            found.setdefault((each.attempt.actor.label, each.attempt.relation), []).append(each)
    return {
        place: [each.attempt.row or {} for each in sorted(own, key=lambda each: bool(each.changes))[:ROWS]]
        for place, own in found.items()
    }


def copy_verdicts(world: World, rows: Rows) -> tuple[list[Verdict], int]:
    """The verdicts on COPY by the first of each kind, and how many were made. Nobody has to be able to, so leaks alone
    count.
    """
    outcomes: list[tuple[Survey, Outcome]] = []
    with world.connection.transaction(force_rollback=True):
        for label, surveyed in world.surveyed.items():
            for actor in world.acting_on(label) if surveyed.subject.is_table else ():
                if world.leads(actor) and actor.kind != SERVICE:
                    copied = (*_out(world, surveyed, actor), *_in(world, surveyed, actor, rows))
                    outcomes += [(surveyed, each) for each in copied]
    found = [
        verdict
        for surveyed, each in outcomes
        for verdict in judge(each, world.expected(each.attempt.actor, each.attempt.relation), surveyed.rows)
    ]
    return [each for each in found if each.rule == "leak"], len(outcomes)


@contextmanager
def _acting(connection: Connection, actor: Actor) -> Iterator[None]:
    """Be an actor, in few round trips, and take back whatever came of it."""
    connection.execute(sql.SQL(BEGIN).format(becoming(actor), sql.Literal(actor.role)))
    try:
        yield
    finally:
        connection.execute(END)


def _out(world: World, surveyed: Survey, actor: Actor) -> Iterator[Outcome]:
    """COPY TO of the columns that tell one row from another, where the actor has the right to them."""
    subject, connection = surveyed.subject, world.connection
    names = subject.key_columns or tuple(subject.columns)
    if not set(names) <= set(world.rights(actor.role, subject.label).select):
        return
    statement = sql.SQL("copy {} ({}) to stdout").format(
        subject.name, sql.SQL(", ").join(map(sql.Identifier, names))
    )
    attempt = Attempt(actor, subject.label, "select", "copied out", statement)
    try:
        with _acting(connection, actor), connection.cursor().copy(statement) as copy:
            rows = [tuple(row) for row in copy.rows()]
    except errors.Error as error:
        yield _failed(attempt, error)
        return
    known = _keys(connection, subject, names) if rows else {}
    yield Outcome(attempt, returned=[known[row] for row in rows if row in known])


def _keys(connection: Connection, subject: Subject, names: Sequence[str]) -> Mapping[tuple[Any, ...], Any]:
    """The key of each row by its columns as text, which is what COPY writes."""
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier("t", each)) for each in names)
    found = connection.execute(sql.SQL("select {}, {} from {} as t").format(subject.key, texts, subject.name))
    return {tuple(row): key for key, *row in found.fetchall()}


def _in(world: World, surveyed: Survey, actor: Actor, rows: Rows) -> Iterator[Outcome]:
    """COPY FROM of rows, until it is refused itself."""
    subject, rights = surveyed.subject, world.rights(actor.role, surveyed.subject.label)
    names = nameable(subject, rights)
    for row in rows.get((actor.label, subject.label), ()) if rights.insert else ():
        outcome = _entered(world, surveyed, actor, {each: row[each] for each in names if each in row})
        yield outcome
        if not outcome.ran and not outcome.constrained:
            return


def _entered(world: World, surveyed: Survey, actor: Actor, row: Mapping[str, Any]) -> Outcome:
    """One row by COPY FROM, seen by a superuser afterwards, and undone."""
    connection, subject = world.connection, surveyed.subject
    statement = sql.SQL("copy {} ({}) from stdin").format(
        subject.name, sql.SQL(", ").join(map(sql.Identifier, row))
    )
    observe = world.observation(world.expectations(actor, [subject.label, *sorted(surveyed.behind)]))
    assert observe is not None
    said = ", ".join(f"{each} = {row.get(each)!r}" for each in subject.deciding)
    attempt = Attempt(actor, subject.label, "insert", "copied in", statement, observe, change=said, row=row)
    try:
        with _acting(connection, actor):
            with connection.cursor().copy(statement) as copy:
                copy.write(subject.line(row))
            connection.execute("set constraints all immediate; reset role")
            seen = connection.execute(observe).fetchone()
    except errors.Error as error:
        return _failed(attempt, error)
    return Outcome(attempt, changes=changes_seen(seen[0] if seen else {}))


def _failed(attempt: Attempt, error: errors.Error) -> Outcome:
    told = error.diag
    return Outcome(
        attempt, error.sqlstate or "XX000", told.message_primary or "", told.message_detail or "",
        told.constraint_name or "",
    )  # fmt: skip
