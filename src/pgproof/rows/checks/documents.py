"""JSON documents that conditions might be happy with: made of the paths and constants they mention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

from pgproof.rows.checks.terms import stripped
from pgproof.rows.evaluate.datum import split_array
from pgproof.rows.syntax.expression import Binary, Column, Constant, Expression, walk
from pgproof.rows.syntax.signals import Unknown

_MOST = 400
_LEAVES: tuple[Any, ...] = ("a", 0, 1, 5, True, None, [], {}, "", "1")
_ROOTS: tuple[Any, ...] = (
    {},
    [],
    [1],
    [1, 2],
    [1, 2, 3],
    [1, 2, 3, 4, 5],
    list(range(6)),
    '"a"',
    "1",
    "null",
    "true",
)


def documents(expressions: Sequence[Expression], column: str) -> list[Any]:
    """Documents for ``column``, the plainest first."""
    paths: dict[tuple[str, ...], None] = {}
    constants: dict[str, None] = {}
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, Binary) and (path := path_of(node, column)):
                paths[path] = None
            if isinstance(node, Constant) and node.text is not None:
                constants[node.text] = None
    leaves = (*_leaves(constants), *_LEAVES)
    made = islice(_made(list(paths), leaves), _MOST)
    return [*_ROOTS, *_roots(constants), *made]


def path_of(node: Expression, column: str) -> tuple[str, ...]:
    """The keys that ``node`` follows from the column; none if it is something else."""
    if not isinstance(node, Binary) or not isinstance(node.right, Constant) or node.right.text is None:
        return ()
    left = stripped(node.left)
    before = () if left == Column(column) else path_of(left, column)
    if left != Column(column) and not before:
        return ()
    if node.operator in ("->", "->>", "?"):
        return (*before, node.right.text)
    if node.operator in ("#>", "#>>", "?|", "?&"):
        try:
            keys = tuple(key for key in split_array(node.right.text) if key is not None)
        except Unknown:
            return ()
        return (*before, *keys)
    return ()


def _leaves(constants: dict[str, None]) -> Iterator[Any]:
    for text in constants:
        yield text
        if text.lstrip("-").isdigit():
            yield from (int(text), int(text) + 1, int(text) - 1)


def _roots(constants: dict[str, None]) -> Iterator[Any]:
    for text in constants:
        if text[:1] in ("{", "["):
            yield text


def _made(paths: list[tuple[str, ...]], leaves: Sequence[Any]) -> Iterator[Any]:
    """Objects in which one path leads somewhere, then those in which several do."""
    for path in paths:
        for leaf in leaves:
            yield _document([path], [leaf])
    source = Random(len(leaves))
    while len(paths) > 1:
        yield _document(paths, [leaves[source.randrange(len(leaves))] for _ in paths])


def _document(paths: Sequence[tuple[str, ...]], values: Sequence[Any]) -> Any:
    root: dict[str, Any] = {}
    for path, value in zip(paths, values, strict=True):
        place = root
        for key in path[:-1]:
            if not isinstance(place.get(key), dict):
                place[key] = {}
            place = place[key]
        place[path[-1]] = value
    return root
