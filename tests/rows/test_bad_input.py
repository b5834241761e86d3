"""What cannot be filled is said before or while it is tried, by name, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pgproof.database import Connection
from pgproof.errors import ServerError, UsageError
from pgproof.rows.model.troubles import CannotFill, RowsRefused
from pgproof.rows.seeding.progress import Step
from pgproof.rows.seeding.seed import SeedReport

Fill = Callable[..., SeedReport]
One = Callable[[str], Any]

SIMPLE = """
create table parents (id int primary key, name text);
create table children (id int primary key, parent_id int not null references parents (id), note text);
"""


def raising(code: str, text: str, when: str = "new.id > 0", timing: str = "before") -> str:
    return f"""
create function refuse() returns trigger language plpgsql as $body$
begin
    if {when} then
        raise exception '{text}' using errcode = '{code}';
    end if;
    return new;
end $body$;
create trigger refuse {timing} insert on children for each row execute function refuse();
"""


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
        CannotFill, match=rf"public.t: {wish['t']} rows are asked for, and its keys have room for {room};"
    ):
        fill(script, rows=wish)
    assert one("select count(*) from t") == 0
    enough = {**wish, "t": int(room)}
    assert fill(rows=enough).rows


def test_a_count_that_follows_from_others_is_cut_to_the_room_there_is(fill: Fill, one: One) -> None:
    report = fill("create table t (kind text primary key check (kind in ('a', 'b', 'c')))", scale=100)
    assert one("select count(*) from t") == 3
    assert report.notes == ("public.t: its keys have room for 3 rows, and not for 1,000",)


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
        CannotFill, match=r"public.t: no row can pass .*n_is_small.*n_is_large|n_is_large.*n_is_small"
    ):
        fill(script)


def test_a_cycle_that_nobody_can_enter_is_named(fill: Fill) -> None:
    script = """
create table a (id int primary key, b_id int not null);
create table b (id int primary key, a_id int not null references a (id));
alter table a add constraint a_b_id_fkey foreign key (b_id) references b (id);
"""
    with pytest.raises(CannotFill, match="a_b_id_fkey on public.a, b_a_id_fkey on public.b form a cycle"):
        fill(script)


def test_a_trigger_that_refuses_everything_is_named_with_what_it_said(fill: Fill, one: One) -> None:
    with pytest.raises(
        RowsRefused, match=r"public.children: .* every row.* P0001 not today; give the columns"
    ) as raised:
        fill(SIMPLE + raising("P0001", "not today"))
    assert raised.value.exit_code == 3
    assert one("select count(*) from parents") == 0


def test_a_trigger_that_refuses_some_rows_costs_only_these(fill: Fill, one: One) -> None:
    report = fill(SIMPLE + raising("P0001", "not the sevens", "new.id % 7 = 0"))
    (note,) = report.notes
    assert note == "public.children: 5 rows were refused: P0001 not the sevens"
    assert one("select count(*) from children") == 35


def dropping(when: str, table: str = "parents") -> str:
    return f"""
create function drop_some() returns trigger language plpgsql as $body$
begin
    if {when} then return null; end if;
    return new;
end $body$;
create trigger drop_some before insert on {table} for each row execute function drop_some();
"""


def test_rows_that_a_trigger_drops_are_not_counted(fill: Fill, one: One) -> None:
    steps: list[Step] = []
    script = SIMPLE + dropping("new.id % 7 = 0", "children")
    report = fill(script, rows={"parents": 10, "children": 30}, progress=steps.append)
    kept = one("select count(*) from children")
    assert 10 < kept < 30
    assert report.notes == (
        f"public.children: {30 - kept} of 30 rows did not arrive: the trigger or rule drop_some dropped them",
    )
    assert {name.name: rows for name, rows in report.rows.items()} == {"parents": 10, "children": kept}
    last = steps[-1]
    assert (last.done, last.total, last.written, last.behind) == (kept, kept, 10 + kept, 0)


def test_a_trigger_that_drops_nothing_is_not_mentioned(fill: Fill) -> None:
    report = fill(SIMPLE + dropping("new.id < 0", "children"), rows={"parents": 10, "children": 30})
    assert (report.total, report.notes) == (40, ())


def test_a_single_row_that_is_dropped_becomes_nobodys_parent(fill: Fill, one: One) -> None:
    """Of so many rows a look at some of them would miss it; the server's own count does not."""
    script = "create sequence seen;" + SIMPLE + dropping("nextval('seen') = 1503")
    fill(script, rows={"parents": 2000, "children": 20_000})
    assert one("select count(*) from parents") == 1999
    assert one("select count(*) from children") == 20_000


def test_rows_of_a_partition_that_drops_some_are_counted_as_the_server_counts_them(fill: Fill) -> None:
    script = """
create table days (day int not null, note text) partition by range (day);
create table early partition of days for values from (minvalue) to (maxvalue);
"""
    report = fill(script + dropping("new.note is not null", "early"), rows={"days": 30})
    assert report.total < 30
    assert report.notes == (
        f"public.days: {30 - report.total} of 30 rows did not arrive: a trigger dropped them",
    )


def test_a_trigger_that_drops_every_parent_is_named_with_who_needs_them(fill: Fill, one: One) -> None:
    with pytest.raises(
        CannotFill,
        match=r"public.parents: 10 of 10 rows .* drop_some .*, and public.children cannot do without",
    ):
        fill(SIMPLE + dropping("true"), rows={"parents": 10, "children": 30})
    assert one("select count(*) from parents") == 0
    assert fill(rows={"parents": 10, "children": 0}).total == 0


def test_rows_that_nobody_needs_may_all_be_dropped(fill: Fill) -> None:
    report = fill(SIMPLE + dropping("true", "children"), rows={"parents": 10, "children": 30})
    assert {name.name: rows for name, rows in report.rows.items()} == {"parents": 10, "children": 0}


def test_a_lesson_is_heeded_by_children_of_parents_that_lost_some(fill: Fill, one: One) -> None:
    script = SIMPLE.replace("note text", "is_secret boolean not null")
    refusing = raising("P0001", "closed", "new.is_secret")
    report = fill(script + dropping("new.id % 7 = 0") + refusing, rows={"parents": 50, "children": 400})
    assert [note.partition(":")[0] for note in report.notes] == ["public.parents", "public.children"]
    assert one("select count(*) from children") == 400


@pytest.mark.parametrize("where", ["of the row", "of its parent"])
def test_what_refused_rows_have_in_common_is_learnt(where: str, fill: Fill, one: One) -> None:
    script = """
create table parents (id int primary key, is_locked boolean not null);
create table children (id int primary key, parent_id int not null references parents (id), is_secret boolean not null);
"""
    when = {
        "of the row": "new.is_secret",
        "of its parent": "(select p.is_locked from parents p where p.id = new.parent_id)",
    }[where]
    report = fill(script + raising("P0001", "closed", when), rows={"parents": 50, "children": 400})
    (note,) = report.notes
    column = {"of the row": "is_secret", "of its parent": "public.parents.is_locked"}[where]
    assert note.startswith(f"public.children: rows whose {column} is t are refused (P0001 closed)")
    assert one("select count(*) from children") == 400


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

    with pytest.raises(KeyboardInterrupt):
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
