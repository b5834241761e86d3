"""Whoever else there is, and whatever they have: the contract is kept, and what breaks it is noticed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgproof import access, catalog
from pgproof.database import errors
from pgproof.rows import strategies

from .variants import BASE, fill, run

SIZES = {"public.members": range(3), "public.documents": range(1, 4), "public.comments": range(3)}
# Somebody with two memberships, one of them revoked, would be two kinds of actor at once.
FIXED = {"public.members": {"is_active": True}}
few = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))


@few
@given(data=st.data())
def test_the_contract_is_kept_whoever_else_there_is(pg, data):
    plan = strategies.plan_of(catalog.read(pg))
    fill(pg)
    strategies.insert_population(pg, plan, data.draw(strategies.populations(plan, SIZES, FIXED)))
    assert run(pg, access.read_contract(BASE / "access.toml")).findings == ()


TABLES = ("documents", "comments", "members", "tenants", "profiles", "events")
said = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@few
@given(claims=st.dictionaries(st.sampled_from(["user_metadata", "role", "email", "is_anonymous"]), said))
def test_no_claims_but_those_of_the_user_help(pg, act_as, claims):
    fill(pg)
    with act_as("authenticated", {"sub": "eeeeeeee-eeee-4eee-beee-eeeeeeeeeeee", **claims}):
        for table in TABLES:
            row = pg.execute(f"select count(*) from public.{table}".encode()).fetchone()
            assert row == (0,), table


def test_claims_with_a_character_that_postgresql_has_not_are_an_error_and_no_answer(pg, act_as):
    fill(pg)
    for table in TABLES:
        with (
            pytest.raises(errors.UntranslatableCharacter),
            act_as("authenticated", {"sub": "eeeeeeee-eeee-4eee-beee-eeeeeeeeeeee", "user_metadata": "\0"}),
        ):
            pg.execute(f"select from public.{table}".encode())
