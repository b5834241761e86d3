-- supabase/privileges/explicit.sql
-- Projects created since 2026-10-30: a migration grants what it wants the API roles to have.
-- Needs: 10_schemas.sql.

-- no default privileges: only functions are open, to public, because PostgreSQL itself does that
