-- tests/platforms/project/001_things.sql
-- One of each kind of object, as a migration makes them that grants nothing itself.
-- Needs: the supabase platform.

create table public.things (
    id bigint generated always as identity primary key,
    name text not null,
    made_at timestamptz not null default now()
);

create function public.count_things() returns bigint
language sql stable
set search_path = ''
as $$
    select count(*) from public.things
$$;

create sequence public.tickets;
