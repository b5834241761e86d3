"""What is acted upon: a table or view of the catalog, with the pieces of SQL that every attempt on it needs."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.database import filled, sql, text_of


def rendered(piece: sql.Composable) -> sql.SQL:
    """A piece of SQL as text, once and for all: composing it again for every attempt is most of what attempts cost."""
    return sql.SQL(text_of(piece))


@lru_cache(maxsize=65536)
def _constant(kind: str, text: str | None) -> sql.SQL:
    return rendered(sql.SQL("{}::{}").format(sql.Literal(text), sql.SQL(kind)))


@lru_cache(maxsize=1024)
def _names(columns: tuple[str, ...]) -> sql.SQL:
    return rendered(sql.SQL(", ").join(map(sql.Identifier, columns)))


NULL = sql.Composed([sql.SQL("null")])
# No row where nothing was written and none is missing. FILTER is asked before the conditions are worked out, so these
# cost nothing but on rows that were written. One scan without a subquery, since planning it is most of what it costs.
CHANGES = """
select jsonb_build_object({label}, jsonb_build_object(
    'kept', string_agg({place}, ' ') filter (where not {written}),
    'written', jsonb_agg(jsonb_build_array({key}, {place}, {conditions})) filter (where {written}),
    'may', {may}::jsonb
)) from {name} as t having count(*) <> {rows} or bool_or({written})"""


@dataclass(frozen=True)
class Subject:
    """A relation as the access suite sees it.

    ``label`` is its qualified name; ``root`` the relation whose contract it keeps (its own, or that of the table it
    is a partition of); ``origin`` what a superuser reads to know its rows; ``key_columns`` identify a row (none: the
    whole row does); ``writable`` are the columns an INSERT may name; ``deciding`` those that conditions on it
    mention, which make a row somebody's; ``unique`` the sets of columns that must differ between rows; ``required``
    those that an INSERT must give a value; ``mark`` is what ``attempt.sql`` tells new rows by,
    if that is known.
    """

    label: str
    root: str
    name: sql.Composable
    origin: sql.Composable
    columns: Mapping[str, str]
    key_columns: tuple[str, ...]
    writable: tuple[str, ...] = ()
    deciding: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    is_table: bool = True
    required: tuple[str, ...] = ()
    mark: str = ""

    @property
    def is_part(self) -> bool:
        """Whether it is a partition, which the contract of another table speaks of."""
        return self.root != self.label

    @cached_property
    def key(self) -> sql.SQL:
        """The key of row ``t`` as jsonb."""
        if not self.key_columns:
            return sql.SQL("to_jsonb(t)")
        columns = sql.SQL(", ").join(sql.Identifier("t", each) for each in self.key_columns)
        return rendered(sql.SQL("jsonb_build_array({})").format(columns))

    @property
    def place(self) -> sql.SQL:
        """Where a row lies; a row that was changed lies elsewhere."""
        return sql.SQL("t.tableoid::text || t.ctid::text") if self.is_table else sql.SQL("''")

    @cached_property
    def written(self) -> sql.SQL:
        """The condition that row ``t`` was written since ``attempt.sql`` was installed."""
        constant = sql.SQL("{}::xid").format(sql.Literal(self.mark))
        mark = constant if self.mark else sql.SQL("pgproof.mark()")
        return rendered(sql.SQL("age(t.xmin) < age({})").format(mark))

    def observing(
        self, seen: sql.Composable = NULL, inserted: sql.Composable = NULL, became: sql.Composable = NULL
    ) -> sql.Composed:
        """Key, place, and whether the actor may see, insert, and make of a row what it is; for every row, as jsonb."""
        return sql.SQL(
            "select coalesce(jsonb_agg(jsonb_build_array({key}, {place}, ({seen})::boolean, ({inserted})::boolean,"
            " ({became})::boolean)), '[]') from {name} as t"
        ).format(key=self.key, place=self.place, seen=seen, inserted=inserted, became=became, name=self.name)

    def changes(
        self,
        rows: int,
        seen: sql.Composable = NULL,
        inserted: sql.Composable = NULL,
        became: sql.Composable = NULL,
    ) -> sql.Composed:
        """Like ``observing``, of the rows that were written since ``attempt.sql`` was installed, under the label;
        nothing if none was and all ``rows`` that there were are there. ``kept`` are the places of the others; ``may``
        tells which of the conditions each of the three is, for those that are alike are asked once.
        """
        texts = [text_of(each) for each in (seen, inserted, became)]
        asked = list(dict.fromkeys(texts))
        return sql.SQL(CHANGES).format(
            label=sql.Literal(self.label),
            key=self.key,
            place=self.place,
            conditions=sql.SQL(", ").join(filled("({})::boolean", sql.SQL(each)) for each in asked),
            may=sql.Literal(json.dumps([asked.index(each) for each in texts])),
            written=self.written,
            name=self.name,
            rows=sql.Literal(rows),
        )

    def constant(self, column: str, value: Any) -> sql.SQL:
        """A value as this column's type, out of JSON."""
        kind = self.columns[column]
        if isinstance(value, list) and kind.endswith("]"):
            items = sql.Literal([_text(each) for each in value])
            return rendered(sql.SQL("{}::{}").format(items, sql.SQL(kind)))
        return _constant(kind, _text(value))

    def insertion(self, candidate: Mapping[str, Any], nameable: Collection[str] = ()) -> sql.Composed:
        """INSERT of a row given as JSON, naming only the columns that may be named: ``nameable``, if that is known."""
        return self._writing("insert into {} as t ({}) values ({})", candidate, nameable)

    def merging(self, candidate: Mapping[str, Any], nameable: Collection[str] = ()) -> sql.Composed:
        """MERGE that inserts a row as ``insertion`` does."""
        text = "merge into {} as t using (values (1)) as v (x) on false when not matched then insert ({}) values ({})"
        return self._writing(text, candidate, nameable)

    def _writing(self, text: str, candidate: Mapping[str, Any], nameable: Collection[str]) -> sql.Composed:
        named = [each for each in nameable or self.writable if each in candidate]
        values = [text_of(self.constant(each, candidate[each])) for each in named]
        return filled(text, self.name, _names(tuple(named)), sql.SQL(", ".join(values)))

    def line(self, row: Mapping[str, Any]) -> str:
        """A row given as JSON as a line of COPY, in the order of ``row``."""
        return "\t".join(_field(row[each], self.columns[each]) for each in row) + "\n"

    def at(self, key: str) -> sql.Composed:
        """The condition that a row has this key."""
        return filled("{} = {}::jsonb", self.key, sql.Literal(key))


def _field(value: Any, kind: str) -> str:
    """A value as COPY writes it (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format")."""
    if value is None:
        return "\\N"
    text = _text(value) or ""
    if isinstance(value, list) and kind.endswith("]"):
        text = "{" + ",".join(json.dumps(_text(each), ensure_ascii=False) for each in value) + "}"
    for mark, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(mark, written)
    return text


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else json.dumps(value)


def subject_of(relation: Table | View, deciding: tuple[str, ...], root: str, source: str = "") -> Subject:
    """The subject for a relation of the catalog; ``source`` is a query that says what is in a view."""
    columns = {each.name: str(each.type) for each in relation.columns}
    name = rendered(sql.Identifier(relation.schema, relation.name))
    origin = sql.SQL("({})").format(sql.SQL(source)) if source else name
    if isinstance(relation, View) or relation.kind == "foreign table":
        return Subject(relation.qualified, root, name, origin, columns, (), deciding=deciding, is_table=False)
    key = relation.primary_key
    return Subject(
        label=relation.qualified,
        root=root,
        name=name,
        origin=origin,
        columns=columns,
        key_columns=tuple(key.columns) if key else (),
        writable=tuple(
            each.name for each in relation.columns if each.generated is None and each.identity != "always"
        ),
        deciding=deciding,
        unique=tuple(
            tuple(each.columns) for each in relation.constraints if each.kind in ("primary key", "unique")
        ),
        required=tuple(
            each.name
            for each in relation.columns
            if each.not_null and each.default is None and each.identity is None and each.generated is None
        ),
    )


def exposed(catalog: Catalog, schemas: tuple[str, ...]) -> list[Table | View]:
    """Every relation in the exposed schemas that is no part of an extension, in order of names."""
    relations: list[Table | View] = [*catalog.tables, *catalog.views]
    found = [each for each in relations if each.schema in schemas and each.extension is None]
    return sorted(found, key=lambda each: each.qualified)


def root_of(catalog: Catalog, relation: Table | View) -> str:
    """The table that a partition belongs to at the top; the relation itself if it is none."""
    while isinstance(relation, Table) and relation.partition_of:
        relation = catalog.table(relation.partition_of)
    return relation.qualified
