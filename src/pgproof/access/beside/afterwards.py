"""Statements in the middle of which something happens: what somebody reaches on the same connection, by statements
that were prepared and planned before, once they are no longer who they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pgproof.access.actors.kinds import becoming
from pgproof.access.attempts.perform import Outcome, perform
from pgproof.access.attempts.reading import FORGET, PREPARED
from pgproof.access.attempts.statements import Attempt
from pgproof.access.contract.model import Command
from pgproof.access.explaining.findings import verdict_finding
from pgproof.access.judging.effects import done_by
from pgproof.access.judging.judge import Verdict, judge
from pgproof.access.relations.subjects import Subject
from pgproof.access.world.events import Event, events
from pgproof.access.world.expect import ON_ROWS, Expectation, expect
from pgproof.access.world.survey import Survey, settable
from pgproof.access.world.world import World
from pgproof.database import sql
from pgproof.finding import Finding


@dataclass(frozen=True)
class Tried:
    """One event on one relation: what the contract allows afterwards, what was tried, and the change all by itself."""

    event: Event
    surveyed: Survey
    expected: Expectation
    attempts: tuple[Attempt, ...]
    alone: Attempt


def event_findings(world: World) -> tuple[list[Finding], int]:
    """What was reached that may no longer be; and how many statements told it."""
    tried = [each for event in events(world) for each in _tried(world, event)]
    outcomes = perform(world.connection, (one for each in tried for one in (*each.attempts, each.alone)))
    by_attempt = {id(each.attempt): each for each in outcomes}
    found = [
        verdict_finding(world, verdict)
        for each in tried
        for verdict in _judged(
            each, [by_attempt[id(one)] for one in each.attempts], by_attempt[id(each.alone)]
        )
    ]
    return found, len(outcomes)


def _tried(world: World, event: Event) -> Iterator[Tried]:
    """The relations that the actor could reach before, and by which commands."""
    labels = [event.only] if event.only else [
        label for label in world.surveyed if any(world.expected(event.actor, label).reach[each] for each in ON_ROWS)
    ]  # fmt: skip
    for label, expected in _expected(world, event, labels).items():
        surveyed = world.surveyed[label]
        observe = (
            expected.observation(surveyed.subject, len(surveyed.rows)) if surveyed.subject.is_table else None
        )
        attempts = tuple(_attempts(world, event, surveyed, observe))
        nothing = sql.Composed([sql.SQL("select 1")])
        alone = Attempt(
            event.actor,
            label,
            "update",
            "after a change",
            nothing,
            observe,
            prepare=event.change,
        )
        yield Tried(event, surveyed, expected, attempts, alone)


def _expected(world: World, event: Event, labels: Sequence[str]) -> Mapping[str, Expectation]:
    """What the contract allows once the change has been made."""
    with world.connection.transaction(force_rollback=True):
        world.connection.execute(event.change)
        return {
            label: expect(world.connection, world.contract, world.surveyed[label].subject, [event.after])[0]
            for label in labels
        }


def _attempts(
    world: World, event: Event, surveyed: Survey, observe: sql.Composed | None
) -> Iterator[Attempt]:
    subject, before = surveyed.subject, world.expected(event.actor, surveyed.subject.label)
    read = sql.SQL("select coalesce(jsonb_agg({}), '[]') as seen from {} as t").format(
        subject.key, subject.name
    )
    if before.cells["select"].columns is None or set(subject.key_columns) <= {
        *before.cells["select"].columns
    }:
        yield _after(world, event, subject, "select", read, None, warm="execute")
    if observe is None:
        return
    if before.reach["update"]:
        rights = world.rights(event.actor.role, subject.label)
        column, value = settable(surveyed, rights, before.cells["update"].columns)
        update = sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value)
        yield _after(world, event, subject, "update", update, observe)
    if before.reach["delete"]:
        delete = sql.SQL("delete from {} as t").format(subject.name)
        yield _after(world, event, subject, "delete", delete, observe, unblock=surveyed.unblock_deletes)


def _after(
    world: World,
    event: Event,
    subject: Subject,
    command: Command,
    statement: sql.Composed,
    observe: sql.Composed | None,
    *,
    warm: str = "explain execute",
    unblock: sql.Composed | None = None,
) -> Attempt:
    """Execute a statement that was prepared, and planned or run, before the change."""
    name = sql.Identifier(PREPARED)
    prepare = sql.SQL(
        "{unblock}{forget}; select set_config('plan_cache_mode', 'force_generic_plan', true);"
        " select {becoming}; set local role {role};"
        " prepare {name} as {statement}; {warm} {name}; reset role{end}; {change}"
    ).format(
        end=world.end,
        unblock=sql.SQL("{}; ").format(unblock) if unblock else sql.SQL(""),
        forget=sql.SQL(FORGET),
        becoming=becoming(event.actor),
        role=sql.Identifier(event.actor.role),
        name=name,
        statement=statement,
        warm=sql.SQL(warm),
        change=event.change,
    )
    return Attempt(
        event.actor,
        subject.label,
        command,
        "after a change",
        sql.SQL("execute {}").format(name),
        observe,
        change=event.said,
        prepare=prepare,
    )


def _judged(tried: Tried, outcomes: Sequence[Outcome], alone: Outcome) -> Iterator[Verdict]:
    """Leaks alone: who must succeed has been tried without a change. What the change itself did is left out."""
    rows = tried.surveyed.rows
    itself = done_by(alone, rows).touched
    for outcome in outcomes:
        for verdict in judge(outcome, tried.expected, rows):
            keys = tuple(each for each in verdict.keys if each not in itself or outcome.attempt.reads)
            if verdict.rule == "leak" and keys:
                yield replace(verdict, keys=keys, way=f"{outcome.attempt.command}-after-change")
