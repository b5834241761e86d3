"""Attempts on their way: in the order asked for, each from the same state, whatever they share."""

from __future__ import annotations

import pytest

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts import perform as performing_module
from pgproof.access.attempts.perform import Outcome, install, perform, performing, send
from pgproof.access.attempts.statements import Attempt
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


def test_what_was_prepared_by_others_tells_no_more_of_it_than_what_was_not(turns):
    (alone,), most = turns(trying(TURN))
    found, more = turns(trying(TURN, ADDED), trying(TURN), trying(TURN, "insert into notes values (4)"))
    assert {each.sqlstate for each in found} == {alone.sqlstate}
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
