-- extension/pg_cron--1.6.sql
-- Stand-in for pg_cron 1.6: its tables, functions, privileges and messages. Nothing runs by itself:
-- pgproof.run_jobs() does it.
-- Needs: PostgreSQL 18, extension_control_path. Undone by: drop extension pg_cron.

create schema cron;
-- Users have no usage here, so nobody can call what is inside except through the functions of cron.
create schema pgproof_cron;

-- schedules: begin (clock.sql uses this part too, for servers that have the real pg_cron)

create type pgproof_cron.schedule as (
    seconds integer,
    minutes integer[],
    hours integer[],
    days integer[],
    months integer[],
    weekdays integer[],
    last_day boolean,
    both_days boolean
);

-- One field of a schedule: '*', 'a', 'a-b', '*/s', 'a-b/s' and lists of them. Null when pg_cron would refuse
-- it. Like pg_cron, which has it from Vixie's cron, this stops at the first character that continues nothing
-- and ignores the rest.
create function pgproof_cron.parse_field(
    token text, low integer, high integer, names text[]
) returns integer[]
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
    found integer[] := '{}';
    rest text := token;
    part text[];
    first integer;
    last integer;
    step integer;
begin
    loop
        part := regexp_match(rest, '^(?:(\*)|([[:alnum:]]+)(?:(-)([[:alnum:]]*))?)(?:(/)([[:alnum:]]*))?(,?)(.*)$');
        if part is null or (part[5] = '/' and part[1] is null and part[3] is null) then
            return null;
        end if;
        first := case when part[1] = '*' then low else pgproof_cron.parse_number(part[2], low, names) end;
        last := case
            when part[1] = '*' then high
            when part[3] = '-' then pgproof_cron.parse_number(part[4], low, names)
            else first
        end;
        step := case when part[5] = '/' then pgproof_cron.parse_number(part[6], 0, null) else 1 end;
        if (first between low and high and last between low and high and step > 0) is not true then
            return null;
        end if;
        found := found || array(select generate_series(first, last, step));
        exit when part[7] <> ',';
        rest := part[8];
    end loop;
    return found;
end
$$;

-- A number, or a name counted from low. Null when it is neither.
create function pgproof_cron.parse_number(token text, low integer, names text[]) returns integer
language sql immutable
set search_path = pg_catalog
as $$
    select coalesce(
        array_position(names, lower(token)) - 1 + low,
        case when token ~ '^[0-9]{1,9}$' then token::integer end
    )
$$;

-- What a schedule means, null when pg_cron would refuse it. '@reboot' is accepted and never due: a test
-- restarts nothing.
create function pgproof_cron.parse_schedule(schedule text) returns pgproof_cron.schedule
language plpgsql immutable strict
set search_path = pg_catalog
as $$
declare
    meaning pgproof_cron.schedule;
    line text := regexp_replace(schedule, '^(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*', '');
    token text[];
begin
    token := regexp_match(lower(schedule), '^\s*\+?0*([1-9]|[1-5][0-9])\s*second(?:s\s*)?$');
    if token is not null then
        meaning.seconds := token[1]::integer;
        return meaning;
    end if;
    if line like '@%' then
        line := case substring(line from '^@([^ \t\n]*)')
            when 'yearly' then '0 0 1 1 *'
            when 'annually' then '0 0 1 1 *'
            when 'monthly' then '0 0 1 * *'
            when 'weekly' then '0 0 * * 0'
            when 'daily' then '0 0 * * *'
            when 'midnight' then '0 0 * * *'
            when 'hourly' then '0 * * * *'
            when 'reboot' then '@'
            when 'restart' then '@'
        end;
        if line = '@' then
            meaning.seconds := 0;
            return meaning;
        end if;
    end if;
    token := regexp_match(
        line, '^([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t]+([^ \t\n]+)[ \t]+([^ \t\n]+)'
    );
    if token is null or octet_length(schedule) >= 1000 then
        return null;
    end if;
    meaning.minutes := pgproof_cron.parse_field(token[1], 0, 59, null);
    meaning.hours := pgproof_cron.parse_field(token[2], 0, 23, null);
    meaning.last_day := token[3] = '$';
    meaning.days := case when meaning.last_day then '{}' else pgproof_cron.parse_field(token[3], 1, 31, null) end;
    meaning.months := pgproof_cron.parse_field(
        token[4], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}'
    );
    meaning.weekdays := pgproof_cron.parse_field(token[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}');
    -- With a star in either, the day must fit both fields; without one, either is enough.
    meaning.both_days := token[3] like '*%' or token[5] like '*%';
    if meaning.minutes is null or meaning.hours is null or meaning.days is null
        or meaning.months is null or meaning.weekdays is null
    then
        return null;
    end if;
    return meaning;
end
$$;

-- Every time in (p_from, p_until] at which the schedule is due, in UTC as pg_cron counts. The real one counts
-- intervals in seconds from its own start; here they are the multiples since the epoch, so that two adjoining
-- windows miss nothing.
create function pgproof_cron.due_times(
    p_schedule text, p_from timestamptz, p_until timestamptz
) returns setof timestamptz
language sql stable
set search_path = pg_catalog
as $$
    with meaning as (
        select (pgproof_cron.parse_schedule(p_schedule)).*
    )

    select to_timestamp(tick * m.seconds)
    from meaning as m
    cross join lateral generate_series(
        floor(extract(epoch from p_from) / nullif(m.seconds, 0))::bigint + 1,
        floor(extract(epoch from p_until) / nullif(m.seconds, 0))::bigint
    ) as tick
    union all
    select due.at
    from meaning as m
    cross join lateral generate_series(
        date_trunc('day', p_from at time zone 'UTC'), p_until at time zone 'UTC', interval '1 day'
    ) as day
    cross join unnest(m.hours) as hour
    cross join unnest(m.minutes) as minute
    cross join lateral (
        select (day + make_interval(hours => hour, mins => minute)) at time zone 'UTC' as at
    ) as due
    cross join lateral (
        select
            extract(day from day)::integer = any(m.days)
            or (m.last_day and extract(day from day + interval '1 day') = 1) as by_month,
            extract(dow from day)::integer = any(m.weekdays)
            or (extract(dow from day) = 0 and 7 = any(m.weekdays)) as by_week
    ) as fits
    where
        m.minutes is not null
        and extract(month from day)::integer = any(m.months)
        and case when m.both_days then fits.by_month and fits.by_week else fits.by_month or fits.by_week end
        and due.at > p_from
        and due.at <= p_until
    group by due.at
$$;

-- schedules: end

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
language sql
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
