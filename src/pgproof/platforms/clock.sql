-- clock.sql
-- A clock that a test moves. For a disposable database: it replaces now() itself.
-- Needs: a superuser, and the schema pgproof, which clock_sql() makes.

grant usage on schema pgproof to public;

-- PostgreSQL calls a function that it was built with by its number and never looks at the catalog again, so
-- replacing now() would do nothing, but for one thing: the planner replaces the call of an SQL function by
-- its body, and for that it does look. So these must stay what the planner inlines: one expression, not
-- strict, no "security definer", no "set". Defaults, checks, policies, views and functions follow, whatever
-- their search_path; current_date, current_timestamp and localtimestamp are no functions and cannot.

create function pgproof.real_now() returns timestamptz
language internal stable strict parallel safe
as 'now';

create function pgproof.real_statement_timestamp() returns timestamptz
language internal stable strict parallel safe
as 'statement_timestamp';

create function pgproof.real_clock_timestamp() returns timestamptz
language internal volatile strict parallel safe
as 'clock_timestamp';

-- '' and absent both mean that the clock is not set.
create or replace function pg_catalog.now() returns timestamptz
language sql stable parallel safe
return coalesce(nullif(pg_catalog.current_setting('pgproof.now', true), '')::timestamptz, pgproof.real_now());

create or replace function pg_catalog.transaction_timestamp() returns timestamptz
language sql stable parallel safe
return coalesce(nullif(pg_catalog.current_setting('pgproof.now', true), '')::timestamptz, pgproof.real_now());

create or replace function pg_catalog.statement_timestamp() returns timestamptz
language sql stable parallel safe
return coalesce(
    nullif(pg_catalog.current_setting('pgproof.now', true), '')::timestamptz,
    pgproof.real_statement_timestamp()
);

create or replace function pg_catalog.clock_timestamp() returns timestamptz
language sql volatile parallel safe
return coalesce(
    nullif(pg_catalog.current_setting('pgproof.now', true), '')::timestamptz, pgproof.real_clock_timestamp()
);

-- Plans made before this were made with the old functions, and PostgreSQL does not expect those to change.
discard plans;

create function pgproof.now() returns timestamptz
language sql stable
return pg_catalog.now();

-- Stops the clock of this session at p_at. Undone by a rollback, as everything here. The text that now()
-- reads back is ISO and carries its offset, so it means the same under every DateStyle and TimeZone.
create function pgproof.set_clock(p_at timestamptz) returns timestamptz
language plpgsql
set search_path = pg_catalog
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
begin
    if p_at is null or not isfinite(p_at) then
        raise exception 'the clock cannot be set to %', coalesce(p_at::text, 'null')
            using
                errcode = 'invalid_parameter_value',
                hint = 'pass a finite timestamptz, or call pgproof.reset_clock()';
    end if;
    perform set_config('pgproof.now', p_at::text, false);
    return p_at;
end
$$;

-- Lets the clock of this session run again, with the time of the machine.
create function pgproof.reset_clock() returns void
language plpgsql
set search_path = pg_catalog
as $$
begin
    perform set_config('pgproof.now', '', false);
end
$$;

comment on schema pgproof is 'A clock that a test moves; put here by pgproof, part of no application.';
