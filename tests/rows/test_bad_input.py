"""What cannot be filled is said before or while it is tried, by name, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.rows.triggers import SIMPLE, raising

from pgproof.database import Connection
from pgproof.errors import ServerError, UsageError
from pgproof.rows.model.troubles import CannotFill
from pgproof.rows.seeding.progress import Step
from pgproof.rows.seeding.seed import SeedReport

Fill = Callable[..., SeedReport]
One = Callable[[str], Any]


def test_an_unknown_table_is_answered_with_the_known_ones(fill: Fill) -> None:
    with pytest.raises(
        UsageError, match="no table 'childs' to fill; tables are: public.children, public.parents"
    ):
        fill(SIMPLE, rows={"childs": 3})


@pytest.mark.parametrize(
    ("script", "wish", "room"),
    [
        ("create table t (is_left boolean unique)", {"t": 3}, "2"),
        ("create table t (kind text primary key check (kind in ('a', 'b', 'c')))", {"t": 10}, "3"),
        ("create table t (n smallint unique check (n between 1 and 5), m int)", {"t": 6}, "5"),
        ("create table t (n smallint unique)", {"t": 900_000_000_000_000}, "32,767"),
        (
            "create table p (id int primary key); create table t (p int unique references p (id))",
            {"p": 4, "t": 5},
            "4",
        ),
        (
            "create table a (id int primary key); create table b (id int primary key);"
            "create table t (a int references a, b int references b, primary key (a, b))",
            {"a": 3, "b": 2, "t": 7},
            "6",
        ),
    ],
)
def test_more_rows_than_a_key_has_values_are_refused_with_the_room_there_is(
    script: str, wish: dict[str, int], room: str, fill: Fill, one: One
) -> None:
    with pytest.raises(
        CannotFill, match=rf"public.t: {wish['t']:,} rows are asked for, and its keys have room for {room};"
    ):
        fill(script, rows=wish)
    assert one("select count(*) from t") == 0
    enough = {**wish, "t": int(room.replace(",", ""))}
    assert fill(rows=enough).rows


def test_a_count_that_follows_from_others_is_cut_to_the_room_there_is(fill: Fill, one: One) -> None:
    report = fill("create table t (kind text primary key check (kind in ('a', 'b', 'c')))", scale=100)
    assert one("select count(*) from t") == 3
    assert report.notes == ("public.t: its keys have room for 3 rows, and not for 1,000",)


def test_children_of_nobody_are_refused_with_the_parents_that_are_missing(fill: Fill, one: One) -> None:
    with pytest.raises(
        CannotFill,
        match="public.children: 5 rows are asked for, and there are no rows of public.parents to refer to;"
        " ask for some of public.parents too",
    ):
        fill(SIMPLE, rows={"parents": 0, "children": 5})
    assert one("select count(*) from children") == 0
    fill(rows={"parents": 1, "children": 0})
    fill(rows={"parents": 0, "children": 5})  # of a parent that was there before
    assert one("select count(*) from children") == 5


def test_children_of_nobody_that_nobody_asked_for_are_not_made(fill: Fill, one: One) -> None:
    script = (
        SIMPLE + "create table links (a int not null references parents, b int not null references children)"
    )
    report = fill(script, rows={"children": 0})
    assert one("select count(*) from links") == 0
    note = "public.links: there are no rows of public.children to refer to, and so none are made"
    assert report.notes == (note,)


FAMILY = """
create table teams (id int primary key);
create table people (id int primary key, team_id int not null references teams);
create table rooms (id int primary key, team_id int not null references teams, owner_id int references people);
create table messages (id int primary key, team_id int references teams, person_id int references people,
    room_id int references rooms, at timestamptz not null);
create table prizes (id int primary key, team_id int references teams, person_id int references people,
    constraint somebody_wins check (num_nonnulls(team_id, person_id) = 1 and (team_id is null or person_id is null)));
"""


@pytest.mark.parametrize("table", ["teams", "people", "rooms", "messages", "prizes"])
def test_any_table_may_be_left_out(table: str, fill: Fill, one: One) -> None:
    """Whoever may do without a parent does, also where other paths lead through it, or a CHECK wants one of two."""
    fill(FAMILY, rows={table: 0, **({"people": 0, "messages": 7, "prizes": 0} if table == "teams" else {})})
    assert one(f"select count(*) from {table}") == 0
    if table != "messages":
        assert one("select count(*) from messages") > 0
    if table == "people":
        assert one("select count(*) = count(team_id) and count(*) > 0 from prizes")


def test_more_rows_than_memory_can_plan_are_refused(fill: Fill, one: One) -> None:
    script = """create table parents (id uuid primary key);
        create table children (parent_id uuid references parents, n bigint, primary key (parent_id, n));"""
    with pytest.raises(
        CannotFill,
        match="public.children: there is not enough memory to plan 3,600,000,000,000,000 rows at once",
    ):
        fill(script, rows={"parents": 900_000_000_000_000})
    assert one("select count(*) from parents") == 0


def test_rows_that_are_there_take_room_from_a_key(fill: Fill, one: One) -> None:
    fill("create table t (kind text primary key check (kind in ('a', 'b', 'c')))", rows={"t": 2})
    with pytest.raises(
        CannotFill, match=r"t: 2 rows are asked for, and its keys have room for 1 more; ask for fewer"
    ):
        fill(rows={"t": 2})
    assert one("select count(*) from t") == 2


def test_checks_that_contradict_each_other_are_named(fill: Fill) -> None:
    script = """create table t (n int not null,
        constraint n_is_small check (n < 5), constraint n_is_large check (n > 9), constraint n_is_odd check (n % 2 = 1))"""
    with pytest.raises(
        CannotFill,
        match=r"^public.t: no row can pass (n_is_small together with n_is_large|n_is_large together with n_is_small)"
        r" \(n integer\); change one of them, or leave the table out with --rows t=0$",
    ):
        fill(script)
    assert fill(rows={"t": 0}).total == 0


def test_a_check_that_nobody_sees_through_is_passed_by_values_that_somebody_lists(
    fill: Fill, one: One
) -> None:
    script = """create function is_magic(n bigint) returns boolean language sql immutable as 'select n = 73939133';
        create table t (id int primary key, n bigint not null check (is_magic(n)));"""
    with pytest.raises(
        CannotFill, match=r'gave up on t_n_check .*; list values that pass in \[rows."public.t"\]'
    ):
        fill(script)
    with pytest.raises(CannotFill, match="gave up on t_n_check"):
        fill(settings={"t": {"n": {"values": [73939134]}}})
    fill(settings={"t": {"n": {"values": [73939134, 73939133]}}})
    assert one("select count(*) from t where n = 73939133") == 10


def test_a_cycle_that_nobody_can_enter_is_named(fill: Fill) -> None:
    script = """
create table a (id int primary key, b_id int not null);
create table b (id int primary key, a_id int not null references a (id));
alter table a add constraint a_b_id_fkey foreign key (b_id) references b (id);
"""
    with pytest.raises(CannotFill, match="a_b_id_fkey on public.a, b_a_id_fkey on public.b form a cycle"):
        fill(script)


def test_a_disk_that_is_full_is_told_as_such(fill: Fill, one: One) -> None:
    with pytest.raises(
        ServerError, match="the server's disk is full at public.children: no space; free space"
    ):
        fill(SIMPLE + raising("53100", "no space", timing="after"))
    assert one("select count(*) from parents") == 0


def test_a_connection_that_is_lost_keeps_nothing(fill: Fill, db: Connection, pg_clone: Any) -> None:
    db.execute(SIMPLE)
    other = pg_clone.connect()
    pid = db.info.backend_pid

    def cut(step: Step) -> None:
        if step.table.name == "children":
            other.execute("select pg_terminate_backend(%s)", (pid,))

    with pytest.raises(ServerError, match=r"the connection was lost.*nothing was kept"):
        fill(rows={"parents": 10, "children": 100_000}, progress=cut)
    assert other.execute("select count(*) from parents").fetchone() == (0,)


def test_an_interrupt_keeps_nothing(fill: Fill, one: One) -> None:
    def interrupt(step: Step) -> None:
        if step.table.name == "children":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="^no row was kept$"):
        fill(SIMPLE, rows={"parents": 10, "children": 100_000}, progress=interrupt)
    assert one("select count(*) from parents") == 0


def test_a_table_that_may_not_be_written_says_so(fill: Fill, db: Connection) -> None:
    db.execute(SIMPLE)
    db.execute("create role pgproof_reader; grant usage on schema public to pgproof_reader")
    db.execute("grant select on all tables in schema public to pgproof_reader")
    try:
        db.execute("set role pgproof_reader")
        with pytest.raises(
            UsageError, match="may not write public.parents: permission denied .*connect as its owner"
        ):
            fill()
    finally:
        db.execute("reset role")
        db.execute("drop owned by pgproof_reader; drop role pgproof_reader")
