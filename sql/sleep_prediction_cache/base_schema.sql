-- sql/sleep_prediction_cache/base_schema.sql
-- Parents, their children and the children's sleep; and predictions as they were before they were cached.
-- Needs: nothing.  Undone by: rollback_base_schema.sql

create schema private;

comment on schema private is 'Helpers of policies, views and triggers. Not exposed by the API.';

-- Without usage nobody could call a helper by its name; what may be called is granted function by function.
grant usage on schema private to authenticated, service_role;

create function private.set_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    new.updated_at := now();
    return new;
end
$body$;

comment on function private.set_updated_at() is
'Trigger function: an update moves updated_at to the time of its transaction, whatever the client sent.';

revoke all on function private.set_updated_at() from public;

create function private.current_telegram_user_id()
returns bigint
language plpgsql
stable
set search_path = ''
as $body$
begin
    -- Cast here: what a function returns is converted after its exception handlers.
    return (auth.jwt() ->> 'telegram_user_id')::bigint;
exception
    -- Claims that are no JSON, or a telegram_user_id that is no bigint, are nobody's and show nothing.
    when data_exception then
        return null;
end
$body$;

comment on function private.current_telegram_user_id() is
'The claim telegram_user_id; null without claims and for claims that cannot be read.';

revoke all on function private.current_telegram_user_id() from public;
grant execute on function private.current_telegram_user_id() to authenticated, service_role;

-- Parents

create table public.users (
    id uuid not null default gen_random_uuid(),
    telegram_user_id bigint not null,
    first_name text not null,
    last_name text,
    username text,
    custom_name text,
    settings jsonb not null
    default '{"notifications_enabled": true, "sleep_reminders": true, "wake_reminders": true}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_pkey primary key (id),
    constraint users_telegram_user_id_key unique (telegram_user_id)
);

alter table public.users enable row level security;
alter table public.users force row level security;

comment on table public.users is 'Parents, who come from Telegram.';
comment on column public.users.telegram_user_id is 'Who they are to Telegram: the claim telegram_user_id.';
comment on column public.users.custom_name is 'How they want to be called; null for the name Telegram gives.';
comment on column public.users.settings is 'Which messages they want.';

-- No insert, no delete: accounts are made and closed by the service role. Nothing for anon.
-- Who a parent is, is not the parent's to say: those columns are not granted.
revoke all on table public.users from anon, authenticated, service_role;
grant select, update (first_name, last_name, username, custom_name, settings)
on table public.users to authenticated;
grant select, insert, update, delete on table public.users to service_role;

create policy select_own on public.users
for select
to authenticated
using (telegram_user_id = (select private.current_telegram_user_id()));

comment on policy select_own on public.users is 'Parents see themselves.';

create policy update_own on public.users
for update
to authenticated
using (telegram_user_id = (select private.current_telegram_user_id()))
with check (telegram_user_id = (select private.current_telegram_user_id()));

comment on policy update_own on public.users is 'Parents change their own row and stay who they are.';

create trigger _100_set_updated_at
before update on public.users
for each row execute function private.set_updated_at();

-- Children

create table public.children (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    name text not null,
    date_of_birth date,
    gender text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint children_pkey primary key (id),
    constraint children_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
    constraint children_gender_is_known check (gender in ('male', 'female'))
);

alter table public.children enable row level security;
alter table public.children force row level security;

create index children_user_id_idx on public.children (user_id);

comment on table public.children is 'Children whose sleep is written down.';
comment on column public.children.user_id is
'The parent, who alone reads and writes what belongs to the child.';

-- Nothing for anon.
revoke all on table public.children from anon, authenticated, service_role;
grant select, insert, update, delete on table public.children to authenticated, service_role;

-- Definer rights: the policies of these tables need the helpers, and would otherwise ask themselves.
-- They take no argument, so a caller learns nothing but who they are and what is theirs.
-- In plpgsql, which keeps its plan: before PostgreSQL 18, a function in SQL is planned anew every time.

create function private.current_user_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    return (
        select u.id
        from public.users as u
        where u.telegram_user_id = (select private.current_telegram_user_id())
    );
end
$body$;

comment on function private.current_user_id() is 'The parent who asks, null for nobody.';

revoke all on function private.current_user_id() from public;
grant execute on function private.current_user_id() to authenticated, service_role;

create function private.current_child_ids()
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    return array( -- a set
        select c.id
        from public.children as c
        where c.user_id = (
            select u.id
            from public.users as u
            where u.telegram_user_id = (select private.current_telegram_user_id())
        )
    );
end
$body$;

comment on function private.current_child_ids() is 'The children of the parent who asks; empty for nobody.';

revoke all on function private.current_child_ids() from public;
grant execute on function private.current_child_ids() to authenticated, service_role;

create policy select_own on public.children
for select
to authenticated
using (user_id = (select private.current_user_id()));

comment on policy select_own on public.children is 'Parents see their children.';

create policy insert_own on public.children
for insert
to authenticated
with check (user_id = (select private.current_user_id()));

comment on policy insert_own on public.children is 'Parents add children of their own.';

create policy update_own on public.children
for update
to authenticated
using (user_id = (select private.current_user_id()))
with check (user_id = (select private.current_user_id()));

comment on policy update_own on public.children is 'Parents change their children, who stay theirs.';

create policy delete_own on public.children
for delete
to authenticated
using (user_id = (select private.current_user_id()));

comment on policy delete_own on public.children is 'Parents remove their children.';

create trigger _100_set_updated_at
before update on public.children
for each row execute function private.set_updated_at();

-- Sleep

create table public.sleep_sessions (
    id uuid not null default gen_random_uuid(),
    child_id uuid not null,
    start_time timestamptz not null,
    end_time timestamptz,
    duration_minutes integer,
    quality text,
    session_type text not null,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint sleep_sessions_pkey primary key (id),
    constraint sleep_sessions_child_id_fkey
    foreign key (child_id) references public.children (id) on delete cascade,
    constraint sleep_sessions_start_is_finite check (isfinite(start_time)),
    constraint sleep_sessions_end_is_after_start check (end_time > start_time),
    -- What is not in the future today never will be, so that the clock in a check does no harm.
    constraint sleep_sessions_start_is_not_in_the_future check (start_time <= now()),
    constraint sleep_sessions_end_is_not_in_the_future check (end_time <= now()),
    constraint sleep_sessions_duration_is_positive check (duration_minutes > 0),
    constraint sleep_sessions_quality_is_known
    check (quality in ('excellent', 'good', 'average', 'poor', 'very_poor')),
    constraint sleep_sessions_type_is_known check (session_type in ('night', 'nap'))
);

alter table public.sleep_sessions enable row level security;
alter table public.sleep_sessions force row level security;

create index sleep_sessions_child_id_start_time_idx on public.sleep_sessions (child_id, start_time desc);

comment on table public.sleep_sessions is 'When a child slept.';
comment on column public.sleep_sessions.end_time is 'Null while the child sleeps.';
comment on column public.sleep_sessions.duration_minutes is
'Minutes asleep, where the parent knows better than end minus start.';
comment on column public.sleep_sessions.is_active is 'False for a session that no longer counts.';

-- Nothing for anon.
revoke all on table public.sleep_sessions from anon, authenticated, service_role;
grant select, insert, update, delete on table public.sleep_sessions to authenticated, service_role;

create policy select_own on public.sleep_sessions
for select
to authenticated
using (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy select_own on public.sleep_sessions is 'Parents see the sleep of their children.';

create policy insert_own on public.sleep_sessions
for insert
to authenticated
with check (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy insert_own on public.sleep_sessions is 'Parents write down the sleep of their children.';

create policy update_own on public.sleep_sessions
for update
to authenticated
using (child_id = any((select private.current_child_ids())::uuid[]))
with check (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy update_own on public.sleep_sessions is
'Parents correct the sleep of their children, also from one child of theirs to another.';

create policy delete_own on public.sleep_sessions
for delete
to authenticated
using (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy delete_own on public.sleep_sessions is 'Parents remove sleep of their children.';

create trigger _100_set_updated_at
before update on public.sleep_sessions
for each row execute function private.set_updated_at();

-- Predictions as they were: one answer of the model after the other, none of them ever used again

create table public.predictions (
    id uuid not null default gen_random_uuid(),
    child_id uuid not null,
    next_bedtime timestamptz,
    time_until_bedtime interval,
    expected_duration interval,
    confidence numeric(3, 2),
    summary text,
    reasoning text,
    llm_provider text not null,
    created_at timestamptz not null default now(),
    constraint predictions_pkey primary key (id),
    constraint predictions_child_id_fkey
    foreign key (child_id) references public.children (id) on delete cascade,
    constraint predictions_confidence_is_between_0_and_1 check (confidence between 0 and 1)
);

alter table public.predictions enable row level security;
alter table public.predictions force row level security;

create index predictions_child_id_created_at_idx on public.predictions (child_id, created_at desc);

comment on table public.predictions is 'What the model said when it was asked for the next bedtime.';
comment on column public.predictions.confidence is 'How sure the model was, from 0 to 1.';

-- Parents read and the service role writes. Nothing for anon.
revoke all on table public.predictions from anon, authenticated, service_role;
grant select on table public.predictions to authenticated;
grant select, insert, update, delete on table public.predictions to service_role;

create policy select_own on public.predictions
for select
to authenticated
using (child_id = any((select private.current_child_ids())::uuid[]));

comment on policy select_own on public.predictions is 'Parents see the predictions for their children.';

-- No insert, update or delete: predictions are written by the service role.
