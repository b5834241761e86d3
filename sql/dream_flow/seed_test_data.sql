-- sql/dream_flow/seed_test_data.sql
-- Five people in early 2024, a persona each, and one of them has deleted everything; today is 1 March.
-- Needs: every migration.  Undone by: delete from auth.users where email like '%@dreamflow.example'

insert into auth.users (id, aud, role, email, created_at, updated_at)
select
    person.id::uuid as id,
    'authenticated' as aud,
    'authenticated' as role,
    person.name || '@dreamflow.example' as email,
    person.joined_at::timestamptz as created_at,
    person.joined_at::timestamptz as updated_at
from (
    values
    ('ada', '00000000-0000-4000-8000-00000000000a', '2024-01-01 08:00:00+00'),
    ('ben', '00000000-0000-4000-8000-00000000000b', '2024-01-05 19:30:00+00'),
    ('chioma', '00000000-0000-4000-8000-00000000000c', '2024-01-09 22:10:00+00'),
    ('dai', '00000000-0000-4000-8000-00000000000d', '2024-02-01 06:45:00+00'),
    ('eva', '00000000-0000-4000-8000-00000000000e', '2024-02-10 12:00:00+00')
) as person (name, id, joined_at);

-- Dai and Eva never filled in a profile.
insert into public.profiles (
    id, mood, routine, preferences, favorite_characters, calming_elements, created_at, updated_at
)
select
    users.id,
    profile.mood,
    profile.routine,
    profile.preferences::text[] as preferences,
    profile.favorite_characters::text[] as favorite_characters,
    profile.calming_elements::text[] as calming_elements,
    users.created_at,
    users.created_at as updated_at
from (
    values
    (
        'ada', 'Stressed, but focused', 'Close the office laptop, then tea',
        '{history,"slow travel"}', '{"a lighthouse keeper"}', '{rain}'
    ),
    (
        'ben', 'Tired', 'Bath, teeth, and the kids in bed by eight',
        '{dragons,family}', '{"Tove the fox","Captain Moss"}', '{"a night light"}'
    ),
    (
        'chioma', 'Calm', 'Stretching by candle light',
        '{meditation}', '{}', '{"ambient sea",lavender,"low lamps"}'
    )
) as profile (person, mood, routine, preferences, favorite_characters, calming_elements)
inner join auth.users on profile.person || '@dreamflow.example' = users.email;

insert into public.rituals (id, user_id, name, description, routine, is_default, created_at, updated_at)
select
    md5('ritual ' || ritual.name)::uuid as id,
    users.id as user_id,
    ritual.name,
    ritual.description,
    ritual.routine,
    ritual.is_default,
    users.created_at,
    users.created_at as updated_at
from (
    values
    ('ada', 'Week night', null, 'Tea, ten slow breaths, a story by the sea', true),
    ('ada', 'On the road', 'For hotels', 'Headphones, the short version', false),
    ('ben', 'Two in a row', 'One each', 'A story for Lea, a story for Max, lights out', true),
    ('chioma', 'Full moon', null, 'Candles, sea, no words for a minute', false)
) as ritual (person, name, description, routine, is_default)
inner join auth.users on ritual.person || '@dreamflow.example' = users.email;

insert into public.sessions (
    id, user_id, prompt, theme, story_text, target_length, num_scenes, voice, created_at, updated_at
)
select
    md5('session ' || story.person || story.told_at)::uuid as id,
    users.id as user_id,
    story.prompt,
    story.theme,
    story.story_text,
    story.target_length,
    story.num_scenes,
    story.voice,
    story.told_at::timestamptz as created_at,
    story.told_at::timestamptz as updated_at
from (
    values
    -- Ada: every evening, over the leap day. A streak of 7.
    ('ada', '2024-02-24 21:30:00+00', 'No screen in it', 'sea', 'The lamp turned.', 400, 4, null),
    ('ada', '2024-02-25 21:30:00+00', 'No screen in it', 'sea', 'The sea turned with it.', 400, 4, null),
    ('ada', '2024-02-26 22:05:00+00', 'No screen in it', 'sea', 'A ship went by, asleep.', 400, 4, null),
    ('ada', '2024-02-27 21:10:00+00', 'No screen in it', 'sea', 'The keeper waved.', 400, 4, null),
    ('ada', '2024-02-28 23:45:00+00', 'Short please', 'sea', 'Nobody waved back.', 150, 2, null),
    ('ada', '2024-02-29 21:30:00+00', 'On a day that is rare', 'islands', 'It was not there.', 400, 4, null),
    ('ada', '2024-03-01 00:15:00+00', 'One more', 'islands', 'Then it was.', 400, 4, null),
    -- Ben: two stories an evening in January, one more last night. A streak of 1, the longest is 3.
    ('ben', '2024-01-08 19:00:00+00', 'A sleepless dragon', 'dragons', 'It counted teeth.', 250, 4, 'gran'),
    ('ben', '2024-01-08 19:20:00+00', 'The same in a wood', 'forest', 'It counted trees.', 250, 4, 'gran'),
    ('ben', '2024-01-09 19:00:00+00', 'The dragon again', 'dragons', 'It counted stars.', 250, 4, 'gran'),
    ('ben', '2024-01-09 19:20:00+00', 'The wood again', 'forest', 'It counted leaves.', 250, 4, 'gran'),
    ('ben', '2024-01-10 19:00:00+00', 'And again', 'dragons', 'It had lost count.', 250, 4, 'gran'),
    ('ben', '2024-02-29 19:20:00+00', 'Is it still up?', 'dragons', 'It yawned.', 250, 4, 'gran'),
    -- Chioma: a minute before and a minute after midnight UTC are two days. No streak any more.
    ('chioma', '2024-01-31 23:59:00+00', 'Only sound', 'rain', 'It rained on the roof.', 400, 0, null),
    ('chioma', '2024-02-01 00:01:00+00', 'More of it', 'rain', 'And rained.', 400, 0, null),
    -- Dai: a single story, today.
    ('dai', '2024-03-01 06:50:00+00', 'Surprise me', 'trains', 'The last train had beds.', 400, 4, null)
) as story (person, told_at, prompt, theme, story_text, target_length, num_scenes, voice)
inner join auth.users on story.person || '@dreamflow.example' = users.email;

insert into public.session_assets (id, session_id, asset_type, asset_url, display_order, created_at)
select
    md5('asset ' || asset.file)::uuid as id,
    sessions.id as session_id,
    asset.asset_type,
    'https://assets.dreamflow.example/' || asset.file as asset_url,
    asset.display_order,
    sessions.created_at
from (
    values
    ('Then it was.', 'audio', 'it-was.mp3', 0),
    ('Then it was.', 'frame', 'it-was-1.webp', 0),
    ('Then it was.', 'frame', 'it-was-2.webp', 1),
    ('It yawned.', 'video', 'yawn.mp4', 0)
) as asset (story_text, asset_type, file, display_order)
inner join public.sessions on asset.story_text = sessions.story_text;

insert into public.session_feedback (id, session_id, user_id, rating, mood_delta, created_at, updated_at)
select
    md5('feedback ' || sessions.id)::uuid as id,
    sessions.id as session_id,
    sessions.user_id,
    feedback.rating,
    feedback.mood_delta,
    sessions.created_at,
    sessions.created_at as updated_at
from (
    values
    ('Then it was.', 5, 3),
    ('It yawned.', 1, -5),
    ('And rained.', 4, 0)
) as feedback (story_text, rating, mood_delta)
inner join public.sessions on feedback.story_text = sessions.story_text;

-- Eva was told stories on three days in a row and deleted them all: her longest streak is what remains.
insert into public.user_streaks (user_id, longest_streak, computed_at, updated_at)
select
    users.id as user_id,
    3 as longest_streak,
    '2024-02-14 02:00:00+00' as computed_at,
    '2024-02-14 02:00:00+00' as updated_at
from auth.users
where users.email = 'eva@dreamflow.example';

select
    streak.user_id,
    streak.current_streak,
    streak.longest_streak
from public.recompute_user_streaks(date '2024-03-01') as streak
order by streak.user_id;
