"""The roles belong to the cluster and may be there already: what roles.sql adds, and what it refuses."""

from __future__ import annotations

import threading

import psycopg
import pytest

from pgproof import database, platforms

ROLES = platforms.roles_sql(platforms.Platform("supabase")).encode()


def attributes(pg, role):
    return pg.execute(
        "select rolsuper, rolbypassrls, rolinherit, rolcanlogin from pg_roles where rolname = %s", (role,)
    ).fetchone()


def member_of(pg, member):
    rows = pg.execute(
        "select roleid::regrole::text from pg_auth_members where member = %s::regrole order by 1", (member,)
    )
    return [name for (name,) in rows]


@pytest.mark.parametrize(
    ("role", "is_super", "bypasses", "inherits", "logs_in"),
    [
        ("anon", False, False, True, False),
        ("authenticated", False, False, True, False),
        ("service_role", False, True, True, False),
        ("authenticator", False, False, False, True),
        ("supabase_admin", True, True, True, True),
        ("supabase_auth_admin", False, False, False, True),
        ("supabase_storage_admin", False, False, False, True),
    ],
)
def test_roles_have_the_attributes_of_the_real_ones(pg, role, is_super, bypasses, inherits, logs_in):
    assert attributes(pg, role) == (is_super, bypasses, inherits, logs_in)


def test_the_authenticator_can_become_each_api_role_and_has_nothing_until_then(pg):
    assert member_of(pg, "authenticator") == ["anon", "authenticated", "service_role"]
    pg.execute("set local session authorization authenticator")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), pg.transaction():
        pg.execute("select from public.things")
    pg.execute("set local role service_role")
    pg.execute("select from public.things")


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_an_api_role_is_a_member_of_nothing(pg, role):
    assert member_of(pg, role) == []


def test_running_it_again_changes_nothing(pg):
    def state():
        return pg.execute("select * from pg_roles order by oid").fetchall(), pg.execute(
            "select roleid, member, admin_option from pg_auth_members order by roleid, member"
        ).fetchall()

    before = state()
    pg.execute(ROLES)
    assert state() == before


def test_a_missing_membership_is_added(pg):
    pg.execute("revoke anon from authenticator")
    pg.execute(ROLES)
    assert "anon" in member_of(pg, "authenticator")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("alter role anon bypassrls", 'role "anon" exists with bypassrls = t, the supabase platform needs f'),
        ("alter role authenticated superuser", 'role "authenticated" exists with superuser = t'),
        ("alter role service_role nobypassrls", 'role "service_role" exists with bypassrls = f'),
        ("alter role authenticator inherit", 'role "authenticator" exists with inherit = t'),
        ("grant service_role to authenticated", 'role "authenticated" is a member of "service_role"'),
        ("grant pg_read_all_data to anon", 'role "anon" is a member of "pg_read_all_data"'),
    ],
)
def test_a_role_that_would_falsify_tests_is_refused_not_corrected(pg, wrong, named):
    pg.execute(wrong)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as caught, pg.transaction():
        pg.execute(ROLES)
    assert named in caught.value.diag.message_primary
    assert caught.value.diag.message_hint.startswith(("run: alter role", "run: revoke"))


def test_the_hint_is_the_statement_that_repairs_it(pg):
    pg.execute("alter role anon bypassrls")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as caught, pg.transaction():
        pg.execute(ROLES)
    pg.execute(caught.value.diag.message_hint.removeprefix("run: ").split(";")[0].encode())
    pg.execute(ROLES)
    assert attributes(pg, "anon") == (False, False, True, False)


@pytest.mark.parametrize(
    "near_miss", ["alter role anon connection limit 5", "alter role supabase_auth_admin nocreaterole"]
)
def test_what_no_access_test_can_see_may_differ(pg, near_miss):
    pg.execute(near_miss)
    pg.execute(ROLES)


def test_two_databases_that_need_the_roles_at_the_same_time_wait_for_each_other(pg_server, pg_clone, pg):
    first = pg_clone.connect()
    second = database.connect(pg_server.dsn("postgres"))
    assert first.info.dbname != second.info.dbname
    pid = second.info.backend_pid
    done = threading.Event()

    def run_second():
        with second.transaction(force_rollback=True):
            second.execute(ROLES)
        done.set()

    with first.transaction(force_rollback=True):
        first.execute(ROLES)
        thread = threading.Thread(target=run_second)
        thread.start()
        while not pg.execute("select cardinality(pg_blocking_pids(%s)) > 0", (pid,)).fetchone()[0]:
            assert not done.wait(0.01), "the second run did not wait for the first"
    thread.join(timeout=30)
    second.close()
    assert done.is_set()
