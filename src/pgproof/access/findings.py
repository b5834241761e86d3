"""Verdicts -> findings: who did what to which rows, what the contract says, and what to change."""

from __future__ import annotations

from pgproof.access.contract import Cell, Contract, FunctionRule
from pgproof.access.judge import Verdict
from pgproof.access.perform import Outcome
from pgproof.access.reproduce import keys_in_words, script
from pgproof.access.subjects import Subject
from pgproof.database import Connection
from pgproof.finding import Finding

DID = {
    "read": "could read",
    "blind": "reached without a WHERE",
    "filtered": "reached with a WHERE",
    "one row": "could not delete",
    "move": "moved",
    "move all": "moved",
    "copy": "inserted",
    "truncate": "emptied the table with TRUNCATE",
}
REMEDIES = {
    "leak": "narrow the policy or revoke the privilege that let it through",
    "locked-out": "grant the privilege, or widen the policy, that kept the actor out",
    "access-error": "mend the policy or function that raised the error: an error is no answer",
}


def verdict_finding(
    connection: Connection, contract: Contract, subject: Subject, verdict: Verdict
) -> Finding:
    """A finding about rows of a relation."""
    attempt, cell = verdict.outcome.attempt, verdict.cell
    return Finding(
        rule=f"{verdict.rule}-{cell.command}" if verdict.rule != "access-error" else verdict.rule,
        subject=f"{attempt.actor.kind} on {cell.relation}",
        expected=_allowed(cell),
        observed=_observed(verdict),
        remedy=REMEDIES[verdict.rule],
        reproduction=script(connection, subject, verdict),
        path=contract.path,
        line=cell.line or None,
    )


def _allowed(cell: Cell) -> str:
    condition = f"where {cell.condition}" if cell.condition else "nothing"
    return f"{cell.command} by {cell.actor}: {condition}"


def _observed(verdict: Verdict) -> str:
    attempt, outcome = verdict.outcome.attempt, verdict.outcome
    change = f" to {attempt.change}" if attempt.change else ""
    rows = f" {keys_in_words(verdict.keys)}" if verdict.keys else ""
    if verdict.rule == "leak":
        return f"{attempt.actor.label} {DID[attempt.variant]}{rows}{change}"
    why = f": {outcome.sqlstate} {outcome.message}" if not outcome.ran else ", and no error was raised"
    what = "got an error" if verdict.rule == "access-error" else f"did not get to {attempt.command}"
    return f"{attempt.actor.label} {what}{rows}{change}{why}"


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
    connection: Connection, contract: Contract, rule: FunctionRule, outcome: Outcome, called: bool
) -> Finding:
    """A function that was called by somebody who may not, or could not be by somebody who may."""
    actor = outcome.attempt.actor
    return Finding(
        rule="leak-call" if called else "locked-out-call",
        subject=f"{actor.kind} on {rule.name}",
        expected=f"callable by {', '.join(rule.call) or 'nobody'}",
        observed=f"{actor.label} {'called it' if called else 'was refused'}: {outcome.sqlstate} {outcome.message}".rstrip(
            ": "
        ),
        remedy="revoke execute from public and from the role" if called else "grant execute to the role",
        reproduction=_call_script(connection, outcome, called),
        path=contract.path,
        line=rule.line,
    )


def _call_script(connection: Connection, outcome: Outcome, called: bool) -> str:
    actor = outcome.attempt.actor
    word = "LEAK" if called else "LOCKED OUT"
    test = ":'SQLSTATE' <> '42501'" if called else ":'SQLSTATE' = '42501'"
    return (
        f"begin;\n-- as {actor.label}\nset local role {actor.role};\n"
        f"{outcome.attempt.statement.as_string(connection)};\n\\set SQLSTATE :LAST_ERROR_SQLSTATE\nrollback;\n"
        f"select case when {test} then '{word}' else 'as it should be' end as verdict;\n"
    )
