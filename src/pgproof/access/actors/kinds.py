"""Kinds of actors -> actors: one per row of a kind's query, with the claims it carries and the values it brings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pgproof.access.contract.model import ActorKind, Contract
from pgproof.database import Connection, errors, sql
from pgproof.errors import UsageError

PLACE = re.compile(r"'(?:[^']|'')*'|::|:([a-z_][a-z0-9_]*)", re.IGNORECASE)
MOST = 4  # actors of one kind: enough for own, colleague's and foreign rows


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: ``claims`` is JSON text (or anything else, to be malformed), ``values`` what conditions name.

    ``like`` is the label of another actor who may do the same, for somebody who is not of the contract. ``settings``
    are what the application sets for them, by name.
    """

    kind: str
    label: str
    role: str
    claims: str
    values: Mapping[str, Any]
    like: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[str, Mapping[str, str]]:
        """What tells the database who it is, beside the role."""
        return self.claims, self.settings


def becoming(actor: Actor) -> sql.Composed:
    """What a query selects to be the actor until the end of the transaction, but for the role."""
    said = {"request.jwt.claims": actor.claims, **actor.settings}
    calls = [
        sql.SQL("set_config({}, {}, true)").format(sql.Literal(name), sql.Literal(each))
        for name, each in said.items()
    ]
    return sql.SQL(", ").join(calls)


def read_actors(connection: Connection, contract: Contract) -> tuple[Actor, ...]:
    """The actors that there are in the database. Raises ``UsageError`` for a query that does not run or finds nobody."""
    return tuple(actor for kind in contract.actors for actor in _of_kind(connection, contract, kind))


def _of_kind(connection: Connection, contract: Contract, kind: ActorKind) -> Iterable[Actor]:
    if not kind.each:
        claims, settings = _claims(kind.claims, {}), _settings(kind, {})
        return (Actor(kind.name, kind.name, kind.role, claims, {}, settings=settings),)
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
            Actor(
                kind.name,
                f"{kind.name} {row[0]}",
                kind.role,
                _claims(kind.claims, values),
                values,
                settings=_settings(kind, values),
            )
        )
    return found


def _claims(template: Mapping[str, Any] | None, values: Mapping[str, Any]) -> str:
    return "" if template is None else json.dumps(_filled(template, values), default=str)


def _settings(kind: ActorKind, values: Mapping[str, Any]) -> dict[str, str]:
    found = {name: _filled(each, values) for name, each in kind.settings.items()}
    return {name: "" if each is None else str(each) for name, each in found.items()}


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
