-- supabase/privileges/explicit.sql
-- Projects created since 2026-05-30, and every project's new tables since 2026-10-30: a migration grants what
-- it wants to give.
-- Needs: 10_schemas.sql.

-- no default privileges for whoever runs the migrations: only functions are open, to public, because
-- PostgreSQL itself does that

-- What Supabase's own tools make is granted as before.
alter default privileges for role supabase_admin in schema public
grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
grant all on sequences to postgres, anon, authenticated, service_role;
