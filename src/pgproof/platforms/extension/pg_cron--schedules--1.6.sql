-- extension/pg_cron--schedules--1.6.sql
-- Stand-in for pg_cron 1.6: its tables, functions, privileges and messages. Nothing runs by itself:
-- pgproof.run_jobs() does it.
-- Needs: pg_cron--schedules.sql, PostgreSQL 18. Undone by: drop extension pg_cron.

-- Users have no usage of the schema pgproof_cron, so nobody calls what is in it but through the functions of cron.
create schema cron;

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
    jobid bigint not null default pg_catalog.nextval('cron.jobid_seq'),
    schedule text not null,
    command text not null,
    nodename text not null default 'localhost',
    nodeport integer not null default pg_catalog.inet_server_port(),
    database text not null default pg_catalog.current_database(),
    username text not null default current_user,
    active boolean not null default true,
    jobname text,
    constraint job_pkey primary key (jobid),
    constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
grant select on cron.job to public;

create table cron.job_run_details (
    jobid bigint,
    runid bigint not null default pg_catalog.nextval('cron.runid_seq'),
    job_pid integer,
    database text,
    username text,
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz,
    constraint job_run_details_pkey primary key (runid)
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);
grant select, delete on cron.job_run_details to public;

-- The real one tells its scheduler; here nothing waits to be told.
create function cron.job_cache_invalidate() returns trigger
language plpgsql
as $$
begin
    return null;
end
$$;
create trigger cron_job_cache_invalidate after insert or update or delete or truncate on cron.job
for each statement execute function cron.job_cache_invalidate();

grant select on sequence cron.jobid_seq, cron.runid_seq to public;

select pg_catalog.pg_extension_config_dump('cron.job', '');
select pg_catalog.pg_extension_config_dump('cron.jobid_seq', '');
select pg_catalog.pg_extension_config_dump('cron.job_run_details', '');
select pg_catalog.pg_extension_config_dump('cron.runid_seq', '');

-- The name of the database that jobs belong to. Supabase's is "postgres"; a copy of a database keeps its jobs
-- that way.
create function pgproof_cron.home_database() returns text
language sql stable
return coalesce(pg_catalog.current_setting('cron.database_name', true), 'postgres');

create function pgproof_cron.refuse_schedule(p_schedule text) returns void
language plpgsql stable
set search_path = pg_catalog
as $$
begin
    if pgproof_cron.parse_schedule(p_schedule) is null then
        raise exception 'invalid schedule: %', p_schedule
            using
                errcode = 'invalid_parameter_value',
                hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
    end if;
end
$$;

-- Raises unless p_username may log in and connect to p_database.
create function pgproof_cron.refuse_user(p_username text, p_database text) returns void
language plpgsql stable
set search_path = pg_catalog
as $$
declare
    can_login boolean;
begin
    select r.rolcanlogin into can_login from pg_roles as r where r.rolname = p_username;
    if can_login is null then
        raise exception 'role "%" does not exist', p_username using errcode = 'internal_error';
    end if;
    if not can_login then
        raise exception 'role "%" can not log in', p_username
            using
                errcode = 'internal_error',
                detail = 'Jobs may only be run by roles that have the LOGIN attribute.';
    end if;
    perform pgproof_cron.refuse_database(p_username, p_database);
end
$$;

create function pgproof_cron.refuse_database(p_username text, p_database text) returns void
language plpgsql stable
set search_path = pg_catalog
as $$
begin
    -- The home database is a name only: the copies of it are called otherwise.
    if p_database <> pgproof_cron.home_database()
        and not has_database_privilege(p_username, p_database, 'connect')
    then
        raise exception 'User % does not have CONNECT privilege on %', p_username, p_database
            using errcode = 'internal_error';
    end if;
end
$$;

create function pgproof_cron.refuse_null(p_what text, p_value text) returns void
language plpgsql immutable
as $$
begin
    if p_value is null then
        raise exception '% can not be NULL', p_what using errcode = 'internal_error';
    end if;
end
$$;

create function pgproof_cron.store_job(
    p_caller text,
    p_is_superuser boolean,
    p_named boolean,
    p_name text,
    p_schedule text,
    p_command text,
    p_database text default null,
    p_username text default null,
    p_active boolean default true
) returns bigint
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
    target constant text := coalesce(p_database, pgproof_cron.home_database());
    stored bigint;
begin
    if p_named then
        perform pgproof_cron.refuse_null('job_name', p_name);
    end if;
    perform pgproof_cron.refuse_null('schedule', p_schedule);
    perform pgproof_cron.refuse_null('command', p_command);
    perform pgproof_cron.refuse_schedule(p_schedule);
    if p_username is null then
        perform pgproof_cron.refuse_database(p_caller, target);
    elsif not p_is_superuser then
        raise exception 'must be superuser to create a job for another role' using errcode = 'internal_error';
    else
        perform pgproof_cron.refuse_user(p_username, target);
    end if;
    insert into cron.job as j (schedule, command, nodename, nodeport, database, username, active, jobname)
    values (
        p_schedule,
        p_command,
        'localhost',
        current_setting('port')::integer,
        target,
        coalesce(p_username, p_caller),
        coalesce(p_active, true),
        p_name
    )
    on conflict on constraint jobname_username_uniq do update
        set schedule = excluded.schedule, command = excluded.command, database = excluded.database
    returning j.jobid into stored;
    return stored;
end
$$;

create function pgproof_cron.change_job(
    p_caller text,
    p_is_superuser boolean,
    p_job_id bigint,
    p_schedule text,
    p_command text,
    p_database text,
    p_username text,
    p_active boolean
) returns void
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
    perform pgproof_cron.refuse_null('job_id', p_job_id::text);
    if p_username is not null then
        if not p_is_superuser then
            raise exception 'must be superuser to alter username' using errcode = 'internal_error';
        end if;
        perform pgproof_cron.refuse_user(p_username, coalesce(p_database, pgproof_cron.home_database()));
    elsif p_database is not null then
        perform pgproof_cron.refuse_database(p_caller, p_database);
    end if;
    if p_schedule is not null then
        perform pgproof_cron.refuse_schedule(p_schedule);
    end if;
    if num_nonnulls(p_schedule, p_command, p_database, p_username, p_active) = 0 then
        raise exception 'no updates specified'
            using
                errcode = 'internal_error',
                hint = 'You must specify at least one job attribute to change when calling alter_job';
    end if;
    update cron.job as j
    set
        schedule = coalesce(p_schedule, j.schedule),
        command = coalesce(p_command, j.command),
        database = coalesce(p_database, j.database),
        username = coalesce(p_username, j.username),
        active = coalesce(p_active, j.active)
    where j.jobid = p_job_id and (p_is_superuser or j.username = p_caller);
    if not found then
        raise exception 'Job % does not exist or you don''t own it', p_job_id using errcode = 'internal_error';
    end if;
end
$$;

create function pgproof_cron.remove_job(p_caller text, p_job_id bigint, p_name text) returns boolean
language plpgsql security definer
set search_path = pg_catalog
as $$
declare
    doomed cron.job;
begin
    select j.* into doomed
    from cron.job as j
    where j.jobid = p_job_id or (p_job_id is null and j.jobname = p_name and j.username = p_caller);
    if doomed.jobid is null then
        raise exception 'could not find valid entry for job %', coalesce(p_job_id::text, format('''%s''', p_name))
            using errcode = 'internal_error';
    end if;
    if lower(doomed.username) <> lower(p_caller)
        and not has_table_privilege(p_caller, 'cron.job', 'delete')
    then
        raise exception 'permission denied for table job' using errcode = 'insufficient_privilege';
    end if;
    delete from cron.job as j where j.jobid = doomed.jobid;
    return true;
end
$$;

-- These run as the caller, so that current_user is whose job it is; their bodies are bound to what they call
-- when they are created, so that the caller needs no right to the schema pgproof_cron.

create function pgproof_cron.is_superuser() returns boolean
language sql stable
return (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user);

create function cron.schedule(schedule text, command text) returns bigint
language sql strict
return pgproof_cron.store_job(current_user, pgproof_cron.is_superuser(), false, null, schedule, command);

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language sql
return pgproof_cron.store_job(current_user, pgproof_cron.is_superuser(), true, job_name, schedule, command);

create function cron.schedule_in_database(
    job_name text,
    schedule text,
    command text,
    database text,
    username text default null,
    active boolean default true
) returns bigint
language sql
return pgproof_cron.store_job(
    current_user, pgproof_cron.is_superuser(), true, job_name, schedule, command, database, username, active
);

create function cron.alter_job(
    job_id bigint,
    schedule text default null,
    command text default null,
    database text default null,
    username text default null,
    active boolean default null
) returns void
language sql
return pgproof_cron.change_job(
    current_user, pgproof_cron.is_superuser(), job_id, schedule, command, database, username, active
);

create function cron.unschedule(job_id bigint) returns boolean
language sql strict
return pgproof_cron.remove_job(current_user, job_id, null);

create function cron.unschedule(job_name text) returns boolean
language sql strict
return pgproof_cron.remove_job(current_user, null, job_name);

revoke all on function cron.schedule_in_database(text, text, text, text, text, boolean) from public;
revoke all on function cron.alter_job(bigint, text, text, text, text, boolean) from public;

comment on schema pgproof_cron is 'pgproof stand-in: what the functions of cron call.';
comment on function cron.schedule(text, text) is 'schedule a pg_cron job';
comment on function cron.schedule(text, text, text) is 'schedule a pg_cron job';
comment on function cron.schedule_in_database(text, text, text, text, text, boolean) is
'schedule a pg_cron job';
comment on function cron.alter_job(bigint, text, text, text, text, boolean) is
'Alter the job identified by job_id. Any option left as NULL will not be modified.';
comment on function cron.unschedule(bigint) is 'unschedule a pg_cron job';
comment on function cron.unschedule(text) is 'unschedule a pg_cron job';
