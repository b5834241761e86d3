from __future__ import annotations

import uuid

import psycopg
import pytest

# The columns of auth.users in a Supabase project of 2026, in order: what dumps and seed files insert into.
USERS = """
    instance_id id aud role email encrypted_password email_confirmed_at invited_at confirmation_token
    confirmation_sent_at recovery_token recovery_sent_at email_change_token_new email_change
    email_change_sent_at last_sign_in_at raw_app_meta_data raw_user_meta_data is_super_admin created_at
    updated_at phone phone_confirmed_at phone_change phone_change_token phone_change_sent_at confirmed_at
    email_change_token_current email_change_confirm_status banned_until reauthentication_token
    reauthentication_sent_at is_sso_user deleted_at is_anonymous
"""
TABLES = [
    "audit_log_entries",
    "identities",
    "mfa_amr_claims",
    "mfa_challenges",
    "mfa_factors",
    "one_time_tokens",
    "refresh_tokens",
    "sessions",
    "users",
]


def add_user(pg, **values):
    values.setdefault("id", uuid.uuid4())
    names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, values))
    marks = psycopg.sql.SQL(", ").join(psycopg.sql.Placeholder() * len(values))
    pg.execute(
        psycopg.sql.SQL("insert into auth.users ({}) values ({})").format(names, marks), list(values.values())
    )
    return values["id"]


def test_users_has_the_columns_that_dumps_insert_into(pg):
    rows = pg.execute(
        "select attname from pg_attribute"
        " where attrelid = 'auth.users'::regclass and attnum > 0 order by attnum"
    )
    assert [name for (name,) in rows] == USERS.split()


def test_a_user_needs_no_more_than_an_id(pg):
    user = add_user(pg)
    row = pg.execute(
        "select is_sso_user, is_anonymous, email_change_confirm_status, phone from auth.users where id = %s",
        (user,),
    ).fetchone()
    assert row == (False, False, 0, None)


def test_two_users_may_not_share_an_address(pg):
    add_user(pg, email="a@example.org")
    with pytest.raises(psycopg.errors.UniqueViolation, match="users_email_partial_key"):
        add_user(pg, email="a@example.org")


def test_single_sign_on_users_may_share_an_address(pg):
    add_user(pg, email="a@example.org")
    add_user(pg, email="a@example.org", is_sso_user=True)
    add_user(pg, email="a@example.org", is_sso_user=True)


def test_two_users_may_not_share_a_phone(pg):
    add_user(pg, phone="4930123456")
    with pytest.raises(psycopg.errors.UniqueViolation, match="users_phone_key"):
        add_user(pg, phone="4930123456")


def test_two_users_may_wait_with_an_empty_token_but_not_with_the_same(pg):
    add_user(pg, confirmation_token="")
    add_user(pg, confirmation_token="")
    add_user(pg, confirmation_token="abc")
    with pytest.raises(psycopg.errors.UniqueViolation, match="confirmation_token_idx"):
        add_user(pg, confirmation_token="abc")


def test_a_user_is_confirmed_by_whichever_came_first(pg):
    user = add_user(pg, email_confirmed_at="2026-02-01 00:00+00", phone_confirmed_at="2026-01-01 00:00+00")
    row = pg.execute(
        "select confirmed_at = phone_confirmed_at from auth.users where id = %s", (user,)
    ).fetchone()
    assert row == (True,)


def test_deleting_a_user_takes_everything_of_his_along(pg):
    user, session, factor = add_user(pg), uuid.uuid4(), uuid.uuid4()
    pg.execute(
        "insert into auth.identities (provider_id, user_id, identity_data, provider)"
        " values ('p', %s, %s, 'email')",
        (user, '{"email": "A@Example.org"}'),
    )
    pg.execute("insert into auth.sessions (id, user_id, aal) values (%s, %s, 'aal2')", (session, user))
    pg.execute("insert into auth.refresh_tokens (token, session_id) values ('t', %s)", (session,))
    pg.execute(
        "insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)"
        " values (%s, %s, 'totp', 'verified', now(), now())",
        (factor, user),
    )
    assert pg.execute("select email from auth.identities").fetchall() == [("a@example.org",)]
    pg.execute("delete from auth.users where id = %s", (user,))
    for table in ("identities", "sessions", "refresh_tokens", "mfa_factors"):
        count = pg.execute(
            psycopg.sql.SQL("select count(*) from {}").format(psycopg.sql.Identifier("auth", table))
        ).fetchone()
        assert count == (0,), table


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_no_api_role_reads_a_table_of_the_auth_service(pg, act_as, role, table):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for table"),
        act_as(role),
    ):
        pg.execute(psycopg.sql.SQL("select from {}").format(psycopg.sql.Identifier("auth", table)))


def test_every_table_of_the_auth_service_is_listed_here_and_has_row_level_security(pg):
    rows = pg.execute(
        "select relname, relrowsecurity, relowner::regrole::text from pg_class"
        " where relnamespace = 'auth'::regnamespace and relkind = 'r' order by relname"
    ).fetchall()
    assert rows == [(table, True, "supabase_auth_admin") for table in TABLES]


def test_api_roles_may_name_the_schema_so_that_policies_can_call_its_functions(pg, act_as):
    with act_as("anon"):
        assert pg.execute("select has_schema_privilege('auth', 'usage')").fetchone() == (True,)


def test_a_definer_function_of_the_owner_reads_users_for_a_caller_who_may_not(pg, act_as):
    user = add_user(pg, email="a@example.org")
    pg.execute(
        "create function public.my_email() returns text language sql security definer set search_path = ''"
        " as $$select email from auth.users where id = auth.uid()$$"
    )
    with act_as("authenticated", {"sub": str(user)}):
        assert pg.execute("select public.my_email()").fetchone() == ("a@example.org",)
