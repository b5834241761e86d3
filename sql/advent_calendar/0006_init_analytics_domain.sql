-- sql/advent_calendar/0006_init_analytics_domain.sql
-- Analytics, a table per domain: calendars, days, chats, and how a family keeps coming back.
-- Needs: 0005_init_content_domain.sql.  Undone by: rollback_0006_init_analytics_domain.sql

create table public.calendar_analytics (
    event_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    calendar_id uuid not null,
    event_type text not null,
    ip_address inet,
    metadata jsonb not null default '{}',
    occurred_at timestamptz not null default now(),
    constraint calendar_analytics_pkey primary key (event_id),
    constraint calendar_analytics_account_id_calendar_id_fkey foreign key (account_id, calendar_id)
    references public.advent_calendar_v2 (account_id, calendar_id) on delete cascade,
    constraint calendar_analytics_event_type_is_known
    check (event_type in ('calendar_view', 'calendar_share', 'calendar_publish', 'calendar_unpublish')),
    constraint calendar_analytics_metadata_is_an_object check (jsonb_typeof(metadata) = 'object')
);

alter table public.calendar_analytics enable row level security;
alter table public.calendar_analytics force row level security;

create index calendar_analytics_account_id_calendar_id_idx
on public.calendar_analytics (account_id, calendar_id);
create index calendar_analytics_occurred_at_idx on public.calendar_analytics (occurred_at);

comment on table public.calendar_analytics is 'Views, shares and publishing of a calendar.';
comment on column public.calendar_analytics.ip_address is 'Where a view came from; only the family sees it.';
comment on column public.calendar_analytics.metadata is 'Whatever else the client said.';

-- Nothing for anon: the server records the views of a published calendar. No update, no delete: an event has
-- happened.
revoke all on table public.calendar_analytics from anon, authenticated, service_role;
grant select, insert on table public.calendar_analytics to authenticated;
grant select, insert, update, delete on table public.calendar_analytics to service_role;

create policy select_own on public.calendar_analytics
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.calendar_analytics is 'Owners see what happened to their calendars.';

create policy insert_own on public.calendar_analytics
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.calendar_analytics is
'Owners record what they do with their calendars.';

create table public.day_analytics (
    event_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    day_id uuid not null,
    event_type text not null,
    time_to_open_seconds integer,
    metadata jsonb not null default '{}',
    occurred_at timestamptz not null default now(),
    constraint day_analytics_pkey primary key (event_id),
    constraint day_analytics_account_id_day_id_fkey foreign key (account_id, day_id)
    references public.calendar_day_v2 (account_id, day_id) on delete cascade,
    constraint day_analytics_event_type_is_known check (event_type in ('day_open', 'day_view', 'day_share')),
    constraint day_analytics_time_to_open_is_not_negative check (time_to_open_seconds >= 0),
    constraint day_analytics_metadata_is_an_object check (jsonb_typeof(metadata) = 'object')
);

alter table public.day_analytics enable row level security;
alter table public.day_analytics force row level security;

create index day_analytics_account_id_day_id_idx on public.day_analytics (account_id, day_id);
create index day_analytics_occurred_at_idx on public.day_analytics (occurred_at);

comment on table public.day_analytics is 'Opening, viewing and sharing of a day.';
comment on column public.day_analytics.time_to_open_seconds is
'How long the child waited in front of the door; null where it was not measured.';
comment on column public.day_analytics.metadata is 'Whatever else the client said.';

-- Nothing for anon. No update, no delete: an event has happened.
revoke all on table public.day_analytics from anon, authenticated, service_role;
grant select, insert on table public.day_analytics to authenticated;
grant select, insert, update, delete on table public.day_analytics to service_role;

create policy select_own on public.day_analytics
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.day_analytics is
'Owners see what happened to the days of their calendars.';

create policy insert_own on public.day_analytics
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.day_analytics is 'Owners record what their child does with a day.';

create table public.chat_analytics (
    event_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    child_id uuid not null,
    session_id uuid,
    event_type text not null,
    metadata jsonb not null default '{}',
    occurred_at timestamptz not null default now(),
    constraint chat_analytics_pkey primary key (event_id),
    constraint chat_analytics_account_id_child_id_fkey foreign key (account_id, child_id)
    references public.child_profile_v2 (account_id, child_id) on delete cascade,
    constraint chat_analytics_account_id_session_id_fkey foreign key (account_id, session_id)
    references public.chat_session_v2 (account_id, session_id) on delete set null (session_id),
    constraint chat_analytics_event_type_is_known
    check (event_type in ('chat_start', 'message_sent', 'chat_end', 'persona_switch')),
    constraint chat_analytics_metadata_is_an_object check (jsonb_typeof(metadata) = 'object')
);

alter table public.chat_analytics enable row level security;
alter table public.chat_analytics force row level security;

create index chat_analytics_account_id_child_id_idx on public.chat_analytics (account_id, child_id);
create index chat_analytics_account_id_session_id_idx on public.chat_analytics (account_id, session_id);
create index chat_analytics_occurred_at_idx on public.chat_analytics (occurred_at);

comment on table public.chat_analytics is 'Beginning, course and end of conversations.';
comment on column public.chat_analytics.session_id is
'The conversation; null once it has expired and gone, which its analytics outlive.';
comment on column public.chat_analytics.metadata is 'Whatever else the client said.';

-- Nothing for anon. No update, no delete: an event has happened.
revoke all on table public.chat_analytics from anon, authenticated, service_role;
grant select, insert on table public.chat_analytics to authenticated;
grant select, insert, update, delete on table public.chat_analytics to service_role;

create policy select_own on public.chat_analytics
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.chat_analytics is 'Owners see how their child chats.';

create policy insert_own on public.chat_analytics
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.chat_analytics is 'Owners record the course of a conversation.';

create table public.user_engagement (
    event_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    event_type text not null,
    engagement_score numeric(5, 2) not null default 0,
    streak_days integer not null default 0,
    metadata jsonb not null default '{}',
    occurred_at timestamptz not null default now(),
    constraint user_engagement_pkey primary key (event_id),
    constraint user_engagement_account_id_fkey foreign key (account_id)
    references public.account_v2 (account_id) on delete cascade,
    constraint user_engagement_event_type_is_known
    check (event_type in ('daily_visit', 'weekly_active', 'monthly_active', 'feature_usage')),
    constraint user_engagement_score_is_0_to_999_99 check (engagement_score between 0 and 999.99),
    constraint user_engagement_streak_is_not_negative check (streak_days >= 0),
    constraint user_engagement_metadata_is_an_object check (jsonb_typeof(metadata) = 'object')
);

alter table public.user_engagement enable row level security;
alter table public.user_engagement force row level security;

create index user_engagement_account_id_idx on public.user_engagement (account_id);
create index user_engagement_occurred_at_idx on public.user_engagement (occurred_at);

comment on table public.user_engagement is 'How a family keeps coming back.';
comment on column public.user_engagement.engagement_score is
'From 0 to 999.99; the application says what it means.';
comment on column public.user_engagement.streak_days is 'On how many days in a row, as of the event.';
comment on column public.user_engagement.metadata is 'Whatever else the client said.';

-- Nothing for anon. No update, no delete: an event has happened.
revoke all on table public.user_engagement from anon, authenticated, service_role;
grant select, insert on table public.user_engagement to authenticated;
grant select, insert, update, delete on table public.user_engagement to service_role;

create policy select_own on public.user_engagement
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.user_engagement is 'Owners see their engagement.';

create policy insert_own on public.user_engagement
for insert
to authenticated
with check (account_id = (select private.current_account_id()));

comment on policy insert_own on public.user_engagement is 'Owners record their visits.';
