"""What a CHECK, an index predicate or a generated column says: PostgreSQL's deparsed SQL as frozen values.

``parse`` makes these from text, ``render`` turns them back, ``evaluate`` computes them for a row, and
``solve`` reads out of them what rows may hold. Only what the server prints is modelled, which is less than
what people may write: BETWEEN, IN and LIKE arrive as comparisons, arrays and operators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

Truth: TypeAlias = Literal["true", "false", "unknown", "document", "normalized", "json"]


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as ``format_type`` prints it: ``character varying(20)[]``; ``schema`` where one is printed.

    ``name`` has no modifiers in it (``timestamp with time zone``), ``modifiers`` are as printed (``20``).
    """

    name: str
    modifiers: tuple[str, ...] = ()
    array: bool = False
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal. ``text`` is its input syntax, None for NULL; ``type`` is what it is printed with."""

    text: str | None
    type: TypeName


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row."""

    name: str


@dataclass(frozen=True, slots=True)
class DomainValue:
    """The key word VALUE in a CHECK of a domain."""


@dataclass(frozen=True, slots=True)
class Cast:
    """``operand::type``."""

    operand: Expression
    type: TypeName


@dataclass(frozen=True, slots=True)
class Unary:
    """A prefix operator, ``- x``; ``schema`` where it is printed as OPERATOR(schema.-)."""

    operator: str
    operand: Expression
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Binary:
    """An infix operator that is not AND or OR, ``a < b``."""

    operator: str
    left: Expression
    right: Expression
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Distinct:
    """``left IS DISTINCT FROM right``."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Quantified:
    """``left operator ANY (right)``, or ALL: what IN and NOT IN become."""

    left: Expression
    operator: str
    right: Expression
    every: bool
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """NOT operand."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class IsNull:
    """``operand IS NULL``, or IS NOT NULL when ``negated`` (on a row value they are not opposites)."""

    operand: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsTruth:
    """``operand IS TRUE`` and its kin; ``argument`` is the form of NORMALIZED or the kind of JSON."""

    operand: Expression
    truth: Truth
    negated: bool = False
    argument: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function, its name as the catalog has it; ``keyword`` where it is printed in a syntax of SQL's own.

    COALESCE, EXTRACT, CURRENT_DATE, AT TIME ZONE (``timezone``), POSITION, TRIM (``btrim``) and so on, with
    the arguments in the order of the function.
    """

    name: str
    arguments: tuple[Expression, ...] = ()
    schema: str | None = None
    keyword: bool = False
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """CASE; ``subject`` is what simple WHENs compare with."""

    subject: Expression | None
    whens: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None = None


@dataclass(frozen=True, slots=True)
class Array:
    """``ARRAY[...]``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """``ROW(...)``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """``operand[index]``, or the slice ``operand[index:until]``."""

    operand: Expression
    index: Expression | None
    until: Expression | None = None
    slice: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """``(operand).name``."""

    operand: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Collate:
    """``operand COLLATE "name"``."""

    operand: Expression
    name: str
    schema: str | None = None


Expression: TypeAlias = (
    Constant
    | Column
    | DomainValue
    | Cast
    | Unary
    | Binary
    | Distinct
    | Quantified
    | And
    | Or
    | Not
    | IsNull
    | IsTruth
    | Call
    | Case
    | Array
    | Row
    | Element
    | Field
    | Collate
)


def children(expression: Expression) -> Iterator[Expression]:
    """The expressions directly inside, in the order in which they are written."""
    for part in fields(expression):
        yield from _expressions(getattr(expression, part.name))


def _expressions(value: object) -> Iterator[Expression]:
    if isinstance(value, tuple):
        for item in value:
            yield from _expressions(item)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, TypeName):
        yield value  # type: ignore[misc]


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it, outermost first."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def columns_of(expression: Expression) -> tuple[str, ...]:
    """The columns it reads, in order of appearance, each once."""
    return tuple(dict.fromkeys(node.name for node in walk(expression) if isinstance(node, Column)))


def rewrite(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """A copy in which ``change`` was applied to every node, innermost first."""
    parts: dict[str, Any] = {
        part.name: _rewritten(getattr(expression, part.name), change) for part in fields(expression)
    }
    return change(replace(expression, **parts))


def _rewritten(value: object, change: Callable[[Expression], Expression]) -> object:
    if isinstance(value, tuple):
        return tuple(_rewritten(item, change) for item in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, TypeName):
        return rewrite(value, change)  # type: ignore[arg-type]
    return value


def of_column(expression: Expression, column: str) -> Expression:
    """A domain's CHECK as one of the column: VALUE becomes that column."""
    return rewrite(expression, lambda node: Column(column) if isinstance(node, DomainValue) else node)
