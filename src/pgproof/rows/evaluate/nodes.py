"""One step per kind of expression: what ``evaluate`` runs. Types are found here, before any row is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pgproof.rows.evaluate.casts import cast
from pgproof.rows.evaluate.datum import Tag, to_datum
from pgproof.rows.evaluate.functions import VARYING, find_function
from pgproof.rows.evaluate.operators import find_operator
from pgproof.rows.evaluate.scope import Scope, tag_of
from pgproof.rows.evaluate.texts import known_pattern
from pgproof.rows.syntax.expression import (
    And,
    Array,
    Binary,
    Call,
    Case,
    Cast,
    Collate,
    Column,
    Constant,
    Distinct,
    DomainValue,
    Element,
    Expression,
    IsNull,
    IsTruth,
    Not,
    Or,
    Quantified,
    Unary,
    walk,
)
from pgproof.rows.syntax.signals import Unknown

Datums: TypeAlias = Mapping[str, Any]
Step: TypeAlias = Callable[[Datums], Any]
Typed: TypeAlias = "tuple[Tag, Step]"


def _is_constant(node: Expression) -> bool:
    return not any(
        isinstance(each, (Column, DomainValue)) or (isinstance(each, Call) and each.name in VARYING)
        for each in walk(node)
    )


def nothing(_: Datums) -> Any:
    """The step that gives NULL."""
    return None


def _as_boolean(typed: Typed) -> Step:
    if typed[0] not in ("boolean", "unknown"):
        raise Unknown(f"{typed[0]} as a condition")
    return typed[1]


class Compiler:
    """Makes steps for one scope; ``columns`` are those that the steps made so far read."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.columns: dict[str, None] = {}

    def compile(self, node: Expression) -> Typed:
        """The type and the step of ``node``. Raises ``Unknown``, or ``Refused`` for a constant that fails."""
        method = _METHODS.get(type(node))
        if method is None:
            raise Unknown(f"a {type(node).__name__} expression")
        tag, step = method(self, node)
        if not _is_constant(node):
            return tag, step
        # The server computes constant parts first, and fails there even if a row would never get to them.
        value = step({})
        return tag, lambda _: value

    def _column(self, node: Column) -> Typed:
        if node.name not in self.scope.columns:
            raise Unknown(f"the type of column {node.name}")
        name, width = node.name, self.scope.widths.get(node.name)
        self.columns[name] = None
        if self.scope.columns[name] == "character":
            if width is None:
                raise Unknown(f"the width of column {name}")
            return "character", lambda datums: None if datums[name] is None else datums[name].ljust(width)
        return self.scope.columns[name], lambda datums: datums[name]

    def _constant(self, node: Constant) -> Typed:
        tag = tag_of(node.type)
        if node.text is None:
            return tag, nothing
        if tag in self.scope.enums:
            return tag, lambda _: node.text
        value = cast(to_datum(tag, node.text), tag, tag, node.type.modifiers)
        return tag, lambda _: value

    def _cast(self, node: Cast) -> Typed:
        tag, step = self.compile(node.operand)
        target = tag_of(node.type)
        modifiers = node.type.modifiers
        if tag in self.scope.enums and target == "text":
            return target, step
        if target == tag and not modifiers:
            return target, step
        cast(None, tag, target, modifiers)
        return target, lambda datums: cast(step(datums), tag, target, modifiers)

    def _unary(self, node: Unary) -> Typed:
        tag, step = self.compile(node.operand)
        result, function = find_operator(node.operator, None, tag, node.schema)
        return result, lambda datums: None if (value := step(datums)) is None else function(value)

    def _binary(self, node: Binary) -> Typed:
        left_tag, left = self.compile(node.left)
        right_tag, right = self.compile(node.right)
        result, function = self._operator(node.operator, left_tag, right_tag, node.schema)
        if any(
            _is_constant(side) and step({}) is None for side, step in ((node.left, left), (node.right, right))
        ):
            return result, nothing
        if _is_constant(node.right):
            known_pattern(node.operator, right({}))

        def step(datums: Datums) -> Any:
            a, b = left(datums), right(datums)
            return None if a is None or b is None else function(a, b)

        return result, step

    def _operator(
        self, operator: str, left: Tag, right: Tag, schema: str | None
    ) -> tuple[Tag, Callable[..., Any]]:
        labels = self.scope.enums.get(left) or self.scope.enums.get(right)
        return find_operator(operator, left, right, schema, labels)

    def _distinct(self, node: Distinct) -> Typed:
        left_tag, left = self.compile(node.left)
        right_tag, right = self.compile(node.right)
        _, differs = self._operator("<>", left_tag, right_tag, None)

        def step(datums: Datums) -> bool:
            a, b = left(datums), right(datums)
            return bool(differs(a, b)) if a is not None and b is not None else (a is None) is not (b is None)

        return "boolean", step

    def _quantified(self, node: Quantified) -> Typed:
        left_tag, left = self.compile(node.left)
        right_tag, right = self.compile(node.right)
        if not right_tag.endswith("[]"):
            raise Unknown(f"ANY over {right_tag}")
        tag, holds = self._operator(node.operator, left_tag, right_tag.removesuffix("[]"), node.schema)
        if tag != "boolean":
            raise Unknown(f"ANY with operator {node.operator}")

        def step(datums: Datums) -> bool | None:
            value, items = left(datums), right(datums)
            if items is None:
                return None
            found = [None if value is None or item is None else holds(value, item) for item in items]
            decisive = not node.every
            return decisive if decisive in found else None if None in found else not decisive

        return "boolean", step

    def _both(self, node: And | Or) -> Typed:
        decisive = isinstance(node, Or)
        steps: list[Step] = []
        for item in node.items:
            steps.append(_as_boolean(self.compile(item)))
            if _is_constant(item) and steps[-1]({}) is decisive:
                return "boolean", lambda _: decisive

        def step(datums: Datums) -> bool | None:
            seen_null = False
            for each in steps:
                value = each(datums)
                if value is decisive:
                    return bool(value)
                seen_null = seen_null or value is None
            return None if seen_null else bool(not decisive)

        return "boolean", step

    def _negation(self, node: Not) -> Typed:
        step = _as_boolean(self.compile(node.operand))
        return "boolean", lambda datums: None if (value := step(datums)) is None else not value

    def _is_null(self, node: IsNull) -> Typed:
        _, step = self.compile(node.operand)
        return "boolean", lambda datums: (step(datums) is None) is not node.negated

    def _is_truth(self, node: IsTruth) -> Typed:
        wanted = {"true": True, "false": False, "unknown": None}
        if node.truth not in wanted:
            raise Unknown(f"IS {node.truth.upper()}")
        step = _as_boolean(self.compile(node.operand))
        return "boolean", lambda datums: (step(datums) is wanted[node.truth]) is not node.negated

    def _call(self, node: Call) -> Typed:
        if node.name in ("coalesce", "nullif") and node.keyword:
            return self._choice(node)
        typed = [self.compile(argument) for argument in node.arguments]
        if node.variadic:
            raise Unknown(f"{node.name} with VARIADIC")
        tag, function = find_function(node, [tag for tag, _ in typed], self.scope.now)
        steps = [step for _, step in typed]
        return tag, lambda datums: function([step(datums) for step in steps])

    def _choice(self, node: Call) -> Typed:
        typed: list[Typed] = []
        for argument in node.arguments:
            typed.append(self.compile(argument))
            if node.name == "coalesce" and _is_constant(argument) and typed[-1][1]({}) is not None:
                break
        tag = next((tag for tag, _ in typed if tag != "unknown"), "unknown")
        steps = [step for _, step in typed]
        if node.name == "nullif":
            _, equal = self._operator("=", typed[0][0], typed[1][0], None)
            return tag, lambda datums: _nullif([step(datums) for step in steps], equal)
        return tag, lambda datums: next((v for step in steps if (v := step(datums)) is not None), None)

    def _case(self, node: Case) -> Typed:
        whens: list[tuple[Step, Typed]] = []
        otherwise = node.otherwise
        for when, then in node.whens:
            test = Binary("=", node.subject, when) if node.subject is not None else when
            condition = _as_boolean(self.compile(test))
            # What a constant condition decides is never computed otherwise, not even to see it fail.
            decided = condition({}) if _is_constant(test) else None
            if decided is True:
                otherwise = then
                break
            if not _is_constant(test):
                whens.append((condition, self.compile(then)))
        last = self.compile(otherwise) if otherwise is not None else ("unknown", nothing)
        tag = next((tag for tag, _ in (*(then for _, then in whens), last) if tag != "unknown"), "unknown")
        return tag, lambda datums: _chosen(whens, last, datums)

    def _array(self, node: Array) -> Typed:
        typed = [self.compile(item) for item in node.items]
        tag = next((tag for tag, _ in typed if tag != "unknown"), "unknown")
        if tag.endswith("[]"):
            raise Unknown("an array of several dimensions")
        return f"{tag}[]", lambda datums: tuple(step(datums) for _, step in typed)

    def _element(self, node: Element) -> Typed:
        tag, step = self.compile(node.operand)
        if node.slice or node.index is None or not tag.endswith("[]"):
            raise Unknown("a slice of an array or an element of something else")
        _, index = self.compile(node.index)

        def pick(datums: Datums) -> Any:
            items, place = step(datums), index(datums)
            inside = items is not None and place is not None and 1 <= place <= len(items)
            return items[place - 1] if inside else None

        return tag.removesuffix("[]"), pick

    def _collate(self, node: Collate) -> Typed:
        tag, step = self.compile(node.operand)
        return (f"{tag} C" if node.name in ("C", "POSIX", "ucs_basic") else tag), step


def _chosen(whens: list[tuple[Step, Typed]], last: Typed, datums: Datums) -> Any:
    for condition, then in whens:
        if condition(datums) is True:
            return then[1](datums)
    return last[1](datums)


def _nullif(values: list[Any], equal: Callable[..., Any]) -> Any:
    first, second = values
    return None if first is not None and second is not None and equal(first, second) else first


_METHODS: dict[type, Callable[[Compiler, Any], Typed]] = {
    Column: Compiler._column,
    Constant: Compiler._constant,
    Cast: Compiler._cast,
    Unary: Compiler._unary,
    Binary: Compiler._binary,
    Distinct: Compiler._distinct,
    Quantified: Compiler._quantified,
    And: Compiler._both,
    Or: Compiler._both,
    Not: Compiler._negation,
    IsNull: Compiler._is_null,
    IsTruth: Compiler._is_truth,
    Call: Compiler._call,
    Case: Compiler._case,
    Array: Compiler._array,
    Element: Compiler._element,
    Collate: Compiler._collate,
}
