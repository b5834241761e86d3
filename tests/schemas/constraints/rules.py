"""What the tables of the five schemas hold their rows to, read from the catalogs that are recorded beside them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgproof.catalog import Catalog
from pgproof.catalog.model import Index, Table
from pgproof.recorded import read

SQL = Path(__file__).parents[3] / "sql"
PROJECTS = tuple(sorted(path.parent.name for path in SQL.glob("*/pgproof.toml")))
RECORDED = {name: read(SQL / name / "catalog.json") for name in PROJECTS}

SQLSTATES = {
    "not null": "23502",
    "primary key": "23505",
    "unique": "23505",
    "foreign key": "23503",
    "check": "23514",
    "exclusion": "23P01",
}


@dataclass(frozen=True, order=True)
class Refusal:
    """What the server says of a row that it does not take: the SQLSTATE, and the constraint, or the column for NULL."""

    sqlstate: str
    name: str


@dataclass(frozen=True, order=True)
class Rule:
    """One thing that a table holds its rows to; NOT NULL is named by its column."""

    table: str
    kind: str
    name: str
    columns: tuple[str, ...] = ()
    expression: str | None = None

    @property
    def refusal(self) -> Refusal:
        """What the server has to say of a row that breaks this rule and no other."""
        return Refusal(SQLSTATES[self.kind], self.name)

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def rules_of(table: Table) -> Iterator[Rule]:
    """Every constraint, every NOT NULL, and every unique index that belongs to no constraint."""
    for column in table.columns:
        if column.not_null:
            yield Rule(table.qualified, "not null", column.name, (column.name,))
    for each in table.constraints:
        if each.kind != "not null":  # since PostgreSQL 18 those have names as well; they say the same
            yield Rule(table.qualified, each.kind, each.name, each.columns, each.expression)
    for index in table.unique_keys:
        if not index.constraint:
            yield Rule(table.qualified, "unique", index.name, tuple(filter(None, index.columns)))


def all_rules() -> list[tuple[str, Rule]]:
    """The rules of all schemas, each with the name of its schema's folder."""
    return [
        (project, rule)
        for project, recorded in RECORDED.items()
        for table in recorded.tables
        for rule in rules_of(table)
    ]


def as_declared(catalog: Catalog, table: str, constraint: str) -> str:
    """The name of a partition's own index, as the partitioned table calls the index it is a part of."""
    found = catalog.tables_by_name.get(table)
    parents = {index.name: index.parent for index in (found.indexes if found else ())}
    parent = parents.get(constraint)
    return parent.rpartition(".")[2] if parent else constraint


def indexes_of(table: Table) -> dict[str, Index]:
    """The indexes of a table under their names."""
    return {index.name: index for index in table.indexes}
