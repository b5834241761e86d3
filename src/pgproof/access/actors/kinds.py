"""Kinds of actors -> actors: one per row of a kind's query, with the claims it carries and the values it brings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pgproof.access.contract.model import ActorKind, Contract
from pgproof.database import Connection, errors, sql
from pgproof.errors import UsageError

PLACE = re.compile(r"'(?:[^']|'')*'|::|:([a-z_][a-z0-9_]*)", re.IGNORECASE)
MOST = 4  # actors of one kind: enough for own, colleague's and foreign rows


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: ``claims`` is JSON text (or anything else, to be malformed), ``values`` what conditions name.

    ``like`` is the label of another actor who may do the same, for somebody who is not of the contract.
    """

    kind: str
    label: str
    role: str
    claims: str
    values: Mapping[str, Any]
    like: str = ""


def read_actors(connection: Connection, contract: Contract) -> tuple[Actor, ...]:
    """The actors that there are in the database. Raises ``UsageError`` for a query that does not run or finds nobody."""
    return tuple(actor for kind in contract.actors for actor in _of_kind(connection, contract, kind))


def _of_kind(connection: Connection, contract: Contract, kind: ActorKind) -> Iterable[Actor]:
    if not kind.each:
        return (Actor(kind.name, kind.name, kind.role, _claims(kind.claims, {}), {}),)
    found = everyone(connection, contract, kind)
    if not found:
        raise UsageError(
            f"{contract.path}:{kind.line}: there is no {kind.name!r} in the population; expected at least one row from its "
            "query: add one to the seed data or to a script named in `population`"
        )
    if len(found) <= MOST:
        return found
    return [found[number * (len(found) - 1) // (MOST - 1)] for number in range(MOST)]


def everyone(connection: Connection, contract: Contract, kind: ActorKind) -> list[Actor]:
    """All actors of a kind that has a query. Raises ``UsageError`` for a query that does not run."""
    try:
        with connection.transaction(force_rollback=True):
            cursor = connection.execute(kind.each.encode())
            names = [column.name for column in cursor.description or ()]
            rows = cursor.fetchall()
    except errors.Error as error:
        raise UsageError(
            f"{contract.path}:{kind.line}: the query of actor {kind.name!r} does not run: {error}"
        ) from error
    found = []
    for row in rows:
        values = dict(zip(names, row, strict=True))
        found.append(
            Actor(kind.name, f"{kind.name} {row[0]}", kind.role, _claims(kind.claims, values), values)
        )
    return found


def _claims(template: Mapping[str, Any] | None, values: Mapping[str, Any]) -> str:
    return "" if template is None else json.dumps(_filled(template, values), default=str)


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {name: _filled(each, values) for name, each in template.items()}
    if isinstance(template, str) and template.startswith(":") and template[1:] in values:
        return values[template[1:]]
    return template


def bind(condition: str, values: Mapping[str, Any], where: str) -> sql.Composed:
    """A condition with the actor's values in place of ``:name``. Raises ``UsageError`` for a name nobody brings."""
    parts: list[sql.Composable] = []
    end = 0
    for match in PLACE.finditer(condition):
        name = match[1]
        if name is None:
            continue
        if name not in values:
            raise UsageError(
                f"{where}: :{name} is no value of this actor; expected one of {', '.join(values) or 'none'}"
            )
        parts += [_verbatim(condition[end : match.start()]), sql.Literal(values[name])]
        end = match.end()
    return sql.Composed([*parts, _verbatim(condition[end:])])


def _verbatim(text: str) -> sql.SQL:
    # A condition is the contract's own SQL; psycopg's type asks for a literal string.
    return sql.SQL(text)
