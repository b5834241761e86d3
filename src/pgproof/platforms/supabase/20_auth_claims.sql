-- supabase/20_auth_claims.sql
-- Who is asking: auth.uid(), auth.role(), auth.email() and auth.jwt(), reading the claims of the request.
-- Needs: 10_schemas.sql.

-- A claim is looked for in its own setting first (PostgREST up to version 8), then in the JSON of all claims.
-- Absent and '' are the same: no claim. JSON that is malformed raises 22P02, as does a "sub" that is no uuid.
-- A "sub" of '' inside the JSON is not absent: it raises 22P02 too.
-- As on Supabase they set nothing, so that a query takes them in instead of calling them; hence the full names.

set role supabase_auth_admin;

create function auth.uid() returns uuid
language sql stable
as $$
    select coalesce(
        nullif(pg_catalog.current_setting('request.jwt.claim.sub', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb operator(pg_catalog.->>) 'sub'
    )::pg_catalog.uuid
$$;

create function auth.role() returns text
language sql stable
as $$
    select coalesce(
        nullif(pg_catalog.current_setting('request.jwt.claim.role', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb operator(pg_catalog.->>) 'role'
    )
$$;

create function auth.email() returns text
language sql stable
as $$
    select coalesce(
        nullif(pg_catalog.current_setting('request.jwt.claim.email', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb operator(pg_catalog.->>) 'email'
    )
$$;

create function auth.jwt() returns jsonb
language sql stable
as $$
    select coalesce(
        nullif(pg_catalog.current_setting('request.jwt.claim', true), ''),
        nullif(pg_catalog.current_setting('request.jwt.claims', true), '')
    )::pg_catalog.jsonb
$$;

comment on function auth.uid() is 'The "sub" claim of the request as a uuid, null when nobody is signed in.';
comment on function auth.role() is 'The "role" claim of the request, null when there are no claims.';
comment on function auth.email() is 'The "email" claim of the request, null when there is none.';
comment on function auth.jwt() is 'All claims of the request, null when there are none.';

grant execute on function auth.uid() to dashboard_user;
grant execute on function auth.role() to dashboard_user;
grant execute on function auth.email() to dashboard_user;
grant execute on function auth.jwt() to dashboard_user, postgres;

reset role;
