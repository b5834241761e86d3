"""Attempts on their way: in the order asked for, each from the same state, whatever they share."""

from __future__ import annotations

import json

import pytest

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts import perform as performing_module
from pgproof.access.attempts.perform import Changes, Outcome, canonical, install, perform, performing, send
from pgproof.access.attempts.statements import Attempt
from pgproof.access.relations.subjects import Subject
from pgproof.database import connect, sql

SOMEBODY = Actor("somebody", "somebody", "none", "", {})


@pytest.fixture
def notes(pg_clone):
    with connect(pg_clone.dsn) as connection:
        install(connection)
        connection.execute("create temporary table notes (n integer)")
        connection.execute("insert into notes values (1), (2)")
        yield connection


def trying(text: str, prepare: str | None = None) -> Attempt:
    return Attempt(
        SOMEBODY,
        "notes",
        "select",
        "call",
        sql.Composed([sql.SQL(text)]),
        prepare=sql.Composed([sql.SQL(prepare)]) if prepare else None,
    )


SEEN = "select coalesce(jsonb_agg(n order by n), '[]') from notes"
TAKEN = "with gone as (delete from notes returning n) select jsonb_agg(n order by n) from gone"
ADDED = "insert into notes values (3)"


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_attempts_that_share_a_preparation_start_from_it_and_answers_keep_the_order_asked_for(
    notes, monkeypatch, batch
):
    monkeypatch.setattr(performing_module, "BATCH", batch)
    tried = [
        trying(TAKEN, ADDED),
        trying(SEEN),
        trying(SEEN, ADDED),
        trying(TAKEN),
        trying(SEEN, "insert into notes values (4)"),
        trying(SEEN),
    ]
    found = [each.returned for each in perform(notes, tried)]
    assert found == [[1, 2, 3], [1, 2], [1, 2, 3], [1, 2], [1, 2, 4], [1, 2]]
    assert notes.execute("select count(*) from notes").fetchone() == (2,)


def test_a_preparation_that_fails_fails_what_needs_it_and_nothing_else(notes):
    found = perform(notes, [trying(SEEN, "select 1 / 0"), trying(SEEN), trying(TAKEN, "select 1 / 0")])
    assert [each.sqlstate for each in found] == ["22012", "00000", "22012"]
    assert found[0].message == "division by zero"


def test_what_an_attempt_prepares_for_itself_does_not_reach_the_next(notes):
    found = perform(notes, [trying("select to_jsonb(set_config('a.b', 'left', true))", ADDED)] * 2)
    seen = perform(notes, [trying("select to_jsonb(current_setting('a.b', true))", ADDED)])
    assert [each.returned for each in found] == ["left", "left"]
    assert seen[0].returned in (None, "")


def test_attempts_may_be_sent_while_others_are_on_their_way(notes):
    with performing(notes):
        first = send(notes, [trying(SEEN), trying(TAKEN)])
        second = send(notes, [trying(SEEN, ADDED)])
        assert [each.returned for each in second.outcomes()] == [[1, 2, 3]]
        assert [each.returned for each in first.outcomes()] == [[1, 2], [1, 2]]


NOTES = Subject("notes", "notes", sql.Identifier("notes"), sql.Identifier("notes"), {"n": "integer"}, ("n",))


@pytest.fixture
def looked(notes):
    """A statement -> what a superuser finds of the notes afterwards; those that are there are old."""
    install(notes)
    more, fewer = sql.SQL("n > 1").format(), sql.SQL("n > 5").format()
    look = NOTES.changes(2, seen=more, inserted=fewer, became=more)
    assert look.as_string().count("n > 1") == 1

    def looked_after(text: str) -> Changes | None:
        statement = sql.SQL(text).format()
        (found,) = perform(notes, [Attempt(SOMEBODY, "notes", "update", "blind", statement, look)])
        assert found.ran
        return found.changes.get("notes")

    return looked_after


def places(notes, *numbers: int) -> frozenset[str]:
    text = "select tableoid::text || ctid::text from notes where n = any(%s)"
    return frozenset(place for (place,) in notes.execute(text, (list(numbers),)).fetchall())


def test_of_a_row_that_was_written_each_condition_is_told_though_alike_ones_are_asked_once(notes, looked):
    changes = looked("update notes set n = 3 where n = 2")
    assert changes.kept == places(notes, 1)
    ((key, place, *may),) = changes.written
    assert (key, may) == ("[3]", [True, False, True])
    assert place not in places(notes, 1, 2)


def test_rows_that_go_and_rows_that_come_are_told_by_those_that_stay(notes, looked):
    assert looked("delete from notes where n = 1") == Changes(places(notes, 2), ())
    both = looked("with gone as (delete from notes where n = 1) insert into notes values (7)")
    assert both.kept == places(notes, 2)
    assert [(each.key, each.may_insert) for each in both.written] == [("[7]", True)]
    assert looked("delete from notes") == Changes(frozenset(), ())


def test_of_rows_that_were_let_be_nothing_is_told(looked):
    assert looked("update notes set n = 3 where n = 4") is None


# A policy's usual mistake: it asks a function that reads the table that the policy is on. Each turn draws a number.
ENDLESS = """
create sequence turns;
create function endless(n integer) returns jsonb language plpgsql as $$
begin
    perform nextval('turns');
    return endless(n);
end
$$;
create function deep(n integer) returns jsonb language plpgsql as $$
begin
    return case when n = 0 then '"the end"' else deep(n - 1) end;
end
$$
"""
TURN = "select endless(1)"


@pytest.fixture
def turns(notes):
    """Attempts -> their outcomes and how many turns of the endless recursion they took together."""
    notes.execute(ENDLESS)

    def turns_of(*tried: Attempt) -> tuple[list[Outcome], int]:
        with performing(notes):
            found = send(notes, tried).outcomes()
            ((drawn,),) = notes.execute("select nextval('turns')").fetchall()
        notes.execute("select setval('turns', 1, false)")
        return found, drawn - 1

    return turns_of


@pytest.mark.parametrize("prepare", [None, ADDED])
def test_what_recurs_until_the_stack_is_full_does_it_once_and_is_as_wrong_every_time(turns, prepare):
    (alone,), most = turns(trying(TURN, prepare))
    found, more = turns(*[trying(TURN, prepare)] * 5)
    assert [(each.sqlstate, each.message) for each in found] == [(alone.sqlstate, alone.message)] * 5
    assert alone.sqlstate == "54001"
    assert most < more < 2 * most


def test_what_recurs_after_one_preparation_is_known_after_another(turns):
    (alone,), most = turns(trying(TURN))
    found, more = turns(*(trying(TURN, f"insert into notes values ({number})") for number in range(3)))
    assert [each.sqlstate for each in found] == [alone.sqlstate] * 3
    assert more < 2 * most


def test_what_recurs_deeply_and_comes_to_an_end_is_given_all_of_the_stack(turns):
    found, _ = turns(
        trying(TURN), trying("select deep(300)"), trying(TURN), trying("select deep(300)", ADDED)
    )
    assert [each.returned for each in found] == [None, "the end", None, "the end"]
    assert [each.sqlstate for each in found] == ["54001", "00000", "54001", "00000"]


def test_one_endless_recursion_does_not_stand_for_another(turns, notes):
    notes.execute("create function other() returns jsonb language plpgsql as $$ begin return other(); end $$")
    found, _ = turns(trying(TURN), trying("select other()"), trying("select other()"))
    assert [each.sqlstate for each in found] == ["54001"] * 3
    assert "other" in found[1].context


@pytest.mark.parametrize(
    "key", [["a"], [], ['"\\', "ä\n\x01\u2028"], [1, "a"], [None], [["a"]], {"b": 1, "a": None}, "a"]
)
def test_a_key_is_written_as_an_encoder_with_sorted_names_writes_it(key):
    assert canonical(key) == json.dumps(key, sort_keys=True, ensure_ascii=False)
