"""Rows for tables that have none, generated and then kept as a script: what was measured can be measured again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, Trigger
from pgproof.conductor.current import current_rows
from pgproof.database import Connection, sql
from pgproof.project import Project
from pgproof.rows.model.kept import written_by

FILE = "access_population.sql"
HEAD = """\
-- {file}
-- Rows to try access on, drawn by pgproof init for tables and views that seed data leaves empty. Change them as you like.
-- Needs: every migration and the seed data.  Undone by: dropping the database
"""
START = "set session_replication_role = replica;"
TAIL = "set session_replication_role = origin;"
PEOPLE = """
insert into auth.users (id, email)
select ('00000000-0000-4000-8000-00000000000' || letter)::uuid, letter || '@example.com'
from unnest(array['a', 'b', 'c', 'd']) as letters (letter)
"""
ROWS = 30  # for each empty table: enough for own, shared and foreign rows of several people; fewer where that is usual
USERS_TABLE = "auth.users"
USERS = ("id", "email")  # of auth.users, the rest is no matter of access


def empty_tables(connection: Connection, catalog: Catalog, schemas: Sequence[str]) -> list[Table]:
    """The tables of these schemas without a row; partitions belong to their parents."""
    return [
        each
        for each in catalog.tables
        if each.schema in schemas
        and each.partition_of is None
        and each.extension is None
        and each.kind != "foreign table"
        and _count(connection, each) == 0
    ]


def populate(connection: Connection, project: Project, catalog: Catalog, schemas: Sequence[str]) -> str:
    """Fill the empty tables and return the script that does it again; empty if there was nothing to fill.

    Raises ``UsageError`` where rows cannot be made up.
    """
    made = _made(connection, project, catalog, schemas)
    now = list(current_rows(connection, catalog, schemas))
    return HEAD.format(file=FILE) + "\n".join([*made, *now]) + "\n" if made or now else ""


def _made(connection: Connection, project: Project, catalog: Catalog, schemas: Sequence[str]) -> list[str]:
    """Statements with rows for the tables that have none, and with users if there are none."""
    wanted = empty_tables(connection, catalog, schemas)
    nobody = _count(connection, catalog.table(USERS_TABLE)) == 0
    if not wanted and not nobody:
        return []
    from pgproof.rows.seeding.arguments import SeedOptions
    from pgproof.rows.seeding.options import plan_for, run_seed

    before = {
        each.qualified: _places(connection, each) for each in catalog.tables if each.partition_of is None
    }
    rows = project.settings.rows
    usual = {str(name): count.rows for name, count in plan_for(catalog, rows, SeedOptions()).counts.items()}
    few = {
        each.qualified: usual.get(f"{each.schema}.{each.name}", ROWS) for each in wanted if each.foreign_keys
    }
    asked = {each.qualified: min(ROWS, few.get(each.qualified, ROWS)) for each in wanted}
    if wanted:
        with makers_off(connection, catalog, {each.qualified for each in wanted}):
            run_seed(connection, catalog, rows, SeedOptions(rows=asked, loosely=True))
    if nobody and _count(connection, catalog.table(USERS_TABLE)) == 0:  # no foreign key leads there
        connection.execute(PEOPLE)
    tables = [each for each in catalog.tables if each.qualified in before]
    lines = [line for each in tables for line in _inserts(connection, each, before[each.qualified])]
    grown = [each for each in tables if _places(connection, each) != before[each.qualified]]
    counters = [line for each in grown for line in _counters(connection, each)]
    return [START, *lines, TAIL, *counters]


@contextmanager
def makers_off(connection: Connection, catalog: Catalog, wanted: Collection[str]) -> Iterator[None]:
    """Switch off the triggers that put rows into ``wanted`` tables: a sign-up makes everybody the same kind of user,
    and a population needs every kind.
    """
    makers = [(table, trigger) for table in catalog.tables for trigger in makers_of(catalog, table, wanted)]

    def switch(verb: sql.SQL) -> None:
        for table, trigger in makers:
            change = sql.SQL("alter table {} {} trigger {}")
            connection.execute(change.format(_name(table), verb, sql.Identifier(trigger.name)))

    switch(sql.SQL("disable"))
    yield
    switch(sql.SQL("enable"))


def makers_of(catalog: Catalog, table: Table, wanted: Collection[str]) -> Iterator[Trigger]:
    """The triggers of a table that put rows into others of the ``wanted``."""
    others = {*wanted} - {table.qualified}
    for trigger in table.triggers:
        acts = trigger.enabled == "origin" and "insert" in trigger.events and not trigger.inherited
        if acts and others & {each.qualified for each in written_by(catalog, table, trigger)}:
            yield trigger


def _count(connection: Connection, table: Table) -> int:
    query = sql.SQL("select count(*) from (select from {} limit 1) as t").format(_name(table))
    row = connection.execute(query).fetchone()
    return row[0] if row else 0


def _places(connection: Connection, table: Table) -> set[str]:
    query = sql.SQL("select tableoid::text || ctid::text from {}").format(_name(table))
    return (
        {place for (place,) in connection.execute(query).fetchall()}
        if table.kind != "foreign table"
        else set()
    )


def _inserts(connection: Connection, table: Table, before: Iterable[str]) -> Iterator[str]:
    names = [each.name for each in table.columns if each.generated is None]
    if table.qualified == USERS_TABLE:
        names = [each for each in names if each in USERS]
    values = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(each)) for each in names)
    query = sql.SQL(
        "select array[{}] from {} where tableoid::text || ctid::text <> all (%s) order by 1"
    ).format(values, _name(table))
    rows = [row for (row,) in connection.execute(query, (list(before),)).fetchall()] if names else []
    head = sql.SQL("insert into {} ({}) overriding system value values").format(
        _name(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    tuples = [
        sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, row))).as_string(connection)
        for row in rows
    ]
    if tuples:
        yield f"{head.as_string(connection)}\n" + ",\n".join(tuples) + ";"


def _counters(connection: Connection, table: Table) -> Iterator[str]:
    """What moves a sequence behind the rows that were given their numbers."""
    for column in table.columns:
        counted = column.identity or (column.default or "").startswith("nextval(")
        if counted and table.qualified != "auth.users":
            statement = sql.SQL(
                "select setval(pg_get_serial_sequence({}, {}), (select max({}) from {}), true);"
            )
            yield statement.format(
                sql.Literal(table.qualified),
                sql.Literal(column.name),
                sql.Identifier(column.name),
                _name(table),
            ).as_string(connection)


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)
