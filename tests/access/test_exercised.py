from __future__ import annotations

import pytest

from pgproof.access.actors import Actor
from pgproof.access.attempts import Attempt, Row
from pgproof.access.candidates import as_own
from pgproof.access.contract import Cell
from pgproof.access.exercised import made, not_made
from pgproof.access.judge import done_by
from pgproof.access.perform import Changes, Outcome, Seen
from pgproof.access.subjects import Subject
from pgproof.access.survey import Survey, mentioned
from pgproof.database import sql

ACTOR = Actor("user", "user 1", "authenticated", "{}", {})
NAME = sql.Identifier("public", "notes")
SUBJECT = Subject("public.notes", "public.notes", NAME, NAME, {"id": "text"}, ("id",))
OLD = Row('["a"]', {"id": "a", "owner": "ann"}, "1")
SURVEYED = Survey(SUBJECT, (OLD,), {}, frozenset(), None, None)


def outcome(command, variant, *written: Seen, state="00000", aim="") -> Outcome:
    attempt = Attempt(ACTOR, "public.notes", command, variant, sql.SQL("").format(), aim=aim)
    return Outcome(attempt, state, changes={"public.notes": Changes(None, written)} if written else {})


@pytest.mark.parametrize(
    ("condition", "rows", "fails", "why"),
    [
        ("x", {True, False}, True, None),
        ("x", {False}, True, "no row must succeed"),
        ("x", set(), True, "no row must succeed"),
        ("x", {True}, True, "no row must fail"),
        ("x", {True}, False, None),
        (" TRUE ", {True}, True, None),
        ("", set(), True, None),
    ],
)
def test_a_cell_about_new_rows_needs_one_that_must_succeed_and_one_that_must_fail(
    condition, rows, fails, why
):
    assert not_made(Cell("public.notes", "insert", "user", condition), rows, fails=fails) == why


def test_the_rows_are_those_that_were_made_or_would_have_been_if_nobody_had_objected():
    good, bad = Seen('["b"]', "2", may_insert=True), Seen('["c"]', "3", may_insert=False)
    refused = outcome("insert", "copy", state="42501")
    assert made(SURVEYED, "insert", [outcome("insert", "copy", good), refused], {}) == {True}
    assert made(SURVEYED, "insert", [refused], {id(refused.attempt): outcome("insert", "copy", bad)}) == {
        False
    }
    assert made(SURVEYED, "insert", [refused], {}) == set()


def test_a_row_that_a_constraint_forbids_to_superusers_too_must_fail():
    refused = outcome("becomes", "move", state="42501")
    nobody_can = outcome("becomes", "move", state="23503")
    changed = outcome("update", "blind", Seen(OLD.key, "2", may_become=True))
    assert made(SURVEYED, "becomes", [changed, refused], {id(refused.attempt): nobody_can}) == {True, False}
    assert made(SURVEYED, "becomes", [changed, nobody_can], {}) == {True}


def test_a_row_that_was_taken_away_beforehand_is_new_when_it_is_inserted_again():
    back = outcome("insert", "again", Seen(OLD.key, "2", may_insert=True), aim=OLD.key)
    done = done_by(back, [OLD])
    assert (done.gone, done.changed, [each.key for each in done.new]) == (frozenset(), (), [OLD.key])


def test_a_row_of_ones_own_has_the_values_that_one_brings():
    assert as_own({"owner": "ben", "team": 1}, OLD).content == {"id": "a", "owner": "ben"}


def test_a_condition_mentions_columns_and_not_values_casts_or_columns_of_others():
    assert {"owner", "id"} <= mentioned("owner = :user and m.team = 'x' and id::text = ''")
    assert not {"user", "team", "text"} & mentioned("owner = :user and m.team = 'x' and id::text = ''")
