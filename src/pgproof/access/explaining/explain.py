"""Which layer decided, and what to change in it: schema usage, a grant, a policy, the SELECT policy that RETURNING asks,
a foreign key, a trigger, a view, a function. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from pgproof.access.attempts.perform import Outcome
from pgproof.access.contract.model import Command
from pgproof.access.explaining.denied import DENIED, ROUTINES, in_full
from pgproof.access.judging.judge import Verdict
from pgproof.access.relations.rights import Rights
from pgproof.access.relations.watch import PASSING
from pgproof.catalog import Catalog
from pgproof.catalog.model import Column, Policy, Table, Trigger, View

REJECTED = re.compile(
    r'^new row violates row-level security policy (?:"(.+)" )?(?:\(USING expression\) )?for table'
)
RAISED = re.compile(r'^(?:PL/pgSQL function "?([^\s("]+)"?\(|SQL function "([^"]+)")', re.MULTILINE)
ANY = ": what one permissive policy allows no other takes back"
BLIND = ("blind", "move all", "move alone", "take alone", "shown")


class Layer(NamedTuple):
    """What decided, in a few words, and the next step there; both empty where the outcome does not tell."""

    said: str = ""
    remedy: str = ""


def layer(catalog: Catalog, verdict: Verdict, rights: Rights | None = None) -> Layer:
    """What let the attempt through, or kept it out. ``rights`` are the role's on the relation that was acted upon."""
    attempt = verdict.outcome.attempt
    if verdict.way == "cascade":
        return _passed_on(catalog, verdict)
    if attempt.variant == "call":
        return Layer(
            f"the function {attempt.relation}",
            f"compare the rows with the caller inside {attempt.relation}, or make it security invoker",
        )
    if verdict.rule == "leak":
        return _let_through(catalog, verdict)
    return _kept_out(catalog, verdict, rights)


def _passed_on(catalog: Catalog, verdict: Verdict) -> Layer:
    """The foreign keys, triggers and rules by which a change of one relation becomes one of another."""
    source = verdict.outcome.attempt.relation
    relation, target = (catalog.relations_by_name.get(each) for each in (source, verdict.relation))
    if isinstance(target, Table):
        for key in target.foreign_keys:
            for event, action in (("delete", key.on_delete), ("update", key.on_update)):
                if key.references == source and action in PASSING and event == _command(verdict):
                    return Layer(
                        f"the foreign key {key.name} of {target.qualified}, on {event} {action}",
                        f"let {key.name} be of rows that one owner has, by taking the tenant into the key, or restrict it",
                    )
    for rule in relation.rules if relation else ():
        if rule.event == _command(verdict):
            return Layer(f"the rule {rule.name} on {source}", f"narrow the rule {rule.name}, or drop it")
    found = [each for each in relation.triggers if _command(verdict) in each.events] if relation else []
    if found:
        names = ", ".join(f"{each.name} (function {each.function})" for each in found)
        return Layer(
            f"trigger {names} on {source}", "let the trigger's function touch only rows of the caller"
        )
    return Layer("a foreign key or trigger passed it on", "let it pass on nothing to rows of others")


def _let_through(catalog: Catalog, verdict: Verdict) -> Layer:
    attempt = verdict.outcome.attempt
    role, label = attempt.actor.role, attempt.relation
    relation = catalog.relations_by_name.get(label)
    if attempt.variant == "truncate":
        return Layer(
            "the privilege TRUNCATE, which policies do not bind", f"revoke truncate on {label} from {role}"
        )
    if verdict.way == "column":
        column = next(iter(attempt.row or ()), attempt.change)
        does = _command(verdict)
        return Layer(
            f"the privilege {does.upper()} on the column {column}, which {role} holds",
            f"revoke {does} on {label} from {role} and grant it on the other columns; where the row decides, "
            "refuse in a trigger",
        )
    if isinstance(relation, View):
        return _through_view(relation, role)
    if not isinstance(relation, Table):
        return Layer()
    if not relation.row_security:
        return Layer(
            "row security is not enabled",
            f"alter table {label} enable row level security, with policies for what the contract allows",
        )
    if relation.owner == role and not relation.force_row_security:
        return Layer(
            "the role owns the table, and row security is not forced",
            f"alter table {label} force row level security",
        )
    found = applying(relation, verdict)
    return Layer(_in_words(found), f"narrow {_names(found)}{ANY if len(found) > 1 else ''}" if found else "")


def _through_view(view: View, role: str) -> Layer:
    if view.materialized:
        return Layer(
            "a materialized view, which has no policies",
            f"let {role} not read {view.qualified}: revoke select, and offer a view that compares its rows with the caller",
        )
    if view.security_invoker:
        return Layer()
    return Layer(
        f"the view reads with the rights of its owner, {view.owner}",
        f"alter view {view.qualified} set (security_invoker = true)",
    )


def _kept_out(catalog: Catalog, verdict: Verdict, rights: Rights | None) -> Layer:
    outcome = verdict.outcome
    relation = catalog.relations_by_name.get(outcome.attempt.relation)
    denied, rejected = DENIED.match(outcome.message), REJECTED.match(outcome.message)
    if denied:
        return _denied(catalog, verdict, denied[1], denied[2], rights)
    if rejected and isinstance(relation, Table):
        return _rejected(relation, verdict, rejected[1])
    if outcome.constrained:
        return _constrained(relation, outcome.constraint)
    if not outcome.ran:
        return _raised(relation, outcome.context)
    if not isinstance(relation, Table):
        return Layer()
    reads = outcome.attempt.variant not in BLIND and _command(verdict) in ("update", "delete")
    for command in (_command(verdict), *(["select"] if reads else [])):
        if not any(each.permissive for each in applying(relation, verdict, command)):
            role = outcome.attempt.actor.role
            why = "" if command == _command(verdict) else ", which a statement that reads columns needs"
            return Layer(
                f"no policy permits {command} to {role}{why}",
                f"create a permissive policy on {relation.qualified} for {command} to {role}",
            )
    found = applying(relation, verdict)
    return Layer(_in_words(found), f"widen {_names(found)}")


def _denied(catalog: Catalog, verdict: Verdict, kind: str, name: str, rights: Rights | None) -> Layer:
    """A privilege that the role lacks: on a schema or function by its name, on a relation as far as ``rights`` tell."""
    attempt = verdict.outcome.attempt
    role, label, command = attempt.actor.role, attempt.relation, _command(verdict)
    relation, full = catalog.relations_by_name.get(label), in_full(catalog, kind, name, role, label)
    if kind == "schema":
        return Layer(f"usage on schema {name}, which {role} lacks", f"grant usage on schema {name} to {role}")
    if kind in ROUTINES:
        return Layer(
            f"the privilege EXECUTE on {kind} {full}, which {role} lacks",
            f"grant execute on {kind} {full} to {role}",
        )
    if rights is None or full != label:
        return Layer(
            f"the privilege on {kind} {full}, which {role} lacks", f"grant select on {full} to {role}"
        )
    lacking = [each for each in attempt.row or () if each not in _columns(rights, command)]
    if command == "insert" and relation:  # others are not named by the attempt
        lacking = [each for each in lacking if _needs_value(relation.columns_by_name[each])] or lacking
    if not rights.held(command) or (command not in ("insert", "update") and not lacking):
        return Layer(
            f"the privilege {command.upper()} on {kind} {full}, which {role} lacks",
            f"grant {command} on {label} to {role}",
        )
    if lacking:
        columns = ", ".join(lacking)
        return Layer(
            f"the privilege {command.upper()} on column {columns}, which {role} lacks",
            f"grant {command} ({columns}) on {label} to {role}",
        )
    return Layer(
        f"the privilege SELECT on columns of {kind} {full}, which the statement reads and {role} lacks",
        f"grant select on {label} to {role}",
    )


def _needs_value(column: Column) -> bool:
    return column.not_null and not (column.default or column.identity or column.generated)


def call_layer(outcome: Outcome, signature: str, *, called: bool) -> Layer:
    """What let a function be called, or kept it from that."""
    role = outcome.attempt.actor.role
    if called:
        return Layer(
            f"the privilege EXECUTE on function {signature}, which {role} holds",
            f"revoke execute on function {signature} from public, {role}",
        )
    denied = DENIED.match(outcome.message)
    if denied and denied[1] == "schema":
        return Layer(
            f"usage on schema {denied[2]}, which {role} lacks",
            f"grant usage on schema {denied[2]} to {role}",
        )
    return Layer(
        f"the privilege EXECUTE on function {signature}, which {role} lacks",
        f"grant execute on function {signature} to {role}",
    )


def _columns(rights: Rights, command: str) -> Collection[str]:
    return {"select": rights.select, "insert": rights.insert, "update": rights.update}.get(command, ())


def _rejected(table: Table, verdict: Verdict, name: str | None) -> Layer:
    """A new row that a policy does not let through: a named restrictive one, that for reading, or none that permits."""
    if name:
        return Layer(f"the policy {name}", f"widen the policy {name}")
    seen = applying(table, verdict, "select")
    if verdict.outcome.attempt.variant == "returning" or verdict.way == "returning":
        return Layer(
            f"{_in_words(seen) or 'no policy'} for select, which RETURNING asks of the new row",
            f"let {_names(seen) or 'a policy for select'} see a row as soon as it is written: ask its own columns",
        )
    found = applying(table, verdict)
    return Layer(
        f"no policy lets the new row through{f': {_in_words(found)}' if found else ''}",
        f"widen the with check of {_names(found)}"
        if found
        else f"create a policy on {table.qualified} for {_command(verdict)}",
    )


def _constrained(relation: Table | View | None, name: str) -> Layer:
    keys = relation.foreign_keys if isinstance(relation, Table) else ()
    kind = "foreign key" if name in {each.name for each in keys} else "constraint"
    return Layer(
        f"the {kind} {name}", f"let the {kind} {name} accept what the contract allows, or allow less"
    )


def _raised(relation: Table | View | None, context: str) -> Layer:
    """The function that raised an error, as the trigger that called it where it is one of the relation's."""
    raised = [each[0] or each[1] for each in RAISED.findall(context)]
    names = [each for each in raised if not each.startswith("pgproof.")]
    for name in names:
        found = next((each for each in (relation.triggers if relation else ()) if _calls(each, name)), None)
        if found:
            return Layer(
                f"the trigger {found.name} on {relation.qualified if relation else ''}, function {found.function}",
                f"let {found.function} pass what the contract allows",
            )
    return Layer(f"the function {names[0]}", f"mend {names[0]}: an error is no answer") if names else Layer()


def _calls(trigger: Trigger, name: str) -> bool:
    return trigger.function.partition("(")[0].rpartition(".")[2] == name.rpartition(".")[2]


def applying(table: Table, verdict: Verdict, command: str = "") -> list[Policy]:
    """The policies that PostgreSQL asks for the attempt, or for another command by the same role."""
    roles = {verdict.outcome.attempt.actor.role, "public"}
    return [each for each in table.policies_for(command or _command(verdict)) if roles & set(each.roles)]


def _command(verdict: Verdict) -> Command:
    command = verdict.outcome.attempt.command if verdict.way == "cascade" else verdict.cell.command
    return "update" if command == "becomes" else command


def _in_words(policies: Iterable[Policy]) -> str:
    """Policies by name, with what they say."""
    found = sorted(policies, key=lambda each: each.name)
    said = ", ".join(f"{each.name} ({_condition(each)})" for each in found)
    return f"the polic{'y' if len(found) == 1 else 'ies'} {said}" if found else ""


def _condition(policy: Policy) -> str:
    parts = [("using", policy.using), ("with check", policy.check)]
    text = " ".join(f"{word} {said}" for word, said in parts if said)
    return " ".join(text.split())


def _names(policies: Iterable[Policy]) -> str:
    names = sorted(each.name for each in policies)
    return f"the polic{'y' if len(names) == 1 else 'ies'} {', '.join(names)}" if names else ""
