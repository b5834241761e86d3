"""Functions, called for real by everybody: with nulls, with one's own values, with everybody else's, with what names
rows, and hostile ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pgproof.access.actors.kinds import Actor, bind
from pgproof.access.attempts.perform import Outcome
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.contract.model import Contract, FunctionRule
from pgproof.access.relations.subjects import Subject
from pgproof.catalog import Catalog
from pgproof.catalog.objects import Argument, Routine
from pgproof.database import sql

HOSTILE = "x' or true --"
OTHERS = 3  # other actors whose values are tried
POINTED = 6  # rows that arguments are taken from
PREFIXES = ("p_", "in_", "arg_", "v_", "target_", "the_")


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
    rows: Sequence[tuple[Subject, Row]] = (),
) -> Iterator[Attempt]:
    """Calls by one actor. ``observe`` looks at the relations behind, some of whose ``rows`` are named in arguments;
    ``where`` names the contract's line in errors.
    """
    name = f"{routine.schema}.{routine.name}"
    lists = _argument_lists(routine, actor, everybody)
    lists |= _pointing(routine, actor, rows)
    for said, values in lists.items():
        statement = _call(routine, rule, actor, sql.SQL(", ").join(values), where)
        named = _named(routine, values)
        yield Attempt(actor, name, "select", "call", statement, observe, change=said, row=named)
    for text in rule.tries:
        arguments = bind(text, {**_everything(everybody), **actor.values}, where)
        yield Attempt(
            actor, name, "select", "call", _call(routine, rule, actor, arguments, where), observe, change=text
        )


def _named(routine: Routine, values: Sequence[sql.Composable]) -> dict[str, str]:
    """Arguments by name, or by number where they have none, as SQL."""
    names = [each.name or f"${number}" for number, each in enumerate(routine.inputs, 1)]
    return {name: value.as_string(None) for name, value in zip(names, values, strict=True)}


def _argument_lists(
    routine: Routine, actor: Actor, everybody: Sequence[Actor]
) -> dict[str, list[sql.Composable]]:
    inputs = routine.inputs
    made: dict[str, list[sql.Composable]] = {"nulls": [_null(each) for each in inputs]}
    if inputs:
        made["own values"] = [_valued(each, brought(actor)) for each in inputs]
        others = [each for each in everybody if each.values and each.values != actor.values]
        step = max(1, len(others) // OTHERS)
        for other in others[::step][:OTHERS]:
            made[f"values of {other.label}"] = [_valued(each, other.values) for each in inputs]
        made["hostile values"] = [_hostile(each, brought(actor)) for each in inputs]
    return made


def _pointing(
    routine: Routine, actor: Actor, rows: Sequence[tuple[Subject, Row]]
) -> dict[str, list[sql.Composable]]:
    """Arguments that name rows, their keys or what is in their columns; the rest is the actor's own."""
    ways = [(subject, row, [_column_for(each, subject) for each in routine.inputs]) for subject, row in rows]
    found = [way for way in ways if any(way[2])]
    named = [way for way in found if any(by_name for _, by_name in filter(None, way[2]))]
    return {
        f"values of the row {row.key} of {subject.label}": [
            subject.constant(taken[0], row.content.get(taken[0])) if taken else _hostile(each, brought(actor))
            for each, taken in zip(routine.inputs, columns, strict=True)
        ]
        for subject, row, columns in (named or found)[:POINTED]
    }


def _column_for(argument: Argument, subject: Subject) -> tuple[str, bool] | None:
    """The column that an argument may stand for, ``p_title`` for title, ``p_document_id`` or any uuid for a key; and
    whether its name says so.
    """
    name, kind = _bare(argument), str(argument.type)
    own = [each for each, type_ in subject.columns.items() if type_ == kind]
    table = subject.label.split(".")[-1].strip('"')
    named = [(each, True) for each in own if _names(name, table, each)]
    keys = [(each, False) for each in own if subject.key_columns == (each,) and kind != "text"]
    return next(iter((*named, *keys)), None)


def _names(name: str, table: str, column: str) -> bool:
    """Whether an argument's name is a column's, or that of a table in the singular and of a column."""
    before = name.removesuffix(f"_{column}")
    return name == column or (before != name and table.startswith(before))


def brought(actor: Actor) -> Mapping[str, Any]:
    """What an actor brings; of somebody who brings nothing, the id in the claims."""
    if actor.values:
        return actor.values
    try:
        claims = json.loads(actor.claims)
    except ValueError:
        return {}
    return {"id": claims["sub"]} if isinstance(claims, dict) and claims.get("sub") else {}


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
        "select case when count(*) > 0 then"
        " coalesce(jsonb_agg(to_jsonb(t)) filter (where ({}) is not true), '[]') end as seen from {}({}) as {}"
    ).format(bind(condition, actor.values, where), name, arguments, alias)


def _null(argument: Argument) -> sql.Composable:
    return sql.SQL("null::{}").format(sql.SQL(str(argument.type)))


def _valued(argument: Argument, values: Mapping[str, Any]) -> sql.Composable:
    """A value that an actor brings: of the argument's name, or, for a uuid, of its first."""
    name = _bare(argument)
    same = [value for key, value in values.items() if key == name]
    alike = (value for key, value in values.items() if key.endswith(f"_{name}") or name.endswith(f"_{key}"))
    matching = [*same, *alike]
    if not matching and argument.type.name == "uuid":
        matching = list(values.values())
    if not matching:
        return _null(argument)
    value = [str(matching[0])] if argument.type.dims else str(matching[0])
    return sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(str(argument.type)))


def _bare(argument: Argument) -> str:
    """The name of an argument without what people put before it."""
    name = argument.name.lower().lstrip("_")
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _hostile(argument: Argument, values: Mapping[str, Any]) -> sql.Composable:
    if argument.type.name in ("text", "varchar"):
        return sql.SQL("{}::{}").format(sql.Literal(HOSTILE), sql.SQL(str(argument.type)))
    if argument.type.name == "bool":
        return sql.SQL("true")
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
