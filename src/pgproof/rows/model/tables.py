"""What a valid row is: frozen values that seeding, strategies and access probes share.

``build`` makes them from a catalog, ``solve`` narrows them by what CHECKs say, ``generate`` and
``strategies`` draw rows from them. Nothing here knows a database or a random number.

Values are Python's own: ``int``, ``Decimal``, ``float``, ``bool``, ``str``, ``bytes``, ``UUID``, ``date``,
``time``, ``datetime`` (aware for timestamptz), ``timedelta`` for intervals, ``list`` for arrays, ``dict`` or
``list`` for json. The types in ``LITERAL_KINDS`` are text in PostgreSQL's input syntax.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pgproof.rows.patterns.regex import Pattern
    from pgproof.rows.syntax.expression import Expression

Value = Any

Kind = Literal[
    "boolean", "integer", "numeric", "float", "text", "bytes", "uuid", "date", "time", "timestamp",
    "timestamptz", "interval", "json", "array", "range", "multirange", "composite", "bit", "vector",
    "inet", "cidr", "macaddr", "macaddr8", "timetz", "money", "tsvector", "tsquery", "ltree", "hstore",
    "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "pg_lsn", "unknown",
]  # fmt: skip

LITERAL_KINDS: frozenset[Kind] = frozenset(
    (
        "range", "multirange", "composite", "bit", "vector", "inet", "cidr", "macaddr", "macaddr8", "timetz",
        "money", "tsvector", "tsquery", "ltree", "hstore", "xml", "point", "line", "lseg", "box", "path",
        "polygon", "circle", "pg_lsn", "unknown",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableName:
    """Schema and name, unquoted."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Space:
    """The set of values, NULL apart, that a type and its constraints leave to a column.

    ``low`` and ``high`` are inclusive unless their ``_open`` flag is set. ``min_length`` and ``max_length``
    count characters, bytes, bits, elements or dimensions, by kind. ``patterns`` are what a text must match, all
    of them (``language`` makes texts of them). ``allowed`` is the complete list of values where there is one
    (enum labels, IN lists); the other limits still hold for it.
    """

    kind: Kind
    type_name: str
    low: Value = None
    high: Value = None
    low_open: bool = False
    high_open: bool = False
    precision: int | None = None
    scale: int | None = None
    min_length: int = 0
    max_length: int | None = None
    patterns: tuple[Pattern, ...] = ()
    allowed: tuple[Value, ...] | None = None
    excluded: tuple[Value, ...] = ()
    element: Space | None = None
    fields: tuple[tuple[str, Space], ...] = ()


Filling = Literal["value", "identity", "sequence", "generated"]
"""How a column gets what it holds: drawn, numbered by PostgreSQL's own sequence, or computed by it."""


@dataclass(frozen=True, slots=True)
class ColumnModel:
    """One column of a table, in the order of the table.

    ``filling`` "generated" is never written. "identity" and "sequence" are written by bulk loading (which
    moves the sequence afterwards) and left out by strategies. ``default`` is SQL as PostgreSQL prints it, and
    so is ``expression``, that of a generated column.
    ``reason`` says in a few words why ``space`` is what it is; it is what ``--dry-run`` prints. ``base`` is the
    built-in type under its domains as the catalog names it, ``enum`` for all of those, "" for other types.
    ``denied`` says why whoever writes may not write this column; it is "generated" from its default then.
    """

    name: str
    space: Space
    nullable: bool
    filling: Filling = "value"
    default: str | None = None
    sequence: TableName | None = None
    expression: str | None = None
    reason: str = ""
    base: str = ""
    denied: str = ""


@dataclass(frozen=True, slots=True)
class CheckModel:
    """A CHECK of the table, or of a domain one of its columns has (``columns`` is then that column).

    ``expression`` is None where the text could not be parsed. ``absorbed`` means that the spaces of the
    columns already say all it says, NULL apart from nothing: no row from those spaces can violate it.
    """

    name: str
    definition: str
    columns: tuple[str, ...]
    expression: Expression | None
    absorbed: bool = False
    domain: TableName | None = None


@dataclass(frozen=True, slots=True)
class KeyPart:
    """A column or an expression of a unique index or an exclusion constraint, with its operator there."""

    column: str | None
    definition: str
    expression: Expression | None = None
    columns: tuple[str, ...] = ()
    operator: str = "="


@dataclass(frozen=True, slots=True)
class UniqueModel:
    """A primary key, unique constraint or unique index; ``predicate`` where it is partial."""

    name: str
    parts: tuple[KeyPart, ...]
    primary: bool = False
    nulls_distinct: bool = True
    deferrable: bool = False
    predicate: Expression | None = None
    predicate_definition: str | None = None
    predicate_columns: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column it reads, in order, without repetition."""
        return tuple(dict.fromkeys(c for p in self.parts for c in ((p.column,) if p.column else p.columns)))

    @property
    def plain(self) -> bool:
        """Whether it is a key over columns alone, of all rows."""
        return self.predicate_definition is None and all(part.column for part in self.parts)


@dataclass(frozen=True, slots=True)
class ExclusionModel:
    """An EXCLUDE constraint: no two rows for which every part's operator says yes."""

    name: str
    parts: tuple[KeyPart, ...]
    predicate: Expression | None = None
    predicate_definition: str | None = None


Breaking = Literal["", "deferred", "second pass", "own row"]


@dataclass(frozen=True, slots=True)
class ReferenceModel:
    """A foreign key, read from the child's side.

    ``breaking`` is how it is satisfied when its target fills later: checked at the end ("deferred"), NULL
    first and updated later ("second pass"), or pointing at the row itself ("own row").
    """

    name: str
    columns: tuple[str, ...]
    target: TableName
    target_columns: tuple[str, ...]
    match_full: bool = False
    deferrable: bool = False
    breaking: Breaking = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A column that is reached from a row by following foreign keys by name; no hops: the row's own."""

    hops: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """All these paths of a row must lead to the same value: the same tenant, the same user.

    ``target`` is the table whose key it is. ``forced`` agreements follow from composite foreign keys and
    hold in every valid row; the others are what an application means and a schema cannot always say.
    """

    target: TableName
    paths: tuple[Path, ...]
    forced: bool = False


@dataclass(frozen=True, slots=True)
class PartitionModel:
    """What the existing partitions let in: one entry per leaf, its constraint as PostgreSQL prints it.

    ``columns`` is the key; a space per key column in ``cells`` is a box that lies inside one leaf. For hash
    partitions ``cells`` is empty: with all remainders present every value has its leaf. ``takes_null``: there
    is a partition for rows with NULL in the key as well.
    """

    strategy: Literal["list", "range", "hash"]
    columns: tuple[str, ...]
    cells: tuple[tuple[tuple[str, Space], ...], ...]
    takes_null: bool = False


@dataclass(frozen=True, slots=True)
class TableModel:
    """A table that can be filled, with everything PostgreSQL will hold its rows to.

    ``timeline`` names time columns whose values never decrease from left to right. ``judges`` are triggers
    and rules that may reject or rewrite a row: only the server knows what they think. ``made_by`` names
    triggers of other tables that put rows into this one. ``denied`` says why whoever writes
    can put no row in, ``unreadable`` that they may not look at what is there.
    """

    name: TableName
    columns: tuple[ColumnModel, ...]
    uniques: tuple[UniqueModel, ...] = ()
    exclusions: tuple[ExclusionModel, ...] = ()
    checks: tuple[CheckModel, ...] = ()
    references: tuple[ReferenceModel, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    timeline: tuple[str, ...] = ()
    partition: PartitionModel | None = None
    judges: tuple[str, ...] = ()
    made_by: tuple[str, ...] = ()
    denied: str = ""
    unreadable: bool = False

    def column(self, name: str) -> ColumnModel:
        """The column of that name; ``KeyError`` if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def reference(self, name: str) -> ReferenceModel:
        """The foreign key of that name; ``KeyError`` if there is none."""
        for reference in self.references:
            if reference.name == name:
                return reference
        raise KeyError(f"{self.name} has no foreign key {name}")

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The columns of the primary key, or none."""
        return next((unique.columns for unique in self.uniques if unique.primary), ())


@dataclass(frozen=True, slots=True)
class SchemaModel:
    """Tables in an order in which they can be filled, parents first."""

    tables: tuple[TableModel, ...]
    impossible: tuple[str, ...] = ()
    _index: dict[TableName, TableModel] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {table.name: table for table in self.tables})

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def table(self, name: TableName) -> TableModel:
        """The table of that name; ``KeyError`` if the model does not have it."""
        return self._index[name]
