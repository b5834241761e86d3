-- sql/advent_calendar/seed_test_data.sql
-- Two families in December 2026: one calendar is published and half open, one is locked until all is wrapped.
-- Needs: every migration.  Undone by: delete from auth.users where email like '%@family.example'

insert into auth.users (id, instance_id, aud, role, email, email_confirmed_at, created_at, updated_at) values
(
    '10000000-0000-4000-8000-000000000001', '00000000-0000-0000-0000-000000000000', 'authenticated',
    'authenticated', 'clara@family.example', '2026-10-02 08:00+00', '2026-10-02 07:58+00',
    '2026-10-02 08:00+00'
),
(
    '10000000-0000-4000-8000-000000000002', '00000000-0000-0000-0000-000000000000', 'authenticated',
    'authenticated', 'deniz@family.example', '2026-11-11 18:30+00', '2026-11-11 18:28+00',
    '2026-11-11 18:30+00'
);

insert into public.account_v2 (
    account_id, email, email_verified, auth_provider_id, last_login_at, plan, settings, created_at
) values
(
    '20000000-0000-4000-8000-000000000001', 'clara@family.example', true,
    '10000000-0000-4000-8000-000000000001', '2026-12-03 06:55+00', 'premium', '{"newsletter": true}',
    '2026-10-02 08:00+00'
),
(
    '20000000-0000-4000-8000-000000000002', 'deniz@family.example', true,
    '10000000-0000-4000-8000-000000000002', '2026-12-01 19:10+00', 'free', '{}', '2026-11-11 18:30+00'
);

insert into public.account_session (
    session_id, account_id, session_token, expires_at, ip_address, user_agent, created_at
) values
(
    '21000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 'clara-on-the-tablet',
    '2036-12-03 06:55+00', '203.0.113.7', 'Tablet', '2026-12-03 06:55+00'
),
-- Over: nobody sees it, and the next cleanup takes it.
(
    '21000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000001', 'clara-on-the-old-phone',
    '2026-10-09 08:00+00', '203.0.113.8', 'Phone', '2026-10-02 08:00+00'
);

insert into public.media_asset (
    asset_id, account_id, asset_type, storage_path, mime_type, file_size_bytes, signed_url,
    signed_url_expires_at, processing_status, created_at
) values
(
    '30000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 'photo', 'clara/hero.jpg',
    'image/jpeg', 182044, null, null, 'completed', '2026-11-20 20:00+00'
),
(
    '30000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000001', 'photo',
    'clara/day-1.jpg', 'image/jpeg', 95120, 'https://storage.example/clara/day-1.jpg?token=1',
    '2036-12-01 00:00+00', 'completed', '2026-11-21 20:00+00'
),
(
    '30000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000002', 'voice',
    'deniz/day-24.ogg', 'audio/ogg', 40200, null, null, 'processing', '2026-11-28 21:00+00'
);

insert into public.child_profile_v2 (
    child_id, account_id, child_name, display_name, date_of_birth, hero_photo_asset_id, chat_persona,
    custom_persona_prompt, theme, timezone, language, created_at
) values
(
    '40000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 'Juno Clara Berg', 'Juno',
    '2020-02-29', '30000000-0000-4000-8000-000000000001', 'custom', 'Speak like a friendly reindeer.',
    'candy', 'Europe/Berlin', 'de', '2026-10-02 08:05+00'
),
(
    '40000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000002', 'Ömer', null,
    '2021-06-01', null, 'daddy', null, 'stars', 'Europe/Istanbul', 'tr', '2026-11-11 18:35+00'
);

insert into public.family_settings (settings_id, account_id, child_id, privacy_level, backup_enabled) values
(
    '41000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '40000000-0000-4000-8000-000000000001', 'public', false
);

insert into public.advent_calendar_v2 (
    calendar_id, account_id, child_id, share_uuid, public_slug, title, year, theme, is_published,
    published_at, created_at
) values
(
    '50000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '40000000-0000-4000-8000-000000000001', '51000000-0000-4000-8000-000000000001', 'juno-2026',
    'Juno''s 24 doors', 2026, 'candy', true, '2026-11-29 19:00+00', '2026-11-20 20:00+00'
),
(
    '50000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000002',
    '40000000-0000-4000-8000-000000000002', '51000000-0000-4000-8000-000000000002', null, null, 2026, 'stars',
    false, null, '2026-11-12 21:00+00'
);

insert into public.calendar_day_v2 (
    day_id, account_id, calendar_id, day_number, title, message, photo_asset_id, voice_asset_id,
    confetti_type, unlock_effect, is_opened, opened_at, opened_by_ip
) values
(
    '52000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '50000000-0000-4000-8000-000000000001', 1, 'The first door', 'Twenty-three more to go!',
    '30000000-0000-4000-8000-000000000002', null, 'reindeer', 'aurora', true, '2026-12-01 06:31+00',
    '203.0.113.7'
),
-- Opened in the old application, which did not keep when.
(
    '52000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000001',
    '50000000-0000-4000-8000-000000000001', 2, null, 'A mitten was lost. Find it!', null, null, 'snow',
    'fireworks', true, null, null
),
(
    '52000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000001',
    '50000000-0000-4000-8000-000000000001', 24, 'The last door', null, null, null, 'stars', 'gingerbread',
    false, null, null
),
(
    '52000000-0000-4000-8000-000000000004', '20000000-0000-4000-8000-000000000002',
    '50000000-0000-4000-8000-000000000002', 24, null, 'Babaanne is coming!', null,
    '30000000-0000-4000-8000-000000000003', 'candy', 'snowstorm', false, null, null
);

insert into public.surprise_collection_v2 (collection_id, account_id, calendar_id, title) values
(
    '60000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '50000000-0000-4000-8000-000000000001', 'For rainy Sundays'
);

insert into public.surprise_video (
    video_id, account_id, collection_id, youtube_video_id, source_url, title, sort_order
) values
(
    '61000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '60000000-0000-4000-8000-000000000001', 'abcdefghijk', 'https://youtu.be/abcdefghijk', 'How snow is made',
    0
);

-- Locked last: nothing could be added afterwards.
update public.advent_calendar_v2
set is_locked = true, lock_reason = 'Not before everything is wrapped.'
where calendar_id = '50000000-0000-4000-8000-000000000002';

insert into public.chat_session_v2 (
    session_id, account_id, child_id, session_token, persona_used, expires_at, created_at
) values
(
    '70000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '40000000-0000-4000-8000-000000000001', 'juno-talks-to-a-reindeer', 'custom', '2036-12-31 17:00+00',
    '2026-12-01 17:00+00'
);

insert into public.chat_message_v2 (
    message_id, account_id, session_id, sender, message_text, token_count, processing_time_ms, created_at
) values
(
    '71000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '70000000-0000-4000-8000-000000000001', 'child', 'Do you like carrots?', null, null,
    '2026-12-01 17:00:05+00'
),
(
    '71000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000001',
    '70000000-0000-4000-8000-000000000001', 'parent_agent', 'Only the crunchy ones.', 6, 840,
    '2026-12-01 17:00:09+00'
);

insert into public.memory_fragment (
    fragment_id, account_id, child_id, session_id, content, importance_score, expires_at, created_at
) values
(
    '72000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '40000000-0000-4000-8000-000000000001', '70000000-0000-4000-8000-000000000001',
    'Juno asked about carrots.', 0.80, '2036-12-02 17:00+00', '2026-12-01 17:01+00'
);

insert into public.calendar_analytics (
    event_id, account_id, calendar_id, event_type, ip_address, occurred_at
) values
(
    '80000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '50000000-0000-4000-8000-000000000001', 'calendar_publish', '203.0.113.7', '2026-11-29 19:00+00'
);

insert into public.day_analytics (
    event_id, account_id, day_id, event_type, time_to_open_seconds, occurred_at
) values
(
    '81000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '52000000-0000-4000-8000-000000000001', 'day_open', 12, '2026-12-01 06:31+00'
);

insert into public.chat_analytics (event_id, account_id, child_id, session_id, event_type, occurred_at) values
(
    '82000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
    '40000000-0000-4000-8000-000000000001', '70000000-0000-4000-8000-000000000001', 'chat_start',
    '2026-12-01 17:00+00'
);

insert into public.user_engagement (
    event_id, account_id, event_type, engagement_score, streak_days, metadata, occurred_at
) values
(
    '83000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001', 'daily_visit', 7.50, 3,
    '{"page": "calendar"}', '2026-12-03 06:55+00'
);

-- A memory has an embedding only where the extension vector is enabled.
do $seed$
declare
    has_embedding constant boolean := exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = 'public.memory_embedding'::regclass and a.attname = 'embedding'
    );
begin
    execute format(
        $statement$
            insert into public.memory_embedding (
                embedding_id, account_id, child_id, content_hash, content_preview, source_type, source_id,
                expires_at, created_at %1$s
            )
            values (
                '73000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
                '40000000-0000-4000-8000-000000000001', encode(sha256('Only the crunchy ones.'), 'hex'),
                'Only the crunchy ones.', 'chat_message', '71000000-0000-4000-8000-000000000002',
                '2036-12-01 17:01+00', '2026-12-01 17:01+00' %2$s
            )
        $statement$,
        case when has_embedding then ', embedding' end,
        case when has_embedding then ', array_fill(1, array[1536])::extensions.vector(1536)' end
    );
end
$seed$;
