"""What lives in no schema: extensions, event triggers, publications, servers, jobs; and rarer kinds."""

from __future__ import annotations

from .case import Case

HSTORE = "create extension hstore schema side version '1.4'"

DATABASE = [
    Case("Extension", "create extension hstore schema side", "extension hstore: still there"),
    Case(
        "Extension.schema",
        "alter extension hstore set schema app",
        "extension hstore: schema was side, is app",
        setup=HSTORE,
    ),
    Case(
        "Extension.version",
        "alter extension hstore update to '1.5'",
        "extension hstore: version was 1.4, is 1.5",
        setup=HSTORE,
    ),
    Case(
        "Extension.owner",
        "update pg_catalog.pg_extension set extowner = 'service_role'::regrole where extname = 'hstore'",
        "extension hstore: owner was postgres, is service_role",
        setup=HSTORE,
    ),
    Case(
        "Extension.comment",
        "comment on extension hstore is 'Keys and values.'",
        "extension hstore: comment was data type for storing sets of (key, value) pairs, is Keys and values.",
        setup=HSTORE,
    ),
    Case("EventTrigger", "drop event trigger app_noted", "event trigger app_noted: missing"),
    Case(
        "EventTrigger.event",
        "drop event trigger other; create event trigger other on ddl_command_start execute function "
        "app.noted()",
        "event trigger other: event was ddl_command_end, is ddl_command_start",
        setup="create event trigger other on ddl_command_end execute function app.noted()",
    ),
    Case(
        "EventTrigger.function",
        "drop event trigger other; create event trigger other on ddl_command_end execute function "
        "app.noted_too()",
        "event trigger other: function was app.noted, is app.noted_too",
        setup="create function app.noted_too() returns event_trigger language plpgsql as $$ begin null; "
        "end $$; "
        "create event trigger other on ddl_command_end execute function app.noted()",
    ),
    Case(
        "EventTrigger.owner",
        "alter event trigger app_noted owner to app_boss",
        "event trigger app_noted: owner was postgres, is app_boss",
        setup="create role app_boss superuser",
    ),
    Case(
        "EventTrigger.tags",
        "drop event trigger app_noted; create event trigger app_noted on ddl_command_end "
        "when tag in ('DROP TABLE', 'CREATE TABLE') execute function app.noted(); "
        "comment on event trigger app_noted is 'Does nothing yet.'",
        "event trigger app_noted: tags was CREATE TABLE, is CREATE TABLE, DROP TABLE",
    ),
    Case(
        "EventTrigger.enabled",
        "alter event trigger app_noted enable replica",
        "event trigger app_noted: enabled was origin, is replica",
    ),
    Case(
        "EventTrigger.comment",
        "comment on event trigger app_noted is null",
        "event trigger app_noted: comment was Does nothing yet., is null",
    ),
    Case(
        "DefaultPrivileges",
        "alter default privileges in schema side revoke select on tables from anon",
        "default privileges of postgres for tables in schema side: missing",
    ),
    Case(
        "DefaultPrivileges",
        "alter default privileges revoke execute on functions from public",
        "default privileges of postgres for functions: still there",
    ),
    Case(
        "DefaultPrivileges.grants",
        "alter default privileges in schema side grant insert on tables to anon",
        "grant insert on default privileges of postgres for tables in schema side to anon: still there",
    ),
    Case(
        "ForeignServer",
        "create server more foreign data wrapper app_wrapper",
        "foreign server more: still there",
    ),
    Case(
        "ForeignServer.wrapper",
        "drop server more; create server more foreign data wrapper other_wrapper",
        "foreign server more: wrapper was app_wrapper, is other_wrapper",
        setup="create foreign data wrapper other_wrapper; create server more foreign data wrapper "
        "app_wrapper",
    ),
    Case(
        "ForeignServer.owner",
        "alter server app_server owner to service_role",
        "foreign server app_server: owner was postgres, is service_role",
        setup="grant usage on foreign data wrapper app_wrapper to service_role",
    ),
    Case(
        "ForeignServer.type",
        "drop server more; create server more type 'b' foreign data wrapper app_wrapper",
        "foreign server more: type was a, is b",
        setup="create server more type 'a' foreign data wrapper app_wrapper",
    ),
    Case(
        "ForeignServer.version",
        "alter server app_server version '2'",
        "foreign server app_server: version was 1, is 2",
    ),
    Case(
        "ForeignServer.options",
        "alter server app_server options (set host 'there', add port '1')",
        "foreign server app_server: options was host=here, is host=there, port=1",
    ),
    Case(
        "ForeignServer.comment",
        "comment on server app_server is null",
        "foreign server app_server: comment was Elsewhere., is null",
    ),
    Case(
        "Grant",
        "revoke usage on foreign server app_server from anon",
        "grant usage on foreign server app_server to anon: missing",
    ),
]

CHANGES = "publication app_changes: "

PUBLICATIONS = [
    Case("Publication", "create publication more", "publication more: still there"),
    Case(
        "Publication.owner",
        "alter publication app_changes owner to service_role",
        CHANGES + "owner was postgres, is service_role",
        setup="do $$ begin execute format('grant create on database %I to service_role', "
        "current_database()); end $$",
    ),
    Case(
        "Publication.all_tables",
        "drop publication more; create publication more for all tables",
        "publication more: all tables was no, is yes",
        setup="create publication more",
    ),
    Case(
        "Publication.operations",
        "alter publication app_changes set (publish = 'insert, update, truncate')",
        CHANGES + "operations was insert, update, is insert, update, truncate",
    ),
    Case(
        "Publication.via_root",
        "alter publication app_changes set (publish_via_partition_root = true)",
        CHANGES + "via root was no, is yes",
    ),
    Case(
        "Publication.generated_columns",
        "alter publication app_changes set (publish_generated_columns = stored)",
        CHANGES + "generated columns was none, is stored",
        since=180000,
    ),
    Case(
        "Publication.schemas",
        "alter publication more add tables in schema side",
        "publication more: schemas was none, is side",
        setup="create publication more",
    ),
    Case(
        "Publication.comment",
        "comment on publication app_changes is null",
        CHANGES + "comment was For the clients., is null",
    ),
    Case(
        "PublishedTable",
        "alter publication app_changes add table app.notes",
        "published table app.notes in app_changes: still there",
        setup="alter table app.notes set logged",
    ),
    Case(
        "PublishedTable.columns",
        "alter publication app_changes set table app.people (id) where (balance > 0), only app.animals",
        "published table app.people in app_changes: columns was id, name, is id",
    ),
    Case(
        "PublishedTable.where",
        "alter publication app_changes set table app.people (id, name), only app.animals",
        "published table app.people in app_changes: where was (balance > (0)::numeric), is null",
    ),
]


def _altered(argument: str) -> str:
    return f"select cron.alter_job(jobid, {argument}) from cron.job where jobname = 'app-nightly'"


JOBS = [
    Case("Job", "select cron.unschedule('app-nightly')", "job app-nightly: missing"),
    Case("Job", "select cron.schedule('more', '* * * * *', 'select 2')", "job more: still there"),
    Case(
        "Job.schedule",
        _altered("schedule := '0 4 * * *'"),
        "job app-nightly: schedule was 0 3 * * *, is 0 4 * * *",
    ),
    Case(
        "Job.command", _altered("command := 'select 3'"), "job app-nightly: command was select 1, is select 3"
    ),
    Case("Job.active", _altered("active := false"), "job app-nightly: active was yes, is no"),
    Case(
        "Job.username",
        "update cron.job set username = 'service_role'",
        "job app-nightly: username was postgres, is service_role",
    ),
]

OTHERS = [
    Case(
        "Other",
        "drop statistics app.people_stats",
        "statistics object app.people_stats: missing",
    ),
    Case(
        "Other.owner",
        "alter operator app.=== (integer, text) owner to service_role",
        "operator app.===(integer,pg_catalog.text): owner was postgres, is service_role",
        setup="grant create on schema app to service_role",
    ),
    Case(
        "Other.definition",
        "alter operator app.=== (integer, text) set (restrict = eqsel)",
        "operator app.===(integer,pg_catalog.text): definition was procedure=app.same, is "
        "procedure=app.same, restrict=eqsel",
    ),
    Case(
        "Other.comment",
        "comment on operator app.=== (integer, text) is null",
        "operator app.===(integer,pg_catalog.text): comment was Equal as text., is null",
    ),
    Case(
        "Other.grants",
        "grant usage on foreign data wrapper app_wrapper to anon",
        "grant usage on foreign-data wrapper app_wrapper to anon: still there",
    ),
    Case(
        "Other.definition",
        "drop cast (app.address as text); create cast (app.address as text) with inout as implicit",
        "cast (app.address AS pg_catalog.text): definition was context=a, method=i, is context=i, method=i",
    ),
    Case(
        "Other.definition",
        "alter text search dictionary app.words (accept = true)",
        "text search dictionary app.words: definition was options=accept = 'false', template=simple, "
        "is options=accept = 'true', template=simple",
    ),
    Case(
        "Other.definition",
        "alter text search configuration app.search drop mapping for asciiword",
        "text search configuration app.search: definition was asciiword 1=app.words, is none",
    ),
    Case(
        "Other.definition",
        "alter statistics app.people_stats set statistics 5",
        "statistics object app.people_stats: definition was "
        "definition=CREATE STATISTICS app.people_stats (dependencies) ON tenant, name FROM app.people, is "
        "definition=CREATE STATISTICS app.people_stats (dependencies) ON tenant, name FROM app.people, "
        "target=5",
    ),
    Case(
        "Other.definition",
        "alter operator family app.loose using btree add operator 1 < (integer, bigint)",
        "operator family app.loose USING btree: definition was "
        "function 1 (integer, integer)=btint4cmp(integer,integer), operator 1 (integer, "
        "integer)=<(integer,integer), "
        "operator 2 (integer, integer)=<=(integer,integer), operator 3 (integer, "
        "integer)==(integer,integer), "
        "operator 4 (integer, integer)=>=(integer,integer), operator 5 (integer, "
        "integer)=>(integer,integer), is "
        "function 1 (integer, integer)=btint4cmp(integer,integer), operator 1 (integer, "
        "bigint)=<(integer,bigint), "
        "operator 1 (integer, integer)=<(integer,integer), operator 2 (integer, "
        "integer)=<=(integer,integer), "
        "operator 3 (integer, integer)==(integer,integer), operator 4 (integer, "
        "integer)=>=(integer,integer), "
        "operator 5 (integer, integer)=>(integer,integer)",
    ),
    Case(
        "Other.definition",
        "alter user mapping for postgres server app_server options (set password_required 'true')",
        "user mapping postgres on server app_server: definition was password_required=false, "
        "is password_required=true",
    ),
]

CASES = [*DATABASE, *PUBLICATIONS, *JOBS, *OTHERS]
