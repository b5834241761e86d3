-- supabase/privileges/classic.sql
-- Projects created before 2026-05-30: whatever a migration creates in public is granted to the API roles at
-- once.
-- Needs: 10_schemas.sql.

alter default privileges in schema public
grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges in schema public
grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges in schema public
grant all on sequences to postgres, anon, authenticated, service_role;

-- Migrations that set their role, or that make objects through the dashboard, get the same.
alter default privileges for role postgres, supabase_admin in schema public
grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres, supabase_admin in schema public
grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres, supabase_admin in schema public
grant all on sequences to postgres, anon, authenticated, service_role;
