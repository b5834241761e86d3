"""What became of the rows that were written: triggers may rewrite keys, drop rows, or refuse them.

Where that happens, the table is read back, and its children take their parents from what is really there.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pgproof.database import Connection, errors, rolled_back, sql
from pgproof.rows.model.tables import SchemaModel, TableModel, TableName
from pgproof.rows.model.troubles import RowsRefused, told
from pgproof.rows.population.world import Block, Population
from pgproof.rows.seeding.left import before
from pgproof.rows.seeding.load import copy_statement, load
from pgproof.rows.values.blocks import Values
from pgproof.rows.values.encode import encode, texts
from pgproof.rows.values.forms import TEXT

SAMPLE = 200
STAGE = "pgproof_stage"


@dataclass(frozen=True, slots=True)
class Sieved:
    """How many rows arrived and how many were refused, what the server said last, and which were refused."""

    arrived: int
    refused: int
    said: str
    culprits: tuple[int, ...]


def keys_referred_to(model: SchemaModel, table: TableModel) -> tuple[tuple[str, ...], ...]:
    """The columns of a table that foreign keys of others look for."""
    found = [
        reference.target_columns
        for other in model.tables
        for reference in other.references
        if reference.target == table.name
    ]
    return tuple(dict.fromkeys(found))


def has_to_be_read_back(connection: Connection, model: SchemaModel, population: Population) -> bool:
    """Whether keys that children will look for are not what was written, or cannot be known."""
    table = population.model
    keys = keys_referred_to(model, table)
    if any(column not in population.makers for key in keys for column in key):
        return True
    return bool(before(table)) and any(not _all_there(connection, population, key) for key in keys)


def _all_there(connection: Connection, population: Population, key: tuple[str, ...]) -> bool:
    """Whether a sample of the keys that were written is found."""
    step = max(1, (population.count - population.existing) // SAMPLE)
    rows = np.arange(population.existing, population.count, step, dtype=np.int64)
    values: list[Values] = [Block(population, rows).values(column) for column in key]
    wanted = set(zip(*map(texts, values), strict=True))
    table = population.model.name
    names = sql.SQL(", ").join(map(sql.Identifier, key))
    types = [population.model.column(column).space.type_name for column in key]
    arrays = sql.SQL(", ").join(sql.SQL("%s::text[]") for _ in key)
    made = sql.SQL(", ").join(
        sql.SQL("k.{}::{}").format(sql.Identifier(f"c{number}"), sql.SQL(name))
        for number, name in enumerate(types)
    )
    fields = sql.SQL(", ").join(sql.Identifier(f"c{number}") for number in range(len(key)))
    query = sql.SQL("select count(*) from {} where ({}) in (select {} from unnest({}) as k ({}))").format(
        sql.Identifier(table.schema, table.name), names, made, arrays, fields
    )
    columns = [list(column) for column in zip(*sorted(wanted, key=str), strict=True)]
    row = connection.execute(query, columns).fetchone()
    return row is not None and row[0] == len(wanted)


def sieve(connection: Connection, population: Population) -> Sieved:
    """Put rows into the table one by one as it were: what is refused is halved until the culprits stand alone.

    Raises ``RowsRefused`` if nothing arrived.
    """
    found = _sieved(connection, population, load_into_stage)
    if not found.arrived:
        table = population.model.name
        raise RowsRefused(
            f"{table}: the server refused every row, the last one saying: {found.said}; give the columns that it"
            f' looks at values in [rows."{table}"], or leave the table out with --rows {table.name}=0;'
            " nothing was kept"
        )
    return found


def trial(connection: Connection, block: Block) -> Sieved:
    """What would become of a few rows; nothing of it stays."""
    columns = list(block.population.makers)
    data = encode([block.values(column) for column in columns], TEXT)

    def load_block(population: Population) -> None:
        statement = copy_statement(TableName("pg_temp", STAGE), list(population.makers))
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(data)

    with rolled_back(connection):
        return _sieved(connection, block.population, lambda _, population: load_block(population))


def load_into_stage(connection: Connection, population: Population) -> None:
    """All new rows of a population into the staging table."""
    load(connection, population, lambda _rows, _seconds: None, TableName("pg_temp", STAGE))


def _sieved(
    connection: Connection, population: Population, fill: Callable[[Connection, Population], None]
) -> Sieved:
    table, columns = population.model.name, list(population.makers)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    function = sql.SQL(_SIEVE).format(
        relation=sql.Identifier(table.schema, table.name),
        columns=names,
        stage=sql.Identifier("pg_temp", STAGE),
    )
    try:
        for statement in create_stage(population, columns):
            connection.execute(statement)
        fill(connection, population)
        connection.execute(function)
        arrived, refused, said = connection.execute(_RUN).fetchone() or (0, 0, "")
        culprits = tuple(row[0] for row in connection.execute(_CULPRITS).fetchall())
        connection.execute(_DROP)
    except errors.Error as error:
        raise told(error, population.model) from error
    return Sieved(arrived or 0, refused or 0, textwrap.shorten(said or "", 120, placeholder=" ..."), culprits)


def create_stage(population: Population, columns: list[str]) -> tuple[sql.Composed, sql.Composed]:
    """Statements that make a temporary table for rows that may be refused, numbered."""
    table = population.model.name
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    relation = sql.Identifier(table.schema, table.name)
    stage = sql.Identifier("pg_temp", STAGE)
    return (
        sql.SQL("create temporary table {} as select {} from {} with no data").format(
            sql.Identifier(STAGE), names, relation
        ),
        sql.SQL(_NUMBERED).format(stage),
    )


_NUMBERED = """
alter table {} add column pgproof_n bigint generated always as identity, add column pgproof_refused boolean
"""
_CULPRITS = "select pgproof_n - 1 from pg_temp.pgproof_stage where pgproof_refused order by 1"
_RUN = "select * from pg_temp.pgproof_sieve(1, (select max(pgproof_n) from pg_temp.pgproof_stage))"
_DROP = "drop function pg_temp.pgproof_sieve(bigint, bigint); drop table pg_temp.pgproof_stage"
_SIEVE = """
create function pg_temp.pgproof_sieve(first bigint, last bigint, out arrived bigint, out refused bigint, out said text)
language plpgsql as $sieve$
declare
    part record;
begin
    arrived := 0;
    refused := 0;
    begin
        insert into {relation} ({columns}) overriding system value
        select {columns} from {stage} as s where s.pgproof_n between first and last order by s.pgproof_n;
        get diagnostics arrived = row_count;
        return;
    exception when others then
        said := sqlstate || ' ' || sqlerrm;
        if first >= last then
            refused := 1;
            update {stage} set pgproof_refused = true where pgproof_n = first;
            return;
        end if;
    end;
    for part in
        select h.* from (values (first, (first + last) / 2), ((first + last) / 2 + 1, last)) as p (a, b),
        pg_temp.pgproof_sieve(p.a, p.b) as h
    loop
        arrived := arrived + part.arrived;
        refused := refused + part.refused;
        said := coalesce(part.said, said);
    end loop;
end
$sieve$
"""
