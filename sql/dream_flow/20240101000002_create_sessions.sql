-- sql/dream_flow/20240101000002_create_sessions.sql
-- Sessions: one row for every story that was told, with what was asked for and what came out.
-- Needs: 20240101000000_create_profiles.sql.  Undone by: rollback_20240101000002_create_sessions.sql

create table public.sessions (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    prompt text not null,
    theme text not null,
    story_text text not null,
    target_length integer not null default 400,
    num_scenes integer not null default 4,
    voice text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint sessions_pkey primary key (id),
    -- What belongs to a session names its owner too, and cannot name another one.
    constraint sessions_user_id_id_key unique (user_id, id),
    constraint sessions_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
    constraint sessions_target_length_is_positive check (target_length > 0),
    constraint sessions_num_scenes_is_not_negative check (num_scenes >= 0),
    -- Infinity is a timestamp too, but no day.
    constraint sessions_created_at_is_finite check (isfinite(created_at))
);

alter table public.sessions enable row level security;
alter table public.sessions force row level security;

create index sessions_user_id_idx on public.sessions (user_id);
create index sessions_user_id_created_at_idx on public.sessions (user_id, created_at desc);
create index sessions_created_at_idx on public.sessions (created_at desc);
create index sessions_theme_idx on public.sessions (theme);

comment on table public.sessions is 'Story sessions of a user; their days make the streak.';
comment on column public.sessions.user_id is 'The owner.';
comment on column public.sessions.prompt is 'What the user asked for.';
comment on column public.sessions.story_text is 'The story as it was told.';
comment on column public.sessions.target_length is 'Words that the story should have.';
comment on column public.sessions.num_scenes is 'Pictures made for the story; 0 for sound alone.';
comment on column public.sessions.voice is 'Voice preset; null for the app''s own.';
comment on column public.sessions.created_at is
'When the story was told; its date in UTC counts for streaks and statistics.';

-- Nothing for anon: a session belongs to somebody who has signed in.
revoke all on table public.sessions from anon, authenticated, service_role;
grant select, insert, update, delete on table public.sessions to authenticated, service_role;

create policy select_own on public.sessions
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.sessions is 'Users see their own sessions.';

create policy insert_own on public.sessions
for insert
to authenticated
with check (user_id = (select auth.uid()));

comment on policy insert_own on public.sessions is 'Users add sessions of their own.';

create policy update_own on public.sessions
for update
to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

comment on policy update_own on public.sessions is 'Users change their own sessions, and these stay theirs.';

create policy delete_own on public.sessions
for delete
to authenticated
using (user_id = (select auth.uid()));

comment on policy delete_own on public.sessions is 'Users delete their own sessions.';

create trigger _100_set_updated_at
before update on public.sessions
for each row execute function private.update_updated_at_column();
