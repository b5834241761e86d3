-- sql/sleep_prediction_cache/seed_test_data.sql
-- Two families in January 2025: a nap has made Mila's prediction stale, Noah's may still be served.
-- Needs: every migration.  Undone by: delete from public.users where id::text like '10000000-%'

insert into public.users (id, telegram_user_id, first_name, last_name, username, custom_name)
values
('10000000-0000-4000-8000-000000000001', 700000001, 'Irina', 'Petrova', 'irina_p', null),
('10000000-0000-4000-8000-000000000002', 700000002, 'Jonas', null, null, 'Papa');

-- Oskar is expected in spring.
insert into public.children (id, user_id, name, date_of_birth, gender)
values
(
    '20000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001',
    'Mila', '2024-06-15', 'female'
),
(
    '20000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000002',
    'Noah', '2023-12-31', 'male'
),
(
    '20000000-0000-4000-8000-000000000003', '10000000-0000-4000-8000-000000000002',
    'Oskar', null, null
);

insert into public.sleep_sessions (
    id, child_id, start_time, end_time, duration_minutes, quality, session_type
)
values
(
    '30000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '2025-01-10 19:30:00+00', '2025-01-11 06:10:00+00', 620, 'good', 'night'
),
(
    '30000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000001',
    '2025-01-11 09:30:00+00', '2025-01-11 10:45:00+00', 75, 'excellent', 'nap'
),
(
    '30000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000002',
    '2025-01-10 20:15:00+00', '2025-01-11 05:00:00+00', null, 'poor', 'night'
),
(
    '30000000-0000-4000-8000-000000000004', '20000000-0000-4000-8000-000000000002',
    '2025-01-11 12:00:00+00', '2025-01-11 14:10:00+00', 120, 'average', 'nap'
);

select -- one row
    public.save_prediction(
        context.id, 'openai', '2025-01-11 19:20:00+00', '04:20', '10:30', 0.82,
        'Early tonight: the nap was short.', 'One nap of 75 minutes, then eight hours awake.', 'gpt-4o', 2300
    )
from public.create_sleep_context(
    '20000000-0000-4000-8000-000000000001', 'mila-2025-01-11-1',
    array['30000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000002']::uuid[]
) as context;

select -- one row
    public.save_prediction(
        context.id, 'anthropic', '2025-01-11 20:00:00+00', '05:00', '09:45', 0.6,
        'About eight.', null, 'claude-sonnet', 4100
    )
from public.create_sleep_context(
    '20000000-0000-4000-8000-000000000002', 'noah-2025-01-11-1',
    array['30000000-0000-4000-8000-000000000003', '30000000-0000-4000-8000-000000000004']::uuid[]
) as context;

-- Mila's was served three times, Noah's once.
insert into public.prediction_usage (prediction_id, child_id, served_at, was_from_cache, user_action)
select
    p.id as prediction_id,
    p.child_id,
    u.served_at::timestamptz as served_at,
    u.was_from_cache,
    u.user_action
from (
    values
    ('mila-2025-01-11-1', '2025-01-11 15:00:00+00', false, 'viewed'),
    ('mila-2025-01-11-1', '2025-01-11 15:40:00+00', true, null),
    ('mila-2025-01-11-1', '2025-01-11 16:05:00+00', true, 'reminder_set'),
    ('noah-2025-01-11-1', '2025-01-11 15:02:00+00', false, 'viewed')
) as u (context_hash, served_at, was_from_cache, user_action)
inner join public.sleep_contexts as c on u.context_hash = c.context_hash
inner join public.predictions as p on c.id = p.sleep_context_id;

update public.predictions
set
    user_feedback = 'helpful',
    feedback_notes = 'She was asleep at 19:25.'
where child_id = '20000000-0000-4000-8000-000000000001';

-- A second nap, and Mila's prediction is out of date.
insert into public.sleep_sessions (
    id, child_id, start_time, end_time, duration_minutes, quality, session_type
)
values
(
    '30000000-0000-4000-8000-000000000005', '20000000-0000-4000-8000-000000000001',
    '2025-01-11 16:20:00+00', '2025-01-11 16:50:00+00', 30, 'average', 'nap'
);
