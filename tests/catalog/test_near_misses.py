"""What must not show as a difference: nothing that means the same is reported."""

from __future__ import annotations

import pytest

from pgproof.catalog import diff, read

SAME = {
    "a policy that is dropped and created again": """
        drop policy people_add on app.people;
        create policy people_add on app.people for insert to authenticated with check (balance = 0)
    """,
    "a table that is dropped and created again": """
        drop table app.animals cascade;
        create table app.animals (name text);
        create table app.dogs (tail boolean) inherits (app.animals);
        alter publication app_changes add table only app.animals
    """,
    "a function that is dropped and created again": """
        drop function app.greet(uuid);
        create function app.greet(person uuid) returns text language sql as $$ select person::text $$
    """,
    "a schema that was renamed and renamed back": """
        alter schema app rename to elsewhere;
        alter schema elsewhere rename to app
    """,
    "a null ACL that was spelled out": """
        grant select on table app.notes to anon;
        revoke select on table app.notes from anon
    """,
    "grants given in another order": """
        revoke select on table app.people from anon, authenticated;
        grant select on table app.people to authenticated;
        grant select on table app.people to anon
    """,
    "default privileges set to what they are anyway": """
        alter default privileges grant execute on functions to public
    """,
    "roles of a policy in another order": "alter policy people_read on app.people to authenticated, anon",
    "a rewritten but equal expression": "alter policy people_read on app.people using ((((balance)) >= 0))",
    "a column that was dropped and added again at the end": """
        alter table app.notes add column extra text;
        alter table app.notes drop column extra
    """,
    "options given in another order": """
        alter view app.names reset (check_option, security_invoker);
        alter view app.names set (check_option = local, security_invoker = true)
    """,
    "rows": """
        insert into app.animals values ('cat');
        insert into app.notes values ('note')
    """,
    "numbers drawn from a sequence": "select nextval('app.tickets'), nextval('app.tickets')",
    "statistics": "analyze app.people",
    "temporary objects": """
        create temporary table t (a integer);
        create temporary view v as select 1 as one
    """,
    "an ordinary index that is built again": "reindex table app.people",
    "a constraint that is validated twice": """
        alter table app.people validate constraint people_balance_is_sane
    """,
    "a NOT NULL that was there already": "alter table app.people alter column name set not null",
    "a session that prints dates and names differently": """
        set local datestyle = 'SQL, DMY';
        set local timezone = 'Asia/Kathmandu';
        set local intervalstyle = 'iso_8601';
        set local search_path = app, pg_catalog;
        set local quote_all_identifiers = on;
        set local bytea_output = 'escape'
    """,
}


@pytest.mark.parametrize("change", [pytest.param(sql, id=name) for name, sql in SAME.items()])
def test_what_means_the_same_is_no_difference(pg, catalog, change):
    pg.execute(change)
    assert [str(difference) for difference in diff(catalog, read(pg))] == []


def test_a_member_of_an_extension_is_left_out_unless_asked_for(pg, catalog):
    pg.execute("create extension hstore schema side")
    after = read(pg)
    assert [str(d) for d in diff(catalog, after)] == ["extension hstore: still there"]
    with_members = {str(d) for d in diff(catalog, after, with_extensions=True)}
    assert "function side.hstore_to_json(side.hstore): still there" in with_members


def test_an_object_that_joins_an_extension_is_a_difference(pg):
    pg.execute(
        "create extension hstore schema side; create function side.extra() returns integer language sql "
        "as 'select 1'"
    )
    before = read(pg)
    pg.execute("alter extension hstore add function side.extra()")
    assert [str(d) for d in diff(before, read(pg))] == ["function side.extra(): missing"]


def test_schemas_can_be_ignored(pg, catalog):
    pg.execute(
        "create table side.more (); create table app.more (); create schema third; create table third.more ()"
    )
    after = read(pg)
    assert [str(d) for d in diff(catalog, after, ignore_schemas=("side", "third"))] == [
        "table app.more: still there"
    ]


def test_a_foreign_key_into_a_partitioned_table_is_one_constraint(pg, catalog):
    pg.execute(
        "create table app.days (day date primary key) partition by range (day); "
        "create table app.days_2026 partition of app.days for values from ('2026-01-01') to ('2027-01-01'); "
        "create table app.plans (day date constraint plans_day references app.days)"
    )
    assert [c.name for c in read(pg).table("app.plans").foreign_keys] == ["plans_day"]
