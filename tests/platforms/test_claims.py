"""What auth.uid(), role(), email() and jwt() make of claims: present, absent, empty, malformed."""

from __future__ import annotations

import json
import uuid

import psycopg
import pytest

SUB = uuid.UUID("11111111-2222-4333-8444-555555555555")
OTHER = uuid.UUID("99999999-2222-4333-8444-555555555555")
CLAIMS = {"sub": str(SUB), "role": "authenticated", "email": "a@example.org", "aal": "aal1"}
READERS = ["uid", "role", "email", "jwt"]


def read(pg, function):
    return pg.execute(
        psycopg.sql.SQL("select auth.{}()").format(psycopg.sql.Identifier(function))
    ).fetchone()[0]


def sign_in(pg, claims, setting="request.jwt.claims"):
    text = claims if isinstance(claims, str) else json.dumps(claims)
    pg.execute("select set_config(%s, %s, true)", (setting, text))


def test_absent_claims_are_null(pg_clone):
    fresh = pg_clone.connect()  # a setting that a session has had once is '' ever after, not absent
    assert fresh.execute("select current_setting('request.jwt.claims', true)").fetchone() == (None,)
    assert [read(fresh, function) for function in READERS] == [None, None, None, None]


@pytest.mark.parametrize("function", READERS)
def test_empty_claims_are_null_as_after_a_reset_in_a_pooled_session(pg, function):
    sign_in(pg, CLAIMS)
    sign_in(pg, "")
    assert read(pg, function) is None


def test_claims_are_read_from_the_json_of_the_request(pg):
    sign_in(pg, CLAIMS)
    assert [read(pg, function) for function in READERS] == [SUB, "authenticated", "a@example.org", CLAIMS]


@pytest.mark.parametrize("function", ["uid", "role", "email"])
def test_a_claim_that_is_missing_from_the_json_is_null(pg, function):
    sign_in(pg, {"aud": "x"})
    assert read(pg, function) is None


@pytest.mark.parametrize("function", ["uid", "role", "email"])
def test_a_claim_that_is_null_in_the_json_is_null(pg, function):
    sign_in(pg, {"sub": None, "role": None, "email": None})
    assert read(pg, function) is None


@pytest.mark.parametrize("claims", ["not json", "{", '{"sub": }', "{'sub': 'x'}"])
@pytest.mark.parametrize("function", READERS)
def test_malformed_json_is_an_error_not_nobody(pg, function, claims):
    sign_in(pg, claims)
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        read(pg, function)


@pytest.mark.parametrize("sub", ["", "not-a-uuid", "11111111-2222-4333-8444"])
def test_a_sub_that_is_no_uuid_is_an_error_even_when_empty(pg, sub):
    sign_in(pg, {"sub": sub})
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        read(pg, "uid")


def test_an_empty_role_or_email_inside_the_json_is_empty_not_null(pg):
    sign_in(pg, {"role": "", "email": ""})
    assert (read(pg, "role"), read(pg, "email")) == ("", "")


@pytest.mark.parametrize("claims", ["[]", '"text"', "17", "null", "true"])
def test_json_that_is_no_object_has_no_claims(pg, claims):
    sign_in(pg, claims)
    assert [read(pg, function) for function in ("uid", "role", "email")] == [None, None, None]


def test_a_setting_per_claim_wins_over_the_json(pg):
    sign_in(pg, CLAIMS)
    sign_in(pg, str(OTHER), "request.jwt.claim.sub")
    sign_in(pg, "anon", "request.jwt.claim.role")
    sign_in(pg, "b@example.org", "request.jwt.claim.email")
    assert [read(pg, function) for function in ("uid", "role", "email")] == [OTHER, "anon", "b@example.org"]


def test_an_empty_setting_per_claim_gives_way_to_the_json(pg):
    sign_in(pg, CLAIMS)
    for claim in ("sub", "role", "email"):
        sign_in(pg, "", f"request.jwt.claim.{claim}")
    assert [read(pg, function) for function in ("uid", "role", "email")] == [
        SUB,
        "authenticated",
        "a@example.org",
    ]


def test_jwt_takes_the_old_setting_first(pg):
    sign_in(pg, CLAIMS)
    sign_in(pg, {"sub": "old"}, "request.jwt.claim")
    assert read(pg, "jwt") == {"sub": "old"}


def test_a_setting_per_claim_spares_the_malformed_json(pg):
    sign_in(pg, "not json")
    sign_in(pg, str(SUB), "request.jwt.claim.sub")
    assert read(pg, "uid") == SUB


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_every_api_role_may_ask_who_it_is(act_as, pg, role):
    with act_as(role, CLAIMS):
        assert read(pg, "uid") == SUB


def test_the_readers_do_not_depend_on_the_search_path(pg):
    sign_in(pg, CLAIMS)
    pg.execute("create schema decoy")
    pg.execute(
        "create function decoy.current_setting(text, boolean) returns text language sql as $$select 'decoy'$$"
    )
    pg.execute("set local search_path = decoy, pg_catalog")
    assert read(pg, "uid") == SUB


def test_the_readers_are_stable_so_that_a_policy_may_read_them_once(pg):
    rows = pg.execute(
        "select distinct provolatile from pg_proc where pronamespace = 'auth'::regnamespace"
    ).fetchall()
    assert rows == [("s",)]
