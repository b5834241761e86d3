-- supabase/60_graphql.sql
-- The entry point of GraphQL as it is while pg_graphql is not enabled: every query is answered with an error.
-- Needs: 10_schemas.sql.

create function graphql_public.graphql(
    "operationName" text default null,
    query text default null,
    variables jsonb default null,
    extensions jsonb default null
) returns jsonb
language sql stable
as $$
    select '{"errors": [{"message": "pg_graphql extension is not enabled."}]}'::jsonb
$$;
