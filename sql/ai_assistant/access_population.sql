-- sql/ai_assistant/access_population.sql
-- What access.toml needs besides the seed data: something of everybody's for every rule, and usage of today.
-- Needs: seed_test_data.sql.  Undone by: delete from public.tenants where id::text like '10000000-%'

update public.users
set preferences = '{"theme": "dark"}'
where id = '20000000-0000-4000-8000-000000000003';

insert into public.messages (id, conversation_id, role, content)
values
(
    '40000000-0000-4000-8000-000000000101', '30000000-0000-4000-8000-000000000003', 'user',
    'Where do I find a map from 1950?'
),
(
    '40000000-0000-4000-8000-000000000102', '30000000-0000-4000-8000-000000000006', 'user',
    'Wie lang ist der Weg?'
);

-- Dora gave her opinion while she was with Harbor Books.
insert into public.feedback (id, message_id, user_id, rating)
values
(
    '50000000-0000-4000-8000-000000000101', '40000000-0000-4000-8000-000000000003',
    '20000000-0000-4000-8000-000000000003', 1
),
(
    '50000000-0000-4000-8000-000000000102', '40000000-0000-4000-8000-000000000007',
    '20000000-0000-4000-8000-000000000005', -1
);

insert into public.usage_metrics (
    tenant_id, user_id, date, prompt_tokens, completion_tokens, request_count, estimated_cost
)
values
(
    '10000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000002',
    (now() at time zone 'utc')::date, 90, 410, 3, 0.0123
),
(
    '10000000-0000-4000-8000-000000000002', null,
    (now() at time zone 'utc')::date, 700, 20, 2, 0.0041
);

refresh materialized view analytics.message_feedback_summary;
refresh materialized view analytics.monthly_usage_summary;
