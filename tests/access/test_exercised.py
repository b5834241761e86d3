from __future__ import annotations

import pytest

from pgproof import access
from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.candidates import as_own
from pgproof.access.attempts.perform import Changes, Outcome, Seen
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.contract.model import Cell
from pgproof.access.judging.effects import done_by
from pgproof.access.judging.exercised import made, not_made
from pgproof.access.relations.subjects import Subject
from pgproof.access.world.survey import Survey, mentioned
from pgproof.database import sql

from .variants import BASE, fill, run

ACTOR = Actor("user", "user 1", "authenticated", "{}", {})
NAME = sql.Identifier("public", "notes")
SUBJECT = Subject("public.notes", "public.notes", NAME, NAME, {"id": "text"}, ("id",))
OLD = Row('["a"]', {"id": "a", "owner": "ann"}, "1")
SURVEYED = Survey(SUBJECT, (OLD,), {}, frozenset(), None, None)


def outcome(command, variant, *written: Seen, state="00000", aim="") -> Outcome:
    attempt = Attempt(ACTOR, "public.notes", command, variant, sql.SQL("").format(), aim=aim)
    kept = frozenset({OLD.place} if OLD.key not in {each.key for each in written} else ())
    return Outcome(attempt, state, changes={"public.notes": Changes(kept, written)} if written else {})


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


GIVES = """
create function public.first_document() returns setof public.documents
language sql stable security definer set search_path = ''
as $$ select d.* from public.documents as d where d.owner_id = (select auth.uid()) and d.number > {} order by d.number limit 1 $$;
grant execute on function public.first_document() to authenticated;
"""
CONTRACT = """
[functions."public.first_document"]
call = ["member", "revoked", "stranger"]
returns = { member = "owner_id = :id", revoked = "owner_id = :id", stranger = "false" }
"""


@pytest.mark.parametrize(("above", "kinds"), [(0, set()), (999, {"member", "revoked"})])
def test_a_condition_on_what_a_function_gives_back_needs_a_call_that_does(pg, tmp_path, above, kinds):
    fill(pg)
    pg.execute(GIVES.format(above).encode())
    path = tmp_path / "access.toml"
    path.write_text((BASE / "access.toml").read_text("utf-8") + CONTRACT, "utf-8")
    found = {(each.rule, each.subject) for each in run(pg, access.read_contract(path)).findings}
    assert found == {("not-exercised", f"call by {kind} on public.first_document") for kind in kinds}


@pytest.mark.parametrize("kind", ["view", "materialized view"])
def test_a_view_without_rows_has_none_that_must_succeed(pg, tmp_path, kind):
    fill(pg)
    pg.execute(
        f"create {kind} public.mine as select d.id, d.tenant_id from public.documents as d where d.number < 0; grant select on public.mine to authenticated".encode()
    )
    path = tmp_path / "access.toml"
    said = """\n[relations."public.mine"]\nselect.member = "@my_tenant"\n"""
    path.write_text((BASE / "access.toml").read_text("utf-8") + said, "utf-8")
    found = {(each.rule, each.subject) for each in run(pg, access.read_contract(path)).findings}
    assert ("not-exercised", "select by member on public.mine") in found
