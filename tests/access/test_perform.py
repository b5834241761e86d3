"""Attempts on their way: in the order asked for, each from the same state, whatever they share."""

from __future__ import annotations

import pytest

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts import perform as performing_module
from pgproof.access.attempts.perform import install, perform, performing, send
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
