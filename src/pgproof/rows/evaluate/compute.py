"""Compute an expression for a row, as the server would, in SQL's three-valued logic.

``compile_expression`` finds types and functions once; the ``Program`` it gives is called with rows. What we
do not compute is never guessed: such an expression compiles to a program whose ``unknown`` says why and whose
every answer is ``UNKNOWN_FUNCTION``. An error that the server would raise is an answer too, a ``Failure``.
Sessions are taken to be in UTC, with ISO dates and the interval style ``postgres``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pgproof.rows.evaluate.datum import Tag, from_datum, to_datum
from pgproof.rows.evaluate.nodes import Compiler, Datums, Step, nothing
from pgproof.rows.evaluate.scope import Scope, tag_of
from pgproof.rows.syntax.expression import Expression
from pgproof.rows.syntax.signals import Refused, Unknown

__all__ = [
    "UNKNOWN_FUNCTION",
    "Answer",
    "Failure",
    "Program",
    "Scope",
    "compile_expression",
    "evaluate",
    "tag_of",
]


class Answer(Enum):
    """What ``UNKNOWN_FUNCTION`` is."""

    UNKNOWN_FUNCTION = "only the server knows"


UNKNOWN_FUNCTION = Answer.UNKNOWN_FUNCTION


@dataclass(frozen=True, slots=True)
class Failure:
    """The server raises this SQLSTATE instead of giving a value."""

    sqlstate: str


@dataclass(frozen=True)
class Program:
    """An expression ready to be computed. ``unknown`` says what in it is not; then there is no value."""

    tag: Tag
    columns: tuple[str, ...]
    unknown: str
    _types: Mapping[str, Tag]
    _step: Step

    def __call__(self, row: Mapping[str, Any]) -> Any:
        """The value for ``row`` (a missing column is NULL), ``UNKNOWN_FUNCTION`` or a ``Failure``."""
        try:
            found = self.datum(row)
        except Unknown:
            return UNKNOWN_FUNCTION
        except Refused as refused:
            return Failure(refused.sqlstate)
        return from_datum(self.tag, found)

    def datum(self, row: Mapping[str, Any]) -> Any:
        """The value as it is computed with. Raises ``Unknown`` or ``Refused``."""
        if self.unknown:
            raise Unknown(self.unknown)
        return self._step({name: to_datum(self._types[name], row.get(name)) for name in self.columns})

    def step(self, datums: Datums) -> Any:
        """As ``datum``, of values that are datums already."""
        if self.unknown:
            raise Unknown(self.unknown)
        return self._step(datums)


def compile_expression(expression: Expression, scope: Scope) -> Program:
    """A program for ``expression`` on rows of ``scope``."""
    compiler = Compiler(scope)
    try:
        tag, step = compiler.compile(expression)
    except Unknown as unknown:
        return Program("unknown", (), str(unknown), {}, nothing)
    except Refused as refused:
        return Program("unknown", (), "", {}, _refuser(refused))
    return Program(tag, tuple(compiler.columns), "", scope.columns, step)


def evaluate(expression: Expression, row: Mapping[str, Any], scope: Scope) -> Any:
    """The value of ``expression`` for one row; see ``Program``."""
    return compile_expression(expression, scope)(row)


def _refuser(refused: Refused) -> Step:
    def refuse(_: Datums) -> Any:
        raise refused

    return refuse
