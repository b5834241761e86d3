"""What a role that writes may not: columns that are left to their defaults, tables that get no rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pgproof.catalog.model import Catalog, Cluster, Grant, Table, qualified, quoted
from pgproof.rows.model.needed import columns_needed
from pgproof.rows.model.tables import ColumnModel, SchemaModel, TableModel, TableName

_EVERYTHING = {"insert": "pg_write_all_data", "update": "pg_write_all_data",
               "select": "pg_read_all_data", "usage": "pg_write_all_data"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writer:
    """A role, and all whose privileges it has without SET ROLE.

    ``bypasses`` says whether row-level security does not bind it, ``copies`` that it writes by COPY, which a role
    that is bound may not.
    """

    name: str
    roles: frozenset[str]
    bypasses: bool = False
    copies: bool = False

    def may(self, privilege: str, *grants: Iterable[Grant]) -> bool:
        """Whether one of the roles has the privilege by one of the grants."""
        held = {grant.grantee for each in grants for grant in each if grant.privilege == privilege}
        return bool(held & self.roles) or _EVERYTHING[privilege] in self.roles


def writer_of(cluster: Cluster, name: str) -> Writer | None:
    """Who writes as role ``name``; None for a superuser, to whom nothing is denied. Raises ``KeyError``."""
    role = cluster.role(name)
    if role.superuser:
        return None
    return Writer(name, cluster.inherited_by(name) | {"public"}, role.bypass_row_security)


def as_written_by(writer: Writer, catalog: Catalog, tables: Sequence[TableModel]) -> list[TableModel]:
    """The tables as they are to ``writer``: some columns left to their defaults, some tables closed."""
    needed = columns_needed(SchemaModel(tuple(tables)))
    sequences = {each.owned_by or each.qualified: each.grants for each in catalog.sequences}
    schemas = {schema.name: schema.grants for schema in catalog.schemas}
    found = []
    for table in tables:
        relation = catalog.table(_qualified(table.name))
        own = _with_defaults(writer, relation, table, sequences)
        hidden = _hidden(writer, relation, needed[table.name])
        closed = not writer.may("usage", schemas.get(relation.schema, ()))
        why = _schema(writer, relation.schema) if closed else _why_not(writer, own) or hidden
        why = why or _bound(writer, relation)
        # Of a closed table nothing is written, and so nothing is asked of its CHECKs.
        found.append(replace(table if why else own, denied=why, unreadable=closed or bool(hidden)))
    return found


def _with_defaults(
    writer: Writer, relation: Table, table: TableModel, sequences: Mapping[str, tuple[Grant, ...]]
) -> TableModel:
    columns = []
    for column in table.columns:
        grants = relation.column(column.name).grants
        if column.filling != "generated" and not writer.may("insert", relation.grants, grants):
            column = _left(column, f"{writer.name} may not insert it")
        elif column.filling in ("identity", "sequence"):
            sequence = sequences.get(f"{relation.qualified}.{quoted(column.name)}")
            moves = sequence is None or all(writer.may(each, sequence) for each in ("select", "update"))
            if not moves:
                column = _left(column, f"{writer.name} may not move its sequence")
        columns.append(column)
    left = {column.name for column in columns if column.denied}
    references = tuple(each for each in table.references if not left & set(each.columns))
    return replace(table, columns=tuple(columns), references=references)


def _left(column: ColumnModel, why: str) -> ColumnModel:
    """A column that PostgreSQL fills by itself: as if it were generated from its default."""
    expression = None if column.filling == "identity" else column.default or "NULL"
    safe = column.nullable or column.default is not None or column.filling != "value"
    return replace(column, filling="generated", expression=expression, denied=why, nullable=safe)


def _why_not(writer: Writer, table: TableModel) -> str:
    """Why no row can be put in at all; "" if one can."""
    name = _qualified(table.name)
    if all(column.denied or column.filling == "generated" for column in table.columns):
        return f"{writer.name} may not insert into it; grant insert on {name} to {writer.name}"
    bare = [column.name for column in table.columns if column.denied and not column.nullable]
    if not bare:
        return ""
    names, verb = ", ".join(map(quoted, bare)), "is" if len(bare) == 1 else "are"
    return (
        f"{writer.name} may not insert {names}, which {verb} NOT NULL without a default;"
        f" grant insert ({names}) on {name} to {writer.name}"
    )


def _hidden(writer: Writer, relation: Table, needed: Iterable[str]) -> str:
    """Why new rows cannot keep clear of those that are there; "" if they can."""
    columns = [column for column in relation.columns if column.name in set(needed)] or relation.columns[:1]
    hidden = [c.name for c in columns if not writer.may("select", relation.grants, c.grants)]
    if not hidden:
        return ""
    names = ", ".join(map(quoted, hidden))
    return (
        f"{writer.name} may not read {names}, and new rows have to keep clear of those that are there;"
        f" grant select ({names}) on {relation.qualified} to {writer.name}"
    )


def _bound(writer: Writer, relation: Table) -> str:
    """Why COPY is refused although every grant is there; "" if it is not."""
    exempt = relation.owner in writer.roles and not relation.force_row_security
    if not (writer.copies and relation.row_security) or writer.bypasses or exempt:
        return ""
    owner = "" if relation.force_row_security else "the table's owner or as "
    return (
        f"row-level security binds {writer.name} there, and COPY does not go through it;"
        f" connect as {owner}a role with BYPASSRLS"
    )


def _schema(writer: Writer, name: str) -> str:
    return f"{writer.name} may not use its schema; grant usage on schema {quoted(name)} to {writer.name}"


def _qualified(name: TableName) -> str:
    return qualified(name.schema, name.name)
