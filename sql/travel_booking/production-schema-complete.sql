-- sql/travel_booking/production-schema-complete.sql
-- Personas, reviews and social proof, predictions, referrals, the behaviour log and the audit log.
-- Needs: crypto-payments-schema.sql.  Undone by: rollback_production-schema-complete.sql

-- Whose analytics may be read

create function private.readable_user_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    return query
    select caller.id
    from (select auth.uid() as id) as caller
    where caller.id is not null
    union
    select u.id
    from public.users as u
    where (select private.is_admin());
end
$body$;

comment on function private.readable_user_ids() is
'Whose analytics the caller may read: their own; everybody''s for an admin.';

revoke all on function private.readable_user_ids() from public;
-- Policies call it with the rights of the client, as "= any(array(select ...))": an array can be looked up in
-- an index, "or is_admin()" would read the whole table. It tells callers what the policies let them read.
grant execute on function private.readable_user_ids() to authenticated;

-- Personas

create table public.traveler_personas (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    persona_type text not null,
    booking_patterns jsonb not null default '{}',
    confidence_level numeric(5, 4) not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint traveler_personas_pkey primary key (id),
    constraint traveler_personas_user_id_key unique (user_id),
    constraint traveler_personas_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade,
    constraint traveler_personas_persona_type_is_known check (
        persona_type in (
            'مسافر_اقتصادي', 'مسافر_متوسط', 'باحث_عن_الفخامة', 'مستكشف_جديد', 'مسافر_دائم'
        )
    ),
    constraint traveler_personas_confidence_level_is_a_share check (confidence_level between 0 and 1)
);

alter table public.traveler_personas enable row level security;
alter table public.traveler_personas force row level security;

create index idx_personas_booking_patterns on public.traveler_personas using gin (booking_patterns);

comment on table public.traveler_personas is
'What kind of traveller somebody is, as the application has settled it; their reviews count for it.';
comment on column public.traveler_personas.persona_type is
'In the words of the application: economy, middle, luxury seeker, new explorer, frequent traveller.';
comment on column public.traveler_personas.booking_patterns is 'What the persona was concluded from.';
comment on column public.traveler_personas.confidence_level is 'How sure the conclusion is, from 0 to 1.';

-- The server concludes; travellers and admins read. Nothing for anon.
revoke all on table public.traveler_personas from anon, authenticated, service_role;
grant select on table public.traveler_personas to authenticated;
grant select, insert, update, delete on table public.traveler_personas to service_role;

create policy select_own_or_admin on public.traveler_personas
for select
to authenticated
using (user_id = any(array(select private.readable_user_ids())));

comment on policy select_own_or_admin on public.traveler_personas is
'Travellers see their own persona, admins see everybody''s.';

-- No insert, update or delete: a persona is concluded, not claimed.

create trigger _100_set_updated_at
before update on public.traveler_personas
for each row execute function private.tg__set_updated_at();

-- Reviews

create table public.booking_outcomes (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    booking_id uuid not null,
    hotel_identifier text not null,
    check_in_date date not null,
    check_out_date date not null,
    nights_stayed integer not null generated always as (check_out_date - check_in_date) stored,
    price_per_night numeric(12, 2) not null,
    total_price numeric(12, 2) not null,
    rating smallint not null,
    would_rebook boolean not null,
    expectation_exceeded boolean not null,
    value_for_money smallint,
    ratings jsonb not null default '{}',
    review text,
    verified boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint booking_outcomes_pkey primary key (id),
    -- Together with the owner, so that the key tells nobody whether somebody else's booking was reviewed.
    constraint booking_outcomes_user_id_booking_id_key unique (user_id, booking_id),
    constraint booking_outcomes_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade,
    constraint booking_outcomes_user_id_booking_id_fkey foreign key (user_id, booking_id)
    references public.bookings (user_id, id) on delete cascade,
    constraint booking_outcomes_hotel_identifier_is_not_empty check (hotel_identifier <> ''),
    constraint booking_outcomes_check_out_is_after_check_in check (check_out_date > check_in_date),
    constraint booking_outcomes_price_per_night_is_positive check (
        price_per_night > 0 and price_per_night <> 'NaN'
    ),
    constraint booking_outcomes_total_price_is_positive check (total_price > 0 and total_price <> 'NaN'),
    constraint booking_outcomes_rating_is_1_to_5 check (rating between 1 and 5),
    constraint booking_outcomes_value_for_money_is_1_to_5 check (value_for_money between 1 and 5)
);

alter table public.booking_outcomes enable row level security;
alter table public.booking_outcomes force row level security;

create index booking_outcomes_hotel_identifier_idx on public.booking_outcomes (hotel_identifier)
where verified;
create index idx_outcomes_ratings on public.booking_outcomes using gin (ratings);

comment on table public.booking_outcomes is
'What came of a booking, in the judgement of the traveller; one per booking.';
comment on column public.booking_outcomes.user_id is 'The traveller, and so the owner.';
comment on column public.booking_outcomes.booking_id is 'A booking of the same traveller.';
comment on column public.booking_outcomes.rating is 'Stars, from 1 to 5.';
comment on column public.booking_outcomes.expectation_exceeded is 'Was it better than expected?';
comment on column public.booking_outcomes.value_for_money is 'From 1 to 5; null if not asked.';
comment on column public.booking_outcomes.ratings is 'Stars by aspect, such as cleanliness.';
comment on column public.booking_outcomes.verified is
'Has the server compared it with the booking? Only then it counts.';

-- Travellers judge; the facts are fixed once entered, and verifying is the server's. Nothing for anon.
revoke all on table public.booking_outcomes from anon, authenticated, service_role;
grant select, delete on table public.booking_outcomes to authenticated;
grant insert (
    user_id, booking_id, hotel_identifier, check_in_date, check_out_date, price_per_night, total_price,
    rating, would_rebook, expectation_exceeded, value_for_money, ratings, review
) on table public.booking_outcomes to authenticated;
grant update (
    rating, would_rebook, expectation_exceeded, value_for_money, ratings, review
) on table public.booking_outcomes to authenticated;
grant select, insert, update, delete on table public.booking_outcomes to service_role;

create policy select_own_or_admin on public.booking_outcomes
for select
to authenticated
using (user_id = any(array(select private.readable_user_ids())));

comment on policy select_own_or_admin on public.booking_outcomes is
'Travellers see their own reviews, admins see everybody''s; the public sees what they add up to.';

create policy insert_own on public.booking_outcomes
for insert
to authenticated
with check (user_id = (select auth.uid()));

comment on policy insert_own on public.booking_outcomes is
'Travellers review in their own name; the foreign key keeps them to their own bookings.';

create policy update_own on public.booking_outcomes
for update
to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

comment on policy update_own on public.booking_outcomes is 'Travellers change their own judgement.';

create policy delete_own on public.booking_outcomes
for delete
to authenticated
using (user_id = (select auth.uid()));

comment on policy delete_own on public.booking_outcomes is 'Travellers take their own reviews back.';

create trigger _100_set_updated_at
before update on public.booking_outcomes
for each row execute function private.tg__set_updated_at();

-- Turns: what has to be written by one transaction at a time

create table private.turns (
    name text not null,
    taken_by xid8,
    taken_at timestamptz,
    constraint turns_pkey primary key (name)
);

alter table private.turns enable row level security;
alter table private.turns force row level security;

comment on table private.turns is 'Whose turn it is to write social proof or audit rows.';
comment on column private.turns.taken_by is 'The transaction that has the turn, or had it last.';
comment on column private.turns.taken_at is
'When that transaction began. Numbers start anew in a server that a dump is restored to; the two never do.';

-- No grants and no policies: triggers alone use it.

insert into private.turns (name) values ('audit'), ('social proof');

create function private.take_turn(p_name text)
returns void
language sql
set search_path = ''
as $body$
    -- Waits until whoever has the turn has committed. A transaction that has it already writes nothing: a row
    -- that one transaction updates ten thousand times is read slower each time. Above read committed, who had
    -- to wait fails with 40001 and may retry; a mere lock would let it go on with what it saw before.
    update private.turns as t
    set taken_by = pg_current_xact_id(), taken_at = now()
    where t.name = p_name and (t.taken_by, t.taken_at) is distinct from (pg_current_xact_id(), now());
$body$;

comment on function private.take_turn(text) is
'Waits for the turn of that name and keeps it until the end of the transaction.';

revoke all on function private.take_turn(text) from public;

-- Social proof: what the verified reviews of a hotel add up to, for all travellers and for each persona

create function private.trust_of(p_rating smallint, p_would_rebook boolean, p_expectation_exceeded boolean)
returns numeric
language sql
immutable
set search_path = ''
as $body$
    select p_rating / 5.0 * 0.4 + p_would_rebook::integer * 0.3 + p_expectation_exceeded::integer * 0.3;
$body$;

comment on function private.trust_of(smallint, boolean, boolean) is
'Trust that one review earns a hotel, from 0.08 to 1. Linear: the average of it is the formula of averages.';

revoke all on function private.trust_of(smallint, boolean, boolean) from public;

create view private.verified_reviews
with (security_invoker = true) as
select
    o.hotel_identifier,
    p.persona_type,
    o.rating,
    o.would_rebook,
    o.expectation_exceeded,
    o.value_for_money,
    private.trust_of(o.rating, o.would_rebook, o.expectation_exceeded) as trust
from public.booking_outcomes as o
left join public.traveler_personas as p on o.user_id = p.user_id
where o.verified;

comment on view private.verified_reviews is
'The reviews that count, each with the persona of its traveller today.';

-- Two queries and not "grouping sets", under which a condition on the hotel would not reach the index.
create view private.current_social_proof
with (security_invoker = true) as
select
    r.hotel_identifier,
    null::text as persona_type,
    count(*)::integer as total_bookings,
    round(avg(r.rating), 2) as avg_rating,
    round(avg(r.would_rebook::integer), 4) as rebook_rate,
    round(avg(r.expectation_exceeded::integer), 4) as expectation_exceeded_rate,
    round(avg(r.value_for_money), 2) as avg_value_for_money,
    round(avg(r.trust), 4) as trust_score
from private.verified_reviews as r
group by r.hotel_identifier
union all
select
    r.hotel_identifier,
    r.persona_type,
    count(*)::integer as total_bookings,
    round(avg(r.rating), 2) as avg_rating,
    round(avg(r.would_rebook::integer), 4) as rebook_rate,
    round(avg(r.expectation_exceeded::integer), 4) as expectation_exceeded_rate,
    round(avg(r.value_for_money), 2) as avg_value_for_money,
    round(avg(r.trust), 4) as trust_score
from private.verified_reviews as r
where r.persona_type is not null
group by r.hotel_identifier, r.persona_type;

comment on view private.current_social_proof is
'Social proof computed anew: per hotel a row for all travellers (persona_type null) and one per persona.';

create table public.social_proof_cache (
    id uuid not null default gen_random_uuid(),
    hotel_identifier text not null,
    persona_type text,
    total_bookings integer not null,
    avg_rating numeric(3, 2) not null,
    rebook_rate numeric(5, 4) not null,
    expectation_exceeded_rate numeric(5, 4) not null,
    avg_value_for_money numeric(3, 2),
    trust_score numeric(5, 4) not null,
    updated_at timestamptz not null default now(),
    constraint social_proof_cache_pkey primary key (id),
    constraint social_proof_cache_hotel_identifier_persona_type_key
    unique nulls not distinct (hotel_identifier, persona_type),
    constraint social_proof_cache_persona_type_is_known check (
        persona_type in (
            'مسافر_اقتصادي', 'مسافر_متوسط', 'باحث_عن_الفخامة', 'مستكشف_جديد', 'مسافر_دائم'
        )
    ),
    constraint social_proof_cache_total_bookings_is_positive check (total_bookings > 0),
    constraint social_proof_cache_avg_rating_is_1_to_5 check (avg_rating between 1 and 5),
    constraint social_proof_cache_rebook_rate_is_a_share check (rebook_rate between 0 and 1),
    constraint social_proof_cache_expectation_exceeded_rate_is_a_share check (
        expectation_exceeded_rate between 0 and 1
    ),
    constraint social_proof_cache_avg_value_for_money_is_1_to_5 check (avg_value_for_money between 1 and 5),
    constraint social_proof_cache_trust_score_is_a_share check (trust_score between 0 and 1)
);

alter table public.social_proof_cache enable row level security;
alter table public.social_proof_cache force row level security;

comment on table public.social_proof_cache is
'Social proof as of the last change of a review or a persona; written by triggers alone.';
comment on column public.social_proof_cache.persona_type is 'Null: all travellers.';
comment on column public.social_proof_cache.total_bookings is 'How many verified reviews it stands on.';
comment on column public.social_proof_cache.trust_score is
'rating / 5 * 0.4 + rebook * 0.3 + exceeded * 0.3, on average.';

-- Everybody reads, also before signing in.
revoke all on table public.social_proof_cache from anon, authenticated, service_role;
grant select on table public.social_proof_cache to anon, authenticated, service_role;

create policy select_everyone on public.social_proof_cache
for select
to anon, authenticated
using (true);

comment on policy select_everyone on public.social_proof_cache is
'Social proof is public: it names hotels and numbers, no travellers.';

-- No insert, update or delete, not even for the service role: the reviews decide.

create function private.refresh_social_proof(p_hotels text[])
returns void
language plpgsql
set search_path = ''
as $body$
begin
    -- Two transactions that each saw only their own review would both write a wrong sum.
    perform private.take_turn('social proof');

    with fresh as materialized (
        select
            s.hotel_identifier,
            s.persona_type,
            s.total_bookings,
            s.avg_rating,
            s.rebook_rate,
            s.expectation_exceeded_rate,
            s.avg_value_for_money,
            s.trust_score
        from private.current_social_proof as s
        where p_hotels is null or s.hotel_identifier = any(p_hotels)
    ),

    gone as (
        delete from public.social_proof_cache as c
        where
            (p_hotels is null or c.hotel_identifier = any(p_hotels))
            and not exists (
                select
                from fresh as f
                where
                    f.hotel_identifier = c.hotel_identifier
                    and f.persona_type is not distinct from c.persona_type
            )
    )

    insert into public.social_proof_cache as c (
        hotel_identifier, persona_type, total_bookings, avg_rating, rebook_rate,
        expectation_exceeded_rate, avg_value_for_money, trust_score
    )
    select
        f.hotel_identifier,
        f.persona_type,
        f.total_bookings,
        f.avg_rating,
        f.rebook_rate,
        f.expectation_exceeded_rate,
        f.avg_value_for_money,
        f.trust_score
    from fresh as f
    on conflict (hotel_identifier, persona_type) do update set
        total_bookings = excluded.total_bookings,
        avg_rating = excluded.avg_rating,
        rebook_rate = excluded.rebook_rate,
        expectation_exceeded_rate = excluded.expectation_exceeded_rate,
        avg_value_for_money = excluded.avg_value_for_money,
        trust_score = excluded.trust_score,
        updated_at = now()
    -- What is up to date stays as it is: the hourly job passes by every hotel there is.
    where
        (
            c.total_bookings, c.avg_rating, c.rebook_rate,
            c.expectation_exceeded_rate, c.avg_value_for_money, c.trust_score
        ) is distinct from (
            excluded.total_bookings, excluded.avg_rating, excluded.rebook_rate,
            excluded.expectation_exceeded_rate, excluded.avg_value_for_money, excluded.trust_score
        );
end
$body$;

comment on function private.refresh_social_proof(text[]) is
'Brings the social proof of these hotels up to date; null means all hotels.';

revoke all on function private.refresh_social_proof(text[]) from public;

-- Security definer: the traveller who writes a review may not write the cache.
create function private.tg_booking_outcomes__social_proof()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
declare
    hotels text[];
begin
    -- Before and after: a review may be verified, unverified, or come to belong to another hotel.
    if tg_op = 'INSERT' then
        select array_agg(distinct r.hotel_identifier) into hotels from new_rows as r where r.verified;
    elsif tg_op = 'DELETE' then
        select array_agg(distinct r.hotel_identifier) into hotels from old_rows as r where r.verified;
    elsif tg_op = 'UPDATE' then
        select array_agg(distinct r.hotel_identifier) into hotels
        from (
            select o.hotel_identifier from old_rows as o where o.verified
            union all
            select n.hotel_identifier from new_rows as n where n.verified
        ) as r;
    elsif tg_op = 'TRUNCATE' then
        select array_agg(distinct c.hotel_identifier) into hotels from public.social_proof_cache as c;
    end if;
    if hotels is not null then
        perform private.refresh_social_proof(hotels);
    end if;
    return null;
end
$body$;

comment on function private.tg_booking_outcomes__social_proof() is
'Trigger function: the social proof of the hotels whose verified reviews a statement has touched.';

revoke all on function private.tg_booking_outcomes__social_proof() from public;

create trigger _200_social_proof_insert
after insert on public.booking_outcomes
referencing new table as new_rows
for each statement execute function private.tg_booking_outcomes__social_proof();

create trigger _200_social_proof_update
after update on public.booking_outcomes
referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_booking_outcomes__social_proof();

create trigger _200_social_proof_delete
after delete on public.booking_outcomes
referencing old table as old_rows
for each statement execute function private.tg_booking_outcomes__social_proof();

create trigger _200_social_proof_truncate
after truncate on public.booking_outcomes
for each statement execute function private.tg_booking_outcomes__social_proof();

create function private.tg_traveler_personas__social_proof()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
declare
    travellers uuid[];
    hotels text[];
begin
    -- Before looking for reviews: somebody may be writing the first one. A review is in the audit log before it
    -- is in the social proof; so that a transaction which changes both, as the end of an account does, never
    -- waits for one that waits for it, the turns are always taken in that order.
    perform private.take_turn('audit');
    perform private.take_turn('social proof');

    if tg_op = 'INSERT' then
        select array_agg(distinct r.user_id) into travellers from new_rows as r;
    elsif tg_op = 'DELETE' then
        select array_agg(distinct r.user_id) into travellers from old_rows as r;
    elsif tg_op = 'UPDATE' then
        select array_agg(distinct r.user_id) into travellers
        from (
            select o.user_id from old_rows as o
            union all
            select n.user_id from new_rows as n
        ) as r;
    elsif tg_op = 'TRUNCATE' then
        select array_agg(distinct o.user_id) into travellers from public.booking_outcomes as o;
    end if;

    select array_agg(distinct o.hotel_identifier) into hotels
    from public.booking_outcomes as o
    where o.verified and o.user_id = any(travellers);

    if hotels is not null then
        perform private.refresh_social_proof(hotels);
    end if;
    return null;
end
$body$;

comment on function private.tg_traveler_personas__social_proof() is
'Trigger function: the social proof of hotels reviewed by travellers whose persona a statement has changed.';

revoke all on function private.tg_traveler_personas__social_proof() from public;

create trigger _200_social_proof_insert
after insert on public.traveler_personas
referencing new table as new_rows
for each statement execute function private.tg_traveler_personas__social_proof();

create trigger _200_social_proof_update
after update on public.traveler_personas
referencing old table as old_rows new table as new_rows
for each statement execute function private.tg_traveler_personas__social_proof();

create trigger _200_social_proof_delete
after delete on public.traveler_personas
referencing old table as old_rows
for each statement execute function private.tg_traveler_personas__social_proof();

create trigger _200_social_proof_truncate
after truncate on public.traveler_personas
for each statement execute function private.tg_traveler_personas__social_proof();

create function public.get_hotel_social_proof(p_hotel_identifier text, p_persona_type text default null)
returns table (
    hotel_identifier text,
    persona_type text,
    total_bookings integer,
    avg_rating numeric,
    rebook_rate numeric,
    expectation_exceeded_rate numeric,
    avg_value_for_money numeric,
    trust_score numeric
)
language sql
stable
rows 1
set search_path = ''
as $body$
    -- Not "is not distinct from", which no index serves.
    select
        c.hotel_identifier,
        c.persona_type,
        c.total_bookings,
        c.avg_rating,
        c.rebook_rate,
        c.expectation_exceeded_rate,
        c.avg_value_for_money,
        c.trust_score
    from public.social_proof_cache as c
    where
        c.hotel_identifier = p_hotel_identifier
        and (c.persona_type = p_persona_type or (c.persona_type is null and p_persona_type is null));
$body$;

comment on function public.get_hotel_social_proof(text, text) is
'Social proof of a hotel among travellers of one persona, or all of them; no row without verified reviews.';

revoke all on function public.get_hotel_social_proof(text, text)
from public, anon, authenticated, service_role;
grant execute on function public.get_hotel_social_proof(text, text) to anon, authenticated, service_role;

-- Predictions

create table public.trip_predictions (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    predicted_destination text not null,
    predicted_dates_range daterange not null,
    confidence numeric(5, 4) not null,
    reasoning jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint trip_predictions_pkey primary key (id),
    constraint trip_predictions_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade,
    constraint trip_predictions_confidence_is_a_share check (confidence between 0 and 1)
);

alter table public.trip_predictions enable row level security;
alter table public.trip_predictions force row level security;

create index trip_predictions_user_id_created_at_idx on public.trip_predictions (user_id, created_at desc);

comment on table public.trip_predictions is 'Where and when a traveller will want to go next.';
comment on column public.trip_predictions.predicted_dates_range is 'When the trip would take place.';
comment on column public.trip_predictions.confidence is 'How sure the prediction is, from 0 to 1.';
comment on column public.trip_predictions.reasoning is 'What it was predicted from.';

-- The server predicts; travellers and admins read. Nothing for anon.
revoke all on table public.trip_predictions from anon, authenticated, service_role;
grant select on table public.trip_predictions to authenticated;
grant select, insert, update, delete on table public.trip_predictions to service_role;

create policy select_own_or_admin on public.trip_predictions
for select
to authenticated
using (user_id = any(array(select private.readable_user_ids())));

comment on policy select_own_or_admin on public.trip_predictions is
'Travellers see what is predicted for them, admins see everybody''s.';

-- No insert, update or delete: predictions are computed.

create table public.outcome_predictions (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    booking_id uuid not null,
    predicted_rating numeric(3, 2) not null,
    confidence numeric(5, 4) not null,
    reasoning jsonb not null default '{}',
    prediction_accuracy numeric(5, 4),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint outcome_predictions_pkey primary key (id),
    constraint outcome_predictions_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade,
    constraint outcome_predictions_user_id_booking_id_fkey foreign key (user_id, booking_id)
    references public.bookings (user_id, id) on delete cascade,
    constraint outcome_predictions_predicted_rating_is_1_to_5 check (predicted_rating between 1 and 5),
    constraint outcome_predictions_confidence_is_a_share check (confidence between 0 and 1),
    constraint outcome_predictions_prediction_accuracy_is_a_share check (prediction_accuracy between 0 and 1)
);

alter table public.outcome_predictions enable row level security;
alter table public.outcome_predictions force row level security;

create index outcome_predictions_user_id_booking_id_idx on public.outcome_predictions (user_id, booking_id);

comment on table public.outcome_predictions is 'How content a traveller will be with a booking.';
comment on column public.outcome_predictions.booking_id is 'A booking of the same traveller.';
comment on column public.outcome_predictions.predicted_rating is 'Stars, from 1 to 5.';
comment on column public.outcome_predictions.reasoning is 'What it was predicted from.';
comment on column public.outcome_predictions.prediction_accuracy is
'How right it was, from 0 to 1; null before the review.';

-- The server predicts; travellers and admins read. Nothing for anon.
revoke all on table public.outcome_predictions from anon, authenticated, service_role;
grant select on table public.outcome_predictions to authenticated;
grant select, insert, update, delete on table public.outcome_predictions to service_role;

create policy select_own_or_admin on public.outcome_predictions
for select
to authenticated
using (user_id = any(array(select private.readable_user_ids())));

comment on policy select_own_or_admin on public.outcome_predictions is
'Travellers see what is predicted for their bookings, admins see everybody''s.';

-- No insert, update or delete: predictions are computed.

create trigger _100_set_updated_at
before update on public.outcome_predictions
for each row execute function private.tg__set_updated_at();

-- Referrals

create table public.referrals (
    id uuid not null default gen_random_uuid(),
    referrer_id uuid not null,
    referred_user_id uuid,
    referral_code text not null default upper(left(replace(gen_random_uuid()::text, '-', ''), 12)),
    status text not null default 'pending',
    reward_tier text not null default 'bronze',
    reward_claimed boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint referrals_pkey primary key (id),
    constraint referrals_referral_code_key unique (referral_code),
    constraint referrals_referrer_id_referred_user_id_key unique (referrer_id, referred_user_id),
    constraint referrals_referrer_id_fkey foreign key (referrer_id)
    references public.users (id) on delete cascade,
    -- A friend who leaves does not take the referral along.
    constraint referrals_referred_user_id_fkey foreign key (referred_user_id)
    references public.users (id) on delete set null,
    constraint referrals_status_is_known check (
        status in ('pending', 'signed_up', 'first_booking', 'active_user')
    ),
    constraint referrals_reward_tier_is_known check (reward_tier in ('bronze', 'silver', 'gold', 'platinum')),
    constraint referrals_pending_names_nobody check (status <> 'pending' or referred_user_id is null),
    constraint referrals_pending_earns_nothing check (status <> 'pending' or not reward_claimed),
    constraint referrals_are_of_others check (referred_user_id <> referrer_id)
);

alter table public.referrals enable row level security;
alter table public.referrals force row level security;

create index referrals_referred_user_id_idx on public.referrals (referred_user_id);

comment on table public.referrals is
'Who brought whom. An invitation is pending until somebody signs up with its code.';
comment on column public.referrals.referrer_id is 'Who invites, and so the owner.';
comment on column public.referrals.referred_user_id is
'Who signed up; null while pending, and again once that account is gone.';
comment on column public.referrals.referral_code is
'Drawn by the database: a free choice could be guessed or probed.';
comment on column public.referrals.status is 'How far the invited person has come.';

-- Travellers invite; the server records sign-ups and gives rewards. Nothing for anon.
revoke all on table public.referrals from anon, authenticated, service_role;
grant select on table public.referrals to authenticated;
grant insert (referrer_id) on table public.referrals to authenticated;
grant select, insert, update, delete on table public.referrals to service_role;

create policy select_own_or_admin on public.referrals
for select
to authenticated
using (referrer_id = any(array(select private.readable_user_ids())));

comment on policy select_own_or_admin on public.referrals is
'Travellers see their own invitations, admins see everybody''s.';

create policy insert_own on public.referrals
for insert
to authenticated
with check (referrer_id = (select auth.uid()));

comment on policy insert_own on public.referrals is 'Travellers invite in their own name.';

-- No update or delete: a client would award itself a reward, or forget one that it has claimed.

create trigger _100_set_updated_at
before update on public.referrals
for each row execute function private.tg__set_updated_at();

create function public.calculate_k_factor(p_user_id uuid)
returns numeric
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    perform private.require_self_or_admin(p_user_id);

    return (
        -- Union drops who is known already, so that a cycle ends.
        with recursive network (user_id) as (
            select p_user_id
            union
            select r.referred_user_id
            from network as n
            inner join public.referrals as r on n.user_id = r.referrer_id
            where r.status <> 'pending' and r.referred_user_id is not null
        )

        select round(count(*)::numeric / (select count(*) from network), 4)
        from network as n
        inner join public.referrals as r on n.user_id = r.referrer_id
        where r.status <> 'pending'
    );
end
$body$;

comment on function public.calculate_k_factor(uuid) is
'New users per user: converted referrals of a user and of all whom they brought, directly or through '
'others, divided by the number of these users. Raises 42501 for somebody else''s.';

revoke all on function public.calculate_k_factor(uuid) from public, anon, authenticated, service_role;
grant execute on function public.calculate_k_factor(uuid) to authenticated, service_role;

-- Shared content

create table public.shared_content (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    content_type text not null,
    content_identifier text not null,
    view_count integer not null default 0,
    share_count integer not null default 0,
    signup_count integer not null default 0,
    viral_score numeric(12, 4) not null default 0,
    k_factor numeric(12, 4) not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint shared_content_pkey primary key (id),
    constraint shared_content_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade,
    constraint shared_content_content_type_is_known check (
        content_type in ('trip', 'destination', 'review', 'itinerary', 'budget_plan')
    ),
    constraint shared_content_view_count_is_not_negative check (view_count >= 0),
    constraint shared_content_share_count_is_not_negative check (share_count >= 0),
    constraint shared_content_signup_count_is_not_negative check (signup_count >= 0),
    constraint shared_content_viral_score_is_not_negative check (viral_score >= 0 and viral_score <> 'NaN'),
    constraint shared_content_k_factor_is_not_negative check (k_factor >= 0 and k_factor <> 'NaN')
);

alter table public.shared_content enable row level security;
alter table public.shared_content force row level security;

create index shared_content_user_id_created_at_idx on public.shared_content (user_id, created_at desc);

comment on table public.shared_content is 'What travellers have shared, and what came of it.';
comment on column public.shared_content.user_id is 'Who shared it, and so the owner.';
comment on column public.shared_content.content_identifier is
'What was shared: an id or a name, as its type has it.';
comment on column public.shared_content.viral_score is 'Computed by the server from the counts.';
comment on column public.shared_content.k_factor is 'Sign-ups per share; computed by the server.';

-- Travellers share and stop sharing; counting is the server's. Nothing for anon: the server shows it.
revoke all on table public.shared_content from anon, authenticated, service_role;
grant select, delete on table public.shared_content to authenticated;
grant insert (user_id, content_type, content_identifier) on table public.shared_content to authenticated;
grant select, insert, update, delete on table public.shared_content to service_role;

create policy select_own_or_admin on public.shared_content
for select
to authenticated
using (user_id = any(array(select private.readable_user_ids())));

comment on policy select_own_or_admin on public.shared_content is
'Travellers see what they have shared, admins see everybody''s.';

create policy insert_own on public.shared_content
for insert
to authenticated
with check (user_id = (select auth.uid()));

comment on policy insert_own on public.shared_content is 'Travellers share in their own name.';

create policy delete_own on public.shared_content
for delete
to authenticated
using (user_id = (select auth.uid()));

comment on policy delete_own on public.shared_content is 'Travellers stop sharing what is theirs.';

-- No update: the counts are the server's.

create trigger _100_set_updated_at
before update on public.shared_content
for each row execute function private.tg__set_updated_at();

-- Behaviour log

create table public.user_behavior_log (
    id uuid not null default gen_random_uuid(),
    user_id uuid not null,
    session_id text,
    action_type text not null,
    action_data jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint user_behavior_log_pkey primary key (id, created_at),
    constraint user_behavior_log_user_id_fkey foreign key (user_id)
    references public.users (id) on delete cascade
) partition by range (created_at);

alter table public.user_behavior_log enable row level security;
alter table public.user_behavior_log force row level security;

create index user_behavior_log_user_id_created_at_idx on public.user_behavior_log (user_id, created_at desc);
-- Who did it comes along, so that counting people reads no rows.
create index user_behavior_log_action_type_created_at_idx
on public.user_behavior_log (action_type, created_at desc) include (user_id);
create index idx_behavior_action_data on public.user_behavior_log using gin (action_data);

comment on table public.user_behavior_log is
'What travellers do in the application, by month (UTC); kept for 12 months by create_monthly_partition().';
comment on column public.user_behavior_log.user_id is 'Who did it, and so the owner.';
comment on column public.user_behavior_log.session_id is 'As the application names its sessions.';
comment on column public.user_behavior_log.action_type is 'Such as search, view_hotel or booking.';
comment on column public.user_behavior_log.action_data is
'Whatever the client sent; readers have to expect anything. The key budget holds a price per night in SAR.';

-- Travellers leave traces, at the time of the server. Nothing for anon.
revoke all on table public.user_behavior_log from anon, authenticated, service_role;
grant select on table public.user_behavior_log to authenticated;
grant insert (
    user_id, session_id, action_type, action_data
) on table public.user_behavior_log to authenticated;
grant select, insert, update, delete on table public.user_behavior_log to service_role;

create policy select_own on public.user_behavior_log
for select
to authenticated
using (user_id = (select auth.uid()));

comment on policy select_own on public.user_behavior_log is
'Travellers see their own traces; admins have the statistics instead.';

create policy insert_own on public.user_behavior_log
for insert
to authenticated
with check (user_id = (select auth.uid()));

comment on policy insert_own on public.user_behavior_log is 'Travellers leave traces in their own name.';

-- No update or delete: a log. Rows go with the account, or with their month.

create function private.secure_behavior_partition(p_partition regclass)
returns void
language plpgsql
set search_path = ''
as $body$
declare
    parent constant regclass := 'public.user_behavior_log'::regclass;
    statement text;
begin
    -- Access through the parent obeys the parent's policies, access to a partition its own.
    execute format('alter table %s enable row level security', p_partition);
    execute format('alter table %s force row level security', p_partition);

    -- A table that is made later comes with whatever the default privileges give away.
    for statement in
        select distinct format(
            'revoke all on table %s from %s',
            p_partition, case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end
        )
        from pg_catalog.pg_class as c
        cross join lateral aclexplode(c.relacl) as acl
        where c.oid = p_partition and acl.grantee <> c.relowner
    loop
        execute statement;
    end loop;

    for statement in
        select format('grant %s on table %s to %s', acl.privilege_type, p_partition, acl.grantee::regrole)
        from pg_catalog.pg_class as c
        cross join lateral aclexplode(c.relacl) as acl
        where c.oid = parent and acl.grantee <> c.relowner
        union all
        select format(
            'grant %s (%I) on table %s to %s',
            acl.privilege_type, a.attname, p_partition, acl.grantee::regrole
        )
        from pg_catalog.pg_attribute as a
        cross join lateral aclexplode(a.attacl) as acl
        where a.attrelid = parent
    loop
        execute statement;
    end loop;

    for statement in
        select concat_ws(
            ' ',
            format('create policy %I on %s', p.policyname, p_partition),
            format('as %s for %s to %s', p.permissive, p.cmd, array_to_string(p.roles, ', ')),
            'using (' || p.qual || ')',
            'with check (' || p.with_check || ')',
            format(
                '; comment on policy %I on %s is %L',
                p.policyname, p_partition, obj_description(named.oid, 'pg_policy')
            )
        )
        from pg_catalog.pg_policies as p
        inner join pg_catalog.pg_policy as named on p.policyname = named.polname and named.polrelid = parent
        where p.schemaname = 'public' and p.tablename = 'user_behavior_log'
    loop
        execute statement;
    end loop;
end
$body$;

comment on function private.secure_behavior_partition(regclass) is
'Gives a partition of the behaviour log the row-level security, the grants and the policies of the whole.';

revoke all on function private.secure_behavior_partition(regclass) from public;

-- What no month claims lands here, so that no row is ever lost. The first months are made when the job first
-- runs, and take their rows from here: the schema is the same whenever it is applied.
create table public.user_behavior_log_default partition of public.user_behavior_log default;

comment on table public.user_behavior_log_default is
'Rows of the behaviour log whose month has no partition.';

select private.secure_behavior_partition('public.user_behavior_log_default');

create function private.ensure_behavior_partition(p_month timestamp)
returns text
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $body$
declare
    name constant text := 'user_behavior_log_' || to_char(p_month, 'YYYY_MM');
    month_start constant timestamptz := p_month;
    month_end constant timestamptz := p_month + interval '1 month';
begin
    if to_regclass('public.' || name) is not null then
        return name;
    end if;

    execute format(
        'create table public.%I (like public.user_behavior_log including all)', name
    );
    execute format(
        'comment on table public.%I is %L',
        name, to_char(p_month, '"The behaviour log of "YYYY-MM" (UTC)."')
    );
    perform private.secure_behavior_partition(('public.' || name)::regclass);

    -- A partition cannot be attached while the default partition holds rows of its month.
    execute format(
        'with moved as (
            delete from public.user_behavior_log_default
            where created_at >= $1 and created_at < $2
            returning id, user_id, session_id, action_type, action_data, created_at
        )
        insert into public.%I (id, user_id, session_id, action_type, action_data, created_at)
        select id, user_id, session_id, action_type, action_data, created_at from moved', name
    ) using month_start, month_end;

    execute format(
        'alter table public.user_behavior_log attach partition public.%I for values from (%L) to (%L)',
        name, month_start, month_end
    );
    return name;
end
$body$;

comment on function private.ensure_behavior_partition(timestamp) is
'Makes the partition of the month that starts then (UTC), with the rows that the default partition has for '
'it, unless it exists; returns its name.';

revoke all on function private.ensure_behavior_partition(timestamp) from public;

create function private.drop_expired_behavior(p_before timestamptz)
returns void
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $body$
declare
    expired regclass;
begin
    for expired in
        select i.inhrelid::regclass
        from pg_catalog.pg_inherits as i
        inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'public.user_behavior_log'::regclass
            and c.relname ~ '^user_behavior_log_[0-9]{4}_[0-9]{2}$'
            and c.relname < to_char(p_before, '"user_behavior_log_"YYYY_MM')
        order by c.relname -- in one schema, each name once
    loop
        execute format('drop table %s', expired);
    end loop;

    delete from public.user_behavior_log_default where created_at < p_before;
end
$body$;

comment on function private.drop_expired_behavior(timestamptz) is
'Drops what the behaviour log has from before the month of that moment.';

revoke all on function private.drop_expired_behavior(timestamptz) from public;

create function public.create_monthly_partition(p_month date default null)
returns text
language plpgsql
security definer
set search_path = ''
as $body$
declare
    this_month constant timestamp := date_trunc('month', now() at time zone 'utc');
    oldest_month constant timestamp := this_month - interval '12 months';
    wanted constant timestamp := coalesce(
        date_trunc('month', p_month::timestamp), this_month + interval '1 month'
    );
begin
    perform private.require_trusted_caller();
    if wanted not between '1970-01-01' and '9999-11-01' then
        raise exception 'no partition for %: expected a day from 1970-01-01 to 9999-11-30', p_month
            using errcode = 'datetime_field_overflow';
    end if;

    -- Nobody writes meanwhile: a row that lands in the default partition between moving and attaching would
    -- make the attaching fail. Taken first, so that a second run waits here and then finds the partition.
    lock table public.user_behavior_log in access exclusive mode;

    if p_month is null then
        perform private.drop_expired_behavior(oldest_month at time zone 'utc');

        perform private.ensure_behavior_partition(months.month)
        from (
            select this_month as month
            union
            select date_trunc('month', d.created_at at time zone 'utc')
            from public.user_behavior_log_default as d
            where
                d.created_at >= oldest_month at time zone 'utc'
                and d.created_at < (this_month + interval '1 month') at time zone 'utc'
        ) as months
        order by months.month; -- each month once
    end if;

    return private.ensure_behavior_partition(wanted);
end
$body$;

comment on function public.create_monthly_partition(date) is
'Makes the partition of that month (UTC) unless it exists, and returns its name. Without a month, it is the '
'monthly job: next month''s, this month''s and those of older rows in the default partition are made, and '
'what is older than 12 months is dropped.';

revoke all on function public.create_monthly_partition(date) from public, anon, authenticated, service_role;
grant execute on function public.create_monthly_partition(date) to service_role;

-- Statistics: computed every hour, looked up in between

create function private.budget_of(p_action_data jsonb)
returns numeric
language sql
immutable
set search_path = ''
as $body$
    -- Clients send anything; what is no sensible price is unknown, and never an error. Without the upper
    -- bound a number of a hundred thousand digits would overflow the sum of everybody.
    select price.value
    from (
        select
            case jsonb_typeof(p_action_data -> 'budget')
                when 'number' then (p_action_data ->> 'budget')::numeric
                when 'string' then
                    case
                        when p_action_data ->> 'budget' ~ '^[0-9]{1,7}([.][0-9]{1,4})?$'
                            then (p_action_data ->> 'budget')::numeric
                    end
            end as value
    ) as price
    where price.value > 0 and price.value <= 1000000;
$body$;

comment on function private.budget_of(jsonb) is
'The price per night of an action: a number, or one in a string, above 0 and up to a million; else null.';

revoke all on function private.budget_of(jsonb) from public;

create function private.persona_for(p_avg_budget numeric, p_total_bookings bigint)
returns text
language sql
immutable
set search_path = ''
as $body$
    select case
        when p_avg_budget < 80 then 'مسافر_اقتصادي'
        when p_avg_budget < 150 then 'مسافر_متوسط'
        when p_avg_budget >= 150 then 'باحث_عن_الفخامة'
        -- An unknown budget is not a large one.
        when p_total_bookings >= 10 then 'مسافر_دائم'
        else 'مستكشف_جديد'
    end;
$body$;

comment on function private.persona_for(numeric, bigint) is
'Below 80 a night economy, below 150 middle, from there on luxury; without a known budget a frequent '
'traveller from ten bookings on, else a new explorer.';

revoke all on function private.persona_for(numeric, bigint) from public;

create materialized view private.user_booking_stats as
select
    u.id as user_id,
    coalesce(b.total_actions, 0) as total_actions,
    coalesce(b.total_bookings, 0) as total_bookings,
    b.avg_budget,
    b.last_action_at,
    private.persona_for(b.avg_budget, b.total_bookings) as persona_type
from public.users as u
left join (
    select
        l.user_id,
        count(*) as total_actions,
        count(*) filter (where l.action_type = 'booking') as total_bookings,
        avg(private.budget_of(l.action_data)) as avg_budget,
        max(l.created_at) as last_action_at
    from public.user_behavior_log as l
    group by l.user_id
) as b on u.id = b.user_id;

create unique index user_booking_stats_user_id_key on private.user_booking_stats (user_id);

comment on materialized view private.user_booking_stats is
'What the behaviour log says about each traveller, as of the last refresh: one row per user.';

-- Outside the API: row-level security does not exist for materialized views.
grant select on table private.user_booking_stats to service_role;

create materialized view private.hotel_social_proof as
select
    s.hotel_identifier,
    s.persona_type,
    s.total_bookings,
    s.avg_rating,
    s.rebook_rate,
    s.expectation_exceeded_rate,
    s.avg_value_for_money,
    s.trust_score
from private.current_social_proof as s;

create unique index hotel_social_proof_hotel_identifier_persona_type_key
on private.hotel_social_proof (hotel_identifier, persona_type) nulls not distinct;

comment on materialized view private.hotel_social_proof is
'Social proof of all hotels at one moment, for reports: the cache is what the application reads.';

grant select on table private.hotel_social_proof to service_role;
grant usage on schema private to service_role;

create function public.refresh_analytics_views()
returns void
language plpgsql
security definer
set search_path = ''
as $body$
begin
    perform private.require_trusted_caller();
    refresh materialized view concurrently private.user_booking_stats;
    refresh materialized view concurrently private.hotel_social_proof;
    -- Triggers keep the cache; this mends what was changed while they were switched off.
    perform private.refresh_social_proof(null);
end
$body$;

comment on function public.refresh_analytics_views() is
'The hourly job: brings both materialized views and the social proof of all hotels up to date.';

revoke all on function public.refresh_analytics_views() from public, anon, authenticated, service_role;
grant execute on function public.refresh_analytics_views() to service_role;

create function public.calculate_traveler_persona(p_user_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    perform private.require_self_or_admin(p_user_id);
    return (
        select s.persona_type
        from private.user_booking_stats as s
        where s.user_id = p_user_id
    );
end
$body$;

comment on function public.calculate_traveler_persona(uuid) is
'The persona of a traveller as of the last refresh; null if unknown. Raises 42501 for somebody else''s.';

revoke all on function public.calculate_traveler_persona(uuid) from public, anon, authenticated, service_role;
grant execute on function public.calculate_traveler_persona(uuid) to authenticated, service_role;

create view private.spending
with (security_invoker = true) as
select
    p.user_id,
    p.amount
from public.payments as p
where p.status = 'completed' and p.currency = 'SAR'
union all
select
    c.user_id,
    c.amount
from public.crypto_payments as c
where c.status = 'confirmed' and c.currency = 'SAR';

comment on view private.spending is
'What has really been paid, in SAR, by card or in crypto currency. Other currencies cannot be added to it.';

create function public.get_user_analytics(p_user_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    perform private.require_self_or_admin(p_user_id);
    if not exists (select from public.users as u where u.id = p_user_id) then
        raise exception 'no user has the id %', coalesce(p_user_id::text, 'null')
            using errcode = 'no_data_found';
    end if;

    return (
        with travelled as (
            select
                t.destination,
                t.end_date - t.start_date as days
            from public.trips as t
            where t.user_id = p_user_id and t.status <> 'cancelled'
        ),

        favorites as (
            select
                t.destination,
                row_number() over (order by count(*) desc, t.destination collate "C") as place
            from travelled as t
            group by t.destination
        )

        select jsonb_build_object(
            'persona', public.calculate_traveler_persona(p_user_id),
            'total_trips', (select count(*) from travelled),
            'total_spent', (
                select coalesce(sum(s.amount), 0) from private.spending as s where s.user_id = p_user_id
            ),
            'avg_trip_duration', (select round(avg(t.days), 2) from travelled as t),
            'favorite_destinations', (
                select coalesce(jsonb_agg(f.destination order by f.place), '[]') -- each place once
                from favorites as f
                where f.place <= 3
            ),
            'k_factor', public.calculate_k_factor(p_user_id),
            'referral_count', (select count(*) from public.referrals as r where r.referrer_id = p_user_id),
            'avg_satisfaction', (
                select round(avg(o.rating), 2) from public.booking_outcomes as o where o.user_id = p_user_id
            )
        )
    );
end
$body$;

comment on function public.get_user_analytics(uuid) is
'What a traveller''s trips, payments, referrals and reviews add up to; averages are null without trips or '
'reviews. Raises 42501 for somebody else''s, P0002 for an unknown user.';

revoke all on function public.get_user_analytics(uuid) from public, anon, authenticated, service_role;
grant execute on function public.get_user_analytics(uuid) to authenticated, service_role;

-- Audit log

create table public.audit_log (
    id bigint not null,
    table_name text not null,
    operation text not null,
    user_id uuid,
    performed_by uuid,
    performed_as text not null,
    old_data jsonb,
    new_data jsonb,
    ip_address inet,
    at timestamptz not null default now(),
    previous_hash text not null,
    current_hash text not null,
    constraint audit_log_pkey primary key (id),
    constraint audit_log_operation_is_known check (operation in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'))
);

alter table public.audit_log enable row level security;
alter table public.audit_log force row level security;

create index audit_log_user_id_idx on public.audit_log (user_id);
create index audit_log_table_name_at_idx on public.audit_log (table_name, at);

comment on table public.audit_log is
'Every change of reviews and payments, each row sealed with the hash of all before it; append-only, forever.';
comment on column public.audit_log.id is 'Place in the chain: 1, 2, 3 and so on without a gap.';
comment on column public.audit_log.user_id is
'Whose row was changed. Not a foreign key: the log outlives the account.';
comment on column public.audit_log.performed_by is
'Who did it: the signed-in user; null for the server and its jobs.';
comment on column public.audit_log.performed_as is 'As which database role.';
comment on column public.audit_log.ip_address is 'Where the request said that it came from.';
comment on column public.audit_log.at is 'The time of the transaction.';
comment on column public.audit_log.previous_hash is
'The current_hash of the row before; 64 zeros in the first row.';
comment on column public.audit_log.current_hash is 'SHA-256 of all other columns.';

-- Admins and the server read. Nobody writes: rows come from triggers. Nothing for anon.
revoke all on table public.audit_log from anon, authenticated, service_role;
grant select on table public.audit_log to authenticated, service_role;

create policy select_admin on public.audit_log
for select
to authenticated
using ((select private.is_admin()));

comment on policy select_admin on public.audit_log is 'Admins see the whole log, nobody else any of it.';

-- No insert, update or delete: see the triggers.

create table private.audit_anchors (
    id bigint not null,
    current_hash text not null,
    constraint audit_anchors_pkey primary key (id)
);

alter table private.audit_anchors enable row level security;
alter table private.audit_anchors force row level security;

comment on table private.audit_anchors is
'Number and hash of every audit row once more: a log that was cut short is sound, but shorter than this.';

-- No grants and no policies: the trigger writes, verify_audit_log_integrity() reads.

create function private.audit_hash(p_row public.audit_log)
returns text
language sql
stable
set search_path = ''
as $body$
    -- The same text in every session: the time as seconds since 1970, everything quoted by JSON, null not ''.
    -- A new column has to be added here, for new rows only: the hashes of old rows do not know it.
    select encode(
        sha256(
            convert_to(
                jsonb_build_array(
                    p_row.id,
                    p_row.table_name,
                    p_row.operation,
                    p_row.user_id,
                    p_row.performed_by,
                    p_row.performed_as,
                    p_row.old_data,
                    p_row.new_data,
                    p_row.ip_address,
                    extract(epoch from p_row.at)::text,
                    p_row.previous_hash
                )::text,
                'UTF8'
            )
        ),
        'hex'
    );
$body$;

comment on function private.audit_hash(public.audit_log) is
'SHA-256 of all columns but current_hash, whatever the time zone and the date style of the session.';

revoke all on function private.audit_hash(public.audit_log) from public;

create function private.tg_audit_log__chain()
returns trigger
language plpgsql
security definer
set search_path = ''
as $body$
declare
    last_row record;
begin
    perform private.take_turn('audit');

    select a.id, a.current_hash into last_row
    from public.audit_log as a
    order by a.id desc
    limit 1;

    new.id := coalesce(last_row.id, 0) + 1;
    new.at := now();
    new.previous_hash := coalesce(last_row.current_hash, repeat('0', 64));
    new.current_hash := private.audit_hash(new);

    insert into private.audit_anchors (id, current_hash) values (new.id, new.current_hash);
    return new;
end
$body$;

comment on function private.tg_audit_log__chain() is
'Trigger function: numbers a new audit row, ties it to the one before, seals it and notes the seal apart.';

revoke all on function private.tg_audit_log__chain() from public;

create function private.tg__refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $body$
begin
    raise exception '% of %.% refused: it is append-only', lower(tg_op), tg_table_schema, tg_table_name
        using
            errcode = 'insufficient_privilege',
            hint = 'A correction is a new row.';
end
$body$;

comment on function private.tg__refuse_change() is
'Trigger function: refuses the statement, whoever it comes from.';

revoke all on function private.tg__refuse_change() from public;

create trigger _100_refuse_change
before update or delete or truncate on public.audit_log
for each statement execute function private.tg__refuse_change();

create trigger _200_chain
before insert on public.audit_log
for each row execute function private.tg_audit_log__chain();

create trigger _100_refuse_change
before update or delete or truncate on private.audit_anchors
for each statement execute function private.tg__refuse_change();

-- Also for those who may write as a replica, without ordinary triggers.
alter table public.audit_log enable always trigger _100_refuse_change;
alter table public.audit_log enable always trigger _200_chain;
alter table private.audit_anchors enable always trigger _100_refuse_change;

create function private.request_ip()
returns inet
language plpgsql
stable
set search_path = ''
as $body$
declare
    headers json;
begin
    headers := nullif(current_setting('request.headers', true), '');
    return coalesce(
        nullif(trim(split_part(headers ->> 'x-forwarded-for', ',', 1)), '')::inet,
        inet_client_addr()
    );
exception
    -- The header is the client's: what is no address must not stop a payment.
    when data_exception then
        return inet_client_addr();
end
$body$;

comment on function private.request_ip() is
'Where the request came from: the first address that the gateway reports, else the connection''s other end.';

revoke all on function private.request_ip() from public;

-- Security definer: the traveller whose change is recorded may not write the log.
create function private.tg__audit()
returns trigger
language plpgsql
security definer
set search_path = ''
set timezone = 'UTC'
as $body$
declare
    old_row constant jsonb := to_jsonb(old);
    new_row constant jsonb := to_jsonb(new);
begin
    insert into public.audit_log (
        table_name, operation, user_id, performed_by, performed_as, old_data, new_data, ip_address
    )
    values (
        tg_table_name,
        tg_op,
        (coalesce(new_row, old_row) ->> 'user_id')::uuid,
        auth.uid(),
        private.caller_role(),
        old_row,
        new_row,
        private.request_ip()
    );
    return null;
end
$body$;

comment on function private.tg__audit() is
'Trigger function: one audit row per changed row, and one for a truncate; with all time stamps in UTC.';

revoke all on function private.tg__audit() from public;

create trigger _900_audit
after insert or update or delete on public.booking_outcomes
for each row execute function private.tg__audit();

create trigger _900_audit_truncate
after truncate on public.booking_outcomes
for each statement execute function private.tg__audit();

create trigger _900_audit
after insert or update or delete on public.payments
for each row execute function private.tg__audit();

create trigger _900_audit_truncate
after truncate on public.payments
for each statement execute function private.tg__audit();

create trigger _900_audit
after insert or update or delete on public.crypto_payments
for each row execute function private.tg__audit();

create trigger _900_audit_truncate
after truncate on public.crypto_payments
for each statement execute function private.tg__audit();

create function private.audit_log_breaks()
returns table (id bigint, problem text)
language sql
stable
set search_path = ''
as $body$
    with chain as (
        select
            a.id,
            a.previous_hash,
            a.current_hash,
            private.audit_hash(a) as computed_hash,
            lag(a.id, 1, 0::bigint) over (order by a.id) as id_before,
            lag(a.current_hash, 1, repeat('0', 64)) over (order by a.id) as hash_before
        from public.audit_log as a
    ),

    problems as (
        select
            c.id,
            'edited' as problem
        from chain as c
        where c.current_hash <> c.computed_hash
        union all
        select
            c.id,
            'does not follow the row before' as problem
        from chain as c
        where c.id <> c.id_before + 1 or c.previous_hash <> c.hash_before
        union all
        select
            coalesce(c.id, k.id),
            case when c.id is null then 'missing' when k.id is null then 'smuggled in' else 'sealed anew' end
        from chain as c
        full join private.audit_anchors as k on c.id = k.id
        where (c.current_hash = k.current_hash) is not true
    )

    select
        p.id,
        p.problem
    from problems as p
    order by p.id, p.problem;
$body$;

comment on function private.audit_log_breaks() is
'What is wrong with the audit log, row by row; nothing if nobody has tampered with it.';

revoke all on function private.audit_log_breaks() from public;

create function public.verify_audit_log_integrity()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $body$
begin
    perform private.require_admin();
    return not exists (select from private.audit_log_breaks());
end
$body$;

comment on function public.verify_audit_log_integrity() is
'False if any row of the audit log was edited, deleted, moved, smuggled in or cut off. Raises 42501 unless '
'the caller is an admin or the server.';

revoke all on function public.verify_audit_log_integrity() from public, anon, authenticated, service_role;
grant execute on function public.verify_audit_log_integrity() to authenticated, service_role;

-- Jobs

select private.schedule_job('refresh-analytics', '0 * * * *', 'select public.refresh_analytics_views()');
select private.schedule_job('create-partition', '0 0 1 * *', 'select public.create_monthly_partition()');
