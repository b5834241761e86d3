"""What a row is held to while solving: conditions with their names, and what they come out as for a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pgproof.rows.checks.sums import Present
from pgproof.rows.evaluate.compute import UNKNOWN_FUNCTION, Program, Scope, compile_expression
from pgproof.rows.syntax.expression import Expression
from pgproof.rows.syntax.render import render

Outcome: TypeAlias = Literal["good", "bad", "unknown"]
Ask: TypeAlias = Callable[[Sequence[str], Sequence[Mapping[str, Any]]], "list[tuple[Any, ...]]"]
"""SQL conditions and rows in, what every row's conditions come out as on a server: a boolean, None, a Failure."""


@dataclass(frozen=True)
class Condition:
    """An expression and how it must come out: ``truth``, or NULL where ``null`` lets it.

    ``expression`` is None where ``text`` could not be read.
    """

    name: str
    text: str
    expression: Expression | None
    columns: tuple[str, ...]
    truth: bool = True
    null: bool = True

    @cached_property
    def sql(self) -> str:
        """The condition for a server, its columns under their own names."""
        return self.text if self.expression is None else render(self.expression)

    def accepts(self, value: Any) -> Outcome:
        """Whether ``value`` is what the expression must come out as."""
        if value is UNKNOWN_FUNCTION:
            return "unknown"
        good = value is self.truth or (value is None and self.null)
        return "good" if good else "bad"


@dataclass(frozen=True)
class Court:
    """Says whether rows meet conditions: by computing, else by asking a server, if there is one."""

    scope: Scope
    present: Present
    ask: Ask | None = None

    @cached_property
    def _programs(self) -> dict[tuple[str, int], Program]:
        return {}

    def compile(self, expression: Expression) -> Program:
        """Any expression over the row, ready to compute but for the present."""
        return compile_expression(expression, self.scope)

    def program(self, condition: Condition, *, latest: bool = False) -> Program | None:
        """The condition ready to compute, at one end of the present; None where it cannot be read."""
        if condition.expression is None:
            return None
        key = (condition.sql, latest)
        if key not in self._programs:
            now = self.present.micros(latest=latest)
            scope = Scope(self.scope.columns, self.scope.enums, self.scope.widths, now)
            self._programs[key] = compile_expression(condition.expression, scope)
        return self._programs[key]

    def is_known(self, condition: Condition) -> bool:
        """Whether it can be computed at all."""
        program = self.program(condition)
        return program is not None and not program.unknown

    def outcome(self, condition: Condition, row: Mapping[str, Any]) -> Outcome:
        """What computing says of one row, whenever it is looked at."""
        found: Outcome = "good"
        for latest in (False, True):
            program = self.program(condition, latest=latest)
            if program is None:
                return "unknown"
            seen = condition.accepts(program(row))
            if seen != "good":
                return seen
        return found

    def judge(self, conditions: Sequence[Condition], rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """What all of ``conditions`` together say of every row, the server being asked where it must."""
        found: list[Outcome] = []
        for row in rows:
            seen = {self.outcome(condition, row) for condition in conditions}
            found.append("bad" if "bad" in seen else "unknown" if "unknown" in seen else "good")
        open_ = [place for place, outcome in enumerate(found) if outcome == "unknown"]
        if self.ask is not None and open_:
            answers = self.ask([condition.sql for condition in conditions], [rows[place] for place in open_])
            for place, values in zip(open_, answers, strict=True):
                good = all(c.accepts(value) == "good" for c, value in zip(conditions, values, strict=True))
                found[place] = "good" if good else "bad"
        return found
