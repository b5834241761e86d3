-- jobs.sql
-- What pg_cron would have done between two times: pgproof.run_jobs(), on the stand-in's tables and on the
-- real ones.
-- Needs: clock.sql, messages.sql; cron.job when it is called, not when it is created.

create type pgproof.job_run as (
    jobid bigint, jobname text, due_at timestamptz, status text, return_message text
);

-- Every run of every active job after (p_after, p_job) and until p_until, in order of time and job. Jobs of
-- another database run there, not here; the home database is a name, because the database at hand is a copy
-- of it.
create function pgproof.due_runs(
    p_after timestamptz, p_job bigint, p_until timestamptz, out jobs bigint[], out times timestamptz []
)
language plpgsql stable
set search_path = pg_catalog
as $$
begin
    select array_agg(j.jobid order by d.at, j.jobid), array_agg(d.at order by d.at, j.jobid)
    into jobs, times
    from cron.job as j
    cross join lateral pgproof.due_times(j.schedule, p_after - interval '1 microsecond', p_until) as d (at)
    where
        j.active
        and j.database in (current_database(), coalesce(current_setting('cron.database_name', true), 'postgres'))
        and (d.at, j.jobid) > (p_after, p_job);
end
$$;

-- Changes when a job, or anybody else, changes what is scheduled.
create function pgproof.schedule_state() returns text
language plpgsql stable
set search_path = pg_catalog
as $$
begin
    return (
        select string_agg(
            format('%s %s %s %s', j.jobid, j.active, j.database, j.schedule), e'\n' order by j.jobid
        )
        from cron.job as j
    );
end
$$;

-- What a job's session has of its own, as (name, value) pairs; the session comes first, because setting it
-- resets the role. Without a search_path of its own, which it would report instead of the session's.
create function pgproof.session_state() returns text[]
language sql stable
as $$
    select pg_catalog.array_agg(
        array[s.name, coalesce(pg_catalog.current_setting(s.name, true), '')] order by s.place
    )
    from pg_catalog.unnest(
        '{session_authorization, role, search_path, request.jwt.claims, request.jwt.claim, request.jwt.claim.sub,
        request.jwt.claim.role, request.jwt.claim.email}'::pg_catalog.text[]
    ) with ordinality as s (name, place)
$$;

create function pgproof.restore_session(p_state text[]) returns void
language plpgsql
as $$
begin
    for i in 1 .. pg_catalog.array_length(p_state, 1) loop
        perform pg_catalog.set_config(p_state[i][1], p_state[i][2], true);
    end loop;
end
$$;

-- Be a job's user as in a connection of his own: no claims, and p_path, the search_path that a connection
-- starts with.
create function pgproof.start_session(p_username text, p_path text) returns void
language plpgsql
as $$
begin
    perform pgproof.restore_session(array[
        array['request.jwt.claims', ''],
        array['request.jwt.claim', ''],
        array['request.jwt.claim.sub', ''],
        array['request.jwt.claim.role', ''],
        array['request.jwt.claim.email', ''],
        array['search_path', p_path],
        array['session_authorization', p_username]
    ]);
end
$$;

create function pgproof.temporary_tables() returns oid[]
language sql stable
set search_path = pg_catalog
as $$
    select array(
        select c.oid from pg_class as c where c.relnamespace = pg_my_temp_schema() and c.relkind in ('r', 'p')
    )
$$;

-- A job's transaction commits and its session ends: what is deferred until then is checked, its temporary
-- tables are gone.
create function pgproof.end_session(p_temporary oid[]) returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
    deferred text;
    leftover oid;
begin
    select string_agg(distinct format('%I.%I', n.nspname, c.conname), ', ') into deferred
    from pg_constraint as c
    inner join pg_namespace as n on n.oid = c.connamespace
    where c.condeferred;
    if deferred is not null then
        execute format('set constraints %s immediate', deferred);
        execute format('set constraints %s deferred', deferred);
    end if;
    foreach leftover in array pgproof.temporary_tables() loop
        if leftover <> all(p_temporary) then
            execute format('drop table %s cascade', leftover::regclass);
        end if;
    end loop;
end
$$;

-- Executes a job's command as the job's user, and reports it as the completion does. Raises what the command
-- raises.
create function pgproof.execute_job(p_username text, p_command text, p_path text) returns text
language plpgsql
as $$
declare
    state constant text[] := pgproof.session_state();
    temporary constant oid[] := pgproof.temporary_tables();
    affected bigint := 0;
begin
    perform pgproof.start_session(p_username, p_path);
    if pgproof.last_statement(p_command) ~ '^vacuum\M' then
        -- It refuses to run in a transaction, and changes nothing that a test could see.
        raise notice 'left out, because it refuses a transaction: %', p_command;
    else
        execute p_command;
        get diagnostics affected = row_count;
    end if;
    perform pgproof.restore_session(state);
    perform pgproof.end_session(temporary);
    return pgproof.completion(p_command, affected);
end
$$;

-- Runs a job at its due time and writes its history. A job that fails leaves nothing but its history.
create function pgproof.run_job(p_job bigint, p_due timestamptz, p_path text) returns pgproof.job_run
language plpgsql
as $$
declare
    job record;
    run pgproof.job_run;
    detail text;
    hint text;
    context text;
begin
    select j.* into strict job from cron.job as j where j.jobid = p_job;
    run.jobid := p_job;
    run.jobname := job.jobname;
    run.due_at := pgproof.set_clock(p_due);
    begin
        run.return_message := pgproof.execute_job(job.username, job.command, p_path);
        run.status := 'succeeded';
    exception
        when others then
            get stacked diagnostics
                detail = pg_exception_detail, hint = pg_exception_hint, context = pg_exception_context;
            run.status := 'failed';
            run.return_message := pgproof.failure(sqlerrm, detail, hint, context, job.command);
    end;
    insert into cron.job_run_details (
        jobid, job_pid, database, username, command, status, return_message, start_time, end_time
    )
    values (
        p_job,
        pg_catalog.pg_backend_pid(),
        job.database,
        job.username,
        job.command,
        run.status,
        run.return_message,
        p_due,
        p_due
    );
    return run;
end
$$;

-- Runs what is due in (p_from, p_until], in order of time and job, each at its time; afterwards the clock is
-- what it was. Jobs that a job schedules, changes or removes count from that moment. Raises unless called by
-- a superuser, who alone can become anybody.
create function pgproof.run_jobs(p_from timestamptz, p_until timestamptz) returns setof pgproof.job_run
language plpgsql
as $$
declare
    zone constant text := coalesce(pg_catalog.upper(pg_catalog.current_setting('cron.timezone', true)), 'GMT');
    clock constant text := coalesce(pg_catalog.current_setting('pgproof.now', true), '');
    path constant text := (select s.reset_val from pg_catalog.pg_settings as s where s.name = 'search_path');
    reached timestamptz := p_from;
    last_job bigint := 9223372036854775807;
    planned text;
    due record;
begin
    if zone not in ('GMT', 'UTC') then
        raise exception 'cron.timezone is "%", jobs can be run in GMT only', zone
            using
                errcode = 'feature_not_supported',
                hint = 'set cron.timezone to GMT, which is what pg_cron starts with';
    end if;
    <<plan>>
    loop
        planned := pgproof.schedule_state();
        due := pgproof.due_runs(reached, last_job, p_until);
        for i in 1 .. coalesce(pg_catalog.array_length(due.jobs, 1), 0) loop
            reached := due.times[i];
            last_job := due.jobs[i];
            return next pgproof.run_job(last_job, reached, path);
            continue plan when pgproof.schedule_state() is distinct from planned;
        end loop;
        exit plan;
    end loop;
    perform pg_catalog.set_config('pgproof.now', clock, false);
end
$$;
