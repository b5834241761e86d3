"""The contract: who may do what, in the application's words, as frozen values (``contract_file`` reads them).

A condition is SQL about one row, with ``:name`` for the values that an actor brings. What is not mentioned is not
allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

Command = Literal["select", "insert", "update", "becomes", "delete"]
COMMANDS: tuple[Command, ...] = get_args(Command)
NOBODY, STRANGER, SERVICE = "nobody", "stranger", "service_role"
BUILT_IN = {
    NOBODY: "anon",
    STRANGER: "authenticated",
    SERVICE: "service_role",
}  # with their roles on Supabase


@dataclass(frozen=True, slots=True)
class ActorKind:
    """A kind of user: its role, the query with one row per actor, and the claims and settings each carries.

    ``claims`` are templates: ``":auth_id"`` stands for that column of the query; so are ``settings``, by the names that
    ``current_setting`` reads. ``each`` is empty for a kind of which there is one actor.
    """

    name: str
    role: str
    each: str = ""
    claims: Mapping[str, Any] | None = None
    line: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one kind of actor may do to one relation with one command: the condition on the row.

    ``condition`` is empty where nothing is allowed; ``columns`` limits which ones may be read or set (None: all);
    ``line`` is where the contract says so (of the relation's table, where it says nothing). ``parts`` are condition
    and columns of each part, where the columns depend on the row: together they make up condition and columns. That is
    for update alone, where a trigger sees the row. What may be read is the same columns on every row: a role holds
    SELECT on a column or does not, and a policy is not told which columns are asked for
    (https://www.postgresql.org/docs/current/ddl-priv.html, ddl-rowsecurity.html). A view that masks one is a relation.
    """

    relation: str
    command: Command
    actor: str
    condition: str = ""
    line: int = 0
    columns: tuple[str, ...] | None = None
    parts: tuple[tuple[str, tuple[str, ...] | None], ...] = ()

    def setting(self, column: str) -> str:
        """The condition under which ``column`` may be set; empty where it never may."""
        parts = self.parts or ((self.condition, self.columns),)
        found = [where for where, columns in parts if where and (columns is None or column in columns)]
        return found[0] if len(found) == 1 else " or ".join(f"({each})" for each in found)


@dataclass(frozen=True)
class FunctionRule:
    """Which kinds of actors may call a function (``schema.name``).

    ``returns`` holds, per kind, the condition on each row ``t`` that it gives back; ``touches``, per kind and
    relation, which rows it may change beyond what the kind may change itself; ``tries`` are argument lists.
    """

    name: str
    call: tuple[str, ...] = ()
    line: int = 0
    returns: Mapping[str, str] = field(default_factory=dict)
    touches: Mapping[tuple[str, str], str] = field(default_factory=dict)
    tries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """Everything that ``access.toml`` says. ``population`` are scripts that add rows after the seed data.

    ``cascades`` holds, per relation and kind, which rows may go or change because others do (without it: those
    that the kind may see); ``sources`` the query for what is in a view whose content depends on the caller; ``holds``
    the privileges beside those on rows that a kind may have. ``measured`` are the lines that ``pgproof init`` wrote and
    nobody has confirmed yet, by what they are about.
    """

    path: Path
    exposed: tuple[str, ...]
    population: tuple[str, ...]
    actors: tuple[ActorKind, ...]
    cells: Mapping[tuple[str, Command, str], Cell]
    relations: Mapping[str, int]
    functions: Mapping[str, FunctionRule]
    cascades: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    holds: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    measured: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def cell(self, relation: str, command: Command, actor: str) -> Cell:
        """The cell, also where the contract is silent: then nothing is allowed, or, for what a row may become,
        what the rows are that may be updated.
        """
        found = self.cells.get((relation, command, actor))
        if found:
            return found
        if command == "becomes" and (relation, "update", actor) in self.cells:
            update = self.cells[relation, "update", actor]
            return Cell(relation, command, actor, update.condition, update.line, update.columns)
        return Cell(relation, command, actor, line=self.relations.get(relation, 0))
