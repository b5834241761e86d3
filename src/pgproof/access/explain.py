"""Which layer decided: schema usage, a grant, a policy, the SELECT policy, a constraint, a view, a function. Pure."""

from __future__ import annotations

import re

from pgproof.access.judge import Verdict
from pgproof.catalog import Catalog
from pgproof.catalog.model import Policy, Table, View

DENIED = re.compile(
    r"^permission denied for (schema|table|view|sequence|function|procedure|column|materialized view) (.+)$"
)
REJECTED = re.compile(
    r'^new row violates row-level security policy (?:"(.+)" )?(?:\(USING expression\) )?for table'
)


def layer(catalog: Catalog, verdict: Verdict) -> str:
    """What let the attempt through, or kept it out, in a few words; empty where the outcome does not tell."""
    outcome = verdict.outcome
    if verdict.way == "cascade":
        return "a foreign key or trigger passed it on"
    if outcome.attempt.variant == "call":
        return f"the function {outcome.attempt.relation}"
    if verdict.rule == "leak":
        return _let_through(catalog, verdict)
    return _kept_out(catalog, verdict)


def _let_through(catalog: Catalog, verdict: Verdict) -> str:
    attempt = verdict.outcome.attempt
    relation = catalog.relations_by_name.get(attempt.relation)
    if attempt.variant == "truncate":
        return "the privilege TRUNCATE, which policies do not bind"
    if verdict.way == "column":
        return "the privilege on the column"
    if isinstance(relation, View):
        if relation.materialized:
            return "a materialized view, which has no policies"
        return (
            ""
            if relation.security_invoker
            else f"the view reads with the rights of its owner, {relation.owner}"
        )
    if not isinstance(relation, Table):
        return ""
    if not relation.row_security:
        return "row security is not enabled"
    if relation.owner == attempt.actor.role and not relation.force_row_security:
        return "the role owns the table, and row security is not forced"
    return _in_words(applying(relation, verdict))


def _kept_out(catalog: Catalog, verdict: Verdict) -> str:
    outcome = verdict.outcome
    denied, rejected = DENIED.match(outcome.message), REJECTED.match(outcome.message)
    if denied:
        return f"the privilege on {denied[1]} {denied[2]}"
    if rejected:
        return f"the policy {rejected[1]}" if rejected[1] else "no policy lets the new row through"
    if outcome.constrained:
        return f"the constraint {outcome.constraint}"
    relation = catalog.relations_by_name.get(outcome.attempt.relation)
    if not outcome.ran or not isinstance(relation, Table):
        return ""
    found = applying(relation, verdict)
    if not any(each.permissive for each in found):
        return f"no policy permits {_command(verdict)} to {outcome.attempt.actor.role}"
    return _in_words(found)


def applying(table: Table, verdict: Verdict) -> list[Policy]:
    """The policies that PostgreSQL asks for the attempt."""
    roles = {verdict.outcome.attempt.actor.role, "public"}
    return [each for each in table.policies_for(_command(verdict)) if roles & set(each.roles)]


def _command(verdict: Verdict) -> str:
    return "update" if verdict.cell.command == "becomes" else verdict.cell.command


def _in_words(policies: list[Policy]) -> str:
    if not policies:
        return ""
    names = ", ".join(each.name for each in sorted(policies, key=lambda each: each.name))
    return f"the polic{'y' if len(policies) == 1 else 'ies'} {names}"
