-- bench/travel_rows.sql
-- The rows of bench/travel.py: bench.rows traces of bench.users travellers, who reviewed bench.hotels hotels.
-- Needs: sql/travel_booking, no row in it, and triggers switched off.

select setseed(0.5);

insert into auth.users (id)
select md5('user ' || n)::uuid from generate_series(1, current_setting('bench.users')::integer) as n;

insert into public.users (id, email)
select u.id, u.id || '@travel.example' from auth.users as u;

-- The places of the travellers, to pick them by number.
create table pg_temp.people as
select row_number() over (order by u.id) as place, u.id from public.users as u;

insert into public.traveler_personas (user_id, persona_type)
select p.id, (array['مسافر_اقتصادي', 'مسافر_متوسط', 'باحث_عن_الفخامة', 'مستكشف_جديد', 'مسافر_دائم'])[1 + p.place % 5]
from pg_temp.people as p;

insert into public.bookings (id, user_id, hotel_identifier, check_in_date, check_out_date, total_price, status)
select
    md5('booking ' || p.place || ' ' || n)::uuid, p.id,
    'hotel-' || (p.place * 7 + n * 13) % current_setting('bench.hotels')::integer,
    '2026-02-01', '2026-02-03', 240, 'completed'
from pg_temp.people as p
cross join generate_series(1, 10) as n;

insert into public.booking_outcomes (
    user_id, booking_id, hotel_identifier, check_in_date, check_out_date, price_per_night, total_price,
    rating, would_rebook, expectation_exceeded, verified
)
select
    b.user_id, b.id, b.hotel_identifier, b.check_in_date, b.check_out_date, 120, 240,
    1 + (chance.bits & 3), (chance.bits & 8) = 0, (chance.bits & 16) = 0, (chance.bits & 7) > 0
from public.bookings as b
cross join lateral (select hashtext(b.id::text) as bits) as chance;

select public.create_monthly_partition(month::date)
from generate_series('2025-07-01'::timestamp, '2026-06-01', '1 month') as month;

insert into public.user_behavior_log (user_id, session_id, action_type, action_data, created_at)
select
    p.id,
    'session ' || n / 8,
    (array['search', 'search', 'search', 'view_hotel', 'view_hotel', 'booking'])[1 + (n + n / current_setting('bench.users')::integer) % 6],
    jsonb_build_object('budget', 40 + (hashtext(p.id::text) & 127) + n % 50, 'hotel', 'hotel-' || n % 500),
    '2025-07-01 00:00+00'::timestamptz + random() * interval '364 days' as created_at
from generate_series(1, current_setting('bench.rows')::integer) as n
inner join pg_temp.people as p on p.place = 1 + n % current_setting('bench.users')::integer
-- A log is written in the order of time.
order by created_at;

create schema plain;
create table plain.user_behavior_log as select * from public.user_behavior_log;
create table plain.booking_outcomes as select * from public.booking_outcomes;
create table plain.traveler_personas as select * from public.traveler_personas;

-- Whom and what to ask about: travellers, each with a hotel and a persona that have something to say.
create table plain.asked as
select p.id, 'hotel-' || p.place % current_setting('bench.hotels')::integer, t.persona_type
from pg_temp.people as p
inner join public.traveler_personas as t on t.user_id = p.id
where p.place % 97 = 1 or p.place < 50
order by p.place;
