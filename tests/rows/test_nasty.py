"""Every schema in fixtures/nasty is filled without hints; PostgreSQL is the judge of each row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.rows.conftest import ROOT, nasty

from pgproof.database import Connection
from pgproof.rows.seeding.seed import SeedReport

NAMES = sorted(path.stem for path in (ROOT / "fixtures" / "nasty").glob("*.sql"))
NOTES = {
    "offices": ["public.picky: [0-9]+ of [0-9]+ rows did not arrive: the trigger or rule picky dropped them"],
    "odds_and_ends": [
        "public.tickets: [0-9]+ rows were refused: 23514 number [0-9]+ is unlucky",
        "public.wallets: [0-9]+ rows were made by triggers of other tables",
    ],
}

Fill = Callable[..., SeedReport]
One = Callable[[str], Any]


def test_there_are_at_least_eight_of_them() -> None:
    assert len(NAMES) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_a_nasty_schema_is_filled_twice_without_hints(name: str, fill: Fill, one: One) -> None:
    first = fill(nasty(name), scale=20)
    assert [str(table) for table in first.rows if one(f"select count(*) from {table}") == 0] == []
    again = fill(scale=3, seed=2)
    assert again.total > first.total / 20
    for report in (first, again):
        unexpected = [
            note for note in report.notes if not any(_like(note, known) for known in NOTES.get(name, ()))
        ]
        assert unexpected == []


def _like(note: str, known: str) -> bool:
    return re.fullmatch(known, note) is not None


def test_pointers_back_point_at_ones_own(fill: Fill, one: One) -> None:
    fill(nasty("cycles"), scale=20)
    assert one("select count(head_id) from departments") > 50
    assert (
        one(
            "select count(*) from departments d join employees e on e.id = d.head_id where e.department_id <> d.id"
        )
        == 0
    )
    assert one("select count(favourite_review_id) from authors") > 50
    assert (
        one(
            "select count(*) from authors a join reviews r on r.id = a.favourite_review_id"
            " join books b on b.id = r.book_id where b.author_id <> a.id"
        )
        == 0
    )
    assert one("select count(distinct parent_id) from folders") > 20


def test_one_default_per_person_and_not_always_none(fill: Fill, one: One) -> None:
    fill(nasty("partial_keys"), scale=20)
    assert one("select count(*) from addresses where is_default") > 20
    assert one("select count(*) from subscriptions where status = 'active'") > 20
    assert one("select count(distinct status) from subscriptions") == 3
    assert one("select count(*) from daily_totals where person_id is null") > 0


def test_pairs_are_ordered_and_both_of_a_pair_vary(fill: Fill, one: One) -> None:
    fill(nasty("ordered_keys"), scale=20)
    assert one("select count(distinct player_a) from friendships") > 20
    assert one("select count(*) filter (where player_id is null) from trophies") > 20
    assert one("select count(*) filter (where club_id is null) from trophies") > 20
    assert one("select count(distinct places) from leagues") > 20


def test_rows_land_in_every_partition(fill: Fill, db: Connection, one: One) -> None:
    fill(nasty("partitions"), scale=50)
    parts = db.execute(
        "select oid::regclass::text from pg_class where relispartition and relkind = 'r'"
    ).fetchall()
    assert len(parts) > 8
    assert [part for (part,) in parts if one(f"select count(*) from {part}") == 0] == []


def test_children_stay_in_their_tenant_also_where_no_key_says_so(fill: Fill, one: One) -> None:
    fill(nasty("tenant_keys"), scale=10)
    assert one("select count(*) from cards c join cards p on p.company_id = c.company_id and p.id = c.parent_id"
               " where p.board_id <> c.board_id") == 0  # fmt: skip
    assert one("select count(*) from cards where parent_id is not null") > 100
    assert one("select count(distinct workspace) from document_labels") > 1


def test_reservations_fill_a_room_one_after_the_other(fill: Fill, one: One) -> None:
    fill(nasty("exclusions"), scale=20)
    assert one("select max(n) from (select count(*) n from reservations group by room_id) x") > 5
    assert one("select count(*) from shifts where not is_cancelled") > 300


def test_every_type_has_many_values(fill: Fill, db: Connection) -> None:
    fill(nasty("types"), scale=20)
    columns = [row[0] for row in db.execute(
        "select attname::text from pg_attribute where attrelid = 'everything'::regclass and attnum > 0")]  # fmt: skip
    for column in columns:
        distinct = db.execute(f"select count(distinct {column}::text) from everything").fetchone()  # type: ignore[call-overload]
        assert distinct is not None
        assert distinct[0] >= (2 if column == "a_boolean" else 15), column


def test_triggers_may_rewrite_keys_and_make_rows(fill: Fill, one: One) -> None:
    fill(nasty("odds_and_ends"), scale=20)
    assert one("select count(distinct entry_key) from entry_notes") > 50
    assert one("select count(distinct counter_code) from counts") > 50
    assert one("select count(*) from wallets") == one("select count(*) from accounts")
    assert one("select count(*) from tickets where number % 13 = 0") == 0


def test_sequences_go_on_after_what_was_written(fill: Fill, db: Connection) -> None:
    fill(nasty("odds_and_ends"), scale=2)
    db.execute("insert into counters (label) values ('next')")
    db.execute("insert into counts (counter_code, amount) select code, 1 from counters limit 1")
    last = db.execute(
        "select id, (select max(id) from counters where label <> 'next') from counters where label = 'next'"
    )
    new, before = last.fetchone() or (0, 0)
    assert new == before + 5


@pytest.mark.parametrize("name", ["checks", "cycles", "exclusions"])
def test_without_indexes_and_triggers_in_between_the_result_is_as_valid(
    name: str, fill: Fill, db: Connection
) -> None:
    db.execute(nasty(name))  # type: ignore[arg-type]
    db.execute(
        "create table extra (id int primary key, note text); create index extra_note_idx on extra (note)"
    )
    before = db.execute("select indexdef from pg_indexes order by 1").fetchall()
    assert fill(scale=5, fast=True).total > 0
    assert db.execute("select indexdef from pg_indexes order by 1").fetchall() == before
    assert db.execute("select count(*) from pg_trigger where tgenabled = 'D'").fetchone() == (0,)
