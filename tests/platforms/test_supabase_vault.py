from __future__ import annotations

import base64

import psycopg
import pytest

pytestmark = pytest.mark.usefixtures("needs_stand_in")
STAND_IN = "supabase_vault"


def one(pg, query, *values):
    return pg.execute(query, values or None).fetchone()[0]


def test_a_secret_is_hidden_in_its_table_and_readable_in_its_view(pg):
    secret = one(pg, "select vault.create_secret('hush', 'key', 'what for')")
    stored = one(pg, "select secret from vault.secrets where id = %s", secret)
    assert "hush" not in stored
    assert b"hush" not in base64.b64decode(stored)
    row = pg.execute("select name, description, decrypted_secret from vault.decrypted_secrets").fetchone()
    assert row == ("key", "what for", "hush")


def test_two_secrets_of_the_same_text_look_different(pg):
    pg.execute("select vault.create_secret('hush'), vault.create_secret('hush')")
    assert one(pg, "select count(distinct secret) from vault.secrets") == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("new_secret => 'other'", ("key", "", "other")),
        ("new_name => 'new'", ("new", "", "hush")),
        ("new_description => 'why'", ("key", "why", "hush")),
    ],
)
def test_an_update_changes_what_is_given(pg, arguments, expected):
    secret = one(pg, "select vault.create_secret('hush', 'key')")
    pg.execute(f"select vault.update_secret(%s, {arguments})", (secret,))
    row = pg.execute("select name, description, decrypted_secret from vault.decrypted_secrets").fetchone()
    assert row == expected


def test_a_name_is_taken_once(pg):
    pg.execute("select vault.create_secret('a', 'key')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        pg.execute("select vault.create_secret('b', 'key')")


def test_the_service_role_keeps_secrets_and_reads_them(pg, act_as):
    with act_as("service_role"):
        pg.execute("select vault.create_secret('hush', 'key')")
        assert one(pg, "select decrypted_secret from vault.decrypted_secrets") == "hush"
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as("service_role"):
        pg.execute("insert into vault.secrets (secret) values ('plain')")


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize(
    "statement", ["select * from vault.decrypted_secrets", "select vault.create_secret('x')"]
)
def test_no_other_role_comes_near_them(pg, act_as, role, statement):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for schema vault"),
        act_as(role),
    ):
        pg.execute(statement)
