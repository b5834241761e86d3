"""A role that may not write every column: rows without those columns, and a plan that names the grant that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from tests.rows.conftest import nasty

from pgproof import catalog
from pgproof.database import Connection, acting_as
from pgproof.errors import UsageError
from pgproof.rows.model.troubles import CannotFill
from pgproof.rows.plan.make import SeedPlan, make_plan
from pgproof.rows.seeding.arguments import SeedOptions
from pgproof.rows.seeding.look import plan_in_words
from pgproof.rows.seeding.options import plan_for
from pgproof.rows.seeding.seed import seed
from pgproof.rows.strategies import SchemaPlan, Writer, insert, populations, rows, violating, writer_of

DESK = """
create table public.shops (id uuid primary key default gen_random_uuid(), name text not null);
create table public.orders (
    id bigint generated always as identity primary key, shop_id uuid not null references public.shops (id),
    status text not null default 'open' check (status in ('open', 'paid')), paid_at timestamptz, note text,
    check ((status = 'paid') = (paid_at is not null)), placed_at timestamptz not null default now()
);
grant usage on schema public to pgproof_clerk;
grant select, insert on public.shops to pgproof_clerk;
grant select, insert (shop_id, paid_at, note) on public.orders to pgproof_clerk;
"""


@pytest.fixture
def clerk(db: Connection) -> Iterator[Connection]:
    """A connection in a transaction that knows a role with no privileges yet."""
    with db.transaction(force_rollback=True):
        db.execute("create role pgproof_clerk")
        yield db


def writer(connection: Connection, name: str = "pgproof_clerk") -> Writer | None:
    return writer_of(catalog.read_roles(connection), name)


def planned(connection: Connection, **wishes: Any) -> SeedPlan:
    return make_plan(catalog.read(connection), writer=writer(connection), **wishes)


def written(connection: Connection, **wishes: Any) -> None:
    plan = planned(connection, **wishes)
    with acting_as(connection, "pgproof_clerk"):
        seed(connection, plan)


def test_columns_that_the_role_may_not_insert_are_left_to_their_defaults(clerk: Connection) -> None:
    clerk.execute(DESK)
    written(clerk, rows={"shops": 5, "orders": 40})
    query = "select count(*), min(status), max(status), count(paid_at), count(note) > 0 from public.orders"
    # "status" stays open, and so nobody has paid: the CHECK is solved with the default.
    assert clerk.execute(query).fetchone() == (40, "open", "open", 0, True)


def test_a_key_that_is_left_to_its_default_is_read_back_for_children(clerk: Connection) -> None:
    clerk.execute(DESK)
    clerk.execute(
        "revoke insert on public.shops from pgproof_clerk; grant insert (name) on public.shops to pgproof_clerk"
    )
    written(clerk, rows={"shops": 5, "orders": 40})
    assert clerk.execute("select count(distinct shop_id) > 1 from public.orders").fetchone() == (True,)


def test_the_owner_writes_them_all(clerk: Connection) -> None:
    clerk.execute(DESK)
    assert writer(clerk, "postgres") is None
    clerk.execute("alter table public.orders owner to pgproof_clerk")
    written(clerk, rows={"shops": 5, "orders": 40})
    assert clerk.execute("select count(*) > 0 from public.orders where status = 'paid'").fetchone() == (True,)


@pytest.mark.parametrize("how", ["member", "public"])
def test_privileges_come_from_groups_and_from_public(clerk: Connection, how: str) -> None:
    clerk.execute(DESK + "create role pgproof_desk; grant pgproof_desk to pgproof_clerk;")
    grantee = "pgproof_desk" if how == "member" else "public"
    clerk.execute(f"grant insert on public.orders to {grantee}")
    clerk.execute("grant all on all sequences in schema public to pgproof_clerk")
    written(clerk, rows={"shops": 5, "orders": 40})
    assert clerk.execute("select count(*) > 0 from public.orders where status = 'paid'").fetchone() == (True,)


def test_the_plan_says_which_columns_and_why(clerk: Connection, snapshot: Any) -> None:
    clerk.execute(DESK)
    plan = planned(clerk, rows={"shops": 5, "orders": 40})
    with acting_as(clerk, "pgproof_clerk"):
        assert plan_in_words(clerk, plan) == snapshot


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("revoke insert (shop_id) on public.orders from pgproof_clerk",
         "pgproof_clerk may not insert shop_id, which is NOT NULL without a default;"
         " grant insert (shop_id) on public.orders to pgproof_clerk"),
        ("revoke insert (shop_id, paid_at, note) on public.orders from pgproof_clerk",
         "pgproof_clerk may not insert into it; grant insert on public.orders to pgproof_clerk"),
        ("revoke select on public.orders from pgproof_clerk; grant select (note) on public.orders to pgproof_clerk",
         "pgproof_clerk may not read id, shop_id, and new rows have to keep clear of those that are there;"
         " grant select (id, shop_id) on public.orders to pgproof_clerk"),
        ("revoke usage on schema public from pgproof_clerk, public",
         "pgproof_clerk may not use its schema; grant usage on schema public to pgproof_clerk"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_written_names_the_grant(clerk: Connection, change: str, message: str) -> None:
    clerk.execute(DESK)
    clerk.execute(change)  # type: ignore[arg-type]
    with pytest.raises(CannotFill) as raised:
        planned(clerk, rows={"orders": 4})
    assert str(raised.value) == f"public.orders: {message}"
    # Nobody asked for it: it gets no rows, and the others get theirs.
    plan = planned(clerk)
    count = next(count for name, count in plan.counts.items() if name.name == "orders")
    assert (count.rows, count.why) == (0, message)
    with pytest.raises(UsageError, match="public.orders: pgproof_clerk may not"):
        rows(SchemaPlan(catalog.read(clerk), writer=writer(clerk)), "public.orders")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("", "row-level security binds pgproof_clerk there, and COPY does not go through it;"
             " connect as the table's owner or as a role with BYPASSRLS"),
        ("alter table public.shops owner to pgproof_clerk; alter table public.shops force row level security",
         "row-level security binds pgproof_clerk there, and COPY does not go through it;"
         " connect as a role with BYPASSRLS"),
        ("alter table public.shops owner to pgproof_clerk", ""),
        ("alter role pgproof_clerk bypassrls", ""),
        ("alter table public.shops disable row level security", ""),
    ],
)  # fmt: skip
def test_a_role_that_row_level_security_binds_is_told_before_anything_is_written(
    clerk: Connection, change: str, message: str
) -> None:
    clerk.execute(DESK + "grant all on public.shops, public.orders to pgproof_clerk")
    clerk.execute("grant all on all sequences in schema public to pgproof_clerk")
    clerk.execute("alter table public.shops enable row level security")
    clerk.execute("create policy every_shop on public.shops using (true) with check (true)")
    clerk.execute(change)  # type: ignore[arg-type]
    if not message:
        written(clerk, rows={"shops": 3})
        assert clerk.execute("select count(*) from public.shops").fetchone() == (3,)
        return
    with pytest.raises(CannotFill) as raised:
        planned(clerk, rows={"shops": 3})
    assert str(raised.value) == f"public.shops: {message}"
    clerk.execute("create table public.cities (name text); grant all on public.cities to pgproof_clerk")
    with acting_as(clerk, "pgproof_clerk"):
        report = seed(clerk, planned(clerk))
    assert {name.name: rows for name, rows in report.rows.items()} == {"cities": 10, "orders": 0, "shops": 0}
    assert report.notes[0] == f"public.shops: got no rows: {message}"
    # Strategies insert row by row, which policies let through.
    shape = SchemaPlan(catalog.read(clerk), clerk, writer=writer(clerk))
    with acting_as(clerk, "pgproof_clerk"):
        insert(clerk, shape, "public.shops", {"id": UUID(int=1), "name": "corner"})


def test_what_the_server_says_of_row_level_security_is_told(clerk: Connection) -> None:
    """Where nobody knew beforehand: the policies came after the catalog was read."""
    clerk.execute(DESK)
    plan = planned(clerk, rows={"shops": 3, "orders": 0})
    clerk.execute("alter table public.shops enable row level security")
    message = (
        "public.shops: row-level security binds this role there, and COPY does not go through it; connect as"
    )
    with acting_as(clerk, "pgproof_clerk"), pytest.raises(UsageError, match=message):
        seed(clerk, plan)


def test_where_no_table_may_be_filled_nobody_is_told_that_all_went_well(clerk: Connection) -> None:
    clerk.execute(DESK)
    clerk.execute(
        "alter table public.shops enable row level security; revoke all on public.orders from pgproof_clerk"
    )
    with pytest.raises(
        UsageError,
        match="no table that may be filled; public.shops: row-level .*; public.orders: pgproof_clerk may",
    ):
        plan_for(catalog.read(clerk), {}, SeedOptions(), writer(clerk))


def test_checks_of_a_closed_table_are_nobodys_trouble(clerk: Connection) -> None:
    clerk.execute(DESK)
    clerk.execute(
        "create table public.vault (id bigint generated always as identity primary key, word text check (word ~ '^a+$' and length(word) > 3))"
    )
    clerk.execute("grant select on public.vault to pgproof_clerk")
    written(clerk, rows={"shops": 2})
    assert clerk.execute("select count(*) from public.vault").fetchone() == (0,)


def test_strategies_write_as_the_role(clerk: Connection) -> None:
    clerk.execute(nasty("waiting_keys"))
    clerk.execute(
        "grant usage on schema public to pgproof_clerk; grant insert (left_id, right_id) on public.bets to public"
    )
    clerk.execute(
        "grant select on public.bets to public; grant all on public.pairs, public.slots to pgproof_clerk"
    )
    shape = SchemaPlan(catalog.read(clerk), clerk, writer=writer(clerk))

    @given(populations(shape, {"public.bets": range(1, 4)}))
    def is_taken(world: Any) -> None:
        with clerk.transaction(force_rollback=True), acting_as(clerk, "pgproof_clerk"):
            for table, found in world.rows.items():
                for row in found:
                    insert(clerk, shape, table, row)
        assert all("id" not in row for row in world["public.bets"])

    is_taken()


def test_what_the_role_cannot_break_is_said_so(clerk: Connection) -> None:
    clerk.execute(DESK)
    shape = SchemaPlan(catalog.read(clerk), clerk, writer=writer(clerk))
    with pytest.raises(
        UsageError,
        match="orders_status_check cannot be violated alone because pgproof_clerk may not insert it: status",
    ):
        violating(shape, "public.orders", "orders_status_check")
