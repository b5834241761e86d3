"""How many rows are there after all: what triggers dropped, deleted or made is counted and told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgproof.database import Connection, sql
from pgproof.rows.model.ghosts import real_tables
from pgproof.rows.model.tables import SchemaModel, TableModel, TableName
from pgproof.rows.model.troubles import CannotFill
from pgproof.rows.population.existing import own_rows
from pgproof.rows.population.world import Population


def before(table: TableModel) -> tuple[str, ...]:
    """The triggers and rules that may change or drop a row on its way into the table."""
    return tuple(
        judge.rpartition(" (")[0] for judge in table.judges if "(before," in judge or "(rule)" in judge
    )


def after(table: TableModel) -> tuple[str, ...]:
    """The triggers that may do something about a row that is there."""
    return tuple(judge.rpartition(" (")[0] for judge in table.judges if "(after," in judge)


def rows_there(connection: Connection, table: TableModel) -> int:
    """How many rows a table has."""
    row = connection.execute(sql.SQL("select count(*) from {}").format(own_rows(table))).fetchone()
    return int(row[0]) if row else 0


def left(connection: Connection, population: Population, arrived: int) -> int:
    """How many of the rows that arrived are there still."""
    if not arrived or not after(population.model):
        return arrived
    there = rows_there(connection, population.model) - population.existing - population.unread
    return min(arrived, max(there, 0))


def losses(population: Population, arrived: int, refused: int, kept: int) -> str:
    """What to say of rows that were neither refused nor kept: a trigger said nothing of them."""
    table, made = population.model, population.count - population.existing
    found = []
    if lost := made - arrived - refused:
        names = before(table)  # triggers of partitions are not among a table's own
        who = f"the trigger or rule {' or '.join(names)}" if names else "a trigger"
        found.append(f"{lost:,} of {made:,} rows did not arrive: {who} dropped them")
    if gone := arrived - kept:
        who = f"the trigger {' or '.join(after(table))}"
        found.append(f"{gone:,} of {arrived:,} rows are not there any more: {who} deleted them")
    return f"{table.name}: {', and '.join(found)}" if found else ""


def require_parents(
    model: SchemaModel, counts: Mapping[TableName, int], population: Population, kept: int, told: str
) -> None:
    """Raise ``CannotFill`` if no row is left for those that cannot do without one."""
    table = population.model
    needing = sorted(
        str(other.name) for other in model.tables if counts.get(other.name) and _needs(other, table)
    )
    if needing and not population.existing + kept:
        raise CannotFill(
            f"{told}, and {', '.join(needing)} cannot do without; give the columns that it looks at values in"
            f' [rows."{table.name}"], or leave these tables out with --rows NAME=0; nothing was kept'
        )


def _needs(other: TableModel, table: TableModel) -> bool:
    """Whether every row of another table refers to one of this."""
    required = (r for r in other.references if not any(other.column(c).nullable for c in r.columns))
    return other is not table and any(r.target == table.name for r in required)


def changed_since(
    connection: Connection, model: SchemaModel, expected: Mapping[TableName, int]
) -> Iterator[tuple[TableName, int]]:
    """The tables that have more or fewer rows than ``expected``, and how many more.

    Triggers of other tables may do that after a table was filled, and those that wait until the end.
    """
    if not any(table.judges for table in model.tables):
        return
    for table in real_tables(model):
        if table.name in expected and not table.unreadable:
            more = rows_there(connection, table) - expected[table.name]
            if more:
                yield table.name, more
