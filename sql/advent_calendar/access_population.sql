-- sql/advent_calendar/access_population.sql
-- What access.toml needs besides the seed data: a third family with a closed account, and what has expired.
-- Needs: seed_test_data.sql.  Undone by: delete from auth.users where email like '%@family.example'

insert into auth.users (id, instance_id, aud, role, email, email_confirmed_at, created_at, updated_at) values
(
    '10000000-0000-4000-8000-000000000003', '00000000-0000-0000-0000-000000000000', 'authenticated',
    'authenticated', 'emil@family.example', '2026-11-12 08:00+00', '2026-11-12 07:58+00',
    '2026-11-12 08:00+00'
);

insert into public.account_v2 (account_id, email, email_verified, auth_provider_id, is_active) values
(
    '20000000-0000-4000-8000-000000000003', 'emil@family.example', true,
    '10000000-0000-4000-8000-000000000003', false
);

insert into public.account_session (session_id, account_id, session_token, expires_at) values
(
    '21000000-0000-4000-8000-000000000103', '20000000-0000-4000-8000-000000000002', 'deniz-on-the-laptop',
    '2036-12-03 06:55+00'
),
(
    '21000000-0000-4000-8000-000000000104', '20000000-0000-4000-8000-000000000003', 'emil-on-the-laptop',
    '2036-12-03 06:55+00'
);

insert into public.child_profile_v2 (child_id, account_id, child_name) values
('40000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000003', 'Emilia');

insert into public.family_settings (settings_id, account_id, child_id) values
(
    '41000000-0000-4000-8000-000000000102', '20000000-0000-4000-8000-000000000002',
    '40000000-0000-4000-8000-000000000002'
);

-- The second has expired: nobody sees it, nor what was said in it.
insert into public.chat_session_v2 (
    session_id, account_id, child_id, session_token, persona_used, expires_at, created_at
) values
(
    '70000000-0000-4000-8000-000000000102', '20000000-0000-4000-8000-000000000002',
    '40000000-0000-4000-8000-000000000002', 'oemer-talks-to-daddy', 'daddy', '2036-12-31 17:00+00',
    '2026-11-12 17:00+00'
),
(
    '70000000-0000-4000-8000-000000000103', '20000000-0000-4000-8000-000000000002',
    '40000000-0000-4000-8000-000000000002', 'oemer-said-goodbye', 'daddy', '2026-11-13 17:00+00',
    '2026-11-12 17:00+00'
);

insert into public.chat_message_v2 (message_id, account_id, session_id, sender, message_text) values
(
    '71000000-0000-4000-8000-000000000103', '20000000-0000-4000-8000-000000000002',
    '70000000-0000-4000-8000-000000000102', 'child', 'Good morning!'
),
(
    '71000000-0000-4000-8000-000000000104', '20000000-0000-4000-8000-000000000002',
    '70000000-0000-4000-8000-000000000103', 'child', 'Good night!'
);

insert into public.memory_fragment (fragment_id, account_id, child_id, content, expires_at, created_at) values
(
    '72000000-0000-4000-8000-000000000102', '20000000-0000-4000-8000-000000000002',
    '40000000-0000-4000-8000-000000000002', 'Ömer likes tea with milk.', '2036-12-02 17:00+00',
    '2026-11-12 17:01+00'
),
(
    '72000000-0000-4000-8000-000000000103', '20000000-0000-4000-8000-000000000002',
    '40000000-0000-4000-8000-000000000002', 'Ömer had a cold.', '2026-11-13 17:01+00',
    '2026-11-12 17:01+00'
);
