-- sql/travel_booking/supabase-schema.sql
-- Bookings and payments, and the helpers that every later file uses: who is calling, who is an admin, jobs.
-- Needs: auth.users.  Undone by: rollback_supabase-schema.sql

create schema private;

comment on schema private is 'Helpers and internals. Not exposed by the API, not usable by client roles.';

-- Who is calling

create function private.caller_role()
returns text
language sql
stable
set search_path = ''
as $body$
    -- Inside a security definer function current_user is its owner; the role that the request has set is
    -- still in the setting. Without "set role" it is the role that has logged in.
    select coalesce(nullif(current_setting('role', true), 'none'), session_user::text);
$body$;

comment on function private.caller_role() is
'The database role that the request acts as, also inside security definer functions.';

revoke all on function private.caller_role() from public;

create function private.is_trusted_caller()
returns boolean
language sql
stable
set search_path = ''
as $body$
    select exists (
        select
        from pg_catalog.pg_roles as r
        where r.rolname = private.caller_role() and (r.rolsuper or r.rolbypassrls)
    );
$body$;

comment on function private.is_trusted_caller() is
'True for roles that row-level security does not bind anyway: service_role, the owner, the jobs.';

revoke all on function private.is_trusted_caller() from public;

create function private.require_trusted_caller()
returns void
language plpgsql
stable
set search_path = ''
as $body$
begin
    if not private.is_trusted_caller() then
        raise exception 'this is for the server and its jobs, not for role %', private.caller_role()
            using errcode = 'insufficient_privilege';
    end if;
end
$body$;

comment on function private.require_trusted_caller() is 'Raises 42501 unless the caller is a trusted role.';

revoke all on function private.require_trusted_caller() from public;

create table private.admins (
    user_id uuid not null,
    created_at timestamptz not null default now(),
    constraint admins_pkey primary key (user_id),
    constraint admins_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);

alter table private.admins enable row level security;
alter table private.admins force row level security;

comment on table private.admins is
'Who may read everybody''s analytics and the audit log. Rows, not claims: users can edit their metadata.';
comment on column private.admins.created_at is 'When the right was given.';

-- No grants and no policies: the owner of the database names the admins.

-- In plpgsql, which keeps its plan: before PostgreSQL 18, a function in SQL is planned anew every time.
create function private.is_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    return exists (select from private.admins as a where a.user_id = (select auth.uid()));
end
$body$;

comment on function private.is_admin() is 'True if the signed-in user is in private.admins.';

revoke all on function private.is_admin() from public;
-- Policies call it with the rights of the client. It tells callers about themselves only.
grant execute on function private.is_admin() to authenticated;

create function private.require_admin()
returns void
language plpgsql
stable
set search_path = ''
as $body$
begin
    if not (private.is_trusted_caller() or private.is_admin()) then
        raise exception 'this is for admins, and % is not in private.admins',
            coalesce(auth.uid()::text, 'the caller')
            using errcode = 'insufficient_privilege';
    end if;
end
$body$;

comment on function private.require_admin() is
'Raises 42501 unless the caller is an admin or a trusted role.';

revoke all on function private.require_admin() from public;

create function private.require_self_or_admin(p_user_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $body$
begin
    -- Nobody signed in, or no user asked for, compares to null: coalesce makes that a no.
    if not (
        coalesce(p_user_id = auth.uid(), false) or private.is_trusted_caller() or private.is_admin()
    ) then
        raise exception 'user % may not read the data of user %',
            coalesce(auth.uid()::text, 'unknown'), coalesce(p_user_id::text, 'null')
            using
                errcode = 'insufficient_privilege',
                hint = 'Ask for your own user id.';
    end if;
end
$body$;

comment on function private.require_self_or_admin(uuid) is
'Raises 42501 unless the caller asks for their own data, is an admin or a trusted role.';

revoke all on function private.require_self_or_admin(uuid) from public;

-- Jobs

create function private.schedule_job(p_name text, p_schedule text, p_command text)
returns void
language plpgsql
set search_path = ''
as $body$
begin
    if to_regnamespace('cron') is null then
        raise warning 'job % is not scheduled: the extension pg_cron is not enabled', p_name
            using hint = format(
                'Enable pg_cron, then run: select cron.schedule(%L, %L, %L);', p_name, p_schedule, p_command
            );
    else
        perform cron.schedule(p_name, p_schedule, p_command);
    end if;
end
$body$;

comment on function private.schedule_job(text, text, text) is
'Schedules a command with pg_cron under a name, or warns that pg_cron is not enabled.';

revoke all on function private.schedule_job(text, text, text) from public;

create function private.unschedule_job(p_name text)
returns void
language plpgsql
set search_path = ''
as $body$
begin
    -- Without pg_cron, or with pg_cron enabled later, there is no job to take away.
    if to_regnamespace('cron') is not null then
        perform cron.unschedule(job.jobid)
        from cron.job as job
        where job.jobname = p_name;
    end if;
end
$body$;

comment on function private.unschedule_job(text) is 'Takes a job of that name away, if there is one.';

revoke all on function private.unschedule_job(text) from public;

-- Time stamps

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

-- Bookings

create table public.bookings (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    hotel_identifier text not null,
    check_in_date date not null,
    check_out_date date not null,
    total_price numeric(12, 2) not null,
    currency text not null default 'SAR',
    status text not null default 'pending',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint bookings_pkey primary key (id),
    -- What belongs to a booking refers to it together with its owner.
    constraint bookings_user_id_id_key unique (user_id, id),
    constraint bookings_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade,
    constraint bookings_hotel_identifier_is_not_empty check (hotel_identifier <> ''),
    constraint bookings_check_out_is_after_check_in check (check_out_date > check_in_date),
    constraint bookings_dates_are_finite check (isfinite(check_in_date) and isfinite(check_out_date)),
    -- NaN is greater than every number, and makes NaN of every sum that it is in.
    constraint bookings_total_price_is_positive check (total_price > 0 and total_price <> 'NaN'),
    constraint bookings_currency_is_a_code check (currency ~ '^[A-Z]{3}$'),
    constraint bookings_status_is_known check (status in ('pending', 'confirmed', 'completed', 'cancelled'))
);

alter table public.bookings enable row level security;
alter table public.bookings force row level security;

comment on table public.bookings is
'Hotel stays that a traveller has booked: what is paid for, predicted and reviewed.';
comment on column public.bookings.user_id is 'The traveller, and so the owner.';
comment on column public.bookings.hotel_identifier is 'The hotel, as the booking provider names it.';
comment on column public.bookings.total_price is 'For the whole stay, in the currency of the booking.';

-- The server books, at prices that it has checked; travellers read. Nothing for anon.
revoke all on table public.bookings from anon, authenticated, service_role;
grant select on table public.bookings to authenticated;
grant select, insert, update, delete on table public.bookings to service_role;

create policy select_own on public.bookings
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.bookings is 'Travellers see their own bookings.';

-- No insert, update or delete: the price and the status of a booking are not the client's to say.

create trigger _100_set_updated_at
before update on public.bookings
for each row execute function private.tg__set_updated_at();

-- Payments

create table public.payments (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    booking_id uuid,
    amount numeric(12, 2) not null,
    currency text not null default 'SAR',
    status text not null default 'pending',
    payment_method text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint payments_pkey primary key (id),
    -- Financial records are kept forever: an account or a booking that was paid for is closed, not deleted.
    constraint payments_user_id_fkey foreign key (user_id) references auth.users (id) on delete restrict,
    constraint payments_user_id_booking_id_fkey foreign key (user_id, booking_id)
    references public.bookings (user_id, id) on delete restrict,
    constraint payments_amount_is_positive check (amount > 0 and amount <> 'NaN'),
    constraint payments_currency_is_a_code check (currency ~ '^[A-Z]{3}$'),
    constraint payments_status_is_known check (
        status in ('pending', 'completed', 'failed', 'refunded', 'cancelled')
    )
);

alter table public.payments enable row level security;
alter table public.payments force row level security;

create index payments_user_id_booking_id_idx on public.payments (user_id, booking_id);

comment on table public.payments is 'Payments by card or transfer; kept forever.';
comment on column public.payments.user_id is 'Who pays, and so the owner.';
comment on column public.payments.booking_id is
'The booking that is paid for, of the same traveller; null for anything else.';
comment on column public.payments.currency is 'ISO 4217 code.';
comment on column public.payments.payment_method is 'In the words of the payment provider.';

-- The server records what the payment provider says; travellers read. Nobody deletes. Nothing for anon.
revoke all on table public.payments from anon, authenticated, service_role;
grant select on table public.payments to authenticated;
grant select, insert, update on table public.payments to service_role;

create policy select_own on public.payments
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.payments is 'Travellers see their own payments.';

-- No insert or update: a client would declare itself paid. No delete: kept forever.

create trigger _100_set_updated_at
before update on public.payments
for each row execute function private.tg__set_updated_at();
