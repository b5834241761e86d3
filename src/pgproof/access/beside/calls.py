"""Calls of functions judged: who could call, what came back, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.candidates import spread
from pgproof.access.attempts.functions import callable_routines, calls, was_called
from pgproof.access.attempts.perform import Outcome, perform
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.contract.model import SERVICE, FunctionRule
from pgproof.access.explaining.findings import (
    function_finding,
    returning_finding,
    uncalled_finding,
    undescribed_finding,
    verdict_finding,
)
from pgproof.access.judging.judge import judge_behind
from pgproof.access.judging.told import told_findings
from pgproof.access.relations.subjects import Subject
from pgproof.access.relations.watch import behind_routine
from pgproof.access.world.expect import Expectation, widened
from pgproof.access.world.world import World
from pgproof.catalog.objects import Routine
from pgproof.finding import Finding

ROWS = 3  # rows of each relation behind a function that its arguments name


def judge_calls(world: World) -> tuple[list[Finding], int]:
    """Every function that the contract covers, called by everybody; and how many calls that were."""
    found: list[Finding] = []
    number = 0
    for routine in callable_routines(world.catalog, world.contract):
        rule = world.contract.functions.get(f"{routine.schema}.{routine.name}")
        if rule is None:
            continue
        rule = _with_rows_of_relation(world, routine, rule)
        outcomes = perform(world.connection, _attempts(world, routine, rule))
        number += len(outcomes)
        for outcome in outcomes:
            found += _judged(world, routine, rule, outcome)
        found += _unexercised(world, rule, outcomes)
        found += told_findings(world, sorted(behind_routine(world.catalog, routine)), outcomes)
        if undescribed(routine, rule):
            found.append(undescribed_finding(world.contract, rule))
    return found, number


def _attempts(world: World, routine: Routine, rule: FunctionRule) -> Iterator[Attempt]:
    where = f"{world.contract.path}:{rule.line}"
    rows = _rows_behind(world, routine)
    for actor in world.everybody:
        if actor.kind != SERVICE or SERVICE in rule.call:
            observe = world.observation(_expected(world, routine, rule, actor))
            yield from calls(routine, rule, actor, world.actors, observe, where, rows)


def _rows_behind(world: World, routine: Routine) -> list[tuple[Subject, Row]]:
    """A few rows of every relation that the function reaches."""
    reached = [
        world.surveyed[each]
        for each in sorted(behind_routine(world.catalog, routine))
        if each in world.surveyed
    ]
    return [
        (each.subject, row) for each in reached if each.subject.is_table for row in spread(each.rows, ROWS)
    ]


def _unexercised(world: World, rule: FunctionRule, outcomes: Sequence[Outcome]) -> Iterator[Finding]:
    """What the contract says of rows that a function gives back or touches, where nobody of a kind met such a row."""
    for kind in rule.call:
        own = [each for each in outcomes if each.attempt.actor.kind == kind]
        said = rule.returns.get(kind, "").strip().lower()
        if said not in ("", "true", "false") and all(each.returned is None for each in own):
            yield uncalled_finding(world.contract, rule, kind, "gave a row back")
        for (actor, label), condition in rule.touches.items():
            if actor == kind and condition and all(label not in each.changes for each in own):
                yield uncalled_finding(world.contract, rule, kind, f"touched a row of {label}")


def _expected(world: World, routine: Routine, rule: FunctionRule, actor: Actor) -> dict[str, Expectation]:
    """What the actor may change in the relations that the function reaches, and what the function may for it."""
    found = world.expectations(actor, sorted(behind_routine(world.catalog, routine)))
    for label, each in found.items():
        text = rule.touches.get((actor.kind, label))
        if text is not None:
            cell = replace(each.cells["update"], condition=text, line=rule.line)
            subject = world.surveyed[label].subject
            found[label] = widened(world.connection, world.contract, subject, actor, each, cell)
    return found


def _judged(world: World, routine: Routine, rule: FunctionRule, outcome: Outcome) -> list[Finding]:
    actor = outcome.attempt.actor
    may, did = actor.kind in rule.call, was_called(outcome, routine)
    if may != did:
        return [function_finding(world, rule, routine, outcome, did)]
    if not did or actor.kind == SERVICE:
        return []
    found = []
    if actor.kind in rule.returns and outcome.returned:
        found.append(returning_finding(world, rule, outcome))
    for label, expected in _expected(world, routine, rule, actor).items():
        for verdict in judge_behind(outcome, label, expected, world.surveyed[label].rows, direct=True):
            way = f"{verdict.cell.command}-by-function"
            cell = replace(verdict.cell, line=rule.line)
            found.append(verdict_finding(world, replace(verdict, way=way, cell=cell)))
    return found


def _with_rows_of_relation(world: World, routine: Routine, rule: FunctionRule) -> FunctionRule:
    """A function that gives back rows of a relation may give back those that may be seen, if nothing else is said."""
    label = routine.returns.qualified if routine.returns else ""
    if label not in world.surveyed:
        return rule
    seen = {
        kind.name: world.contract.cell(label, "select", kind.name).condition or "false"
        for kind in world.contract.actors
    }
    return replace(rule, returns={**seen, **rule.returns})


def undescribed(routine: Routine, rule: FunctionRule) -> bool:
    """Whether a function with the rights of its owner gives something back of which the contract says nothing."""
    gives = routine.returns is not None and routine.returns.name != "void"
    return routine.security_definer and gives and bool(set(rule.call) - set(rule.returns) - {SERVICE})
