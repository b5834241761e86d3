-- sql/dream_flow/20240101000004_create_session_feedback.sql
-- Session feedback: how a user liked their own story and how it changed their mood, once per session.
-- Needs: 20240101000002_create_sessions.sql.  Undone by: rollback_20240101000004_create_session_feedback.sql

create table public.session_feedback (
    id uuid not null default gen_random_uuid(),
    session_id uuid not null,
    user_id uuid not null,
    rating integer not null,
    mood_delta integer not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint session_feedback_pkey primary key (id),
    constraint session_feedback_session_id_key unique (session_id),
    constraint session_feedback_user_id_fkey foreign key (user_id)
    references auth.users (id) on delete cascade,
    -- Both columns together: whoever rates a session owns it, also when the service role writes.
    constraint session_feedback_user_id_session_id_fkey foreign key (user_id, session_id)
    references public.sessions (user_id, id) on delete cascade,
    constraint session_feedback_rating_is_from_1_to_5 check (rating between 1 and 5),
    constraint session_feedback_mood_delta_is_from_minus_5_to_5 check (mood_delta between -5 and 5)
);

alter table public.session_feedback enable row level security;
alter table public.session_feedback force row level security;

-- No index of its own on session_id: the unique key is one.
create index session_feedback_user_id_idx on public.session_feedback (user_id);
create index session_feedback_created_at_idx on public.session_feedback (created_at desc);

comment on table public.session_feedback is
'What the owner of a session said about it; at most one row per session.';
comment on column public.session_feedback.user_id is 'The author, always the owner of the session.';
comment on column public.session_feedback.rating is 'From 1 (poor) to 5 (wonderful).';
comment on column public.session_feedback.mood_delta is 'From -5 (much worse) over 0 to 5 (much better).';

-- Nothing for anon: feedback comes from somebody who has signed in.
revoke all on table public.session_feedback from anon, authenticated, service_role;
grant select, insert, update, delete on table public.session_feedback to authenticated, service_role;

create policy select_own on public.session_feedback
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.session_feedback is 'Users see their own feedback.';

create policy insert_own on public.session_feedback
for insert
to authenticated
with check (
    user_id = (select auth.uid())
    and exists (
        select 1
        from public.sessions
        where sessions.id = session_feedback.session_id and sessions.user_id = (select auth.uid())
    )
);

comment on policy insert_own on public.session_feedback is
'Users rate their own sessions as themselves. A stranger''s row would take the one place that the owner has.';

create policy update_own on public.session_feedback
for update
to authenticated
using (user_id = (select auth.uid()))
with check (
    user_id = (select auth.uid())
    and exists (
        select 1
        from public.sessions
        where sessions.id = session_feedback.session_id and sessions.user_id = (select auth.uid())
    )
);

comment on policy update_own on public.session_feedback is
'Users change their own feedback, and it stays theirs and about a session of theirs.';

create policy delete_own on public.session_feedback
for delete
to authenticated
using (user_id = (select auth.uid()));

comment on policy delete_own on public.session_feedback is 'Users take their own feedback back.';

create trigger _100_set_updated_at
before update on public.session_feedback
for each row execute function private.update_updated_at_column();
