"""What ``read`` says of the fixture, and what it does to the connection that it is given."""

from __future__ import annotations

import psycopg
import pytest

from pgproof.catalog import read, read_roles
from pgproof.catalog.model import ForeignKey, Grant, TypeRef


def type_of(catalog, column, table="app.people"):
    return catalog.table(table).column(column).type


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("id", TypeRef(schema="pg_catalog", name="int8", text="bigint")),
        ("name", TypeRef(schema="pg_catalog", name="varchar", text="character varying(80)", length=80)),
        (
            "balance",
            TypeRef(schema="pg_catalog", name="numeric", text="numeric(12,2)", precision=12, scale=2),
        ),
        (
            "seen_at",
            TypeRef(schema="pg_catalog", name="timestamptz", text="timestamp(3) with time zone", precision=3),
        ),
        (
            "waits",
            TypeRef(schema="pg_catalog", name="interval", text="interval day to second(2)", precision=2),
        ),
        ("flags", TypeRef(schema="pg_catalog", name="varbit", text="bit varying(8)", length=8)),
        ("mood", TypeRef(schema="app", name="mood", text="app.mood", kind="enum")),
        ("score", TypeRef(schema="app", name="score", text="app.score", kind="domain")),
        ("home", TypeRef(schema="app", name="address", text="app.address", kind="composite")),
        ("tags", TypeRef(schema="pg_catalog", name="text", text="text[]", dims=1)),
        ("grid", TypeRef(schema="pg_catalog", name="int4", text="integer[]", dims=2)),
        ("nick", TypeRef(schema="extensions", name="citext", text="extensions.citext")),
        ("valid_during", TypeRef(schema="pg_catalog", name="tstzrange", text="tstzrange", kind="range")),
    ],
)
def test_a_type_is_taken_apart(catalog, column, expected):
    assert type_of(catalog, column) == expected


def test_the_element_of_an_array_is_a_type_of_its_own(catalog):
    assert type_of(catalog, "grid").element == type_of(catalog, "visit_id", "app.visits")
    assert type_of(catalog, "grid").element.text == "integer"


def test_a_dropped_column_leaves_no_gap(catalog):
    positions = [(column.name, column.position) for column in catalog.table("app.people").columns[-3:]]
    assert positions == [("code", 14), ("valid_during", 15), ("initials", 16)]


def test_a_generated_column_has_an_expression_and_no_default(catalog):
    column = catalog.table("app.people").column("initials")
    assert (column.default, column.expression) == (None, "substr((name)::text, 1, 1)")


def test_a_foreign_key_names_both_sides_in_order(catalog):
    key = catalog.table("app.visits").constraints_by_name["visits_name"]
    assert isinstance(key, ForeignKey)
    assert (key.columns, key.references, key.referenced_columns) == (
        ("tenant", "name"),
        "app.people",
        ("tenant", "name"),
    )
    assert (key.on_delete, key.on_delete_columns, key.on_update) == ("set null", ("name",), "no action")


def test_only_checks_say_that_they_are_not_inherited(catalog):
    assert not any(constraint.no_inherit for constraint in catalog.table("app.people").constraints)


def test_an_index_tells_columns_expressions_and_what_it_includes(catalog):
    index = next(i for i in catalog.table("app.people").indexes if i.name == "people_by_mood")
    assert index.columns == ("mood", None)
    assert (index.expressions, index.include) == (("lower(code)",), ("balance",))
    assert index.predicate == "(score IS NOT NULL)"


def test_unique_keys_know_whether_a_constraint_owns_them(catalog):
    owned = {index.name: index.constraint for index in catalog.table("app.people").unique_keys}
    assert owned == {
        "people_code": False,
        "people_name_per_tenant": True,
        "people_nick_key": True,
        "people_pkey": True,
    }


def test_a_trigger_is_told_in_words(catalog):
    trigger = next(t for t in catalog.table("app.people").triggers if t.name == "people_touch")
    assert (trigger.timing, trigger.events, trigger.level) == ("before", ("insert", "update"), "row")
    assert (trigger.columns, trigger.arguments, trigger.function) == (("name",), ("quietly",), "app.touch")
    assert trigger.when == "(new.seen_at IS NULL)"


def test_a_trigger_on_a_partitioned_table_is_inherited_by_its_partitions(pg):
    pg.execute("create trigger t after insert on app.events for each row execute function app.look()")
    after = read(pg)
    inherited = {name: after.table(name).triggers[0].inherited for name in ("app.events", "app.events_2026")}
    assert inherited == {"app.events": False, "app.events_2026": True}


def test_partitions_know_their_parent_and_bound(catalog):
    assert [t.qualified for t in catalog.partitions("app.events")] == ["app.events_2026", "app.events_rest"]
    assert catalog.table("app.events_rest").partition_bound == "DEFAULT"
    key = catalog.table("app.events").partition_key
    assert (key.strategy, key.columns) == ("range", ("happened_at",))


def test_a_partition_key_may_be_an_expression(pg):
    pg.execute("create table app.hashed (a integer, b text) partition by hash (a, lower(b))")
    assert read(pg).table("app.hashed").partition_key.columns == ("a", None)


def test_a_view_says_what_can_be_written_through_it(pg, catalog):
    names, moods = catalog.view("app.names"), catalog.view("app.moods")
    assert (names.insertable, names.updatable, names.deletable) == (True, True, True)
    assert (moods.insertable, moods.materialized) == (False, True)
    assert (names.security_invoker, names.security_barrier, names.check_option) == (True, False, "local")
    assert (moods.security_invoker, moods.check_option) == (False, None)


def test_a_column_of_a_view_says_whether_it_can_be_written(pg):
    pg.execute("create view app.half as select id, upper(name) as loud from app.people")
    writable = {column.name: column.writable for column in read(pg).view("app.half").columns}
    assert writable == {"id": True, "loud": False}


def test_a_routine_knows_what_goes_in_and_what_comes_out(catalog):
    greet = catalog.routine("app.greet(text, integer)")
    assert [(a.name, a.type.text, a.mode, a.default) for a in greet.arguments] == [
        ("person", "text", "in", None),
        ("times", "integer", "in", "1"),
        ("greeting", "text", "out", None),
    ]
    assert [a.name for a in greet.inputs] == ["person", "times"]
    assert [a.name for a in greet.outputs] == ["greeting"]
    assert (greet.search_path, greet.returns.text, greet.result) == ('""', "text", "text")
    rows_of = catalog.routine("app.people_of(uuid[])")
    assert [a.mode for a in rows_of.arguments] == ["variadic", "table", "table"]
    assert (rows_of.returns_set, rows_of.returns.text) == (True, "record")
    assert catalog.routine("app.tidy(integer)").returns is None


def test_defaults_are_found_past_output_arguments(pg):
    pg.execute(
        "create function app.f(a integer, out x integer, b integer default 2, c text default 'z') "
        "language sql as 'select 1'"
    )
    arguments = read(pg).routine("app.f(integer, integer, text)").arguments
    assert [(a.name, a.default) for a in arguments] == [
        ("a", None),
        ("x", None),
        ("b", "2"),
        ("c", "'z'::text"),
    ]


def test_the_functions_that_make_ranges_are_not_listed(catalog):
    assert catalog.routines_named("app.measure") == ()


def test_an_acl_that_is_null_equals_its_default(pg, catalog):
    rows = pg.execute("select relacl from pg_class where oid = 'app.notes'::regclass").fetchall()
    assert rows == [(None,)]
    assert (
        Grant(privilege="insert", grantee="postgres", grantor="postgres") in catalog.table("app.notes").grants
    )
    defaults = {grant.grantee for grant in catalog.routine("app.greet(uuid)").grants}
    assert defaults == {"postgres", "public"}


def test_members_of_extensions_are_marked(catalog):
    assert catalog.table("cron.job").extension == "pg_cron"
    assert catalog.table("app.people").extension is None
    citext = {r.extension for r in catalog.routines if r.schema == "extensions" and r.name == "citext_eq"}
    assert citext == {"citext"}


def test_system_and_temporary_schemas_are_left_out(pg):
    pg.execute("create temporary table t (a serial primary key, b app.mood, check (a > 0))")
    names = {schema.name for schema in read(pg).schemas}
    assert {"app", "public"} <= names
    assert not {name for name in names if name.startswith("pg_") or name == "information_schema"}


def test_jobs_are_read_where_pg_cron_is(pg, catalog):
    job = catalog.jobs_by_name["app-nightly"]
    assert (job.schedule, job.command, job.active, job.username) == (
        "0 3 * * *",
        "select 1",
        True,
        "postgres",
    )
    pg.execute("drop extension pg_cron")
    assert read(pg).jobs == ()


def test_a_job_without_a_name_is_called_after_what_it_does(pg):
    pg.execute("select cron.schedule('* * * * *', 'select 9')")
    assert "(unnamed) * * * * * select 9" in read(pg).jobs_by_name


def test_only_the_wanted_schemas_are_returned(pg):
    only_side = read(pg, schemas=["side"])
    assert [e.qualified for e in only_side.enums] == ["side.mood"]
    assert (only_side.tables, only_side.views, only_side.routines, only_side.sequences) == ((), (), (), ())
    assert [s.name for s in only_side.schemas] == ["side"]
    assert {d.schema for d in only_side.default_privileges} <= {"side", None}
    assert "app_changes" in {p.name for p in only_side.publications}


def test_names_that_need_quotes_are_quoted(pg):
    pg.execute(
        'create schema "Odd ""one"; '
        'create table "Odd ""one"."T.1" ("a b" integer references app.visits (visit_id))'
    )
    table = read(pg).table('"Odd ""one"."T.1"')
    assert (table.schema, table.name) == ('Odd "one', "T.1")
    assert table.foreign_keys[0].columns == ("a b",)


def test_a_role_with_an_odd_name_may_hold_grants(pg):
    pg.execute('create role "a=b/c ""d"; grant select on table app.notes to "a=b/c ""d" with grant option')
    grants = [g for g in read(pg).table("app.notes").grants if g.grantee != "postgres"]
    assert grants == [
        Grant(privilege="select", grantee='a=b/c "d', grantor="postgres", grantable=True),
    ]


def test_a_role_that_is_gone_does_not_stop_the_reading(pg):
    pg.execute(
        "create role app_gone; create table app.left_over (); grant select on app.left_over to app_gone"
    )
    pg.execute("delete from pg_catalog.pg_authid where rolname = 'app_gone'")
    grantees = {grant.grantee for grant in read(pg).table("app.left_over").grants}
    assert any(grantee.isdigit() for grantee in grantees)


def test_reading_leaves_settings_and_transaction_as_they_were(pg):
    pg.execute("set local search_path = app; set local datestyle = 'SQL, DMY'; create table left_alone ()")
    read(pg)
    assert pg.execute("select current_setting('search_path'), current_setting('datestyle')").fetchall() == [
        ("app", "SQL, DMY")
    ]
    assert pg.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    assert pg.execute("select count(*) from left_alone").fetchall() == [(0,)]


def test_reading_works_without_a_transaction_and_leaves_none(pg_clone):
    with pg_clone.connect() as connection:
        connection.execute("set search_path = app")
        first = read(connection)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert connection.execute("show search_path").fetchall() == [("app",)]
        assert read(connection) == first


def test_a_role_without_rights_reads_the_same_catalog(pg, catalog):
    pg.execute("create role app_nobody; set local role app_nobody")
    seen = read(pg)
    assert seen.tables == catalog.tables
    assert seen.routines == catalog.routines
    assert seen.jobs in ((), catalog.jobs)


def test_roles_know_what_they_are_in(pg):
    pg.execute("create role a; create role b; create role c; grant a to b; grant b to c")
    roles = read_roles(pg)
    assert roles.roles_of("c") == {"a", "b", "c"}
    assert roles.role("a").login is False
    assert not {role.name for role in roles.roles if role.name.startswith("pg_")}
