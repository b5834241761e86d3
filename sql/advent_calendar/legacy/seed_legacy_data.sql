-- sql/advent_calendar/legacy/seed_legacy_data.sql
-- Legacy data: three families of the old application, with the oddities that the transfer has to cope with.
-- Needs: legacy/0000_create_legacy_tables.sql.  Undone by: delete from the tables, children first

insert into public.account (account_id, email, plan, settings_json, created_at) values
(
    'a0000000-0000-4000-8000-000000000001', 'Anna@example.com', 'premium', '{"newsletter": true}',
    '2023-10-01 08:00+00'
),
-- The same address in another spelling, an unknown plan, and settings that are no object.
('a0000000-0000-4000-8000-000000000002', 'anna@example.com', 'Gold', '[]', '2024-11-20 09:30+00'),
('a0000000-0000-4000-8000-000000000003', 'bo@example.com', null, null, null);

insert into public.child (
    child_id, account_id, child_name, hero_photo_url, chat_persona, custom_chat_prompt, theme, created_at
) values
(
    'c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'Mia',
    'https://cdn.example.com/mia.jpg', 'custom', 'Speak like a friendly reindeer.', 'Candy',
    '2023-10-01 08:05+00'
),
-- A theme that no longer exists, and no photo.
(
    'c0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000002', 'Ëli 🎄', '', 'daddy',
    null, 'dinosaurs', '2024-11-20 09:35+00'
),
-- A child without a name.
(
    'c0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000003', '', null, null, null,
    null, null
);

insert into public.calendar (calendar_id, child_id, share_uuid, is_published, year, created_at) values
-- Older than the new application allows.
(
    'd0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001',
    'e0000000-0000-4000-8000-000000000001', true, 2023, '2023-11-01 18:00+00'
),
(
    'd0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000001',
    'e0000000-0000-4000-8000-000000000002', true, 2024, '2024-11-02 18:00+00'
),
('d0000000-0000-4000-8000-000000000003', 'c0000000-0000-4000-8000-000000000002', null, null, 2024, null);

insert into public.calendar_day (
    calendar_day_id, calendar_id, day_number, photo_url, text_content, created_at
) values
(
    'f0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 1, null,
    'From another year.', '2023-11-01 18:05+00'
),
(
    'f0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000002', 1,
    'https://cdn.example.com/sledge.jpg', 'The sledge is waxed!', '2024-11-02 18:05+00'
),
(
    'f0000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000002', 24, '', '',
    '2024-11-02 18:06+00'
),
(
    'f0000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000003', 6, null, 'Boots out! 🥾',
    null
);

insert into public.chat_record (chat_id, child_id, session_id, created_at) values
(
    'b0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'session-1',
    '2024-12-01 17:00+00'
),
-- session_id was never unique.
(
    'b0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000002', 'session-1',
    '2024-12-01 17:00+00'
),
('b0000000-0000-4000-8000-000000000003', 'c0000000-0000-4000-8000-000000000002', null, null);

insert into public.chat_message (message_id, chat_id, sender, message_text, timestamp) values
(
    'b1000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000001', 'child',
    'Is it Christmas yet?', '2024-12-01 17:00:05+00'
),
-- Asked twice in the same second: two messages.
(
    'b1000000-0000-4000-8000-000000000002', 'b0000000-0000-4000-8000-000000000001', 'child',
    'Is it Christmas yet?', '2024-12-01 17:00:05+00'
),
(
    'b1000000-0000-4000-8000-000000000003', 'b0000000-0000-4000-8000-000000000001', 'parent_agent',
    'Twenty-three more doors.', '2024-12-01 17:00:09+00'
),
('b1000000-0000-4000-8000-000000000004', 'b0000000-0000-4000-8000-000000000002', 'child', '', null);

insert into public.surprise_config (calendar_id, youtube_urls) values
(
    'd0000000-0000-4000-8000-000000000002',
    '{https://youtube.com/watch?v=abcdefghijk,https://youtu.be/ABCDEFGHIJ_,https://example.com/not-a-video}'
),
('d0000000-0000-4000-8000-000000000003', null);

insert into public.analytics_event (event_id, event_type, payload, created_at) values
(
    'ee000000-0000-4000-8000-000000000001', 'day_open',
    '{"calendar_id": "d0000000-0000-4000-8000-000000000002", "day_number": 1, "time_to_open_seconds": 12}',
    '2024-12-01 06:30+00'
),
(
    'ee000000-0000-4000-8000-000000000002', 'calendar_publish',
    '{"calendar_id": "d0000000-0000-4000-8000-000000000002"}', '2024-11-30 20:00+00'
),
(
    'ee000000-0000-4000-8000-000000000003', 'message_sent',
    '{"chat_id": "b0000000-0000-4000-8000-000000000001"}', '2024-12-01 17:00:05+00'
),
(
    'ee000000-0000-4000-8000-000000000004', 'daily_visit',
    '{"account_id": "a0000000-0000-4000-8000-000000000001", "engagement_score": 7.5, "streak_days": 3}',
    '2024-12-03 07:00+00'
),
-- A calendar that is gone, a type that nobody knows, and a payload that is no object.
(
    'ee000000-0000-4000-8000-000000000005', 'calendar_view',
    '{"calendar_id": "d0000000-0000-4000-8000-00000000dead"}', '2024-12-03 07:05+00'
),
('ee000000-0000-4000-8000-000000000006', 'button_clicked', '{"button": "snow"}', '2024-12-03 07:06+00'),
('ee000000-0000-4000-8000-000000000007', 'calendar_view', '"d0000000"', null);

insert into public.advent_days (id, message, photo_url, is_opened) values
(1, 'The very first door.', 'https://cdn.example.com/first.jpg', true),
(25, 'Merry Christmas!', null, false);
