-- sql/advent_calendar/rollback_migration_legacy_cleanup.sql
-- Brings the legacy tables back as the new tables tell them; what families deleted since stays deleted.
-- Needs: migration_legacy_cleanup.sql.  Undone by: migration_legacy_cleanup.sql

create table public.account (
    account_id uuid not null default gen_random_uuid(),
    email text not null,
    plan text,
    settings_json jsonb default '{}',
    created_at timestamptz default now(),
    constraint account_pkey primary key (account_id),
    constraint account_email_key unique (email)
);

create table public.child (
    child_id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    child_name text,
    hero_photo_url text,
    chat_persona text default 'mummy',
    custom_chat_prompt text,
    theme text default 'snow',
    created_at timestamptz default now(),
    constraint child_pkey primary key (child_id),
    constraint child_account_id_key unique (account_id),
    constraint child_account_id_fkey foreign key (account_id)
    references public.account (account_id) on delete cascade,
    constraint child_chat_persona_is_known check (chat_persona in ('mummy', 'daddy', 'custom'))
);

create table public.calendar (
    calendar_id uuid not null default gen_random_uuid(),
    child_id uuid not null,
    share_uuid uuid default gen_random_uuid(),
    is_published boolean default false,
    year integer not null,
    created_at timestamptz default now(),
    constraint calendar_pkey primary key (calendar_id),
    constraint calendar_share_uuid_key unique (share_uuid),
    constraint calendar_child_id_year_key unique (child_id, year),
    constraint calendar_child_id_fkey foreign key (child_id)
    references public.child (child_id) on delete cascade
);

create table public.calendar_day (
    calendar_day_id uuid not null default gen_random_uuid(),
    calendar_id uuid not null,
    day_number integer not null,
    photo_url text,
    text_content text,
    created_at timestamptz default now(),
    constraint calendar_day_pkey primary key (calendar_day_id),
    constraint calendar_day_calendar_id_day_number_key unique (calendar_id, day_number),
    constraint calendar_day_calendar_id_fkey foreign key (calendar_id)
    references public.calendar (calendar_id) on delete cascade,
    constraint calendar_day_number_is_1_to_24 check (day_number between 1 and 24)
);

create table public.chat_record (
    chat_id uuid not null default gen_random_uuid(),
    child_id uuid not null,
    session_id text,
    created_at timestamptz default now(),
    constraint chat_record_pkey primary key (chat_id),
    constraint chat_record_child_id_fkey foreign key (child_id)
    references public.child (child_id) on delete cascade
);

create table public.chat_message (
    message_id uuid not null default gen_random_uuid(),
    chat_id uuid not null,
    sender text not null,
    message_text text,
    timestamp timestamptz default now(),
    constraint chat_message_pkey primary key (message_id),
    constraint chat_message_chat_id_fkey foreign key (chat_id)
    references public.chat_record (chat_id) on delete cascade,
    constraint chat_message_sender_is_known check (sender in ('child', 'parent_agent'))
);

create table public.analytics_event (
    event_id uuid not null default gen_random_uuid(),
    event_type text,
    payload jsonb default '{}',
    created_at timestamptz default now(),
    constraint analytics_event_pkey primary key (event_id)
);

create table public.surprise_config (
    calendar_id uuid not null,
    youtube_urls text[],
    constraint surprise_config_pkey primary key (calendar_id),
    constraint surprise_config_calendar_id_fkey foreign key (calendar_id)
    references public.calendar (calendar_id) on delete cascade
);

create table public.advent_days (
    id integer not null,
    message text,
    photo_url text,
    is_opened boolean default false,
    constraint advent_days_pkey primary key (id),
    constraint advent_days_id_is_1_to_31 check (id between 1 and 31)
);

-- Only the old server, with the service role, ever read these tables. They have no policies.
alter table public.account enable row level security;
alter table public.account force row level security;
alter table public.child enable row level security;
alter table public.child force row level security;
alter table public.calendar enable row level security;
alter table public.calendar force row level security;
alter table public.calendar_day enable row level security;
alter table public.calendar_day force row level security;
alter table public.chat_record enable row level security;
alter table public.chat_record force row level security;
alter table public.chat_message enable row level security;
alter table public.chat_message force row level security;
alter table public.analytics_event enable row level security;
alter table public.analytics_event force row level security;
alter table public.surprise_config enable row level security;
alter table public.surprise_config force row level security;
alter table public.advent_days enable row level security;
alter table public.advent_days force row level security;

create index chat_record_child_id_idx on public.chat_record (child_id);
create index chat_message_chat_id_idx on public.chat_message (chat_id);

comment on table public.account is 'Legacy: who signed up. Becomes account_v2.';
comment on table public.child is 'Legacy: the one child of an account. Becomes child_profile_v2.';
comment on table public.calendar is 'Legacy: the calendar of a child in a year. Becomes advent_calendar_v2.';
comment on table public.calendar_day is 'Legacy: what is behind a door. Becomes calendar_day_v2.';
comment on table public.chat_record is
'Legacy: a conversation; session_id was never unique. Becomes chat_session_v2.';
comment on table public.chat_message is 'Legacy: what was said in a conversation. Becomes chat_message_v2.';
comment on table public.analytics_event is
'Legacy: events of every kind with whatever the client sent. Becomes calendar_analytics, day_analytics,
chat_analytics and user_engagement.';
comment on table public.surprise_config is
'Legacy: links to videos for a calendar. Becomes surprise_collection_v2 and surprise_video.';
comment on table public.advent_days is
'Legacy, oldest: the days of the first version, which had one family and no calendars. Becomes calendar_day_v2
where the calendar is beyond doubt.';

-- Nothing for anon and authenticated.
revoke all on table public.account from anon, authenticated, service_role;
revoke all on table public.child from anon, authenticated, service_role;
revoke all on table public.calendar from anon, authenticated, service_role;
revoke all on table public.calendar_day from anon, authenticated, service_role;
revoke all on table public.chat_record from anon, authenticated, service_role;
revoke all on table public.chat_message from anon, authenticated, service_role;
revoke all on table public.analytics_event from anon, authenticated, service_role;
revoke all on table public.surprise_config from anon, authenticated, service_role;
revoke all on table public.advent_days from anon, authenticated, service_role;
grant select, insert, update, delete on table public.account to service_role;
grant select, insert, update, delete on table public.child to service_role;
grant select, insert, update, delete on table public.calendar to service_role;
grant select, insert, update, delete on table public.calendar_day to service_role;
grant select, insert, update, delete on table public.chat_record to service_role;
grant select, insert, update, delete on table public.chat_message to service_role;
grant select, insert, update, delete on table public.analytics_event to service_role;
grant select, insert, update, delete on table public.surprise_config to service_role;
grant select, insert, update, delete on table public.advent_days to service_role;

-- What families have changed since comes back changed; what they have deleted stays deleted, and with it what
-- hung on it.

insert into public.account (account_id, email, plan, settings_json, created_at)
select
    (r.body ->> 'account_id')::uuid,
    r.body ->> 'email' as email,
    r.body ->> 'plan' as plan,
    (r.body ->> 'settings_json')::jsonb,
    (r.body ->> 'created_at')::timestamptz
from migration.restored_rows as r
where r.legacy_table = 'account';

insert into public.child (
    child_id, account_id, child_name, hero_photo_url, chat_persona, custom_chat_prompt, theme, created_at
)
select
    (r.body ->> 'child_id')::uuid,
    parent.account_id,
    r.body ->> 'child_name' as child_name,
    r.body ->> 'hero_photo_url' as hero_photo_url,
    r.body ->> 'chat_persona' as chat_persona,
    r.body ->> 'custom_chat_prompt' as custom_chat_prompt,
    r.body ->> 'theme' as theme,
    (r.body ->> 'created_at')::timestamptz
from migration.restored_rows as r
inner join public.account as parent on (r.body ->> 'account_id')::uuid = parent.account_id
where r.legacy_table = 'child';

insert into public.calendar (calendar_id, child_id, share_uuid, is_published, year, created_at)
select
    (r.body ->> 'calendar_id')::uuid,
    parent.child_id,
    (r.body ->> 'share_uuid')::uuid,
    (r.body ->> 'is_published')::boolean,
    (r.body ->> 'year')::integer,
    (r.body ->> 'created_at')::timestamptz
from migration.restored_rows as r
inner join public.child as parent on (r.body ->> 'child_id')::uuid = parent.child_id
where r.legacy_table = 'calendar';

insert into public.calendar_day (
    calendar_day_id, calendar_id, day_number, photo_url, text_content, created_at
)
select
    (r.body ->> 'calendar_day_id')::uuid,
    parent.calendar_id,
    (r.body ->> 'day_number')::integer,
    r.body ->> 'photo_url' as photo_url,
    r.body ->> 'text_content' as text_content,
    (r.body ->> 'created_at')::timestamptz
from migration.restored_rows as r
inner join public.calendar as parent on (r.body ->> 'calendar_id')::uuid = parent.calendar_id
where r.legacy_table = 'calendar_day';

insert into public.chat_record (chat_id, child_id, session_id, created_at)
select
    (r.body ->> 'chat_id')::uuid,
    parent.child_id,
    r.body ->> 'session_id' as session_id,
    (r.body ->> 'created_at')::timestamptz
from migration.restored_rows as r
inner join public.child as parent on (r.body ->> 'child_id')::uuid = parent.child_id
where r.legacy_table = 'chat_record';

insert into public.chat_message (message_id, chat_id, sender, message_text, timestamp)
select
    (r.body ->> 'message_id')::uuid,
    parent.chat_id,
    r.body ->> 'sender' as sender,
    r.body ->> 'message_text' as message_text,
    (r.body ->> 'timestamp')::timestamptz
from migration.restored_rows as r
inner join public.chat_record as parent on (r.body ->> 'chat_id')::uuid = parent.chat_id
where r.legacy_table = 'chat_message';

insert into public.analytics_event (event_id, event_type, payload, created_at)
select
    (r.body ->> 'event_id')::uuid,
    r.body ->> 'event_type' as event_type,
    (r.body ->> 'payload')::jsonb,
    (r.body ->> 'created_at')::timestamptz
from migration.restored_rows as r
where r.legacy_table = 'analytics_event';

insert into public.surprise_config (calendar_id, youtube_urls)
select
    parent.calendar_id,
    (r.body ->> 'youtube_urls')::text[]
from migration.restored_rows as r
inner join public.calendar as parent on (r.body ->> 'calendar_id')::uuid = parent.calendar_id
where r.legacy_table = 'surprise_config';

insert into public.advent_days (id, message, photo_url, is_opened)
select
    (r.body ->> 'id')::integer,
    r.body ->> 'message' as message,
    r.body ->> 'photo_url' as photo_url,
    (r.body ->> 'is_opened')::boolean
from migration.restored_rows as r
where r.legacy_table = 'advent_days';

-- The books follow, so that the transfer and the cleanup can be run again.

delete from migration.row_mapping as m
where
    not exists (
        select from migration.legacy_rows() as l
        where l.legacy_table = m.legacy_table and l.legacy_key = m.legacy_key
    );

update migration.row_mapping as m
set legacy_digest = md5(l.body::text), verified_at = now()
from migration.legacy_rows() as l
where m.part = 'row' and m.legacy_table = l.legacy_table and m.legacy_key = l.legacy_key;
