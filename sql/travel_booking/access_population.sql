-- sql/travel_booking/access_population.sql
-- What access.toml needs besides the seed data: the admin travels too, and everybody has one of everything.
-- Needs: seed_test_data.sql.  Undone by: nothing, the audit log keeps every row; use a throwaway database

-- Gamal has just signed in.
insert into auth.users (id, aud, role, email, created_at, updated_at)
values
(
    '00000000-0000-4000-8000-000000000010', 'authenticated', 'authenticated', 'gamal@travel.example',
    '2026-03-05 10:00:00+00', '2026-03-05 10:00:00+00'
);

insert into public.users (id, email, full_name)
select
    users.id,
    users.email,
    'Farida' as full_name
from auth.users
where users.email = 'farida@travel.example';

insert into public.trips (id, user_id, destination, start_date, end_date, budget)
select
    md5('trip of ' || users.email)::uuid as id,
    users.id as user_id,
    'Aqaba' as destination,
    '2026-05-01' as start_date,
    '2026-05-04' as end_date,
    900 as budget
from public.users;

insert into public.expenses (id, trip_id, user_id, category, amount, spent_on)
select
    md5('expense on ' || trips.id)::uuid as id,
    trips.id as trip_id,
    trips.user_id,
    'food' as category,
    40 as amount,
    '2026-05-02' as spent_on
from public.trips
where trips.destination = 'Aqaba';

insert into public.bookings (id, user_id, hotel_identifier, check_in_date, check_out_date, total_price)
select
    md5('booking of ' || users.email || ' at hotel-aqaba')::uuid as id,
    users.id as user_id,
    'hotel-aqaba' as hotel_identifier,
    '2026-05-01' as check_in_date,
    '2026-05-04' as check_out_date,
    300 as total_price
from public.users;

insert into public.payments (id, user_id, booking_id, amount)
select
    md5('payment of ' || bookings.id)::uuid as id,
    bookings.user_id,
    bookings.id as booking_id,
    150 as amount
from public.bookings
where bookings.hotel_identifier = 'hotel-aqaba'
order by bookings.id;

insert into public.crypto_payments (
    id, user_id, booking_id, amount, crypto_amount, crypto_currency, wallet_address, expires_at
)
select
    'AMK-' || upper(left(replace(bookings.id::text, '-', ''), 8)) as id,
    bookings.user_id,
    bookings.id as booking_id,
    150 as amount,
    40 as crypto_amount,
    'USDT' as crypto_currency,
    'wallet of ' || bookings.id as wallet_address,
    '2026-04-01 00:00:00+00' as expires_at
from public.bookings
where bookings.hotel_identifier = 'hotel-aqaba'
order by bookings.id;

-- Nobody has compared them with the bookings yet.
insert into public.booking_outcomes (
    id, user_id, booking_id, hotel_identifier, check_in_date, check_out_date, price_per_night, total_price,
    rating, would_rebook, expectation_exceeded
)
select
    md5('review of ' || bookings.id)::uuid as id,
    bookings.user_id,
    bookings.id as booking_id,
    bookings.hotel_identifier,
    bookings.check_in_date,
    bookings.check_out_date,
    100 as price_per_night,
    bookings.total_price,
    4 as rating,
    true as would_rebook,
    false as expectation_exceeded
from public.bookings
where bookings.hotel_identifier = 'hotel-aqaba'
order by bookings.id;

insert into public.referrals (id, referrer_id, referral_code)
select
    md5('invitation by ' || users.email)::uuid as id,
    users.id as referrer_id,
    upper(left(users.email, 5)) || '-AQABA' as referral_code
from public.users;

insert into public.shared_content (id, user_id, content_type, content_identifier)
select
    md5('shared by ' || users.email)::uuid as id,
    users.id as user_id,
    'destination' as content_type,
    'Aqaba' as content_identifier
from public.users;

insert into public.traveler_personas (id, user_id, persona_type)
select
    md5('persona of ' || users.email)::uuid as id,
    users.id as user_id,
    'مستكشف_جديد' as persona_type
from public.users
where users.email = 'farida@travel.example';

insert into public.trip_predictions (id, user_id, predicted_destination, predicted_dates_range, confidence)
select
    md5('next trip of ' || users.email)::uuid as id,
    users.id as user_id,
    'Petra' as predicted_destination,
    '[2026-09-01,2026-09-08)' as predicted_dates_range,
    0.5 as confidence
from public.users;

insert into public.outcome_predictions (id, user_id, booking_id, predicted_rating, confidence)
select
    md5('prediction for ' || bookings.id)::uuid as id,
    bookings.user_id,
    bookings.id as booking_id,
    4 as predicted_rating,
    0.5 as confidence
from public.bookings
where bookings.hotel_identifier = 'hotel-aqaba';

-- One in a month that has a partition, one in a month that has none.
insert into public.user_behavior_log (id, user_id, action_type, created_at)
select
    md5('trace of ' || users.email || ' at ' || moments.at)::uuid as id,
    users.id as user_id,
    'search' as action_type,
    moments.at::timestamptz as created_at
from public.users
cross join (values ('2026-02-10 12:00:00+00'), ('2026-03-10 12:00:00+00')) as moments (at);

select public.refresh_analytics_views();
