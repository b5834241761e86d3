-- extension/pg_graphql--1.5.11.sql
-- Stand-in for pg_graphql: grants on its schema and calls of its entry point apply, queries are answered with
-- an error.
-- Undone by: drop extension pg_graphql.

create function graphql.resolve(
    query text, variables jsonb default '{}', "operationName" text default null, extensions jsonb default null
) returns jsonb
language sql stable
return '{"errors": [{"message": "this database has a stand-in for pg_graphql, which answers no query"}]}'::jsonb;
