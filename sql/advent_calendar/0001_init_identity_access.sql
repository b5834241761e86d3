-- sql/advent_calendar/0001_init_identity_access.sql
-- Identity and access: accounts, the sessions of their devices, and the one question every policy asks.
-- Needs: auth.users; takes pg_cron.  Undone by: rollback_0001_init_identity_access.sql

create schema private;

comment on schema private is 'Helpers of policies, triggers and jobs. The API does not expose it.';

revoke all on schema private from public;
-- Policies run as their reader, who therefore has to find the helpers.
grant usage on schema private to authenticated, service_role;

create function private.tg__set_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    new.updated_at := now();
    return new;
end
$body$;

comment on function private.tg__set_updated_at() is
'Trigger function: an update moves updated_at to the time of its transaction, whatever the client sent.';

revoke all on function private.tg__set_updated_at() from public;

create table public.account_v2 (
    account_id uuid not null default gen_random_uuid(),
    email text not null,
    email_verified boolean not null default false,
    auth_provider text not null default 'supabase',
    auth_provider_id uuid,
    last_login_at timestamptz,
    plan text not null default 'free',
    settings jsonb not null default '{}',
    preferences jsonb not null default '{}',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint account_v2_pkey primary key (account_id),
    constraint account_v2_email_key unique (email),
    constraint account_v2_auth_provider_id_key unique (auth_provider_id),
    constraint account_v2_auth_provider_id_fkey foreign key (auth_provider_id)
    references auth.users (id) on delete cascade,
    constraint account_v2_email_is_an_address check (email ~ '^[^@ \t\r\n]+@[^@ \t\r\n]+$'),
    constraint account_v2_email_is_lower_case check (email = lower(email collate "C")),
    constraint account_v2_email_has_at_most_320_characters check (char_length(email) <= 320),
    constraint account_v2_auth_provider_is_not_empty check (auth_provider <> ''),
    constraint account_v2_plan_is_known check (plan in ('free', 'premium')),
    constraint account_v2_settings_are_an_object check (jsonb_typeof(settings) = 'object'),
    constraint account_v2_preferences_are_an_object check (jsonb_typeof(preferences) = 'object')
);

alter table public.account_v2 enable row level security;
alter table public.account_v2 force row level security;

comment on table public.account_v2 is
'A family''s account. It belongs to the person whose auth.uid() is in auth_provider_id.';
comment on column public.account_v2.email is
'Lower case (A to Z), so that one address cannot sign up twice.';
comment on column public.account_v2.auth_provider_id is
'The person at Supabase Auth, auth.users.id. Null until the owner of the address has signed in: see
ensure_account().';
comment on column public.account_v2.plan is 'Set by the server; the owner reads it.';
comment on column public.account_v2.is_active is
'False: the account is closed. Its owner sees nothing and its published calendars are not shared.';

-- In plpgsql, which keeps its plan: before PostgreSQL 18, a function in SQL is planned anew every time.
create function private.current_account_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    return (
        select a.account_id
        from public.account_v2 as a
        where a.auth_provider_id = auth.uid() and a.is_active
    );
end
$body$;

comment on function private.current_account_id() is
'The active account of whoever asks, null for everybody else. Every policy compares with it; it runs as its
owner because the policy on account_v2 asks it too.';

revoke all on function private.current_account_id() from public;
grant execute on function private.current_account_id() to authenticated;

-- No insert: ensure_account() opens an account, so that nobody can take another's address.
-- Update: what the owner may say about the account; never its plan, its address or whose it is.
revoke all on table public.account_v2 from anon, authenticated, service_role;
grant select, delete, update (settings, preferences) on table public.account_v2 to authenticated;
grant select, insert, update, delete on table public.account_v2 to service_role;

create policy select_own on public.account_v2
for select
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy select_own on public.account_v2 is 'Owners see their account.';

create policy update_own on public.account_v2
for update
to authenticated
using (account_id = (select private.current_account_id()))
with check (account_id = (select private.current_account_id()));

comment on policy update_own on public.account_v2 is 'Owners change the settings of their account.';

create policy delete_own on public.account_v2
for delete
to authenticated
using (account_id = (select private.current_account_id()));

comment on policy delete_own on public.account_v2 is
'Owners delete their account, and everything of the family with it.';

create trigger _100_set_updated_at
before update on public.account_v2
for each row execute function private.tg__set_updated_at();

create table public.account_session (
    session_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    session_token text not null,
    expires_at timestamptz not null,
    ip_address inet,
    user_agent text,
    created_at timestamptz not null default now(),
    constraint account_session_pkey primary key (session_id),
    constraint account_session_session_token_key unique (session_token),
    constraint account_session_account_id_fkey foreign key (account_id)
    references public.account_v2 (account_id) on delete cascade,
    constraint account_session_token_is_not_empty check (session_token <> ''),
    constraint account_session_does_not_end_before_it_began check (expires_at >= created_at)
);

alter table public.account_session enable row level security;
alter table public.account_session force row level security;

create index account_session_account_id_idx on public.account_session (account_id);
create index account_session_expires_at_idx on public.account_session (expires_at);

comment on table public.account_session is
'Where an account is signed in. An expired session is invisible at once and removed by the next cleanup.';
comment on column public.account_session.session_token is 'Secret: only the server can read it.';
comment on column public.account_session.ip_address is 'Where the session was begun from.';

-- The list of devices, without the tokens. No insert, no update: the server begins and prolongs sessions.
revoke all on table public.account_session from anon, authenticated, service_role;
grant delete, select (session_id, account_id, expires_at, ip_address, user_agent, created_at)
on table public.account_session to authenticated;
grant select, insert, update, delete on table public.account_session to service_role;

create policy select_own on public.account_session
for select
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy select_own on public.account_session is 'Owners see where they are signed in.';

create policy delete_own on public.account_session
for delete
to authenticated
using (account_id = (select private.current_account_id()) and expires_at > now());

comment on policy delete_own on public.account_session is 'Owners sign a device out.';

create function public.ensure_account()
returns uuid
language plpgsql
security definer
set search_path = ''
as $body$
declare
    person constant uuid := auth.uid();
    address text;
    account public.account_v2;
begin
    if person is null then
        raise exception 'nobody is signed in' using errcode = 'insufficient_privilege';
    end if;

    -- Only an address that its owner has confirmed opens or claims an account.
    select lower(u.email collate "C") into address
    from auth.users as u
    where u.id = person and u.email_confirmed_at is not null;

    insert into public.account_v2 as a (email, email_verified, auth_provider_id, last_login_at)
    select address, true, person, now()
    where
        address is not null
        and not exists (select from public.account_v2 as mine where mine.auth_provider_id = person)
    on conflict (email) do update set auth_provider_id = excluded.auth_provider_id, email_verified = true
    where a.auth_provider_id is null and a.auth_provider = excluded.auth_provider;

    update public.account_v2 as a set last_login_at = now()
    where a.auth_provider_id = person and a.is_active
    returning a.* into account;

    if account.account_id is null then
        raise exception 'this sign-in has no active account and cannot open one'
            using
                errcode = 'insufficient_privilege',
                hint = 'Confirm the e-mail address, or sign in with the one that opened the account.';
    end if;
    return account.account_id;
end
$body$;

comment on function public.ensure_account() is
'The account of whoever is signed in. The first call opens it, or claims the one that was carried over from
the old application under the same confirmed address. Raises 42501 for nobody, an unconfirmed address, one
that belongs to another sign-in, and a closed account.';

revoke all on function public.ensure_account() from public, anon, authenticated, service_role;
grant execute on function public.ensure_account() to authenticated;

create function private.remove_expired_account_sessions(p_batch_size integer default 1000)
returns bigint
language plpgsql
set search_path = ''
as $body$
declare
    removed bigint := 0;
    batch bigint;
begin
    loop
        -- A row that somebody holds is left for the next run; nobody waits.
        delete from public.account_session as s
        where
            s.session_id = any (array(
                select old.session_id
                from public.account_session as old
                where old.expires_at <= now()
                order by old.expires_at, old.session_id
                limit p_batch_size
                for update skip locked
            ));
        get diagnostics batch = row_count;
        removed := removed + batch;
        exit when batch = 0;
    end loop;
    return removed;
end
$body$;

comment on function private.remove_expired_account_sessions(integer) is
'Removes expired sessions, p_batch_size at a time, passing over what others hold, and returns how many.';

revoke all on function private.remove_expired_account_sessions(integer) from public;

do $migration$
begin
    if to_regnamespace('cron') is null then
        raise warning 'remove-expired-account-sessions is not scheduled: the extension pg_cron is not enabled'
            using hint = 'Enable pg_cron and schedule private.remove_expired_account_sessions().';
    else
        perform cron.schedule(
            'remove-expired-account-sessions', '*/5 * * * *',
            $job$select private.remove_expired_account_sessions();$job$
        );
    end if;
end
$migration$;
