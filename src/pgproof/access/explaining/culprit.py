"""The objects of the schema that made an outcome so, named as the statements that make them do. Pure.

``policy notes_read on public.notes``, ``function public.f``, ``grant select on public.notes``, ``relation public.notes``:
the migrations are searched for these, so that a finding points at the line that somebody has to change.
"""

from __future__ import annotations

from pgproof.access.explaining.denied import DENIED, ROUTINES, routines
from pgproof.access.explaining.explain import REJECTED, applying
from pgproof.access.judging.judge import Verdict
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table


def culprits(catalog: Catalog, verdict: Verdict) -> tuple[str, ...]:
    """What to look for, the best first."""
    outcome = verdict.outcome
    attempt = outcome.attempt
    if attempt.variant == "call":
        return (f"function {attempt.relation}",)
    relation = catalog.relations_by_name.get(attempt.relation)
    made = f"relation {attempt.relation}"
    command = "update" if verdict.cell.command == "becomes" else verdict.cell.command
    granted = f"grant {'truncate' if attempt.variant == 'truncate' else command} on {attempt.relation}"
    denied = DENIED.match(outcome.message)
    if denied and denied[1] in ROUTINES:
        found = routines(catalog, denied[2], attempt.actor.role)
        return (*(f"function {each.schema}.{each.name}" for each in found), made)
    if denied or attempt.variant == "truncate" or verdict.way == "column":
        return (granted, made)
    if not isinstance(relation, Table) or verdict.way == "cascade":
        return (made,)
    if verdict.rule == "leak" and not relation.row_security:
        return (made,)
    rejected = REJECTED.match(outcome.message)
    named = [rejected[1]] if rejected and rejected[1] else [each.name for each in applying(relation, verdict)]
    return (*(f"policy {name} on {attempt.relation}" for name in named), made)
