"""Foreign keys of a cycle that had to wait until their targets were there: one UPDATE per table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pgproof.database import Connection, errors, sql
from pgproof.rows.model.tables import ReferenceModel, TableModel
from pgproof.rows.model.troubles import CannotFill, told
from pgproof.rows.population.makers import FromParents, sources
from pgproof.rows.population.world import Population
from pgproof.rows.values.encode import encode
from pgproof.rows.values.forms import TEXT, Form

LATER = "pgproof_later"


def waiting(table: TableModel) -> tuple[ReferenceModel, ...]:
    """The foreign keys of a table that are NULL after the first pass."""
    return tuple(reference for reference in table.references if reference.breaking == "second pass")


def own_columns(table: TableModel, reference: ReferenceModel) -> tuple[str, ...]:
    """The columns that this foreign key alone fills; the others are there already."""
    others = {c for r in table.references if r.breaking != "second pass" for c in r.columns}
    return tuple(column for column in reference.columns if column not in others)


def key_of(table: TableModel) -> tuple[str, ...]:
    """The columns by which a row is found again. Raises ``CannotFill`` if there is no key."""
    keys = [table.primary_key] if table.primary_key else [u.columns for u in table.uniques if u.plain]
    if not keys:
        names = ", ".join(reference.name for reference in waiting(table))
        raise CannotFill(
            f"{table.name}: {names} is filled by an update and the table has no key; add a primary key"
        )
    return keys[0]


def second_pass(connection: Connection, population: Population) -> int:
    """Fill the waiting foreign keys of a population; returns how many rows were updated."""
    updated = 0
    for reference in waiting(population.model):
        key, columns = key_of(population.model), own_columns(population.model, reference)
        try:
            connection.execute(create_statement(population.model, (*key, *columns)))
            with connection.cursor() as cursor, cursor.copy(copy_statement((*key, *columns))) as copy:
                for data in blocks(population, reference, key, columns, TEXT):
                    copy.write(data)
            updated += connection.execute(update_statement(population.model, key, columns)).rowcount
            connection.execute(sql.SQL("drop table {}").format(sql.Identifier("pg_temp", LATER)))
        except errors.Error as error:
            raise told(error, population.model) from error
    return updated


def create_statement(table: TableModel, columns: tuple[str, ...]) -> sql.Composed:
    """A temporary table for the keys of rows and what their foreign key shall be."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    relation = sql.Identifier(table.name.schema, table.name.name)
    return sql.SQL("create temporary table {} as select {} from {} with no data").format(
        sql.Identifier(LATER), names, relation
    )


def copy_statement(columns: tuple[str, ...]) -> sql.Composed:
    """COPY into the temporary table."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("copy {} ({}) from stdin").format(sql.Identifier("pg_temp", LATER), names)


def update_statement(table: TableModel, key: tuple[str, ...], columns: tuple[str, ...]) -> sql.Composed:
    """Take the foreign keys over."""
    assign = sql.SQL(", ").join(sql.SQL("{0} = l.{0}").format(sql.Identifier(column)) for column in columns)
    match = sql.SQL(" and ").join(sql.SQL("t.{0} = l.{0}").format(sql.Identifier(column)) for column in key)
    return sql.SQL("update {} as t set {} from {} as l where {}").format(
        sql.Identifier(table.name.schema, table.name.name), assign, sql.Identifier("pg_temp", LATER), match
    )


def blocks(
    population: Population,
    reference: ReferenceModel,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    form: Form,
) -> Iterator[bytes]:
    """Key and foreign key of the rows that have a parent, as COPY reads them."""
    for block in population.blocks():
        chosen = np.flatnonzero(block.parents(reference.name) >= 0)
        if chosen.size:
            part = block.only(chosen)
            values = [part.values(column) for column in key]
            values += [FromParents(sources((reference,), column))(part) for column in columns]
            yield encode(values, form)
