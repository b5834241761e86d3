"""What triggers refuse, drop, delete or make is told and counted, and nobody's parent if it is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.rows.triggers import SIMPLE, deleting, dropping, raising

from pgproof.rows.model.troubles import CannotFill, RowsRefused
from pgproof.rows.seeding.progress import Step
from pgproof.rows.seeding.seed import SeedReport

Fill = Callable[..., SeedReport]
One = Callable[[str], Any]


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


def test_rows_that_a_trigger_deletes_afterwards_are_not_counted(fill: Fill, one: One) -> None:
    report = fill(SIMPLE + deleting("new.id % 3 = 0", "parents"), rows={"parents": 20, "children": 80})
    kept = one("select count(*) from parents")
    assert 5 < kept < 20
    assert report.notes == (
        f"public.parents: {20 - kept} of 20 rows are not there any more: the trigger delete_some deleted them",
    )
    assert {name.name: rows for name, rows in report.rows.items()} == {"parents": kept, "children": 80}
    assert one("select count(*) from children") == 80  # of the parents that are left


def test_a_trigger_that_deletes_every_parent_is_named_with_who_needs_them(fill: Fill, one: One) -> None:
    with pytest.raises(
        CannotFill, match=r"parents: 10 of 10 rows .* delete_some deleted them, and public.children"
    ):
        fill(SIMPLE + deleting("true", "parents"), rows={"parents": 10, "children": 30})
    assert one("select count(*) from parents") == 0


@pytest.mark.parametrize("timing", ["", "deferrable initially deferred"])
def test_rows_that_triggers_of_others_delete_or_that_wait_are_not_counted(
    timing: str, fill: Fill, one: One
) -> None:
    script = "create table lonely (id int primary key, note text);" + SIMPLE.replace("parents", "aunts")
    script += (
        deleting("true", "lonely", "new.id", timing) if timing else deleting("true", "aunts", "new.parent_id")
    )
    script = script.replace("references aunts (id)", "references aunts (id) on delete cascade")
    report = fill(script)
    table = "lonely" if timing else "aunts"
    expected = {"lonely": 0} if timing else {"aunts": one("select count(*) from aunts"), "children": 0}
    assert expected.items() <= {name.name: rows for name, rows in report.rows.items()}.items()
    assert any(
        note.startswith(f"public.{table}: ") and "rows are not there any more: " in note
        for note in report.notes
    )


def test_rows_that_triggers_make_in_tables_that_were_filled_are_told(fill: Fill, one: One) -> None:
    script = (
        SIMPLE
        + """
create sequence more start 1000000000;
create function make_more() returns trigger language plpgsql as $body$
begin insert into parents values (nextval('more'), 'made'); return null; end $body$;
create trigger make_more after insert on children for each row execute function make_more();
"""
    )
    report = fill(script, rows={"parents": 10, "children": 30})
    assert report.notes == ("public.parents: 30 rows were made by triggers",)
    assert one("select count(*) from parents") == 40


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


def test_fewer_rows_since_refused_parents_are_avoided_are_told(fill: Fill, one: One) -> None:
    script = """
create table parents (id int primary key, is_locked boolean not null);
create table children (id int primary key, parent_id int not null unique references parents (id));
"""
    locked = "(select p.is_locked from parents p where p.id = new.parent_id)"
    with pytest.raises(
        CannotFill, match=r"public.children: 400 rows are asked for, and its keys have room for \d+;"
    ):
        fill(script + raising("P0001", "closed", locked), rows={"parents": 400, "children": 400})
    report = fill(scale=40)
    free = one("select count(*) from parents where not is_locked")
    assert one("select count(*) from children") == free < 400
    assert report.notes[1] == f"public.children: its keys have room for {free} rows, and not for 400"
