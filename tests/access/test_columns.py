"""Columns that may be set on some rows and not on others: what the contract says, what is tried, how it is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.perform import Changes, Outcome, Seen
from pgproof.access.attempts.setting import another, settings
from pgproof.access.attempts.statements import Row
from pgproof.access.contract.model import Cell
from pgproof.access.contract.reader import contract_of
from pgproof.access.judging.judge import judge
from pgproof.access.relations.subjects import Subject
from pgproof.access.world.expect import Expectation
from pgproof.database import sql
from pgproof.errors import UsageError

NAME = sql.Identifier("public", "notes")
COLUMNS = {"id": "text", "owner": "text", "number": "integer", "done": "boolean"}
NOTES = Subject(
    "public.notes", "public.notes", NAME, NAME, COLUMNS, ("id",), tuple(COLUMNS), ("owner",), (("number",),)
)
MINE = Row('["a"]', {"id": "a", "owner": "ann", "number": 1, "done": False}, "1")
THEIRS = Row('["b"]', {"id": "b", "owner": "ben", "number": 2, "done": True}, "2")
ANN = Actor("member", "member ann", "authenticated", "{}", {"id": "ann"})
TOML = """
[actors.member]
role = "authenticated"
[relations."public.notes"]
update.member = [
    { where = "true", columns = ["done"] },
    { where = "owner = :id", columns = ["number", "done"] },
]
"""
CELL = contract_of(Path("access.toml"), TOML).cells["public.notes", "update", "member"]
BOTH, OWN = frozenset(('["a"]', '["b"]')), frozenset(('["a"]',))
SELECT = Cell("public.notes", "select", "member", "true")
EXPECTED = Expectation(
    {"update": CELL, "select": SELECT},
    {},
    {"update": BOTH, "select": BOTH},
    BOTH,
    ((("done",), BOTH), (("number", "done"), OWN)),
)


def test_the_parts_of_a_cell_make_up_its_condition_and_its_columns():
    assert CELL.condition == "true"  # whatever the other parts add
    narrow = contract_of(Path("access.toml"), TOML.replace('"true"', '"not done"'))
    assert narrow.cells["public.notes", "update", "member"].condition == "(not done) or (owner = :id)"
    assert CELL.columns == ("done", "number")
    assert (CELL.setting("number"), CELL.setting("owner")) == ("owner = :id", "")
    assert CELL.setting("done") == "(true) or (owner = :id)"


def test_columns_by_row_are_for_update_alone():
    with pytest.raises(
        UsageError,
        match=r"access.toml:5: select is a list; expected that of update alone, columns by row: what",
    ):
        contract_of(Path("access.toml"), TOML.replace("update.member", "select.member"))
    with pytest.raises(UsageError, match=r"access.toml:5: an empty list"):
        contract_of(Path("access.toml"), TOML.split("update.member")[0] + "update.member = []")


def test_what_may_be_set_is_told_by_row():
    assert EXPECTED.may_set("number") == OWN
    assert EXPECTED.may_set("done") == BOTH
    assert EXPECTED.may_set("owner") == frozenset()
    assert EXPECTED.everywhere == ("done",)


def test_a_column_is_set_where_it_may_not_be_and_where_it_may_be():
    made = list(settings(NOTES, ANN, "number", 9, [MINE, THEIRS], OWN, 2))
    assert [(each.variant, each.aim) for each in made] == [
        ("set column", ""),
        ("set column", THEIRS.key),
        ("set allowed column", MINE.key),
        ("set allowed column", MINE.key),
    ]
    assert [each.row for each in made[2:]] == [{"number": 1}, {"number": 9}]


def test_the_other_value_is_one_that_ones_own_rows_do_not_have_and_a_new_one_of_a_unique_column():
    assert another(NOTES, [MINE, THEIRS], [MINE], "owner") == "ben"
    assert another(NOTES, [MINE, THEIRS], [MINE], "number") == 3
    assert another(NOTES, [MINE], [MINE], "done") is True
    greatest = Row('["c"]', {"id": "c", "owner": "cat", "number": 2147483647, "done": True}, "3")
    assert another(NOTES, [MINE, greatest], [MINE], "number") == 2


def outcome(
    variant: str, column: str, value: object, *keys: str, state: str = "00000", constraint: str = ""
) -> Outcome:
    (attempt,) = [
        each
        for each in settings(NOTES, ANN, column, value, [MINE, THEIRS], EXPECTED.may_set(column), 2)
        if each.variant == variant and each.row == {column: value}
    ][:1]
    written = tuple(Seen(key, "9", None, None, False) for key in keys)
    kept = frozenset(each.place for each in (MINE, THEIRS) if each.key not in keys)
    changes = {"public.notes": Changes(kept, written)} if written else {}
    return Outcome(attempt, state, constraint=constraint, changes=changes)


def rules(done: Outcome, control: Outcome | None = None) -> list[str]:
    return [each.name for each in judge(done, EXPECTED, [MINE, THEIRS], control)]


@pytest.mark.parametrize(
    ("keys", "found"),
    [((THEIRS.key,), ["leak-column"]), ((MINE.key,), []), ((), [])],
)
def test_a_column_that_was_set_on_a_row_where_it_may_not_be_is_a_leak(keys, found):
    assert rules(outcome("set column", "number", 9, *keys)) == found


def test_where_every_column_may_be_set_one_that_was_set_elsewhere_is_about_the_row_and_not_the_column():
    whole = Cell("public.notes", "update", "member", "owner = :id")
    mine = Expectation({"update": whole, "select": SELECT}, {}, {"update": OWN, "select": BOTH}, OWN, ())
    done = outcome("set column", "number", 9, THEIRS.key)
    assert [each.name for each in judge(done, mine, [MINE, THEIRS], None)] == ["leak-update"]


def test_a_row_that_had_the_value_before_and_has_been_put_back_is_no_leak():
    assert rules(outcome("set column", "number", 2, THEIRS.key)) == []


def test_a_constraint_that_speaks_of_a_column_which_nobody_may_set_shows_that_it_was_set():
    assert rules(outcome("set column", "owner", "cat", state="23503", constraint="fk")) == ["leak-column"]
    assert rules(outcome("set column", "owner", "cat", state="23514")) == []
    assert rules(outcome("set column", "number", 9, state="23505", constraint="key")) == []


def test_a_column_that_may_be_set_and_was_not_is_a_lock_out_if_anybody_can():
    refused = outcome("set allowed column", "number", 9, state="42501")
    assert rules(refused, outcome("set allowed column", "number", 9, MINE.key)) == ["locked-out-column"]
    assert rules(refused, refused) == ["locked-out-column"]
    assert rules(refused, outcome("set allowed column", "number", 9, state="23514", constraint="c")) == []
    assert rules(outcome("set allowed column", "number", 9, MINE.key)) == []
