-- sql/travel_booking/seed_test_data.sql
-- Early 2026: a traveller of each persona and the admin who looks after them. Today is 5 March.
-- Needs: every migration.  Undone by: nothing, the audit log keeps every row; use a throwaway database

-- Amal plans, Bilal saves, Clara splurges, Dana is new, Eyad is always away; Farida is the admin.
insert into auth.users (id, aud, role, email, created_at, updated_at)
select
    person.id::uuid as id,
    'authenticated' as aud,
    'authenticated' as role,
    person.name || '@travel.example' as email,
    person.joined_at::timestamptz as created_at,
    person.joined_at::timestamptz as updated_at
from (
    values
    ('amal', '00000000-0000-4000-8000-00000000000a', '2026-01-02 08:00:00+00'),
    ('bilal', '00000000-0000-4000-8000-00000000000b', '2026-01-03 09:30:00+00'),
    ('clara', '00000000-0000-4000-8000-00000000000c', '2026-01-04 18:00:00+00'),
    ('dana', '00000000-0000-4000-8000-00000000000d', '2026-02-05 09:00:00+00'),
    ('eyad', '00000000-0000-4000-8000-00000000000e', '2026-02-06 22:15:00+00'),
    ('farida', '00000000-0000-4000-8000-00000000000f', '2026-01-01 07:00:00+00')
) as person (name, id, joined_at);

insert into private.admins (user_id, created_at)
select
    users.id as user_id,
    users.created_at
from auth.users
where users.email = 'farida@travel.example';

insert into public.users (
    id, email, telegram_id, full_name, travel_style, total_trips, loyalty_score, engagement_level, created_at
)
select
    users.id,
    users.email,
    profile.telegram_id,
    initcap(profile.person) as full_name,
    profile.travel_style,
    profile.total_trips,
    profile.loyalty_score,
    profile.engagement_level,
    users.created_at
from (
    values
    ('amal', 7001, 'with the family', 2, 0.60, 'high'),
    ('bilal', null, 'backpack', 1, 0.20, 'medium'),
    ('clara', 7003, 'only the best', 0, 0.90, 'premium'),
    ('dana', null, null, 0, 0, 'low'),
    ('eyad', null, 'hand luggage', 0, 0.40, 'medium')
) as profile (person, telegram_id, travel_style, total_trips, loyalty_score, engagement_level)
inner join auth.users on profile.person || '@travel.example' = users.email;

-- Nobody has said what Bilal's trip may cost.
insert into public.trips (id, user_id, destination, start_date, end_date, budget, status, group_size)
select
    md5('trip to ' || trip.destination)::uuid as id,
    users.id as user_id,
    trip.destination,
    trip.start_date::date as start_date,
    trip.end_date::date as end_date,
    trip.budget,
    trip.status,
    trip.group_size
from (
    values
    ('amal', 'Istanbul', '2026-02-01', '2026-02-08', 4200, 'completed', 4),
    ('amal', 'Cairo', '2026-03-10', '2026-03-13', 1800, 'planned', 4),
    ('bilal', 'Amman', '2026-02-20', '2026-02-22', null, 'completed', 1),
    ('clara', 'Paris', '2026-04-01', '2026-04-05', 20000, 'cancelled', 2)
) as trip (person, destination, start_date, end_date, budget, status, group_size)
inner join public.users on trip.person || '@travel.example' = users.email;

insert into public.expenses (id, trip_id, user_id, category, amount, description, spent_on)
select
    md5('expense of ' || expense.spent_on)::uuid as id,
    trips.id as trip_id,
    trips.user_id,
    expense.category,
    expense.amount,
    expense.description,
    expense.spent_on::date as spent_on
from (
    values
    ('Istanbul', 'food', 120.50, 'Breakfast at the Bosphorus', '2026-02-02'),
    ('Istanbul', 'transport', 80.00, null, '2026-02-03'),
    ('Amman', 'food', 15.75, null, '2026-02-20')
) as expense (destination, category, amount, description, spent_on)
inner join public.trips on expense.destination = trips.destination;

insert into public.bookings (
    id, user_id, hotel_identifier, check_in_date, check_out_date, total_price, status
)
select
    md5('booking of ' || booking.person || ' at ' || booking.hotel_identifier)::uuid as id,
    users.id as user_id,
    booking.hotel_identifier,
    booking.check_in_date::date as check_in_date,
    booking.check_out_date::date as check_out_date,
    booking.total_price,
    booking.status
from (
    values
    ('amal', 'hotel-bosphorus', '2026-02-01', '2026-02-08', 910, 'completed'),
    ('amal', 'hotel-nile', '2026-03-10', '2026-03-13', 360, 'confirmed'),
    ('bilal', 'hotel-bosphorus', '2026-02-05', '2026-02-07', 120, 'completed'),
    ('clara', 'hotel-bosphorus', '2026-02-10', '2026-02-12', 900, 'completed'),
    ('eyad', 'hotel-nile', '2026-02-15', '2026-02-16', 140, 'completed')
) as booking (person, hotel_identifier, check_in_date, check_out_date, total_price, status)
inner join public.users on booking.person || '@travel.example' = users.email;

insert into public.payments (id, user_id, booking_id, amount, status, payment_method)
select
    md5('payment of ' || payment.person || ' to ' || payment.hotel_identifier)::uuid as id,
    bookings.user_id,
    bookings.id as booking_id,
    bookings.total_price as amount,
    payment.status,
    payment.payment_method
from (
    values
    ('amal', 'hotel-bosphorus', 'completed', 'card'),
    ('amal', 'hotel-nile', 'pending', 'transfer'),
    ('bilal', 'hotel-bosphorus', 'refunded', 'card')
) as payment (person, hotel_identifier, status, payment_method)
inner join public.users on payment.person || '@travel.example' = users.email
inner join public.bookings
    on users.id = bookings.user_id and payment.hotel_identifier = bookings.hotel_identifier
order by payment.person, payment.hotel_identifier;

-- Eyad's first attempt was never paid and is due to expire; his second has been seen on the chain.
insert into public.crypto_payments (
    id, user_id, booking_id, amount, crypto_amount, crypto_currency, wallet_address, transaction_hash,
    status, confirmations, expires_at
)
select
    payment.id,
    bookings.user_id,
    bookings.id as booking_id,
    bookings.total_price as amount,
    payment.crypto_amount,
    payment.crypto_currency,
    payment.wallet as wallet_address,
    payment.tx as transaction_hash,
    payment.status,
    payment.confirmations,
    payment.expires_at::timestamptz as expires_at
from (
    values
    ('AMK-CLARA001', 'clara', 0.0026, 'BTC', 'wallet-1', 'tx-1', 'confirmed', 6, '2026-02-01 12:00:00+00'),
    ('AMK-EYAD0001', 'eyad', 37.3, 'USDT', 'wallet-2', null, 'pending', 0, '2026-02-14 11:00:00+00'),
    ('AMK-EYAD0002', 'eyad', 37.3, 'USDT', 'wallet-3', 'tx-3', 'confirming', 1, '2026-02-14 12:00:00+00')
) as payment (id, person, crypto_amount, crypto_currency, wallet, tx, status, confirmations, expires_at)
inner join public.users on payment.person || '@travel.example' = users.email
inner join public.bookings on users.id = bookings.user_id
order by payment.id;

insert into public.traveler_personas (id, user_id, persona_type, booking_patterns, confidence_level)
select
    md5('persona of ' || persona.person)::uuid as id,
    users.id as user_id,
    persona.persona_type,
    persona.booking_patterns::jsonb as booking_patterns,
    persona.confidence_level
from (
    values
    ('amal', 'مسافر_متوسط', '{"nights": 5, "season": "winter"}', 0.8),
    ('bilal', 'مسافر_اقتصادي', '{"nights": 2}', 0.7),
    ('clara', 'باحث_عن_الفخامة', '{"view": "sea"}', 0.9),
    ('dana', 'مستكشف_جديد', '{}', 0.1),
    ('eyad', 'مسافر_دائم', '{"purpose": "work"}', 0.6)
) as persona (person, persona_type, booking_patterns, confidence_level)
inner join public.users on persona.person || '@travel.example' = users.email;

-- Clara's review has not been verified, so it does not count yet.
insert into public.booking_outcomes (
    id, user_id, booking_id, hotel_identifier, check_in_date, check_out_date, price_per_night, total_price,
    rating, would_rebook, expectation_exceeded, value_for_money, ratings, verified
)
select
    md5('review by ' || review.person)::uuid as id,
    bookings.user_id,
    bookings.id as booking_id,
    bookings.hotel_identifier,
    bookings.check_in_date,
    bookings.check_out_date,
    bookings.total_price / (bookings.check_out_date - bookings.check_in_date) as price_per_night,
    bookings.total_price,
    review.rating,
    review.would_rebook,
    review.expectation_exceeded,
    review.value_for_money,
    review.ratings::jsonb as ratings,
    review.verified
from (
    values
    ('amal', 5, true, true, 5, '{"clean": 5, "quiet": 4}', true),
    ('bilal', 3, true, false, null, '{}', true),
    ('clara', 1, false, false, 1, '{"quiet": 1}', false),
    ('eyad', 4, false, true, 4, '{}', true)
) as review (person, rating, would_rebook, expectation_exceeded, value_for_money, ratings, verified)
inner join public.users on review.person || '@travel.example' = users.email
inner join public.bookings on users.id = bookings.user_id and bookings.status = 'completed'
order by review.person;

insert into public.trip_predictions (
    id, user_id, predicted_destination, predicted_dates_range, confidence, reasoning
)
select
    md5('prediction for ' || users.email)::uuid as id,
    users.id as user_id,
    'Antalya' as predicted_destination,
    '[2026-07-01,2026-07-15)' as predicted_dates_range,
    0.75 as confidence,
    '{"because": "summer with children"}' as reasoning
from public.users
where users.email = 'amal@travel.example';

insert into public.outcome_predictions (
    id, user_id, booking_id, predicted_rating, confidence, prediction_accuracy
)
select
    md5('prediction for ' || prediction.hotel_identifier)::uuid as id,
    bookings.user_id,
    bookings.id as booking_id,
    prediction.predicted_rating,
    prediction.confidence,
    prediction.prediction_accuracy
from (
    values
    ('hotel-bosphorus', 4.5, 0.87, 0.9),
    ('hotel-nile', 4.2, 0.60, null)
) as prediction (hotel_identifier, predicted_rating, confidence, prediction_accuracy)
inner join public.bookings on prediction.hotel_identifier = bookings.hotel_identifier
inner join public.users on bookings.user_id = users.id and users.email = 'amal@travel.example';

-- Amal brought Bilal and Dana, Bilal brought Eyad: three of these four were brought by another, k = 0.75.
insert into public.referrals (
    id, referrer_id, referred_user_id, referral_code, status, reward_tier, reward_claimed
)
select
    md5('referral ' || referral.referral_code)::uuid as id,
    referrer.id as referrer_id,
    referred.id as referred_user_id,
    referral.referral_code,
    referral.status,
    referral.reward_tier,
    referral.reward_claimed
from (
    values
    ('amal', 'bilal', 'AMAL-1', 'active_user', 'silver', true),
    ('amal', 'dana', 'AMAL-2', 'signed_up', 'bronze', false),
    ('amal', null, 'AMAL-3', 'pending', 'bronze', false),
    ('bilal', 'eyad', 'BILAL-1', 'first_booking', 'bronze', false)
) as referral (person, friend, referral_code, status, reward_tier, reward_claimed)
inner join public.users as referrer on referral.person || '@travel.example' = referrer.email
left join public.users as referred on referral.friend || '@travel.example' = referred.email;

insert into public.shared_content (
    id, user_id, content_type, content_identifier, view_count, share_count, signup_count,
    viral_score, k_factor
)
select
    md5('shared ' || content.identifier)::uuid as id,
    users.id as user_id,
    content.type as content_type,
    content.identifier as content_identifier,
    content.views as view_count,
    content.shares as share_count,
    content.signups as signup_count,
    content.viral_score,
    content.k_factor
from (
    values
    ('amal', 'itinerary', 'Istanbul in a week', 240, 12, 2, 8.4, 0.1667),
    ('clara', 'destination', 'Paris', 15, 1, 0, 0.5, 0)
) as content (person, type, identifier, views, shares, signups, viral_score, k_factor)
inner join public.users on content.person || '@travel.example' = users.email;

select public.create_monthly_partition('2026-01-01');
select public.create_monthly_partition('2026-02-01');

-- The first two rows are a microsecond and a month apart. One budget is a word, and so unknown. The month of
-- the last row has no partition yet.
insert into public.user_behavior_log (id, user_id, session_id, action_type, action_data, created_at)
select
    md5('trace at ' || trace.created_at)::uuid as id,
    users.id as user_id,
    trace.session_id,
    trace.action_type,
    trace.action_data::jsonb as action_data,
    trace.created_at::timestamptz as created_at
from (
    values
    ('amal', 's1', 'search', '{"to": "Istanbul", "budget": 120}', '2026-01-31 23:59:59.999999+00'),
    ('amal', 's1', 'view_hotel', '{"hotel": "hotel-bosphorus", "budget": "130"}', '2026-02-01 00:00:00+00'),
    ('amal', 's1', 'booking', '{"hotel": "hotel-bosphorus", "budget": 130}', '2026-02-01 00:04:00+00'),
    ('bilal', 's2', 'search', '{"budget": 60}', '2026-02-03 10:00:00+00'),
    ('bilal', 's2', 'booking', '{"hotel": "hotel-bosphorus", "budget": 60}', '2026-02-03 10:10:00+00'),
    ('clara', 's3', 'booking', '{"hotel": "hotel-bosphorus", "budget": 450}', '2026-02-04 18:00:00+00'),
    ('dana', 's4', 'search', '{"budget": "cheap"}', '2026-02-05 09:00:00+00'),
    ('eyad', 's5', 'search', '{}', '2026-03-01 00:00:00+00')
) as trace (person, session_id, action_type, action_data, created_at)
inner join public.users on trace.person || '@travel.example' = users.email;

select public.refresh_analytics_views();
