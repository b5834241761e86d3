"""The types of a table's columns as expressions see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pgproof.rows.evaluate.compute import Scope, tag_of
from pgproof.rows.evaluate.datum import INTEGER_BITS, RANGE_ELEMENTS, Tag
from pgproof.rows.model.tables import ColumnModel, Kind, Space, TableModel
from pgproof.rows.syntax.expression import Binary, Column, Constant, Expression, Quantified, walk
from pgproof.rows.syntax.tokens import Cursor
from pgproof.rows.syntax.type_names import read_type

_KNOWN = frozenset(
    (
        *INTEGER_BITS, *RANGE_ELEMENTS, "numeric", "real", "double precision", "boolean", "text",
        "character varying", "character", "name", "date", "time without time zone", "interval", "uuid",
        "timestamp without time zone", "timestamp with time zone", "json", "jsonb", "bytea",
    )
)  # fmt: skip
_BY_KIND: Mapping[Kind, Tag] = {
    "numeric": "numeric",
    "boolean": "boolean",
    "text": "text",
    "float": "double precision",
    "bytes": "bytea",
    "uuid": "uuid",
    "date": "date",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "interval": "interval",
    "json": "jsonb",
}


def scope_of(table: TableModel) -> Scope:
    """Columns with their tags, the labels of enums, the widths of character(n)."""
    scope = scope_of_columns(table.columns)
    # A domain does not say what it is based on; that it is citext shows where it is compared.
    hidden = {
        name for check in table.checks if check.expression for name in _compared_as_citext(check.expression)
    }
    text = {name for name in hidden if scope.columns.get(name) == "text"}
    return replace(scope, columns={**scope.columns, **dict.fromkeys(text, "citext")}) if text else scope


def _compared_as_citext(expression: Expression) -> Iterator[str]:
    for node in walk(expression):
        if isinstance(node, (Binary, Quantified)) and isinstance(node.left, Column):
            inner = [
                each for each in walk(node.right) if isinstance(each, Constant) and is_citext(each.type.name)
            ]
            if inner:
                yield node.left.name


def scope_of_columns(columns: Iterable[ColumnModel]) -> Scope:
    """As ``scope_of``, of some columns."""
    tags: dict[str, Tag] = {}
    enums: dict[Tag, tuple[str, ...]] = {}
    widths: dict[str, int] = {}
    for column in columns:
        tag = tags[column.name] = tag_of_space(column.space)
        if "." in tag and column.space.allowed is not None:
            enums[tag] = column.space.allowed
        if tag == "character" and column.space.max_length is not None:
            widths[column.name] = column.space.max_length
    return Scope(tags, enums, widths)


def tag_of_space(space: Space) -> Tag:
    """What expressions take a value of ``space`` for; a domain is its base type."""
    if space.kind == "array" and space.element is not None:
        return f"{tag_of_space(space.element)}[]"
    tag = tag_of(read_type(Cursor(space.type_name)))
    if tag in _KNOWN:
        return tag
    if space.kind == "text" and (space.allowed is not None or is_citext(tag)):
        return tag
    if space.kind == "integer":
        return _integer(space)
    return _BY_KIND.get(space.kind, tag)


def is_citext(tag: Tag) -> bool:
    """Whether a type is text in any case, in whatever schema the extension is."""
    return tag.rpartition(".")[2] == "citext"


def _integer(space: Space) -> Tag:
    if space.high is None or space.low is None:
        return "bigint"
    return next(
        (tag for tag, bits in INTEGER_BITS.items() if space.high < 2**bits and space.low >= -(2**bits)),
        "bigint",
    )
