-- sql/dream_flow/20240101000006_create_analytics_views.sql
-- Analytics: who was told stories on which day (UTC), and what kind of people they are.
-- Needs: 20240101000002_create_sessions.sql.  Undone by: rollback_20240101000006_create_analytics_views.sql

-- The expression of every view below. A date of a timestamptz depends on the session's time zone and
-- cannot be indexed; the date in a fixed zone can.
create index sessions_utc_date_idx on public.sessions (((created_at at time zone 'utc')::date));

comment on index public.sessions_utc_date_idx is 'The UTC day of a session, as the analytics views group it.';

create view public.analytics_daily_active_users
with (security_invoker = true) as
select
    (s.created_at at time zone 'utc')::date as date,
    count(distinct s.user_id) as dau
from public.sessions as s
group by (s.created_at at time zone 'utc')::date
order by date desc; -- each day once

comment on view public.analytics_daily_active_users is 'How many users had a session, per day with sessions.';

create view public.analytics_daily_story_stats
with (security_invoker = true) as
select
    (s.created_at at time zone 'utc')::date as date,
    count(*) as total_stories,
    count(distinct s.user_id) as active_users,
    round(count(*)::numeric / count(distinct s.user_id), 2) as avg_stories_per_user,
    count(distinct s.theme) as unique_themes,
    round(avg(s.target_length), 2) as avg_target_length,
    round(avg(s.num_scenes), 2) as avg_num_scenes
from public.sessions as s
group by (s.created_at at time zone 'utc')::date
order by date desc; -- each day once

comment on view public.analytics_daily_story_stats is
'Stories per day with sessions; averages to two places.';

create view public.analytics_user_personas
with (security_invoker = true) as
with dated_sessions as (
    select
        s.user_id,
        s.theme,
        (s.created_at at time zone 'utc')::date as session_date
    from public.sessions as s
),

activity as (
    select
        d.user_id,
        count(*) as total_sessions,
        count(distinct d.session_date) as active_days,
        count(distinct d.theme) as themes_used,
        min(d.session_date) as first_session_date,
        max(d.session_date) as last_session_date
    from dated_sessions as d
    group by d.user_id
),

-- Keywords count wherever they occur, in upper or lower case. None has a space, so a joined array
-- mentions what its elements mention.
people as (
    select
        p.mood,
        p.routine,
        a.first_session_date,
        a.last_session_date,
        coalesce(p.id, a.user_id) as user_id,
        array_to_string(p.preferences, ' ') as preferences,
        array_to_string(p.calming_elements, ' ') as calming_elements,
        cardinality(p.calming_elements) as calming_element_count,
        coalesce(a.total_sessions, 0) as total_sessions,
        coalesce(a.active_days, 0) as active_days,
        coalesce(a.themes_used, 0) as themes_used
    from public.profiles as p
    full join activity as a on p.id = a.user_id
)

select
    people.user_id,
    case
        when
            people.total_sessions >= 5
            and people.routine ~* 'work|professional|office|screen|computer'
            and people.mood ~* 'calm|focused|stressed'
            then 'mindful_professional'
        when
            people.routine ~* 'kid|child|bedtime|parent|family'
            or people.preferences ~* 'kid|child|family'
            then 'burned_out_parent'
        when
            people.calming_element_count > 2
            or people.preferences ~* 'asmr|meditation|wellness|sensory'
            or people.calming_elements ~* 'asmr|binaural|ambient|sensory'
            then 'wellness_seeker'
        else 'unknown'
    end as persona,
    people.mood,
    people.routine,
    people.total_sessions,
    people.active_days,
    people.themes_used,
    people.first_session_date,
    people.last_session_date
from people
order by people.user_id;

comment on view public.analytics_user_personas is
'Everyone with a profile or a session, and the first persona that fits them, else unknown.';

create view public.analytics_daily_persona_mix
with (security_invoker = true) as
with personas (persona) as (
    values ('mindful_professional'), ('burned_out_parent'), ('wellness_seeker'), ('unknown')
),

persona_days as (
    select
        (s.created_at at time zone 'utc')::date as date,
        p.persona,
        count(distinct s.user_id) as user_count,
        count(*) as story_count
    from public.sessions as s
    inner join public.analytics_user_personas as p on s.user_id = p.user_id
    group by (s.created_at at time zone 'utc')::date, p.persona
)

select
    d.date,
    personas.persona,
    coalesce(m.user_count, 0) as user_count,
    coalesce(m.story_count, 0) as story_count,
    round(100.0 * coalesce(m.user_count, 0) / d.dau, 2) as user_percentage
from public.analytics_daily_active_users as d
cross join personas
left join persona_days as m on d.date = m.date and personas.persona = m.persona
order by d.date desc, personas.persona asc; -- of a day, each persona once

comment on view public.analytics_daily_persona_mix is
'The users of each day by the persona they have now; every persona has a row, also with 0 users.';

create view public.analytics_daily_comprehensive
with (security_invoker = true) as
with mixes as (
    select
        m.date,
        jsonb_object_agg(
            m.persona,
            jsonb_build_object(
                'user_count', m.user_count,
                'story_count', m.story_count,
                'user_percentage', m.user_percentage
            )
        ) as persona_mix
    from public.analytics_daily_persona_mix as m
    group by m.date
)

select
    d.date,
    d.dau,
    s.total_stories,
    s.active_users,
    s.avg_stories_per_user,
    s.unique_themes,
    s.avg_target_length,
    s.avg_num_scenes,
    mixes.persona_mix
from public.analytics_daily_active_users as d
inner join public.analytics_daily_story_stats as s on d.date = s.date
inner join mixes on d.date = mixes.date
order by d.date desc; -- each day once

comment on view public.analytics_daily_comprehensive is
'Active users, story statistics and persona mix in one row per day with sessions.';

comment on column public.analytics_daily_comprehensive.persona_mix is
'An object with a key per persona; each holds user_count, story_count and user_percentage.';

-- For the service role alone: the rows are about everybody.
revoke all on table
public.analytics_daily_active_users,
public.analytics_daily_story_stats,
public.analytics_user_personas,
public.analytics_daily_persona_mix,
public.analytics_daily_comprehensive
from anon, authenticated, service_role;

grant select on table
public.analytics_daily_active_users,
public.analytics_daily_story_stats,
public.analytics_user_personas,
public.analytics_daily_persona_mix,
public.analytics_daily_comprehensive
to service_role;
