"""What the strategies promise, on every world: PostgreSQL takes each row, with every constraint on.

HYPOTHESIS_PROFILE=long makes 10,000 examples of each strategy, over all worlds together.
"""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st

from pgproof.rows.checks.pick import Picker
from pgproof.rows.strategies import Population, insert, insert_population, populations, rows
from pgproof.rows.strategies.population import make_population, with_parents

from .conftest import World, share


def all_at_once(world: World) -> None:
    """Have PostgreSQL look at the foreign keys that may wait."""
    world.connection.execute("set constraints all immediate")


def test_every_population_is_taken(world: World) -> None:
    @share()
    @given(st.data())
    def is_taken(data: st.DataObject) -> None:
        tables = data.draw(st.lists(st.sampled_from(world.tables), min_size=1, max_size=2, unique=True))
        sizes = {table: data.draw(st.integers(1, 3)) for table in tables}
        least = with_parents(world.plan, {world.plan.named(t): n for t, n in sizes.items()}, exact=False)
        wanted = {table: max(count, least[world.plan.named(table)]) for table, count in sizes.items()}
        population = data.draw(populations(world.plan, wanted))
        with world.holding(population) as connection:
            insert_population(connection, world.plan, population)
            all_at_once(world)
        assert {table: len(population[table]) for table in wanted} == wanted

    is_taken()


def parents_of(world: World, table: str) -> tuple[Population, dict[str, object]]:
    """The rows that a row of ``table`` needs, and what it must hold to fit in with them."""
    name = world.plan.named(table)
    sizes = {**with_parents(world.plan, {name: 1}, exact=False), name: 1}
    population = make_population(world.plan, sizes, Picker(lambda _: 0))
    (row,) = population[table]
    model = world.plan.model.table(name)
    referring = {column for reference in model.references for column in reference.columns}
    referred = {
        column
        for other in population
        for reference in world.plan.model.table(world.plan.named(other)).references
        if reference.target == name
        for column in reference.target_columns
    }
    fixed = {column: row[column] for column in sorted(referring | referred) if column in row}
    before = {other: found for other, found in population.rows.items() if other != table}
    return Population(before, population.deferred), fixed


def test_every_row_is_taken_beside_its_parents(world: World) -> None:
    parents = {table: parents_of(world, table) for table in world.tables}
    strategies = {table: rows(world.plan, table, **fixed) for table, (_, fixed) in parents.items()}

    @share()
    @given(st.data())
    def is_taken(data: st.DataObject) -> None:
        table = data.draw(st.sampled_from(world.tables))
        row = data.draw(strategies[table])
        event(table)
        with world.holding(parents[table][0]) as connection:
            insert_population(connection, world.plan, parents[table][0])
            insert(connection, world.plan, table, row)
            all_at_once(world)

    is_taken()
