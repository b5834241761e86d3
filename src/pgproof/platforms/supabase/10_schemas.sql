-- supabase/10_schemas.sql
-- The schemas that a Supabase project has before its first migration, and who may look into them.
-- Needs: supabase/roles.sql, an empty database.

create schema auth authorization supabase_admin;
create schema storage authorization supabase_admin;
create schema realtime authorization supabase_admin;
create schema extensions authorization supabase_admin;
create schema graphql_public authorization supabase_admin;
create schema graphql authorization supabase_admin; -- stays where pg_graphql was dropped; dumps name it
-- no vault, net, cron: each comes with its extension

grant usage on schema public to postgres, anon, authenticated, service_role;
grant create on schema public to postgres;

grant usage on schema extensions to postgres, anon, authenticated, service_role, dashboard_user;
grant all on schema extensions to dashboard_user;
grant create on schema extensions to postgres;

grant usage on schema auth to postgres, anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin, dashboard_user;

grant usage on schema storage to postgres, anon, authenticated, service_role;
grant all on schema storage to supabase_storage_admin with grant option;
grant all on schema storage to dashboard_user;

grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin;

grant usage on schema graphql_public to postgres, anon, authenticated, service_role;
