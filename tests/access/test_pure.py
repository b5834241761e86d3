from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from pgproof import catalog
from pgproof.access.actors.identity import impostors
from pgproof.access.actors.kinds import Actor, bind
from pgproof.access.attempts.candidates import candidates, spread
from pgproof.access.attempts.statements import Row
from pgproof.access.contract.model import ActorKind, Cell, Contract
from pgproof.access.contract.toml_lines import lines_of
from pgproof.access.judging.matrix import matrix_of
from pgproof.access.relations.subjects import Subject
from pgproof.access.relations.watch import behind_relation, behind_routine
from pgproof.database import sql
from pgproof.errors import UsageError

NAME = sql.Identifier("public", "notes")
SUBJECT = Subject(
    label="public.notes",
    root="public.notes",
    name=NAME,
    origin=NAME,
    columns={"id": "uuid", "owner": "text", "number": "integer"},
    key_columns=("id",),
    writable=("id", "owner", "number"),
    deciding=("owner",),
    unique=(("id",), ("owner", "number")),
)
ROWS = (
    Row('["1"]', {"id": "1", "owner": "ann", "number": 1}, "1"),
    Row('["2"]', {"id": "2", "owner": "ben", "number": 1}, "2"),
)
CONTRACT = Contract(Path("access.toml"), ("public",), (), (ActorKind("user", "authenticated"),), {}, {}, {})


def test_a_line_is_known_for_tables_keys_and_dotted_keys():
    text = '# first\n[relations."public.notes"]\nselect.user = "a"\n\n[actors.user]\nrole = "x"\n'
    found = lines_of(text)
    assert found["relations", "public.notes"] == 2
    assert found["relations", "public.notes", "select", "user"] == 3
    assert found["actors", "user", "role"] == 6


def test_values_stand_in_place_of_names_but_not_in_strings_or_casts():
    bound = bind("a = :id and b = ':id' and c::text = :id", {"id": 7}, "here")
    assert bound.as_string(None) == "a = 7 and b = ':id' and c::text = 7"


def test_a_value_that_no_actor_brings_is_named():
    with pytest.raises(UsageError, match=r"^here: :user is no value of this actor; expected one of id$"):
        bind("a = :user", {"id": 7}, "here")


def test_candidates_have_new_keys_and_every_owner_there_is():
    found = list(candidates(SUBJECT, ROWS[:1], ROWS, {}))
    assert [each["owner"] for each in found] == ["ann", "ben", None]
    assert not {each["id"] for each in found} & {"1", "2"}
    taken = {(row.content["owner"], row.content["number"]) for row in ROWS}
    assert not {(each["owner"], each["number"]) for each in found} & taken


def test_the_actors_own_values_come_first():
    many = [Row(f'["{n}"]', {"id": str(n), "owner": f"o{n}", "number": 1}, str(n)) for n in range(9)]
    found = list(candidates(SUBJECT, many[:1], many, {}, own={"o8"}))
    assert found[1]["owner"] == "o8"


def test_spread_takes_the_first_and_the_last():
    assert spread([Row(str(n), {}, "") for n in range(10)], 2)[0].key == "0"
    assert spread([Row(str(n), {}, "") for n in range(10)], 2)[-1].key == "9"


def test_impostors_try_ids_that_stand_in_policies_and_metadata_that_policies_read():
    stranger = Actor("stranger", "stranger", "authenticated", "{}", {})
    member = Actor("member", "member 1", "authenticated", "{}", {"tenant_id": "t1"})
    said = ["auth.uid() = 'b0000000-0000-4000-8000-00000000000b'", "jwt() -> 'user_metadata' ->> 'team'"]
    claims = [each.claims for each in impostors(CONTRACT, (stranger, member), said)]
    assert any("b0000000-0000-4000-8000-00000000000b" in each for each in claims)
    metadata = [json.loads(each)["user_metadata"] for each in claims if "user_metadata" in each]
    assert {"tenant_id": "t1", "team": "t1"}.items() <= metadata[-1].items()
    assert "" in claims
    assert "{" in claims


def test_a_contract_with_anonymous_actors_of_its_own_needs_no_impostor_for_them():
    kind = ActorKind("visitor", "authenticated", claims={"is_anonymous": True})
    contract = Contract(Path("access.toml"), (), (), (kind,), {}, {}, {})
    stranger = Actor("stranger", "stranger", "authenticated", "{}", {})
    assert not [each for each in impostors(contract, (stranger,), []) if "anonymously" in each.label]


def test_the_matrix_gives_the_worst_verdict_of_a_cell():
    cell = Cell("public.notes", "select", "user", "a", 3)
    contract = Contract(
        Path("access.toml"), (), (), CONTRACT.actors, {("public.notes", "select", "user"): cell}, {}, {}
    )
    place = ("public.notes", "select", "user")
    found = matrix_of(
        contract, ["public.notes"], Counter({place: 2}), [(place, "not-exercised"), (place, "leak")]
    )
    assert next((each.command, each.verdict, each.attempts) for each in found) == ("select", "leak", 2)
    assert {each.verdict for each in found[1:]} == {"not-exercised"}
    assert matrix_of(contract, ["public.notes"], Counter({place: 1}), [])[0].verdict == "ok"


def test_deleting_documents_reaches_their_comments_and_a_function_what_it_names(pg):
    found = catalog.read(pg)
    assert "public.comments" in behind_relation(found, "public.documents")
    assert "public.members" not in behind_relation(found, "public.documents")
    (rename,) = found.routines_named("public.rename_document")
    assert {"public.documents", "public.comments", "public.members"} <= behind_routine(found, rename)
    assert "public.profiles" not in behind_routine(found, rename)


def test_dynamic_sql_reaches_everything(pg):
    pg.execute("create function public.f(t text) returns void language plpgsql as $$ begin execute t; end $$")
    found = catalog.read(pg)
    (routine,) = found.routines_named("public.f")
    assert "public.profiles" in behind_routine(found, routine)
