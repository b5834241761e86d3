"""``access.toml`` -> ``Contract``, with file and line in every complaint.

``@name`` in a condition stands for a rule of the table ``[rules]``, which several conditions share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pgproof.access.contract.model import (
    BUILT_IN,
    COMMANDS,
    SERVICE,
    STRANGER,
    ActorKind,
    Cell,
    Command,
    Contract,
    FunctionRule,
)
from pgproof.access.contract.shapes import TEXTS, refuse_misshapen
from pgproof.access.contract.toml_lines import lines_of, parse_toml
from pgproof.errors import UsageError

MEASURED = re.compile(r"\s# measured(:[^\"']*)?$")
RULE = re.compile(r"@([a-z_][a-z0-9_]*)")
TABLES = ("exposed", "population", "rules", "actors", "relations", "functions")
ACTOR_KEYS = ("role", "each", "claims", "settings")
CELL_KEYS = ("where", "columns")
RELATION_KEYS = (*COMMANDS, "cascade", "source", "holds")
HELD = ("references", "trigger", "truncate")
FUNCTION_KEYS = ("call", "returns", "touches", "tries")
UNKNOWN_USER = "ffffffff-ffff-4fff-bfff-ffffffffffff"


@dataclass(frozen=True)
class File:
    """The file that is read: where its keys stand, its rules, and the names of the actors it knows."""

    path: Path
    lines: Mapping[tuple[str, ...], int]
    rules: Mapping[str, str]
    actors: Collection[str]

    def line(self, *keys: str) -> int:
        """The line of a key, or of the nearest table around it."""
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.lines:
                return self.lines[keys[:length]]
        return 1

    def complain(self, problem: str, *keys: str) -> NoReturn:
        """Raise ``UsageError`` at the line of a key."""
        raise UsageError(f"{self.path}:{self.line(*keys)}: {problem}")

    def known(self, what: str, found: Collection[str], expected: Collection[str], *keys: str) -> None:
        """Complain of the first name that is not among the expected ones."""
        for name in sorted(set(found) - set(expected)):
            inside = (*keys, name) if (*keys, name) in self.lines else keys or (name,)
            self.complain(
                f"unknown {what} {name!r}; expected one of {', '.join(sorted(expected)) or 'none'}", *inside
            )

    def condition(self, text: Any, *keys: str) -> str:
        """A condition with its rules in place."""
        if not isinstance(text, str):
            self.complain(f"{'.'.join(keys[2:])} is {text!r}; expected an SQL condition", *keys)
        return RULE.sub(lambda match: f"({self._rule(match[1], keys)})", text)

    def _rule(self, name: str, keys: tuple[str, ...]) -> str:
        if name not in self.rules:
            self.complain(
                f"unknown rule @{name}; expected one of {', '.join(sorted(self.rules)) or 'none'}", *keys
            )
        return RULE.sub(
            lambda match: f"({self._rule(match[1], keys)})" if match[1] != name else match[0],
            self.rules[name],
        )


def read_contract(path: Path) -> Contract:
    """Read ``access.toml``. Raises ``UsageError`` with file, line and what was expected."""
    text = path.read_text("utf-8")
    contract = contract_of(path, text)
    for name in contract.population:
        if not (path.parent / name).is_file():
            line = lines_of(text).get(("population",), 1)
            raise UsageError(f"{path}:{line}: there is no {name}; expected a script beside the contract")
    return contract


def contract_of(path: Path, text: str) -> Contract:
    """The contract that ``text`` is, for a file at ``path``. Raises ``UsageError`` as ``read_contract`` does."""
    table = parse_toml(path, text)
    lines = lines_of(text)
    refuse_misshapen(File(path, lines, {}, ()).complain, table)
    named = {*table.get("actors", {}), *(BUILT_IN if _is_of_supabase(table) else (STRANGER,))}
    file = File(path, lines, table.get("rules", {}), named)
    file.known("table", table, TABLES)
    relations, functions = table.get("relations", {}), table.get("functions", {})
    cells = [cell for name, each in relations.items() for cell in _cells(file, name, each)]
    rules = {name: _function(file, name, each) for name, each in functions.items()}
    settings = [name for each in table.get("actors", {}).values() for name in each.get("settings", {})]
    mentioned = {cell.actor for cell in cells} | {each for rule in rules.values() for each in rule.call}
    return Contract(
        path=path,
        exposed=tuple(table.get("exposed", ("public",))),
        population=tuple(table.get("population", ())),
        actors=(
            *(_kind(file, name, each, settings) for name, each in table.get("actors", {}).items()),
            *_built_in(table, mentioned, settings),
        ),
        cells={(cell.relation, cell.command, cell.actor): cell for cell in cells},
        relations={name: file.line("relations", name) for name in relations},
        functions=rules,
        cascades={
            (name, actor): file.condition(text, "relations", name, "cascade", actor)
            for name, each in relations.items()
            for actor, text in _by_actor(file, each.get("cascade", {}), "relations", name, "cascade").items()
        },
        sources={name: each["source"] for name, each in relations.items() if "source" in each},
        holds={
            (name, actor): _held(file, held, "relations", name, "holds", actor)
            for name, each in relations.items()
            for actor, held in _by_actor(file, each.get("holds", {}), "relations", name, "holds").items()
        },
        measured=measured_lines(text, file.lines),
    )


def measured_lines(text: str, lines: Mapping[tuple[str, ...], int]) -> dict[str, tuple[int, ...]]:
    """The lines that end in the mark of ``pgproof init``, by the table that they stand in: ``relations public.notes``."""
    tables = {line: path for path, line in sorted(lines.items(), key=lambda each: -len(each[0]))}
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if MEASURED.search(line) and number in tables:
            found.setdefault(" ".join(tables[number][:2]), []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


def _kind(file: File, name: str, table: Mapping[str, Any], known: Iterable[str]) -> ActorKind:
    file.known("key", table, ACTOR_KEYS, "actors", name)
    if "role" not in table:
        file.complain(
            f'actor {name!r} has no role; expected role = "authenticated" or another', "actors", name
        )
    settings = {**dict.fromkeys(known, ""), **table.get("settings", {})}
    for setting in settings:
        if "." not in setting:
            file.complain(
                f"{setting!r} is no setting of an application; expected a name with a dot, in quotes",
                *("actors", name, "settings", setting),
            )
    line = file.line("actors", name)
    return ActorKind(name, table["role"], table.get("each", ""), table.get("claims"), line, settings)


def _is_of_supabase(table: Mapping[str, Any]) -> bool:
    """Whether the actors of a contract are told apart by claims, or have the roles that Supabase has for everybody."""
    actors = table.get("actors", {}).values()
    return not actors or any("claims" in each or each.get("role") in BUILT_IN.values() for each in actors)


def _built_in(
    table: Mapping[str, Any], mentioned: Collection[str], settings: Iterable[str]
) -> tuple[ActorKind, ...]:
    """The kinds that act in every contract; where people are known by settings, a stranger is who has set none."""
    if not _is_of_supabase(table):
        known = next((each["role"] for each in table["actors"].values() if each.get("settings")), None)
        stranger = ActorKind(STRANGER, known or "", settings=dict.fromkeys(settings, ""))
        return (stranger,) if known and STRANGER not in table["actors"] else ()
    unknown = {STRANGER: {"sub": UNKNOWN_USER}}
    return tuple(
        ActorKind(
            name, role, claims={**unknown.get(name, {}), "role": role}, settings=dict.fromkeys(settings, "")
        )
        for name, role in BUILT_IN.items()
        if name not in table.get("actors", {}) and (name != SERVICE or SERVICE in mentioned)
    )


def _cells(file: File, relation: str, table: Mapping[str, Any]) -> list[Cell]:
    place = ("relations", relation)
    file.known("command", table, RELATION_KEYS, *place)
    found = []
    for command in COMMANDS:
        for actor, said in _by_actor(file, table.get(command, {}), *place, command).items():
            found.append(_cell(file, relation, command, actor, said))
    return found


def _cell(file: File, relation: str, command: Command, actor: str, said: Any) -> Cell:
    place = ("relations", relation, command, actor)
    if not isinstance(said, dict | list):
        return Cell(relation, command, actor, file.condition(said, *place), file.line(*place))
    if isinstance(said, list) and command != "update":
        why = ": what may be read of a column never depends on the row" if command == "select" else ""
        file.complain(f"{command} is a list; expected that of update alone, columns by row{why}", *place)
    parts = tuple(_part(file, command, each, place) for each in (said if isinstance(said, list) else [said]))
    if not parts:
        file.complain("an empty list; expected no line at all where nothing is allowed", *place)
    where, columns = parts[0]
    if len(parts) > 1:
        every = any(each.strip().lower() == "true" for each, _ in parts)
        where = "true" if every else " or ".join(f"({each})" for each, _ in parts)
        named = [each for _, each in parts]
        columns = (
            None if None in named else tuple(dict.fromkeys(name for each in named for name in each or ()))
        )
    return Cell(relation, command, actor, where, file.line(*place), columns, parts if len(parts) > 1 else ())


def _part(
    file: File, command: Command, said: Any, place: tuple[str, ...]
) -> tuple[str, tuple[str, ...] | None]:
    """One condition, and the columns that may be read or set where it holds."""
    if not isinstance(said, dict):
        return file.condition(said, *place), None
    file.known("key", said, CELL_KEYS, *place)
    if "columns" in said and command not in ("select", "update"):
        file.complain(f"{command} takes no columns; expected them with select or update", *place)
    refuse_misshapen(file.complain, said, {"columns": TEXTS}, *place)
    return (
        file.condition(said.get("where", "true"), *place),
        tuple(said["columns"]) if "columns" in said else None,
    )


def _by_actor(file: File, table: Any, *place: str) -> Mapping[str, Any]:
    if not isinstance(table, dict):
        file.complain(f'{place[-1]} is {table!r}; expected {place[-1]}.ACTOR = "condition"', *place)
    file.known("actor", table, file.actors, *place)
    return table


def _held(file: File, held: Any, *place: str) -> tuple[str, ...]:
    if not isinstance(held, list):
        file.complain(f"{'.'.join(place[2:])} is {held!r}; expected a list out of {', '.join(HELD)}", *place)
    file.known("privilege", held, HELD, *place)
    return tuple(held)


def _function(file: File, name: str, table: Mapping[str, Any]) -> FunctionRule:
    place = ("functions", name)
    file.known("key", table, FUNCTION_KEYS, *place)
    file.known("actor", table.get("call", ()), file.actors, *place)
    condition: Callable[..., str] = file.condition
    touches = {
        (actor, relation): condition(text, *place, "touches", actor, relation)
        for actor, relations in _by_actor(file, table.get("touches", {}), *place, "touches").items()
        for relation, text in relations.items()
    }
    returns = {
        actor: condition(text, *place, "returns", actor)
        for actor, text in _by_actor(file, table.get("returns", {}), *place, "returns").items()
    }
    return FunctionRule(
        name, tuple(table.get("call", ())), file.line(*place), returns, touches, tuple(table.get("tries", ()))
    )
