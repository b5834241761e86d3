"""Tables, views, policies and rules."""

from __future__ import annotations

from .case import Case

TABLES = [
    Case("Table", "create table app.extra ()", "table app.extra: still there"),
    Case("Table", "drop table app.notes", "table app.notes: missing"),
    Case("Table", "create table app.extra (id serial)", "table app.extra: still there"),
    Case("Table", "drop table app.visits", "table app.visits: missing"),
    Case("Table", "drop foreign table app.remote", "foreign table app.remote: missing"),
    Case(
        "Relation.kind",
        "drop materialized view app.odd; create view app.odd as select 1 as one",
        "view app.odd: kind was materialized view, is view",
        setup="create materialized view app.odd as select 1 as one",
    ),
    Case(
        "Relation.owner",
        "alter table app.people owner to service_role",
        "table app.people: owner was postgres, is service_role",
    ),
    Case(
        "Relation.options",
        "alter table app.notes set (fillfactor = 80)",
        "table app.notes: options was fillfactor=70, is fillfactor=80",
    ),
    Case(
        "Relation.options",
        "alter view app.names reset (security_invoker)",
        "view app.names: options was check_option=local, security_invoker=true, is check_option=local",
    ),
    Case(
        "Relation.access_method",
        "alter table app.notes set access method app_heap",
        "table app.notes: access method was null, is app_heap",
    ),
    Case(
        "Relation.tablespace",
        "update pg_catalog.pg_class set reltablespace = 1664 where oid = 'app.notes'::regclass",
        "table app.notes: tablespace was null, is pg_global",
    ),
    Case(
        "Relation.comment",
        "comment on table app.people is null",
        "table app.people: comment was Who uses it., is null",
    ),
    Case(
        "Table.row_security",
        "alter table app.people disable row level security",
        "table app.people: row security was yes, is no",
    ),
    Case(
        "Table.force_row_security",
        "alter table app.people force row level security",
        "table app.people: force row security was no, is yes",
    ),
    Case(
        "Table.persistence",
        "alter table app.notes set logged",
        "table app.notes: persistence was unlogged, is permanent",
    ),
    Case(
        "Table.replica_identity",
        "alter table app.visits replica identity full",
        "table app.visits: replica identity was default, is full",
    ),
    Case(
        "Table.replica_identity",
        "alter table app.visits replica identity using index visits_id",
        "table app.visits: replica identity was default, is index visits_id",
    ),
    Case(
        "Table.partition_key",
        "drop table app.parted; create table app.parted (a integer, b integer) partition by list (a)",
        "partitioned table app.parted: partition key was RANGE (a), is LIST (a)",
        setup="create table app.parted (a integer, b integer) partition by range (a)",
    ),
    Case(
        "Table.partition_of",
        "alter table app.one detach partition app.one_rest; "
        "alter table app.two attach partition app.one_rest default",
        "table app.one_rest: partition of was app.one, is app.two",
        setup="create table app.one (a integer) partition by range (a); "
        "create table app.two (a integer) partition by range (a); "
        "create table app.one_rest partition of app.one default",
    ),
    Case(
        "Table.partition_bound",
        "alter table app.events detach partition app.events_2026; "
        "alter table app.events attach partition app.events_2026 "
        "for values from ('2026-02-01 00:00+00') to ('2027-01-01 00:00+00')",
        "table app.events_2026: partition bound was "
        "FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00'), is "
        "FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2027-01-01 00:00:00+00')",
    ),
    Case(
        "Table.inherits",
        "alter table app.cats inherit app.animals",
        "table app.cats: inherits was none, is app.animals",
        setup="create table app.cats (name text)",
    ),
    Case("Table.of_type", "alter table app.pairs not of", "table app.pairs: of type was app.pair, is null"),
    Case(
        "Table.server",
        "drop foreign table app.remote; create foreign table app.remote "
        "(id integer options (column_name 'no')) server other_server options (path '/r')",
        "foreign table app.remote: server was app_server, is other_server",
        setup="create server other_server foreign data wrapper app_wrapper",
    ),
    Case(
        "Table.server_options",
        "alter foreign table app.remote options (set path '/s')",
        "foreign table app.remote: server options was path=/r, is path=/s",
    ),
    Case(
        "PartitionKey.strategy",
        "drop table app.parted; create table app.parted (a integer, b integer) partition by hash (a)",
        "partitioned table app.parted: partition key was LIST (a), is HASH (a)",
        setup="create table app.parted (a integer, b integer) partition by list (a)",
    ),
    Case(
        "PartitionKey.columns",
        "drop table app.parted; create table app.parted (a integer, b integer) partition by range (a, b)",
        "partitioned table app.parted: partition key was RANGE (a), is RANGE (a, b)",
        setup="create table app.parted (a integer, b integer) partition by range (a)",
    ),
    Case(
        "PartitionKey.definition",
        "drop table app.parted; create table app.parted (a text) partition by range (a text_pattern_ops)",
        "partitioned table app.parted: partition key was RANGE (a), is RANGE (a text_pattern_ops)",
        setup="create table app.parted (a text) partition by range (a)",
    ),
]

VIEWS = [
    Case("View", "drop view app.names", "view app.names: missing"),
    Case(
        "View.definition",
        "create or replace view app.names with (security_invoker = true, check_option = local) as\n"
        "select id, name from app.people where balance > 0",
        "view app.names: definition line 3 was FROM app.people;, is FROM app.people",
    ),
    Case(
        "View.populated",
        "refresh materialized view app.moods with no data",
        "materialized view app.moods: populated was yes, is no",
    ),
]

POLICIES = [
    Case(
        "Policy",
        "create policy more on app.people",
        "policy more on app.people: still there",
    ),
    Case(
        "Policy.command",
        "drop policy people_read on app.people; "
        "create policy people_read on app.people for delete to anon, authenticated using (balance >= 0); "
        "comment on policy people_read on app.people is 'Nobody in debt is shown.'",
        "policy people_read on app.people: command was select, is delete",
    ),
    Case(
        "Policy.permissive",
        "drop policy people_add on app.people; create policy people_add on app.people "
        "as restrictive for insert to authenticated with check (balance = 0)",
        "policy people_add on app.people: permissive was yes, is no",
    ),
    Case(
        "Policy.roles",
        "alter policy people_add on app.people to public",
        "policy people_add on app.people: roles was authenticated, is public",
    ),
    Case(
        "Policy.using",
        "alter policy people_read on app.people using (balance > 0)",
        "policy people_read on app.people: using was (balance >= (0)::numeric), is (balance > (0)::numeric)",
    ),
    Case(
        "Policy.check",
        "alter policy people_add on app.people with check (true)",
        "policy people_add on app.people: check was (balance = (0)::numeric), is true",
    ),
    Case(
        "Policy.comment",
        "comment on policy people_read on app.people is null",
        "policy people_read on app.people: comment was Nobody in debt is shown., is null",
    ),
]

RULES = [
    Case("Rule", "drop rule people_stay on app.people", "rule people_stay on app.people: missing"),
    Case(
        "Rule.event",
        "drop rule visits_stay on app.visits; create rule visits_stay as on update to app.visits do "
        "instead nothing",
        "rule visits_stay on app.visits: event was delete, is update",
        setup="create rule visits_stay as on delete to app.visits do instead nothing",
    ),
    Case(
        "Rule.instead",
        "create or replace rule visits_stay as on delete to app.visits do nothing",
        "rule visits_stay on app.visits: instead was yes, is no",
        setup="create rule visits_stay as on delete to app.visits do instead nothing",
    ),
    Case(
        "Rule.enabled",
        "alter table app.people disable rule people_stay",
        "rule people_stay on app.people: enabled was origin, is disabled",
    ),
    Case(
        "Rule.comment",
        "comment on rule people_stay on app.people is null",
        "rule people_stay on app.people: comment was Debtors and creditors stay., is null",
    ),
    Case(
        "Rule.definition",
        "create or replace rule people_stay as on delete to app.people where old.balance > 0 do instead "
        "nothing",
        "rule people_stay on app.people: definition line 3 was WHERE (old.balance <> (0)::numeric) DO "
        "INSTEAD "
        "NOTHING;, is WHERE (old.balance > (0)::numeric) DO INSTEAD NOTHING;",
    ),
]

CASES = [*TABLES, *VIEWS, *POLICIES, *RULES]
