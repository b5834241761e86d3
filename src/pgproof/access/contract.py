"""The contract: who may do what, in the application's words. ``access.toml`` -> frozen values.

A condition is SQL about one row, with ``:name`` for the values that an actor brings and ``@name`` for a rule that
several conditions share. What is not mentioned is not allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pgproof.access.toml_lines import lines_of, parse_toml
from pgproof.errors import UsageError

Command = Literal["select", "insert", "update", "becomes", "delete"]
COMMANDS: tuple[Command, ...] = get_args(Command)
NOBODY, STRANGER, SERVICE = "nobody", "stranger", "service_role"
BUILT_IN = (NOBODY, STRANGER, SERVICE)
RULE = re.compile(r"@([a-z_][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class ActorKind:
    """A kind of user: its role, the query with one row per actor, and the claims each carries.

    ``claims`` are templates: ``":auth_id"`` stands for that column of the query. ``each`` is empty for a kind of
    which there is one actor.
    """

    name: str
    role: str
    each: str = ""
    claims: Mapping[str, Any] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What one kind of actor may do to one relation with one command: the condition on the row.

    ``condition`` is empty where nothing is allowed; ``line`` is where the contract says so (of the relation's
    table, where it says nothing).
    """

    relation: str
    command: Command
    actor: str
    condition: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class FunctionRule:
    """Which kinds of actors may call a function (``schema.name``)."""

    name: str
    call: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Contract:
    """Everything that ``access.toml`` says. ``population`` are scripts that add rows after the seed data."""

    path: Path
    exposed: tuple[str, ...]
    population: tuple[str, ...]
    actors: tuple[ActorKind, ...]
    cells: Mapping[tuple[str, Command, str], Cell]
    relations: Mapping[str, int]
    functions: Mapping[str, FunctionRule]

    def cell(self, relation: str, command: Command, actor: str) -> Cell:
        """The cell, also where the contract is silent: then nothing is allowed."""
        silent = Cell(relation, command, actor, line=self.relations.get(relation, 0))
        return self.cells.get((relation, command, actor), silent)


def read_contract(path: Path) -> Contract:
    """Read ``access.toml``. Raises ``UsageError`` with file, line and what was expected."""
    text = path.read_text("utf-8")
    table, lines = parse_toml(path, text), lines_of(text)
    known = {"exposed", "population", "rules", "actors", "relations", "functions"}
    for name in sorted(set(table) - known):
        raise UsageError(
            f"{path}:{lines.get((name,), 1)}: unknown table {name!r}; expected {', '.join(sorted(known))}"
        )
    kinds = tuple(_kind(path, lines, name, each) for name, each in table.get("actors", {}).items())
    names = {*BUILT_IN, *(each.name for each in kinds)}
    rules = table.get("rules", {})
    cells = {}
    for relation, commands in table.get("relations", {}).items():
        for cell in _cells(path, lines, relation, commands, names, rules):
            cells[relation, cell.command, cell.actor] = cell
    return Contract(
        path=path,
        exposed=tuple(table.get("exposed", ("public",))),
        population=tuple(table.get("population", ())),
        actors=(*kinds, *_built_in({each.name for each in kinds})),
        cells=cells,
        relations={name: lines.get(("relations", name), 1) for name in table.get("relations", {})},
        functions={
            name: _function(path, lines, name, each, names)
            for name, each in table.get("functions", {}).items()
        },
    )


def _kind(path: Path, lines: Mapping[tuple[str, ...], int], name: str, table: Mapping[str, Any]) -> ActorKind:
    line = lines.get(("actors", name), 1)
    for key in sorted(set(table) - {"role", "each", "claims"}):
        raise UsageError(
            f"{path}:{lines.get(('actors', name, key), line)}: unknown key {key!r}; expected role, each, claims"
        )
    if "role" not in table:
        raise UsageError(
            f'{path}:{line}: actor {name!r} has no role; expected role = "authenticated" or another'
        )
    return ActorKind(name, table["role"], table.get("each", ""), table.get("claims"), line)


def _built_in(taken: set[str]) -> tuple[ActorKind, ...]:
    nobody = ActorKind(NOBODY, "anon", claims={"role": "anon"})
    stranger = ActorKind(
        STRANGER,
        "authenticated",
        claims={"sub": "ffffffff-ffff-4fff-bfff-ffffffffffff", "role": "authenticated"},
    )
    return tuple(each for each in (nobody, stranger) if each.name not in taken)


def _cells(
    path: Path, lines: Mapping[tuple[str, ...], int], relation: str, commands: Mapping[str, Any],
    names: set[str], rules: Mapping[str, str],
) -> list[Cell]:  # fmt: skip
    found = []
    for command, by_actor in commands.items():
        line = lines.get(("relations", relation, command), lines.get(("relations", relation), 1))
        if command not in COMMANDS:
            raise UsageError(f"{path}:{line}: unknown command {command!r}; expected {', '.join(COMMANDS)}")
        if not isinstance(by_actor, dict):
            raise UsageError(
                f'{path}:{line}: {command} is {by_actor!r}; expected {command}.ACTOR = "condition"'
            )
        for actor, condition in by_actor.items():
            line = lines.get(("relations", relation, command, actor), line)
            if actor not in names:
                raise UsageError(
                    f"{path}:{line}: unknown actor {actor!r}; expected one of {', '.join(sorted(names))}"
                )
            if not isinstance(condition, str):
                raise UsageError(
                    f"{path}:{line}: {command}.{actor} is {condition!r}; expected an SQL condition"
                )
            found.append(Cell(relation, command, actor, _with_rules(path, line, condition, rules), line))
    return found


def _with_rules(path: Path, line: int, condition: str, rules: Mapping[str, str]) -> str:
    def rule(match: re.Match[str]) -> str:
        if match[1] not in rules:
            raise UsageError(
                f"{path}:{line}: unknown rule @{match[1]}; expected one of {', '.join(sorted(rules)) or 'none'}"
            )
        return f"({rules[match[1]]})"

    return RULE.sub(rule, condition)


def _function(
    path: Path, lines: Mapping[tuple[str, ...], int], name: str, table: Mapping[str, Any], names: set[str]
) -> FunctionRule:
    line = lines.get(("functions", name), 1)
    for key in sorted(set(table) - {"call"}):
        raise UsageError(f"{path}:{line}: unknown key {key!r} of function {name}; expected call = [actors]")
    for actor in table.get("call", ()):
        if actor not in names:
            raise UsageError(
                f"{path}:{line}: unknown actor {actor!r}; expected one of {', '.join(sorted(names))}"
            )
    return FunctionRule(name, tuple(table.get("call", ())), line)
