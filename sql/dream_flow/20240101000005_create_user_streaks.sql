-- sql/dream_flow/20240101000005_create_user_streaks.sql
-- User streaks: on how many days in a row a user was told a story, computed every night by pg_cron.
-- Needs: 20240101000002_create_sessions.sql.  Undone by: rollback_20240101000005_create_user_streaks.sql

create table public.user_streaks (
    user_id uuid not null,
    current_streak integer not null default 0,
    longest_streak integer not null default 0,
    last_session_date date,
    streak_start_date date,
    computed_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint user_streaks_pkey primary key (user_id),
    constraint user_streaks_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
    constraint user_streaks_current_is_not_negative check (current_streak >= 0),
    constraint user_streaks_longest_is_at_least_current check (longest_streak >= current_streak),
    constraint user_streaks_start_is_not_after_last_session check (streak_start_date <= last_session_date)
);

alter table public.user_streaks enable row level security;
alter table public.user_streaks force row level security;

create index user_streaks_last_session_date_idx on public.user_streaks (last_session_date);
create index user_streaks_computed_at_idx on public.user_streaks (computed_at);

comment on table public.user_streaks is
'Streaks as of the last computation; written by recompute_user_streaks() alone.';
comment on column public.user_streaks.current_streak is
'Days in a row up to today or yesterday; 0 once a day was missed.';
comment on column public.user_streaks.longest_streak is
'The longest row of days ever; it never goes down, whatever is deleted.';
comment on column public.user_streaks.last_session_date is
'Date (UTC) of the newest session; null without sessions.';
comment on column public.user_streaks.streak_start_date is
'First day of the current streak; null when there is none.';
comment on column public.user_streaks.computed_at is 'When the streak was last computed.';

-- Users read and only the service role writes. Nothing for anon.
revoke all on table public.user_streaks from anon, authenticated, service_role;
grant select on table public.user_streaks to authenticated;
grant select, insert, update, delete on table public.user_streaks to service_role;

create policy select_own on public.user_streaks
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.user_streaks is 'Users see their own streak.';

-- No insert, update or delete: streaks are computed, not claimed.

create trigger _100_set_updated_at
before update on public.user_streaks
for each row execute function private.update_updated_at_column();

create function public.recompute_user_streaks(p_today date default (now() at time zone 'utc')::date)
returns table (
    user_id uuid,
    current_streak integer,
    longest_streak integer,
    last_session_date date,
    streak_start_date date
)
language sql
set search_path = ''
as $body$
    -- Two runs at once queue here, so that the later one sees what the earlier one wrote.
    select pg_advisory_xact_lock(hashtextextended('public.recompute_user_streaks', 0));

    -- range_agg joins adjacent days, so what comes out are the runs. An index has all that this reads.
    with runs as (
        select
            told.user_id,
            unnest(range_agg(daterange(told.day, told.day + 1))) as run
        from (
            select
                s.user_id,
                (s.created_at at time zone 'utc')::date as day
            from public.sessions as s
        ) as told
        group by told.user_id
    ),

    histories as (
        select
            r.user_id,
            max(lower(r.run)) as start_of_last,
            max(upper(r.run)) - 1 as last_day,
            max(upper(r.run) - lower(r.run)) as longest
        from runs as r
        group by r.user_id
    ),

    streaks as (
        select
            h.user_id,
            h.last_day,
            h.longest,
            case when h.last_day in (today.day, today.day - 1) then h.start_of_last end as first_day
        from histories as h
        cross join (select coalesce(p_today, (now() at time zone 'utc')::date) as day) as today
    )

    insert into public.user_streaks as streak (
        user_id, current_streak, longest_streak, last_session_date, streak_start_date
    )
    select
        coalesce(s.user_id, old.user_id),
        coalesce(s.last_day - s.first_day + 1, 0),
        coalesce(s.longest, 0),
        s.last_day,
        s.first_day
    from streaks as s
    -- Users whose sessions are all gone still have a row to bring up to date.
    full join public.user_streaks as old on s.user_id = old.user_id
    order by coalesce(s.user_id, old.user_id)
    on conflict (user_id) do update set
        current_streak = excluded.current_streak,
        longest_streak = greatest(streak.longest_streak, excluded.longest_streak),
        last_session_date = excluded.last_session_date,
        streak_start_date = excluded.streak_start_date,
        computed_at = now()
    returning
        streak.user_id,
        streak.current_streak,
        streak.longest_streak,
        streak.last_session_date,
        streak.streak_start_date;
$body$;

comment on function public.recompute_user_streaks(date) is
'Brings the streaks of all users up to date and returns them; p_today is the day (UTC) to compute as of.';

revoke all on function public.recompute_user_streaks(date) from public, anon, authenticated, service_role;
grant execute on function public.recompute_user_streaks(date) to service_role;

do $migration$
begin
    if to_regnamespace('cron') is null then
        raise warning 'nightly-recompute-streaks is not scheduled: the extension pg_cron is not enabled'
            using hint = 'Enable pg_cron and schedule public.recompute_user_streaks() daily at 02:00 UTC.';
    else
        perform cron.schedule(
            'nightly-recompute-streaks', '0 2 * * *', $job$select public.recompute_user_streaks();$job$
        );
    end if;
end
$migration$;
