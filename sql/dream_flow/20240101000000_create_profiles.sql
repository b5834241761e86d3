-- sql/dream_flow/20240101000000_create_profiles.sql
-- Profiles: the mood, the evening routine and the likes that a bedtime story is made from.
-- Needs: auth.users.  Undone by: rollback_20240101000000_create_profiles.sql

create schema private;

comment on schema private is 'Helpers of triggers. Not exposed by the API, not usable by client roles.';

create function private.update_updated_at_column()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    new.updated_at := now();
    return new;
end
$body$;

comment on function private.update_updated_at_column() is
'Trigger function: an update moves updated_at to the time of its transaction, whatever the client sent.';

revoke all on function private.update_updated_at_column() from public;

create table public.profiles (
    id uuid not null,
    mood text,
    routine text,
    preferences text[] not null default '{}',
    favorite_characters text[] not null default '{}',
    calming_elements text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint profiles_pkey primary key (id),
    constraint profiles_id_fkey foreign key (id) references auth.users (id) on delete cascade
);

alter table public.profiles enable row level security;
alter table public.profiles force row level security;

create index profiles_updated_at_idx on public.profiles (updated_at);

comment on table public.profiles is 'What a user likes at bedtime; one row per user, gone with the account.';
comment on column public.profiles.id is 'The user, and so the owner: auth.users.id.';
comment on column public.profiles.mood is 'Current emotional tone, in the user''s words.';
comment on column public.profiles.routine is 'Evening routine or ritual, in the user''s words.';
comment on column public.profiles.preferences is 'General likes and interests.';
comment on column public.profiles.favorite_characters is 'Characters that stories may bring back.';
comment on column public.profiles.calming_elements is 'Calming anchors: sounds, places, colours.';

-- Nothing for anon: a profile belongs to somebody who has signed in.
revoke all on table public.profiles from anon, authenticated, service_role;
grant select, insert, update, delete on table public.profiles to authenticated, service_role;

create policy select_own on public.profiles
for select
to authenticated
using (id = (select auth.uid()));

comment on policy select_own on public.profiles is 'Users see their own profile.';

create policy insert_own on public.profiles
for insert
to authenticated
with check (id = (select auth.uid()));

comment on policy insert_own on public.profiles is 'Users create their own profile.';

create policy update_own on public.profiles
for update
to authenticated
using (id = (select auth.uid()))
with check (id = (select auth.uid()));

comment on policy update_own on public.profiles is 'Users change their own profile, and it stays theirs.';

create policy delete_own on public.profiles
for delete
to authenticated
using (id = (select auth.uid()));

comment on policy delete_own on public.profiles is 'Users delete their own profile.';

create trigger _100_set_updated_at
before update on public.profiles
for each row execute function private.update_updated_at_column();
