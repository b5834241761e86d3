"""Functions, called for real by everybody: with nulls, with one's own values, with everybody else's, and hostile ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pgproof.access.actors import Actor, bind
from pgproof.access.attempts import Attempt
from pgproof.access.contract import Contract, FunctionRule
from pgproof.access.perform import Outcome
from pgproof.catalog import Catalog
from pgproof.catalog.objects import Argument, Routine
from pgproof.database import sql

HOSTILE = "x' or true --"
OTHERS = 3  # other actors whose values are tried


def callable_routines(catalog: Catalog, contract: Contract) -> list[Routine]:
    """Functions and procedures that the API would offer: no trigger functions, none of an extension."""
    found = [
        each
        for each in catalog.routines
        if (each.schema in contract.exposed or f"{each.schema}.{each.name}" in contract.functions)
        and each.extension is None
        and each.kind in ("function", "procedure")
        and (each.returns is None or each.returns.name not in ("trigger", "event_trigger"))
    ]
    return sorted(found, key=lambda each: each.signature)


def calls(
    routine: Routine,
    rule: FunctionRule,
    actor: Actor,
    everybody: Sequence[Actor],
    observe: sql.Composed | None,
    where: str,
) -> Iterator[Attempt]:
    """Calls by one actor. ``observe`` looks at the relations behind; ``where`` names the contract's line in errors."""
    name = f"{routine.schema}.{routine.name}"
    for said, arguments in _argument_lists(routine, rule, actor, everybody, where).items():
        statement = _call(routine, rule, actor, arguments, where)
        yield Attempt(actor, name, "select", "call", statement, observe, change=said)


def _argument_lists(
    routine: Routine, rule: FunctionRule, actor: Actor, everybody: Sequence[Actor], where: str
) -> dict[str, sql.Composable]:
    inputs = routine.inputs
    made: dict[str, sql.Composable] = {"nulls": _joined(_null(each) for each in inputs)}
    if inputs:
        made["own values"] = _joined(_valued(each, actor.values) for each in inputs)
        others = [each for each in everybody if each.values and each.values != actor.values]
        step = max(1, len(others) // OTHERS)
        for other in others[::step][:OTHERS]:
            made[f"values of {other.label}"] = _joined(_valued(each, other.values) for each in inputs)
        made["hostile values"] = _joined(_hostile(each, actor.values) for each in inputs)
    for text in rule.tries:
        made[text] = bind(text, {**_everything(everybody), **actor.values}, where)
    return made


def _everything(everybody: Sequence[Actor]) -> dict[str, Any]:
    return {name: value for actor in reversed(everybody) for name, value in actor.values.items()}


def _call(
    routine: Routine, rule: FunctionRule, actor: Actor, arguments: sql.Composable, where: str
) -> sql.Composed:
    name = sql.Identifier(routine.schema, routine.name)
    if routine.kind == "procedure":
        return sql.SQL("call {}({})").format(name, arguments)
    condition = rule.returns.get(actor.kind)
    if condition is None:
        return sql.SQL("select to_jsonb(count(*)) as seen from {}({}) as t").format(name, arguments)
    alias = sql.SQL("t" if routine.returns_set or routine.outputs else "t (result)")
    return sql.SQL(
        "select coalesce(jsonb_agg(to_jsonb(t)), '[]') as seen from {}({}) as {} where ({}) is not true"
    ).format(name, arguments, alias, bind(condition, actor.values, where))


def _joined(parts: Iterator[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def _null(argument: Argument) -> sql.Composable:
    return sql.SQL("null::{}").format(sql.SQL(str(argument.type)))


def _valued(argument: Argument, values: Mapping[str, Any]) -> sql.Composable:
    """A value that an actor brings: of the argument's name, or, for a uuid, of its first."""
    name = argument.name.lower().lstrip("_")
    for prefix in ("p_", "in_", "arg_", "v_", "target_", "the_"):
        name = name.removeprefix(prefix)
    same = [value for key, value in values.items() if key == name]
    alike = (value for key, value in values.items() if key.endswith(f"_{name}") or name.endswith(f"_{key}"))
    matching = [*same, *alike]
    if not matching and argument.type.name == "uuid":
        matching = list(values.values())
    if not matching:
        return _null(argument)
    value = [str(matching[0])] if argument.type.dims else str(matching[0])
    return sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(str(argument.type)))


def _hostile(argument: Argument, values: Mapping[str, Any]) -> sql.Composable:
    if argument.type.name in ("text", "varchar"):
        return sql.SQL("{}::{}").format(sql.Literal(HOSTILE), sql.SQL(str(argument.type)))
    return _valued(argument, values)


def denials(routine: Routine) -> tuple[str, ...]:
    """What PostgreSQL says when the function itself is not allowed."""
    return (
        f"permission denied for function {routine.name}",
        f"permission denied for procedure {routine.name}",
        f"permission denied for schema {routine.schema}",
    )


def was_called(outcome: Outcome, routine: Routine) -> bool:
    """Whether the function was entered: an error that it raised itself counts, a missing privilege on it does not."""
    return not (outcome.refused and outcome.message in denials(routine))
