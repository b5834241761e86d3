"""Errors that say more than no: a message or DETAIL in which a value of a row stands that the actor may not see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pgproof.access.attempts.perform import Outcome
from pgproof.access.attempts.statements import Row
from pgproof.access.world.world import World
from pgproof.finding import Finding

WORD = re.compile(r"[^\s(),;='\"]{6,}")  # shorter ones are in too many rows to tell anything


def told_findings(world: World, labels: Iterable[str], outcomes: Iterable[Outcome]) -> Iterator[Finding]:
    """What errors quoted of the rows of these relations."""
    asked = [each for each in labels if each in world.surveyed]
    for outcome in outcomes:
        if outcome.ran or outcome.refused:
            continue
        for label in asked:
            actor, rows = outcome.attempt.actor, world.surveyed[label].rows
            seen = world.expected(actor, label).reach["select"]
            said = f"{outcome.attempt.statement.as_string(None)} {actor.claims}"
            words = told(outcome, said, rows, seen, actor.values)
            if words:
                yield _finding(world, label, outcome, words)
                break  # the same value may stand in other relations, too


def _finding(world: World, label: str, outcome: Outcome, words: tuple[str, ...]) -> Finding:
    attempt = outcome.attempt
    by = f" by {attempt.relation}" if attempt.relation != label else ""
    return Finding(
        rule="covert-detail",
        subject=f"{attempt.actor.kind} on {label}{by}",
        expected="errors that quote nothing of rows that the actor may not see",
        observed=f"{attempt.actor.label} was told {', '.join(words)}: {outcome.message} {outcome.detail}".rstrip(),
        remedy="say in the error what the caller did wrong, and nothing of the rows that it met",
        severity="warning",
        path=world.contract.path,
        line=world.contract.relations[world.surveyed[label].subject.root],
    )


def values_of(rows: Iterable[Row]) -> frozenset[str]:
    """The values of rows that are long enough to be recognised."""
    found = (str(value) for row in rows for value in row.content.values() if isinstance(value, str | int))
    return frozenset(each for each in found if WORD.fullmatch(each))


def told(
    outcome: Outcome, statement: str, rows: Sequence[Row], seen: frozenset[str], known: Mapping[str, object]
) -> tuple[str, ...]:
    """The values of rows not among ``seen`` that the error quotes, and that neither the ``statement`` (with the claims
    beside it) nor what the actor has ``known`` all along holds.
    """
    if outcome.ran or outcome.refused:
        return ()
    said = WORD.findall(f"{outcome.message} {outcome.detail}")
    words = {each.strip(".:") for each in said} - {str(each) for each in known.values()}
    if not words:
        return ()
    hidden = values_of(row for row in rows if row.key not in seen)
    visible = values_of(row for row in rows if row.key in seen)
    return tuple(sorted(each for each in (words & hidden) - visible if each not in statement))
