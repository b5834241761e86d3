from __future__ import annotations

import json

import pytest

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.perform import Changes, Outcome, Seen
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.contract.model import COMMANDS, Cell
from pgproof.access.judging.effects import effects
from pgproof.access.judging.judge import judge, judge_behind, not_exercised
from pgproof.access.world.expect import Expectation
from pgproof.database import sql

ACTOR = Actor("user", "user 1", "authenticated", "{}", {})
NOTHING = sql.SQL("").format()
ROWS = (Row('["a"]', {"id": "a"}, "1"), Row('["b"]', {"id": "b"}, "2"))
A, B = ROWS
SAME = (Seen(A.key, "1"), Seen(B.key, "2"))
B_SAME = SAME[1]


def expectation(cascade: tuple[str, ...] = (), **reach: tuple[str, ...]) -> Expectation:
    keys = {command: frozenset(reach.get(command, ())) for command in ("select", "update", "delete")}
    return Expectation(
        {command: Cell("public.notes", command, "user", "x") for command in COMMANDS},
        {},
        keys,
        frozenset(cascade),
    )


def outcome(command, variant, after=SAME, state="00000", returned=None, aim="", message="") -> Outcome:
    attempt = Attempt(ACTOR, "public.notes", command, variant, NOTHING, aim=aim)
    seen = changed(after)
    told = {"public.notes": seen} if state == "00000" and seen else {}
    return Outcome(attempt, state, message, returned=returned, changes=told)


def changed(after) -> Changes | None:
    """What a superuser is told when these rows are there afterwards."""
    kept = frozenset(each.place for each in after if each in SAME)
    written = tuple(each for each in after if each not in SAME)
    return Changes(kept, written) if written or len(kept) < 2 else None


def verdicts(*arguments, control=None):
    return [(each.name, each.keys) for each in judge(*arguments, ROWS, control)]


def moved(row: Row, **may) -> Seen:
    return Seen(row.key, "9", **may)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (["a"], []),
        (["a", "b"], [("leak-select", (B.key,))]),
        ([], [("locked-out-select", (A.key,))]),
        (["b"], [("leak-select", (B.key,))]),
    ],
)
def test_a_read_shows_exactly_the_rows_of_the_contract(seen, expected):
    done = outcome("select", "read", returned=[[each] for each in seen])
    assert verdicts(done, expectation(select=(A.key,))) == expected


def test_a_refused_read_locks_out_those_who_may_and_nobody_else():
    done = outcome("select", "read", state="42501")
    assert verdicts(done, expectation()) == []
    assert verdicts(done, expectation(select=(A.key,))) == [("locked-out-select", (A.key,))]


def test_an_error_is_no_refusal():
    assert verdicts(outcome("select", "read", state="42P17"), expectation()) == [("access-error", ())]


def test_an_update_is_judged_by_what_a_superuser_finds_changed():
    done = outcome("update", "blind", (moved(A, may_become=True), moved(B, may_become=True)))
    assert verdicts(done, expectation(update=(A.key, B.key))) == []
    assert verdicts(done, expectation(update=(A.key,))) == [("leak-update", (B.key,))]


def test_a_row_that_may_be_changed_but_not_into_this_is_a_leak():
    done = outcome("becomes", "move", (moved(A, may_become=False), SAME[1]), aim=A.key)
    assert verdicts(done, expectation(update=(A.key,))) == [("leak-becomes", (A.key,))]


def test_an_update_that_reached_nothing_locks_out():
    done = outcome("update", "blind")
    assert verdicts(done, expectation(update=(A.key,))) == [("locked-out-update", (A.key,))]


def test_a_constraint_that_speaks_to_somebody_who_may_nothing_is_a_leak():
    done = outcome("update", "blind", state="23505")
    assert verdicts(done, expectation()) == [("leak-update", ())]
    assert verdicts(done, expectation(update=(A.key,))) == []


@pytest.mark.parametrize("variant", ["blind", "filtered", "shown"])
def test_who_would_make_one_row_into_what_it_may_not_become_is_refused_them_all(variant):
    refused, may = outcome("update", variant, state="42501"), expectation(select=(A.key,), update=(A.key,))
    good, bad = moved(A, may_become=True), moved(A, may_become=False)
    theirs = moved(B, may_become=False)  # not the actor's to change, so nothing to refuse
    assert verdicts(refused, may, control=outcome("update", variant, (bad, B_SAME))) == []
    for after in ((good, B_SAME), (good, theirs)):
        (found,) = verdicts(refused, may, control=outcome("update", variant, after))
        assert found[0].startswith("locked-out")
        assert found[1] == (A.key,)


def test_an_update_with_a_where_needs_sight_of_the_row():
    done = outcome("update", "filtered")
    assert verdicts(done, expectation(update=(A.key,))) == []
    assert verdicts(done, expectation(update=(A.key,), select=(A.key,))) == [("locked-out-update", (A.key,))]


def test_a_row_that_is_gone_must_be_one_that_may_be_deleted():
    done = outcome("delete", "blind", (SAME[1],))
    assert verdicts(done, expectation(delete=(A.key,))) == []
    assert verdicts(done, expectation()) == [("leak-delete", (A.key,))]


def test_a_row_that_another_ones_end_changed_was_not_deleted_but_reached_in_passing():
    done = outcome("delete", "blind", (moved(B),))
    assert verdicts(done, expectation(delete=(A.key,))) == [("leak-cascade", (B.key,))]
    assert verdicts(done, expectation(delete=(A.key,), cascade=(B.key,))) == []
    assert verdicts(done, expectation(cascade=(B.key,))) == [("leak-delete", (A.key,))]


def test_what_nobody_could_delete_locks_nobody_out():
    expected = expectation(delete=(A.key,), select=(A.key,))
    done, could = outcome("delete", "one row", aim=A.key), outcome("delete", "one row", (SAME[1],), aim=A.key)
    assert verdicts(done, expected, control=outcome("delete", "one row", state="23503", aim=A.key)) == []
    assert verdicts(done, expected, control=could) == [("locked-out-delete", (A.key,))]


def test_an_insert_is_judged_by_the_row_that_came_of_it():
    new = Seen('["c"]', "3", may_insert=False)
    assert verdicts(outcome("insert", "copy", (*SAME, new)), expectation()) == [("leak-insert", (new.key,))]
    assert verdicts(outcome("insert", "copy", (*SAME, new._replace(may_insert=True))), expectation()) == []


def test_an_insert_that_superusers_can_make_and_the_contract_allows_must_succeed():
    new = Seen('["c"]', "3", may_insert=True, may_select=False)
    control = outcome("insert", "copy", (*SAME, new))
    refused = outcome("insert", "copy", state="42501")
    assert verdicts(refused, expectation(), control=control) == [("locked-out-insert", (new.key,))]
    again = outcome("insert", "returning", state="42501")
    assert verdicts(again, expectation(), control=control) == []  # RETURNING needs sight of the row


def test_an_insert_may_not_change_rows_on_conflict():
    done = outcome("insert", "upsert", (moved(A, may_become=True), SAME[1]), aim=A.key)
    assert verdicts(done, expectation()) == [("leak-update", (A.key,))]
    assert verdicts(done, expectation(update=(A.key,))) == []


def test_truncate_is_a_leak_whenever_it_runs():
    assert verdicts(outcome("delete", "truncate", ()), expectation(delete=(A.key, B.key))) == [
        ("leak-delete", ())
    ]
    assert verdicts(outcome("delete", "truncate", state="42501"), expectation()) == []


def test_a_consequence_may_reach_what_the_contract_lets_cascade():
    done = outcome("delete", "blind", (SAME[0],))
    assert judge_behind(done, "public.notes", expectation(cascade=(B.key,)), ROWS, direct=False) == []
    found = judge_behind(done, "public.notes", expectation(), ROWS, direct=False)
    assert [(each.name, each.keys) for each in found] == [("leak-cascade", (B.key,))]


def test_what_is_done_through_a_view_or_function_is_judged_like_doing_it():
    done = outcome("select", "call", (SAME[0],))
    found = judge_behind(done, "public.notes", expectation(cascade=(B.key,)), ROWS, direct=True)
    assert [(each.name, each.keys) for each in found] == [("leak-delete", (B.key,))]


def test_effects_tell_gone_changed_and_new_apart():
    done = effects(ROWS, changed((moved(A), Seen('["c"]', "3"))))
    assert (done.gone, [each.key for each in done.changed], [each.key for each in done.new]) == (
        {B.key},
        [A.key],
        [json.dumps(["c"])],
    )


def test_rows_that_nobody_speaks_of_are_as_they_were():
    assert effects(ROWS, None).touched == frozenset()
    assert effects(ROWS, Changes(frozenset({A.place, B.place}), ())).touched == frozenset()
    assert effects(ROWS, Changes(frozenset(), ())).gone == {A.key, B.key}


@pytest.mark.parametrize(
    ("condition", "reached", "why"),
    [
        ("x", {"1": {"a"}}, None),
        ("x", {"1": set()}, "no row must succeed"),
        ("x", {"1": {"a", "b"}, "2": {"a", "b"}}, "no row must fail"),
        ("true", {"1": {"a", "b"}}, None),
        ("", {"1": set()}, None),
    ],
)
def test_a_cell_is_exercised_when_rows_must_succeed_and_rows_must_fail(condition, reached, why):
    cell = Cell("public.notes", "select", "user", condition)
    assert not_exercised(cell, {name: frozenset(keys) for name, keys in reached.items()}, ROWS) == why
