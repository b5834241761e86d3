-- sql/dream_flow/20240101000001_create_rituals.sql
-- Rituals: bedtime routines that a user has saved, at most one of them the default.
-- Needs: 20240101000000_create_profiles.sql.  Undone by: rollback_20240101000001_create_rituals.sql

create table public.rituals (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    name text not null,
    description text,
    routine text not null,
    is_default boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint rituals_pkey primary key (id),
    constraint rituals_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
    constraint rituals_name_is_not_blank check (btrim(name) <> '')
);

alter table public.rituals enable row level security;
alter table public.rituals force row level security;

create index rituals_user_id_idx on public.rituals (user_id);
create index rituals_user_id_is_default_idx on public.rituals (user_id, is_default);
create index rituals_created_at_idx on public.rituals (created_at);

-- To switch, first clear the old default, then set the new one, in one transaction. Two switches
-- that race end with one default: one of them gets 23505 or 40P01 and tries again.
create unique index rituals_one_default_per_user_key on public.rituals (user_id) where is_default;

comment on table public.rituals is 'Saved bedtime rituals of a user.';
comment on column public.rituals.user_id is 'The owner.';
comment on column public.rituals.routine is 'The ritual, step by step, in the user''s words.';
comment on column public.rituals.is_default is
'The ritual that a new session starts with; at most one per user.';
comment on index public.rituals_one_default_per_user_key is 'A user has at most one default ritual.';

-- Nothing for anon: a ritual belongs to somebody who has signed in.
revoke all on table public.rituals from anon, authenticated, service_role;
grant select, insert, update, delete on table public.rituals to authenticated, service_role;

create policy select_own on public.rituals
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.rituals is 'Users see their own rituals.';

create policy insert_own on public.rituals
for insert
to authenticated
with check (user_id = (select auth.uid()));

comment on policy insert_own on public.rituals is 'Users save rituals for themselves.';

create policy update_own on public.rituals
for update
to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

comment on policy update_own on public.rituals is 'Users change their own rituals, and these stay theirs.';

create policy delete_own on public.rituals
for delete
to authenticated
using (user_id = (select auth.uid()));

comment on policy delete_own on public.rituals is 'Users delete their own rituals.';

create trigger _100_set_updated_at
before update on public.rituals
for each row execute function private.update_updated_at_column();
