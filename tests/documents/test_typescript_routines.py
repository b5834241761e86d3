"""Functions as TypeScript: which are offered, what they take and return."""

from __future__ import annotations

import pytest

from catalog.values import GRID, INTEGER, TEXT, column, table
from pgproof.catalog.model import Argument, Routine

from .shapes import block, generated, ref


def routine(name, *arguments, **fields):
    types = ", ".join(a.type.text for a in arguments if a.mode == "in")
    values = {"returns": INTEGER, "kind": "function", "input_types": types, **fields}
    return Routine(
        schema="public", name=name, owner="o", language="sql", source="", arguments=arguments, **values
    )


def argument(name, type_=INTEGER, **fields):
    return Argument(name=name, type=type_, **fields)


RECORD = ref("pg_catalog", "record", "pseudo")
ROW = ref("public", "t", "composite")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (routine("f"), ["Args: Record<PropertyKey, never>", "Returns: number"]),
        (
            routine("f", returns=ref("pg_catalog", "void", "pseudo")),
            ["Args: Record<PropertyKey, never>", "Returns: undefined"],
        ),
        (
            routine("f", argument("a"), argument("b", TEXT, default="'x'")),
            ["Args: {", "  a: number", "  b?: string", "}", "Returns: number"],
        ),
        (routine("f", returns_set=True), ["Args: Record<PropertyKey, never>", "Returns: number[]"]),
        (
            routine("f", returns=RECORD),
            ["Args: Record<PropertyKey, never>", "Returns: Record<string, unknown>"],
        ),
        (routine("f", argument("x", mode="out")), ["Args: Record<PropertyKey, never>", "Returns: number"]),
        (
            routine("f", argument("x", mode="out"), argument("y", TEXT, mode="out"), returns=RECORD),
            ["Args: Record<PropertyKey, never>", "Returns: {", "  x: number", "  y: string", "}"],
        ),
        (
            routine("f", argument("x", mode="table"), returns_set=True),
            ["Args: Record<PropertyKey, never>", "Returns: {", "  x: number", "}[]"],
        ),
        (
            routine("f", returns=ROW, returns_set=True),
            ["Args: Record<PropertyKey, never>", "Returns: {", "  a: number | null", "}[]"],
        ),
        (
            routine("f", argument("a", GRID, mode="variadic")),
            ["Args: {", "  a: number[][]", "}", "Returns: number"],
        ),
    ],
)
def test_what_a_function_takes_and_returns(item, expected):
    text = generated(table("t", column("a")), routines=(item,))
    assert block(text, "public", "Functions", "f:") == expected


@pytest.mark.parametrize(
    "item",
    [
        routine("f", returns=ref("pg_catalog", "trigger", "pseudo")),
        routine("f", returns=ref("pg_catalog", "event_trigger", "pseudo")),
        routine("f", kind="procedure", returns=None),
        routine("f", argument("a"), kind="aggregate"),
        routine("f", argument(""), argument("b")),
        routine("f", extension="hstore"),
    ],
)
def test_what_the_api_cannot_call_is_not_offered(item):
    assert block(generated(routines=(item,)), "public", "Functions") == ["[_ in never]: never"]


def test_a_single_argument_needs_no_name():
    lines = block(generated(routines=(routine("f", argument("")),)), "public", "Functions", "f:")
    assert lines == ["Args: {", '  "": number', "}", "Returns: number"]


def test_overloads_are_a_union_of_whole_signatures():
    overloads = (routine("f", argument("a")), routine("f", argument("b", TEXT), returns=TEXT))
    lines = generated(routines=overloads).splitlines()
    start = lines.index("      f:")
    assert [line.strip() for line in lines[start + 1 : start + 7]] == [
        "| {", "Args: {", "a: number", "}", "Returns: number", "}",
    ]  # fmt: skip
