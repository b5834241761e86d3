"""What is acted upon: a table or view of the catalog, with the pieces of SQL that every attempt on it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.database import sql


@dataclass(frozen=True)
class Subject:
    """A relation as the access suite sees it.

    ``label`` is its qualified name; ``key_columns`` identify a row (none: the whole row does); ``writable`` are the
    columns an INSERT may name; ``deciding`` those that conditions on it mention, which make a row somebody's;
    ``unique`` are the sets of columns that must differ between rows.
    """

    label: str
    name: sql.Composable
    columns: Mapping[str, str]
    key_columns: tuple[str, ...]
    writable: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    is_table: bool = True

    @property
    def key(self) -> sql.Composed:
        """The key of row ``t`` as jsonb."""
        if not self.key_columns:
            return sql.Composed([sql.SQL("to_jsonb(t)")])
        columns = sql.SQL(", ").join(sql.Identifier("t", each) for each in self.key_columns)
        return sql.SQL("jsonb_build_array({})").format(columns)

    @property
    def observe(self) -> sql.Composed:
        """Key and place of every row."""
        return self.observing(sql.Composed([sql.SQL("null::boolean")]))

    def observing(self, verdict: sql.Composable) -> sql.Composed:
        """Key, place and the verdict of a condition for every row, as a jsonb array of arrays."""
        return sql.SQL(
            "select coalesce(jsonb_agg(jsonb_build_array({key}, {place}, ({verdict})::boolean)), '[]') from {name} as t"
        ).format(key=self.key, place=self.place, verdict=verdict, name=self.name)

    @property
    def place(self) -> sql.SQL:
        """Where a row lies; a row that was changed lies elsewhere."""
        return sql.SQL("t.tableoid::text || t.ctid::text") if self.is_table else sql.SQL("''")

    def constant(self, column: str, value: Any) -> sql.Composed:
        """A value as this column's type, out of JSON."""
        text = value if isinstance(value, str) or value is None else json.dumps(value)
        return sql.SQL("{}::{}").format(sql.Literal(text), sql.SQL(self.columns[column]))

    def insertion(self, candidate: Mapping[str, Any]) -> sql.Composed:
        """INSERT of a row given as JSON, naming only the columns that may be named."""
        named = [each for each in self.writable if each in candidate]
        columns = sql.SQL(", ").join(map(sql.Identifier, named))
        values = sql.SQL(", ").join(self.constant(each, candidate[each]) for each in named)
        return sql.SQL("insert into {} as t ({}) values ({})").format(self.name, columns, values)


def subject_of(relation: Table | View, deciding: tuple[str, ...]) -> Subject:
    """The subject for a relation of the catalog."""
    columns = {each.name: str(each.type) for each in relation.columns}
    name = sql.Identifier(relation.schema, relation.name)
    if isinstance(relation, View):
        return Subject(relation.qualified, name, columns, (), deciding=deciding, is_table=False)
    key = relation.primary_key
    return Subject(
        label=relation.qualified,
        name=name,
        columns=columns,
        key_columns=tuple(key.columns) if key else (),
        writable=tuple(
            each.name for each in relation.columns if each.generated is None and each.identity != "always"
        ),
        deciding=deciding,
        unique=tuple(
            tuple(each.columns) for each in relation.constraints if each.kind in ("primary key", "unique")
        ),
    )


def exposed(catalog: Catalog, schemas: tuple[str, ...]) -> list[Table | View]:
    """Every relation in the exposed schemas that is no part of an extension, in order of names."""
    relations: list[Table | View] = [*catalog.tables, *catalog.views]
    found = [each for each in relations if each.schema in schemas and each.extension is None]
    return sorted(found, key=lambda each: each.qualified)
