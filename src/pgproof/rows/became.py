"""What became of the rows that were written: triggers may rewrite keys, drop rows, or refuse them.

Where that happens, the table is read back, and its children take their parents from what is really there.
"""

from __future__ import annotations

import numpy as np

from pgproof.database import Connection, errors, sql
from pgproof.rows.encode import texts
from pgproof.rows.load import load
from pgproof.rows.model import SchemaModel, TableModel, TableName
from pgproof.rows.troubles import RowsRefused, told
from pgproof.rows.values import Values
from pgproof.rows.world import Block, Population

SAMPLE = 200
STAGE = "pgproof_stage"


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
    before = any("(before," in judge or "(rule)" in judge for judge in table.judges)
    return before and any(not _all_there(connection, population, key) for key in keys)


def _all_there(connection: Connection, population: Population, key: tuple[str, ...]) -> bool:
    """Whether a sample of the keys that were written is found."""
    new = np.arange(population.existing, population.count, dtype=np.int64)
    rows = new[:: max(1, len(new) // SAMPLE)]
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


def sieve(connection: Connection, population: Population) -> tuple[int, int, str]:
    """Move staged rows into the table, halving what is refused until the rows that are to blame stand alone.

    Returns how many rows arrived, how many did not, and what the server said last. Raises ``RowsRefused`` if
    nothing arrived.
    """
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
        load(connection, population, lambda _rows, _seconds: None, TableName("pg_temp", STAGE))
        connection.execute(function)
        found = connection.execute(_RUN).fetchone()
        arrived, refused, said = found or (0, 0, "")
        connection.execute(_DROP)
    except errors.Error as error:
        raise told(error, population.model) from error
    if not arrived:
        raise RowsRefused(
            f"{table}: the server refused every row, the last one saying: {said}; give the columns that it looks"
            f' at values in [rows."{table}"], or leave the table out with --rows {table.name}=0; nothing was kept'
        )
    return arrived, refused, said


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
        sql.SQL("alter table {} add column pgproof_n bigint generated always as identity").format(stage),
    )


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
