"""Functions as TypeScript: what a caller gives and gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pgproof.catalog.model import Argument, Routine
from pgproof.documents.typescript_layout import Array, Node, Union, key
from pgproof.documents.typescript_relations import row
from pgproof.documents.typescript_types import Types

#: No arguments at all. ``{}`` would allow any.
_NO_ARGUMENTS = "Record<PropertyKey, never>"
_NOT_CALLABLE = ("trigger", "event_trigger")


def routines(items: Iterable[Routine], types: Types) -> dict[str, Node]:
    """The functions that the API can call, by name; overloads become a union."""
    found: dict[str, list[Routine]] = {}
    for item in items:
        if _is_callable(item):
            found.setdefault(key(item.name), []).append(item)
    return {name: _overloads(found[name], types) for name in sorted(found)}


def _is_callable(item: Routine) -> bool:
    """A plain function whose arguments have names; a single one may do without."""
    if item.kind != "function" or item.returns is None or item.returns.name in _NOT_CALLABLE:
        return False
    return len(item.inputs) == 1 or all(argument.name for argument in item.inputs)


def _overloads(items: Sequence[Routine], types: Types) -> Node:
    signatures: list[Node] = [
        {"Args": _arguments(i.inputs, types), "Returns": _returned(i, types)} for i in items
    ]
    return signatures[0] if len(signatures) == 1 else Union(tuple(signatures))


def _arguments(arguments: Sequence[Argument], types: Types) -> Node:
    if not arguments:
        return _NO_ARGUMENTS
    return {key(a.name, optional=a.default is not None): types.text(a.type) for a in arguments}


def _returned(item: Routine, types: Types) -> Node:
    columns = _returned_columns(item, types)
    value: Node = columns or (types.text(item.returns) if item.returns else "undefined")
    return Array(value) if item.returns_set else value


def _returned_columns(item: Routine, types: Types) -> dict[str, Node] | None:
    """The columns of a row that comes back: declared one by one, or those of a table or view."""
    outputs = item.outputs
    if len(outputs) > 1 or any(output.mode == "table" for output in outputs):
        return {key(output.name): types.text(output.type) for output in outputs}
    relation = types.relation(item.returns) if item.returns else None
    return row(relation, types) if relation else None
