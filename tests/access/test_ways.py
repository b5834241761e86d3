"""The statements by which functions, errors and reads are tried, and how what they bring is judged; plain values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.functions import calls, denials, was_called
from pgproof.access.attempts.perform import Outcome
from pgproof.access.attempts.reading import (
    ends_with_transaction,
    leaky_reads,
    prepared_read,
    read_after,
    reads,
)
from pgproof.access.attempts.statements import Attempt, otherwise
from pgproof.access.beside.calls import undescribed
from pgproof.access.contract.model import Contract, FunctionRule
from pgproof.access.judging.covert import judge_pair
from pgproof.access.relations.subjects import Subject
from pgproof.catalog.objects import Argument, Routine
from pgproof.catalog.parts import TypeRef
from pgproof.database import sql

UUID, TEXT = (
    TypeRef(schema="pg_catalog", name="uuid", text="uuid"),
    TypeRef(schema="pg_catalog", name="text", text="text"),
)
ANN = Actor("user", "user ann", "authenticated", '{"sub": "a1"}', {"id": "a1", "team_id": "t1"})
BEN = Actor("user", "user ben", "authenticated", '{"sub": "b2"}', {"id": "b2", "team_id": "t2"})
RULE = FunctionRule("public.rename", ("user",), 7)
ROUTINE = Routine(
    schema="public",
    name="rename",
    owner="postgres",
    input_types="uuid, text",
    kind="function",
    language="sql",
    source="",
    arguments=(Argument(name="p_team_id", type=UUID), Argument(name="p_title", type=TEXT)),
    returns=TypeRef(schema="pg_catalog", name="void", text="void"),
)
NAME = sql.Identifier("public", "notes")
NOTES = Subject("public.notes", "public.notes", NAME, NAME, {"id": "uuid", "secret": "text"}, ("id",))


def called(routine: Routine = ROUTINE, rule: FunctionRule = RULE) -> dict[str, str]:
    made = calls(routine, rule, ANN, [ANN, BEN], None, "access.toml:7")
    return {each.change: each.statement.as_string(None) for each in made}


def test_a_function_is_called_with_nulls_ones_own_values_those_of_others_and_hostile_ones():
    found = called()
    assert list(found) == ["nulls", "own values", "values of user ben", "hostile values"]
    assert "(null::uuid, null::text)" in found["nulls"]
    assert "('t1'::uuid, null::text)" in found["own values"]
    assert "('t2'::uuid, null::text)" in found["values of user ben"]
    assert "('t1'::uuid, 'x'' or true --'::text)" in found["hostile values"]


def test_a_function_without_arguments_is_called_once_and_a_procedure_by_call():
    plain = replace(ROUTINE, arguments=(), input_types="")
    assert list(called(plain)) == ["nulls"]
    assert called(replace(plain, kind="procedure", returns=None))["nulls"] == 'call "public"."rename"()'


def test_arguments_of_the_contract_are_tried_with_the_actors_values_in_them():
    assert "('b2', :'x')" not in called(rule=replace(RULE, tries=(":team_id, 'x'",)))
    assert "('t1', 'x')" in called(rule=replace(RULE, tries=(":team_id, 'x'",)))[":team_id, 'x'"]


def test_only_rows_that_contradict_the_contract_are_asked_for():
    rule = replace(RULE, returns={"user": "t.team_id = :team_id"})
    assert "where (t.team_id = 't1') is not true" in called(rule=rule)["nulls"]


@pytest.mark.parametrize(
    ("state", "message", "entered"),
    [
        ("00000", "", True),
        ("P0001", "this is not yours", True),
        ("42501", "permission denied for table notes", True),
        ("42501", "permission denied for function rename", False),
        ("42501", "permission denied for schema public", False),
    ],
)
def test_a_function_was_called_unless_the_privilege_on_it_was_missing(state, message, entered):
    attempt = Attempt(ANN, "public.rename", "select", "call", sql.SQL("").format())
    assert was_called(Outcome(attempt, state, message), ROUTINE) is entered
    assert len(denials(ROUTINE)) == 3


@pytest.mark.parametrize(
    ("change", "open_question"),
    [
        ({"security_definer": True, "returns": TypeRef(schema="public", name="notes", text="notes")}, True),
        ({"security_definer": False, "returns": TypeRef(schema="public", name="notes", text="notes")}, False),
        ({"security_definer": True}, False),
    ],
)
def test_what_an_owners_function_gives_back_must_be_described(change, open_question):
    assert undescribed(replace(ROUTINE, **change), RULE) is open_question


def pair(what: str, foreign: str, nowhere: str) -> Any:
    attempt = Attempt(ANN, "public.notes", "insert", "copy", sql.SQL("").format(), change='{"id": 1}')
    contract = Contract(Path("access.toml"), ("public",), (), (), {}, {"public.notes": 3}, {})
    surveyed = {"public.notes": SimpleNamespace(subject=NOTES)}
    world: Any = SimpleNamespace(contract=contract, surveyed=surveyed)
    return judge_pair(world, what, Outcome(attempt, foreign, "no"), Outcome(attempt, nowhere, "nowhere"))


@pytest.mark.parametrize(
    ("what", "foreign", "nowhere", "rule"),
    [
        ("unique (number)", "23505", "00000", "covert-unique"),
        ("unique (number)", "42501", "00000", None),
        ("unique (number)", "00000", "00000", None),
        ("foreign key (id) to public.a", "00000", "23503", "covert-foreign-key"),
        ("foreign key (id) to public.a", "23503", "23503", None),
        ("foreign key (id) to public.a", "42501", "42501", None),
    ],
)
def test_an_error_tells_of_a_hidden_row_when_it_comes_for_one_key_and_not_for_another(
    what, foreign, nowhere, rule
):
    found = pair(what, foreign, nowhere)
    assert (found.rule if found else None) == rule
    assert found is None or found.line == 3


def test_a_read_names_the_columns_that_may_be_read_and_each_other_column_by_itself():
    made = {(each.variant, each.change): each.statement.as_string(None) for each in reads(NOTES, ANN, ["id"])}
    assert set(made) == {("read", ""), ("count", ""), ("read column", "secret")}
    assert '"secret"' not in made["read", ""]
    assert {each.variant for each in reads(NOTES, ANN, None)} == {"read", "count"}


def test_a_read_after_somebody_else_and_one_that_they_prepared_act_as_them_first():
    end = ends_with_transaction(["perform set_config('app.id', coalesce(auth.uid()::text, ''), true);"])
    for attempt in (prepared_read(NOTES, ANN, BEN, end), read_after(NOTES, ANN, BEN, end)):
        assert attempt.prepare is not None
        prepared = attempt.prepare.as_string(None)
        assert '"sub": "b2"' in prepared
        assert 'set local role "authenticated"' in prepared
        assert prepared.endswith("reset role; select set_config('app.id', '', true)")
        assert (attempt.actor, attempt.change) == (ANN, "user ben")


def test_what_is_set_for_the_session_does_not_end_with_the_transaction():
    kept = "perform set_config('app.id', x, false); perform set_config('app.id', y, true);"
    assert ends_with_transaction([kept, "select 1"]).as_string(None) == ""


def test_a_leaky_function_is_made_before_and_asked_for_what_it_saw():
    (attempt,) = leaky_reads(NOTES, ANN)
    assert attempt.prepare is not None
    assert "create function pg_temp.tell" in attempt.prepare.as_string(None)
    assert "pg_temp.tell" in attempt.statement.as_string(None)


def test_an_insert_is_tried_in_other_words_too():
    statement = NOTES.insertion({"id": "1", "secret": "x"}, ("id", "secret"))
    plain = Attempt(ANN, "public.notes", "insert", "copy", statement, row={"id": "1", "secret": "x"})
    nothing, merge = otherwise(NOTES, [plain], ("id", "secret"))
    assert nothing.statement.as_string(None).endswith("on conflict do nothing")
    assert merge.statement.as_string(None).startswith('merge into "public"."notes" as t using (values (1))')
    assert merge.statement.as_string(None).endswith(
        "when not matched then insert (\"id\", \"secret\") values ('1'::uuid, 'x'::text)"
    )
    assert (nothing.variant, merge.variant, merge.row) == ("do nothing", "merge in", plain.row)
