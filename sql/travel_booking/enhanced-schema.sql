-- sql/travel_booking/enhanced-schema.sql
-- User profiling: travellers, their trips and what they spend on them.
-- Needs: supabase-schema.sql.  Undone by: rollback_enhanced-schema.sql

-- Users

create table public.users (
    id uuid not null,
    email text not null,
    telegram_id bigint,
    full_name text,
    travel_style text,
    total_trips integer not null default 0,
    loyalty_score numeric(3, 2) not null default 0,
    engagement_level text not null default 'low',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_pkey primary key (id),
    constraint users_email_key unique (email),
    constraint users_telegram_id_key unique (telegram_id),
    constraint users_id_fkey foreign key (id) references auth.users (id) on delete cascade,
    constraint users_total_trips_is_not_negative check (total_trips >= 0),
    constraint users_loyalty_score_is_not_negative check (loyalty_score >= 0 and loyalty_score <> 'NaN'),
    constraint users_engagement_level_is_known check (
        engagement_level in ('low', 'medium', 'high', 'premium')
    )
);

alter table public.users enable row level security;
alter table public.users force row level security;

comment on table public.users is 'Travellers; one row per account, gone with it.';
comment on column public.users.id is 'The account, and so the owner: auth.users.id.';
comment on column public.users.email is 'The address that the traveller has signed in with.';
comment on column public.users.telegram_id is 'The chat of the booking bot; linked by the server.';
comment on column public.users.travel_style is 'In the traveller''s words.';
comment on column public.users.total_trips is
'As the server last counted, for lists; get_user_analytics() counts anew.';
comment on column public.users.loyalty_score is 'Given by the server, from 0 up.';
comment on column public.users.engagement_level is 'Given by the server.';

-- Counters, scores and the linked chat are the server's to write. Nothing for anon.
revoke all on table public.users from anon, authenticated, service_role;
grant select on table public.users to authenticated;
grant insert (id, email, full_name, travel_style) on table public.users to authenticated;
grant update (full_name, travel_style) on table public.users to authenticated;
grant select, insert, update, delete on table public.users to service_role;

create policy select_own on public.users
for select
to authenticated
using (id = (select auth.uid()));

comment on policy select_own on public.users is 'Travellers see their own row.';

-- The address comes from the claims: with a free choice, the unique key would tell who else is a traveller.
create policy insert_own on public.users
for insert
to authenticated
with check (id = (select auth.uid()) and email = (select auth.email()));

comment on policy insert_own on public.users is
'Travellers enter themselves, under the address that they have signed in with.';

create policy update_own on public.users
for update
to authenticated
using (id = (select auth.uid()))
with check (id = (select auth.uid()));

comment on policy update_own on public.users is 'Travellers change their own name and travel style.';

-- No delete: an account is deleted in auth.users, and this row goes with it.

create trigger _100_set_updated_at
before update on public.users
for each row execute function private.tg__set_updated_at();

-- Trips

create table public.trips (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    destination text not null,
    start_date date not null,
    end_date date not null,
    budget numeric(12, 2),
    status text not null default 'planned',
    group_size integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint trips_pkey primary key (id),
    -- What belongs to a trip refers to it together with its owner.
    constraint trips_user_id_id_key unique (user_id, id),
    constraint trips_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
    constraint trips_destination_is_not_empty check (destination <> ''),
    constraint trips_end_is_after_start check (end_date > start_date),
    constraint trips_dates_are_finite check (isfinite(start_date) and isfinite(end_date)),
    constraint trips_budget_is_positive check (budget > 0 and budget <> 'NaN'),
    constraint trips_status_is_known check (status in ('planned', 'ongoing', 'completed', 'cancelled')),
    constraint trips_group_size_is_positive check (group_size > 0)
);

alter table public.trips enable row level security;
alter table public.trips force row level security;

comment on table public.trips is 'Journeys that a traveller plans, makes or has made.';
comment on column public.trips.user_id is 'The traveller, and so the owner.';
comment on column public.trips.budget is 'For the whole trip, in SAR; null while nobody has said.';
comment on column public.trips.group_size is 'Travellers, the owner included.';

revoke all on table public.trips from anon, authenticated, service_role;
grant select, insert, update, delete on table public.trips to authenticated, service_role;

create policy select_own on public.trips
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.trips is 'Travellers see their own trips.';

create policy insert_own on public.trips
for insert
to authenticated
with check (user_id = (select auth.uid()));

comment on policy insert_own on public.trips is 'Travellers plan their own trips.';

create policy update_own on public.trips
for update
to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

comment on policy update_own on public.trips is 'Travellers change their own trips, and they stay theirs.';

create policy delete_own on public.trips
for delete
to authenticated
using (user_id = (select auth.uid()));

comment on policy delete_own on public.trips is 'Travellers delete their own trips.';

create trigger _100_set_updated_at
before update on public.trips
for each row execute function private.tg__set_updated_at();

-- Expenses

create table public.expenses (
    id uuid not null default gen_random_uuid(),
    trip_id uuid not null,
    user_id uuid not null,
    category text not null,
    amount numeric(12, 2) not null,
    currency text not null default 'SAR',
    description text,
    spent_on date not null default (now() at time zone 'utc')::date,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint expenses_pkey primary key (id),
    constraint expenses_user_id_trip_id_fkey foreign key (user_id, trip_id)
    references public.trips (user_id, id) on delete cascade,
    constraint expenses_category_is_not_empty check (category <> ''),
    constraint expenses_amount_is_positive check (amount > 0 and amount <> 'NaN'),
    constraint expenses_currency_is_a_code check (currency ~ '^[A-Z]{3}$')
);

alter table public.expenses enable row level security;
alter table public.expenses force row level security;

create index expenses_user_id_trip_id_idx on public.expenses (user_id, trip_id);

comment on table public.expenses is 'What was spent on a trip; gone with the trip.';
comment on column public.expenses.trip_id is 'A trip of the same traveller.';
comment on column public.expenses.user_id is 'Who spent it, and so the owner.';
comment on column public.expenses.spent_on is 'The day; today (UTC) unless said.';

revoke all on table public.expenses from anon, authenticated, service_role;
grant select, insert, update, delete on table public.expenses to authenticated, service_role;

create policy select_own on public.expenses
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.expenses is 'Travellers see their own expenses.';

create policy insert_own on public.expenses
for insert
to authenticated
with check (user_id = (select auth.uid()));

comment on policy insert_own on public.expenses is
'Travellers record their own expenses; the foreign key keeps them to their own trips.';

create policy update_own on public.expenses
for update
to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

comment on policy update_own on public.expenses is
'Travellers change their own expenses, and they stay theirs.';

create policy delete_own on public.expenses
for delete
to authenticated
using (user_id = (select auth.uid()));

comment on policy delete_own on public.expenses is 'Travellers delete their own expenses.';

create trigger _100_set_updated_at
before update on public.expenses
for each row execute function private.tg__set_updated_at();
