"""Same seed, schema and settings: the same data, whatever the order, the block size and what else there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.rows.conftest import digest, nasty

from pgproof import catalog
from pgproof.database import Connection
from pgproof.rows.model.tables import TableName
from pgproof.rows.plan.make import make_plan
from pgproof.rows.population.assemble import Assembler
from pgproof.rows.population.world import Population
from pgproof.rows.seeding.load import blocks
from pgproof.rows.seeding.seed import Seeding, SeedReport
from pgproof.rows.values.forms import TEXT

Fill = Callable[..., SeedReport]

SHOP = """
create table shops (id uuid primary key default gen_random_uuid(), name text not null, opened_on date not null);
create table customers (
    id uuid primary key, shop_id uuid not null references shops (id), email text not null unique, age integer,
    created_at timestamptz not null
);
create table orders (
    id bigint generated always as identity primary key, shop_id uuid not null references shops (id),
    customer_id uuid not null references customers (id), status text not null check (status in ('open', 'paid')),
    paid_at timestamptz, total numeric(10, 2) not null check (total > 0),
    check ((status = 'paid') = (paid_at is not null))
);
"""
TABLES = ("shops", "customers", "orders")


def assembled(db: Connection, **wishes: Any) -> Assembler:
    return Seeding(db, make_plan(catalog.read(db), {}, **wishes), lambda _: None).prepare()


def written(population: Population, size: int | None = None) -> bytes:
    columns = list(population.makers)
    if size is None:
        return b"".join(data for _, data in blocks(population, columns, TEXT))
    from pgproof.rows.values.encode import encode

    return b"".join(encode([b.values(c) for c in columns], TEXT) for b in population.blocks(size))


def contents(db: Connection, columns: dict[str, list[str]] | None = None) -> dict[str, str]:
    return {name: digest(db, TableName("public", name), (columns or {}).get(name)) for name in TABLES}


def test_a_second_database_gets_the_same_rows(fill: Fill, db: Connection) -> None:
    fill(SHOP, scale=20)
    first = contents(db)
    db.execute("truncate shops, customers, orders; alter sequence orders_id_seq restart")
    fill(scale=20)
    assert contents(db) == first


def test_another_seed_gives_other_rows(fill: Fill, db: Connection) -> None:
    fill(SHOP, scale=5)
    first = contents(db)
    db.execute("truncate shops, customers, orders; alter sequence orders_id_seq restart")
    fill(scale=5, seed=2)
    assert all(contents(db)[name] != first[name] for name in TABLES)


def test_a_new_column_changes_nothing_else(fill: Fill, db: Connection) -> None:
    fill(SHOP, scale=20)
    columns = {"shops": ["id", "name", "opened_on"], "customers": ["id", "shop_id", "email", "age", "created_at"],
               "orders": ["id", "shop_id", "customer_id", "status", "paid_at", "total"]}  # fmt: skip
    first = contents(db, columns)
    db.execute("truncate shops, customers, orders; alter sequence orders_id_seq restart")
    db.execute(
        "alter table customers add column nickname text not null, add column points integer check (points > 3)"
    )
    db.execute("create table notes (id int primary key, order_id bigint references orders (id), body text)")
    fill(scale=20)
    assert contents(db, columns) == first


def test_rows_do_not_depend_on_the_size_of_blocks_or_on_which_table_is_drawn_first(db: Connection) -> None:
    db.execute(nasty("tenant_keys"))  # type: ignore[arg-type]
    one, other = assembled(db, scale=5), assembled(db, scale=5)
    names = [name for name in one.world.populations if name.schema]
    forwards = {name: written(one.world.populations[name]) for name in names}
    backwards = {name: written(other.world.populations[name], 777) for name in reversed(names)}
    assert forwards == backwards


@pytest.mark.parametrize("name", ["checks", "exclusions", "partial_keys", "ordered_keys", "partitions"])
def test_any_row_can_be_drawn_by_itself(name: str, db: Connection) -> None:
    db.execute(nasty(name))  # type: ignore[arg-type]
    world = assembled(db, scale=2).world
    for population in world.populations.values():
        if population.model.name.schema:
            assert written(population, 1) == written(population)


def test_more_rows_of_a_table_leave_its_first_values_as_they_were(fill: Fill, db: Connection) -> None:
    few = written(assembled_shop(db, 50).world.populations[TableName("public", "shops")])
    many = written(assembled(db, rows={"shops": 500}).world.populations[TableName("public", "shops")])
    assert many.startswith(few)


def assembled_shop(db: Connection, shops: int) -> Assembler:
    db.execute(SHOP)
    return assembled(db, rows={"shops": shops})
