"""Verdicts -> findings: who did what to which rows, what the contract says, and what to change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.functions import denials
from pgproof.access.attempts.perform import Outcome
from pgproof.access.attempts.statements import Attempt
from pgproof.access.contract.model import Cell, Command, Contract, FunctionRule
from pgproof.access.explaining.culprit import culprits
from pgproof.access.explaining.explain import call_layer, layer
from pgproof.access.explaining.reproduce import call_script, keys_in_words, returned_script, script
from pgproof.access.judging.judge import Verdict
from pgproof.access.world.survey import mentioned
from pgproof.access.world.world import World
from pgproof.catalog.objects import Routine
from pgproof.finding import Finding

DID = {
    "read": "could read",
    "read column": "could read the column",
    "through a leaky function": "saw in a function of its own in the WHERE",
    "as prepared by another": "read by executing a statement prepared by",
    "blind": "reached without a WHERE",
    "filtered": "reached with a WHERE",
    "merge": "reached with MERGE",
    "set column": "set",
    "set allowed column": "set",
    "one row": "deleted",
    "move": "moved",
    "move all": "moved without a WHERE",
    "move alone": "moved without a WHERE",
    "take": "made its own",
    "take alone": "made its own without a WHERE",
    "copy": "inserted",
    "returning": "inserted with RETURNING",
    "merge in": "inserted with MERGE",
    "do nothing": "inserted with ON CONFLICT DO NOTHING",
    "count": "counted",
    "explained": "counted with EXPLAIN ANALYZE",
    "copied out": "read with COPY TO",
    "copied in": "inserted with COPY FROM",
    "shown": "was shown by RETURNING",
    "after another": "read, on a connection that had just served",
    "after a change": "still reached, prepared beforehand on the same connection,",
    "again": "inserted, after it had been taken away,",
    "upsert": "reached with ON CONFLICT DO UPDATE",
    "truncate": "emptied the table with TRUNCATE",
    "call": "changed by calling it with",
}
REMEDIES = {
    "leak": "narrow the policy or revoke the privilege that let it through",
    "locked-out": "grant the privilege, or widen the policy, that kept the actor out",
    "access-error": "mend the policy or function that raised the error: an error is no answer",
}

SHOWN = 200  # characters of a row

TO_DO: dict[Command, str] = {
    "select": "read",
    "insert": "insert",
    "update": "update",
    "becomes": "change",
    "delete": "delete",
}


def verdict_finding(world: World, verdict: Verdict) -> Finding:
    """A finding about rows of a relation."""
    attempt, cell = verdict.outcome.attempt, verdict.cell
    label = verdict.relation or attempt.relation
    subject = world.surveyed[label].subject
    condition = world.expected(attempt.actor, label).conditions[cell.command]
    role = attempt.actor.role
    known = attempt.relation in world.surveyed
    decided = layer(world.catalog, verdict, world.rights(role, attempt.relation) if known else None)
    values = _values(world, verdict, label)
    by = f" by {attempt.relation}" if verdict.relation else ""
    return Finding(
        rule=verdict.name,
        subject=f"{attempt.actor.kind} on {label}{by}",
        expected=_allowed(cell),
        observed=_observed(verdict, label)
        + (f"; decided by: {decided.said}" if decided.said else "")
        + (f"; with {values}" if values else ""),
        remedy=decided.remedy or REMEDIES[verdict.rule],
        reproduction=script(world.connection, subject, verdict, condition),
        path=world.contract.path,
        line=cell.line or None,
        causes=culprits(world.catalog, verdict),
    )


def _values(world: World, verdict: Verdict, label: str) -> str:
    """What the condition compares: columns of the first row that it is about, and values that the actor brings."""
    attempt, condition = verdict.outcome.attempt, verdict.cell.condition
    rows = {each.key: each.content for each in world.surveyed[label].rows}
    content = rows.get(verdict.keys[0] if verdict.keys else "", {})
    if attempt.command == "insert" and not content:
        content = attempt.row or {}
    deciding = mentioned(condition) or {*world.surveyed[label].subject.deciding}
    row = [f"{each} = {content[each]!r}" for each in content if each in deciding]
    return ", ".join([*_arguments(attempt), *row, *_brought(attempt.actor, condition)])


def _arguments(attempt: Attempt) -> list[str]:
    """What a function was called with, as SQL."""
    given = (attempt.row or {}) if attempt.variant == "call" else {}
    return [f"{name} = {value}" for name, value in given.items()]


def _brought(actor: Actor, condition: str) -> list[str]:
    """The values of an actor that a condition speaks of; all where there is no condition."""
    names = [each for each in actor.values if not condition or f":{each}" in condition]
    return [f":{each} = {str(actor.values[each])!r}" for each in names]


def _ending(outcome: Outcome, condition: str = "") -> str:
    """What a call was made with and gave back, in the words of the condition: the end of what was observed."""
    attempt, rows = outcome.attempt, outcome.returned
    row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    values = [
        *_arguments(attempt),
        *(f"{name} = {row[name]!r}" for name in row if name in mentioned(condition)),
        *_brought(attempt.actor, condition),
    ]
    return f"; with {', '.join(values)}" if values else ""


def _allowed(cell: Cell) -> str:
    condition = f"where {cell.condition}" if cell.condition else "nothing"
    columns = f" (columns {', '.join(cell.columns)})" if cell.columns is not None else ""
    return f"{cell.command} by {cell.actor}: {condition}{columns}"


def _observed(verdict: Verdict, label: str) -> str:
    attempt, outcome = verdict.outcome.attempt, verdict.outcome
    change = f": {attempt.change}" if attempt.change else ""
    rows = f" {keys_in_words(verdict.keys)}" if verdict.keys else ""
    if verdict.rule == "leak":
        through = f" through {attempt.relation}" if label != attempt.relation else ""
        said = f" ({outcome.sqlstate} {outcome.message})" if not outcome.ran else ""
        return f"{attempt.actor.label} {DID[attempt.variant]}{rows}{through}{change}{said}"
    why = f": {outcome.sqlstate} {outcome.message}" if not outcome.ran else ", and no error was raised"
    kept = "got an error and did not get to" if verdict.rule == "access-error" else "did not get to"
    return f"{attempt.actor.label} {kept} {TO_DO[attempt.command]}{rows}{change}{why}"


def unexercised_finding(contract: Contract, cell: Cell, why: str) -> Finding:
    """A cell that no row put to the test."""
    return Finding(
        rule="not-exercised",
        subject=f"{cell.command} by {cell.actor} on {cell.relation}",
        expected="at least one row that must succeed and one that must not",
        observed=f"{why} in the population",
        remedy="add such a row to the seed data, or to a script named in `population`",
        path=contract.path,
        line=cell.line or None,
    )


def uncalled_finding(contract: Contract, rule: FunctionRule, kind: str, did: str) -> Finding:
    """A condition on what a function gives back or touches that no call put to the test."""
    return Finding(
        rule="not-exercised",
        subject=f"call by {kind} on {rule.name}",
        expected="at least one call that does what the condition speaks of",
        observed=f"no call by {kind} {did}",
        remedy="add such rows to the population, or arguments that name them to `tries`",
        path=contract.path,
        line=rule.line,
    )


def missing_finding(contract: Contract, kind: str, name: str, header: str) -> Finding:
    """Something exposed that the contract does not mention."""
    return Finding(
        rule="not-covered",
        subject=f"{kind} {name}",
        expected="every relation and function of an exposed schema stands in the contract",
        observed="the contract says nothing of it",
        remedy=f"add {header}; an empty table means that nobody may do anything",
        path=contract.path,
    )


def function_finding(
    world: World, rule: FunctionRule, routine: Routine, outcome: Outcome, called: bool
) -> Finding:
    """A function that was called by somebody who may not, or could not be by somebody who may."""
    attempt = outcome.attempt
    did = f"called it with {attempt.change}" if called else "was refused"
    said = f"{attempt.actor.label} {did}: {outcome.sqlstate} {outcome.message}".rstrip(": ")
    decided = call_layer(outcome, routine.signature, called=called)
    return Finding(
        rule="leak-call" if called else "locked-out-call",
        subject=f"{attempt.actor.kind} on {rule.name}",
        expected=f"callable by {', '.join(rule.call) or 'nobody'}",
        observed=f"{said}; decided by: {decided.said}{_ending(outcome)}",
        remedy=decided.remedy,
        reproduction=call_script(world.connection, attempt, denials(routine), called),
        path=world.contract.path,
        line=rule.line,
        causes=(f"function {rule.name}",),
    )


def returning_finding(world: World, rule: FunctionRule, outcome: Outcome) -> Finding:
    """A function that gave back rows that it may not give to this caller."""
    attempt = outcome.attempt
    condition = rule.returns[attempt.actor.kind]
    return Finding(
        rule="leak-returned",
        subject=f"{attempt.actor.kind} on {rule.name}",
        expected=f"rows where {condition}",
        observed=f"{attempt.actor.label} called it with {attempt.change} and got {_got(outcome.returned)}"
        f"; decided by: the function {rule.name}{_ending(outcome, condition)}",
        remedy="compare the rows with the caller inside the function, or let it run with the caller's rights",
        reproduction=returned_script(world.connection, attempt),
        path=world.contract.path,
        line=rule.line,
        causes=(f"function {rule.name}",),
    )


def _got(rows: Sequence[Any]) -> str:
    """How many rows, and the first of them, cut short."""
    first = json.dumps(rows[0], ensure_ascii=False)
    shown = first if len(first) <= SHOWN else f"{first[:SHOWN]}..."
    return f"{len(rows)} row{'s' if len(rows) > 1 else ''} that it may not: {shown}"


def undescribed_finding(contract: Contract, rule: FunctionRule) -> Finding:
    """A function with its owner's rights that gives something back of which the contract says nothing."""
    return Finding(
        rule="not-covered",
        subject=f"what {rule.name} returns",
        expected="a condition on what a function with its owner's rights gives back",
        observed="the contract says who may call it and not what they may get",
        remedy=f'add returns.ACTOR = "condition" to [functions."{rule.name}"]; "true" lets everything through',
        severity="warning",
        path=contract.path,
        line=rule.line,
    )
