-- sql/ai_assistant/seed_test_data.sql
-- Two tenants with five members between them, six conversations, and a week of usage in January 2026.
-- Needs: every migration.  Undone by: delete from public.tenants where id::text like '10000000-%'

insert into public.tenants (
    id, name, slug, llm_provider, llm_model, temperature, max_tokens, system_prompt, daily_token_limit
)
values
(
    '10000000-0000-4000-8000-000000000001', 'Harbor Books', 'harbor-books', 'openai', 'gpt-4o',
    0.30, 1500, 'You help booksellers find titles. Say so when you do not know one.', 200000
),
(
    '10000000-0000-4000-8000-000000000002', 'Alpine Tours', 'alpine-tours', 'anthropic', 'claude-sonnet',
    0.80, 4000, null, 50000
);

-- Dora has left Harbor Books: her account is deactivated, her conversation stays.
insert into public.users (id, tenant_id, auth_id, email, name, role, is_active)
values
(
    '20000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001',
    '90000000-0000-4000-8000-000000000001', 'ana@harbor-books.example', 'Ana', 'admin', true
),
(
    '20000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000001',
    '90000000-0000-4000-8000-000000000002', 'bo@harbor-books.example', 'Bo', 'user', true
),
(
    '20000000-0000-4000-8000-000000000003', '10000000-0000-4000-8000-000000000001',
    '90000000-0000-4000-8000-000000000003', 'dora@harbor-books.example', 'Dora', 'user', false
),
(
    '20000000-0000-4000-8000-000000000004', '10000000-0000-4000-8000-000000000002',
    '90000000-0000-4000-8000-000000000004', 'carl@alpine-tours.example', 'Carl', 'admin', true
),
(
    '20000000-0000-4000-8000-000000000005', '10000000-0000-4000-8000-000000000002',
    '90000000-0000-4000-8000-000000000005', 'elif@alpine-tours.example', null, 'user', true
);

-- Two were last touched in 2025, which the monthly archiving looks for; one is archived already.
insert into public.conversations (id, tenant_id, user_id, title, is_archived, created_at, updated_at)
select
    c.id::uuid as id,
    u.tenant_id,
    u.id as user_id,
    c.title,
    c.is_archived,
    c.created_at::timestamptz as created_at,
    c.updated_at::timestamptz as updated_at
from (
    values
    (
        '30000000-0000-4000-8000-000000000001', 'ana@harbor-books.example', 'Spring window display',
        false, '2026-01-05 09:00:00+00', '2026-01-05 09:00:00+00'
    ),
    (
        '30000000-0000-4000-8000-000000000002', 'bo@harbor-books.example', 'New Conversation',
        false, '2026-01-06 10:30:00+00', '2026-01-06 10:30:00+00'
    ),
    (
        '30000000-0000-4000-8000-000000000003', 'dora@harbor-books.example', 'Out of print: where to look',
        false, '2025-02-11 14:00:00+00', '2025-03-01 08:15:00+00'
    ),
    (
        '30000000-0000-4000-8000-000000000004', 'bo@harbor-books.example', 'Stocktaking 2024',
        true, '2024-12-27 07:00:00+00', '2025-01-02 16:45:00+00'
    ),
    (
        '30000000-0000-4000-8000-000000000005', 'carl@alpine-tours.example', 'Hut to hut in five days',
        false, '2026-01-07 18:20:00+00', '2026-01-07 18:20:00+00'
    ),
    (
        '30000000-0000-4000-8000-000000000006', 'elif@alpine-tours.example', 'Wanderwege für Anfänger',
        false, '2026-01-08 20:05:00+00', '2026-01-08 20:05:00+00'
    )
) as c (id, email, title, is_archived, created_at, updated_at)
inner join public.users as u on c.email = u.email;

insert into public.messages (
    id, conversation_id, role, content, token_count, latency_ms, model_used, created_at
)
values
(
    '40000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001', 'system',
    'The shop is in a harbour town; the window faces the quay.', 14, null, null, '2026-01-05 09:00:00+00'
),
(
    '40000000-0000-4000-8000-000000000002', '30000000-0000-4000-8000-000000000001', 'user',
    'Which ten titles go with boats and spring?', 9, null, null, '2026-01-05 09:00:10+00'
),
(
    '40000000-0000-4000-8000-000000000003', '30000000-0000-4000-8000-000000000001', 'assistant',
    'Start with a picture book about tides, then ...', 310, 2140, 'gpt-4o', '2026-01-05 09:00:13+00'
),
(
    '40000000-0000-4000-8000-000000000004', '30000000-0000-4000-8000-000000000001', 'user',
    'Fewer novels, please.', 5, null, null, '2026-01-05 09:01:00+00'
),
(
    '40000000-0000-4000-8000-000000000005', '30000000-0000-4000-8000-000000000001', 'assistant',
    'Then drop the last three and add a tide table.', 120, 980, 'gpt-4o', '2026-01-05 09:01:02+00'
),
(
    '40000000-0000-4000-8000-000000000006', '30000000-0000-4000-8000-000000000002', 'user',
    'Hello?', 2, null, null, '2026-01-06 10:30:00+00'
),
(
    '40000000-0000-4000-8000-000000000007', '30000000-0000-4000-8000-000000000005', 'user',
    'Plan a tour without cable cars.', 8, null, null, '2026-01-07 18:20:00+00'
),
(
    '40000000-0000-4000-8000-000000000008', '30000000-0000-4000-8000-000000000005', 'assistant',
    'Day one: from the valley station, on foot ...', 522, 5600, 'claude-sonnet', '2026-01-07 18:20:06+00'
);

-- Ana and Bo disagree about one answer; Carl likes his; the other messages have no feedback.
insert into public.feedback (id, message_id, user_id, rating, comment, created_at, updated_at)
values
(
    '50000000-0000-4000-8000-000000000001', '40000000-0000-4000-8000-000000000003',
    '20000000-0000-4000-8000-000000000001', -1, 'Too many novels.',
    '2026-01-05 09:00:40+00', '2026-01-05 09:00:40+00'
),
(
    '50000000-0000-4000-8000-000000000002', '40000000-0000-4000-8000-000000000003',
    '20000000-0000-4000-8000-000000000002', 1, null,
    '2026-01-05 11:12:00+00', '2026-01-05 11:12:00+00'
),
(
    '50000000-0000-4000-8000-000000000003', '40000000-0000-4000-8000-000000000008',
    '20000000-0000-4000-8000-000000000004', 1, 'Exactly what I asked for.',
    '2026-01-07 18:30:00+00', '2026-01-07 18:30:00+00'
);

-- The rows without a member are what the tenants used as a whole: nightly indexing, for example.
insert into public.usage_metrics (
    tenant_id, user_id, date, prompt_tokens, completion_tokens, request_count, estimated_cost
)
values
(
    '10000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '2026-01-05', 28, 430, 2, 0.0104
),
(
    '10000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000002',
    '2026-01-06', 2, 0, 1, 0.0001
),
(
    '10000000-0000-4000-8000-000000000001', null,
    '2026-01-05', 12000, 800, 40, 0.0680
),
(
    '10000000-0000-4000-8000-000000000001', null,
    '2026-01-06', 9500, 640, 31, 0.0539
),
(
    '10000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000004',
    '2026-01-07', 8, 522, 1, 0.0079
),
(
    '10000000-0000-4000-8000-000000000002', null,
    '2026-01-11', 300, 0, 1, 0.0009
);

-- The summaries were made when the tables were empty.
refresh materialized view analytics.message_feedback_summary;
refresh materialized view analytics.monthly_usage_summary;
