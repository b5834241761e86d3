"""What policies and functions read out of a token's metadata, in the ways that people write it; plain text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgproof.access.actors.identity import impostors
from pgproof.access.actors.kinds import Actor
from pgproof.access.actors.metadata import at, carried, paths, words
from pgproof.access.contract.model import ActorKind, Contract

STRANGER = Actor("stranger", "stranger", "authenticated", '{"sub": "0"}', {})
MEMBER = Actor("member", "member 1", "authenticated", '{"sub": "1"}', {"id": "1"})


def contract(*kinds: ActorKind) -> Contract:
    return Contract(Path("access.toml"), (), (), kinds, {}, {}, {})


@pytest.mark.parametrize(
    ("text", "path", "word"),
    [
        ("jwt() -> 'user_metadata' ->> 'role' = 'chief'", ("role",), "chief"),
        (
            "(((SELECT jwt()) -> 'user_metadata'::text) ->> 'role'::text) = ANY (ARRAY['chief'::text])",
            ("role",),
            "chief",
        ),
        ("jwt() -> 'user_metadata' -> 'team' ->> 'role' = 'chief'", ("team", "role"), "chief"),
        ("jwt() #>> '{user_metadata,team,role}' = 'chief'", ("team", "role"), "chief"),
        ("(jwt())['user_metadata'::text]['role'::text] = '\"chief\"'::jsonb", ("role",), "chief"),
        ("jsonb_extract_path_text(jwt(), 'user_metadata', 'role') in ('chief')", ("role",), "chief"),
        ("jwt() -> 'user_metadata' -> 'roles' ? 'chief'", ("roles",), "chief"),
        ("jwt() -> 'user_metadata' -> 'roles' @> '[\"chief\"]'", ("roles",), ["chief"]),
        ("jwt() -> 'user_metadata' @> '{\"role\": \"chief\"}'", ("role",), "chief"),
        ("jwt() -> 'user_metadata' ->> 'role' like 'chief%'", ("role",), "chief"),
    ],
)
def test_paths_into_metadata_and_the_words_behind_them_are_found(text, path, word):
    assert paths([text], "user") == (path,)
    assert word in words([text], "user")
    assert paths([text], "app") == () == words([text], "app")


def test_a_default_is_no_part_of_the_path():
    assert paths(["coalesce(jwt() -> 'user_metadata' ->> 'role', 'none')"], "user") == (("role",),)


def test_metadata_with_a_value_at_the_end_of_every_path():
    assert at([("a",), ("b", "c"), ("b", "d")], 1) == {"a": 1, "b": {"c": 1, "d": 1}}


def test_app_metadata_that_actors_carry_proves_something_and_other_does_not():
    said = ["jwt() -> 'app_metadata' ->> 'tenant' = 'x' or jwt() -> 'app_metadata' ->> 'role' = 'chief'"]
    carrying = ActorKind("member", "authenticated", claims={"app_metadata": {"tenant": ":id"}})
    assert carried([carrying.claims, None]) == {"tenant"}
    made = [
        json.loads(each.claims)
        for each in impostors(contract(carrying), (STRANGER,), said)
        if "app_" in each.claims
    ]
    assert {"role": "chief"} in [each["app_metadata"] for each in made]
    assert not any("tenant" in each["app_metadata"] for each in made)


def test_whose_token_has_expired_may_do_what_the_actor_may_and_is_tried_where_code_asks():
    asking = ["(jwt() ->> 'exp')::int > 0"]
    made = [each for each in impostors(contract(), (STRANGER, MEMBER), asking) if each.like]
    assert [(each.kind, each.like) for each in made] == [("member", "member 1")]
    assert json.loads(made[0].claims)["exp"] < 1_000_000_000
    assert not [each for each in impostors(contract(), (STRANGER, MEMBER), []) if each.like]
    expired = ActorKind("expired", "authenticated", claims={"exp": 1})
    assert not [each for each in impostors(contract(expired), (STRANGER, MEMBER), asking) if each.like]


def test_an_address_that_ends_like_one_that_a_policy_compares_with_is_tried():
    made = impostors(contract(), (STRANGER,), ["email like '%example.com'"])
    assert "somebody@notexample.com" in " ".join(each.claims for each in made)
