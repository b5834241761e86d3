-- extension/pg_cron--schedules.sql
-- What a schedule means and when it is due. The first half of the stand-in for pg_cron, and part of the movable
-- clock too, which needs it where pg_cron is the real one.
-- Needs: nothing.

create schema pgproof_cron;

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
        part := regexp_match(rest, '^(?:(\*)|([0-9A-Za-z]+)(?:(-)([0-9A-Za-z]*))?)(?:(/)([0-9A-Za-z]*))?(,?)(.*)$');
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
        if (first between low and high and last between low and high and step between 1 and high) is not true then
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
