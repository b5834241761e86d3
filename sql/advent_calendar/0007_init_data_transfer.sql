-- sql/advent_calendar/0007_init_data_transfer.sql
-- Data transfer: where every legacy row went, what changed on the way, and how to tell that nothing is lost.
-- Needs: legacy tables, 0006_init_analytics_domain.sql.  Undone by: rollback_0007_init_data_transfer.sql

create schema migration;

comment on schema migration is
'Books of the transfer from the old application. Nobody but the owner reads them: they hold data of every
family. Drop the schema when the family data in it may no longer be kept.';

revoke all on schema migration from public;

create table migration.transfer_runs (
    run_id bigint not null generated always as identity,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint transfer_runs_pkey primary key (run_id)
);

alter table migration.transfer_runs enable row level security;
alter table migration.transfer_runs force row level security;

comment on table migration.transfer_runs is
'One row per run of migration_data_transfer.sql; finished_at is null for a run that was interrupted or found a
difference.';

create table migration.row_mapping (
    legacy_table text not null,
    legacy_key text not null,
    part text not null default 'row',
    new_table text not null,
    new_key uuid,
    moved_at timestamptz not null default now(),
    legacy_digest text,
    verified_at timestamptz,
    constraint row_mapping_pkey primary key (legacy_table, legacy_key, part),
    constraint row_mapping_only_a_reject_has_no_key
    check ((new_key is null) = (new_table = 'migration.rejects')),
    constraint row_mapping_verified_has_a_digest check ((legacy_digest is null) = (verified_at is null))
);

alter table migration.row_mapping enable row level security;
alter table migration.row_mapping force row level security;

create index row_mapping_new_table_new_key_idx on migration.row_mapping (new_table, new_key);

comment on table migration.row_mapping is
'Where every legacy row landed. A row that is listed here is not moved again, even if its family has deleted
it since.';
comment on column migration.row_mapping.part is
'"row", or the column or array element that landed in a table of its own, such as photo_url or
youtube_urls[2].';
comment on column migration.row_mapping.legacy_digest is
'Digest of the legacy row when it was verified; a legacy row that changes later is noticed by it.';

create table migration.adjusted_values (
    legacy_table text not null,
    legacy_key text not null,
    column_name text not null,
    legacy_value jsonb,
    new_value jsonb,
    rule text not null,
    constraint adjusted_values_pkey primary key (legacy_table, legacy_key, column_name)
);

alter table migration.adjusted_values enable row level security;
alter table migration.adjusted_values force row level security;

comment on table migration.adjusted_values is
'Legacy values that a new rule did not allow, what became of them, and by which rule.';
comment on column migration.adjusted_values.new_value is
'What took the place of legacy_value; null where the new table has no place for the value at all.';

create table migration.rejects (
    legacy_table text not null,
    legacy_key text not null,
    part text not null default 'row',
    reason text not null,
    legacy_row jsonb not null,
    rejected_at timestamptz not null default now(),
    constraint rejects_pkey primary key (legacy_table, legacy_key, part)
);

alter table migration.rejects enable row level security;
alter table migration.rejects force row level security;

comment on table migration.rejects is
'Legacy rows, and elements of arrays, that have no place in the new tables, whole and with the reason.';

create table migration.reconciliation (
    run_id bigint not null,
    legacy_table text not null,
    legacy_count bigint not null,
    landed_count bigint not null,
    legacy_checksum text not null,
    landed_checksum text not null,
    constraint reconciliation_pkey primary key (run_id, legacy_table),
    constraint reconciliation_run_id_fkey foreign key (run_id)
    references migration.transfer_runs (run_id) on delete cascade
);

alter table migration.reconciliation enable row level security;
alter table migration.reconciliation force row level security;

comment on table migration.reconciliation is
'Counts and checksums per legacy table, as compared at the end of every run.';

-- The rules: what becomes of a value that the new tables do not allow. They use nothing but built-in
-- functions and set nothing, so that they become part of the statement that applies them to a whole table.

create function migration.plan_of(p_plan text)
returns text
language sql
immutable
as $body$
    select case when lower(btrim(p_plan) collate "C") = 'premium' then 'premium' else 'free' end
$body$;

comment on function migration.plan_of(text) is
'Rule: premium in any case and with spaces around it is premium, everything else is free.';

revoke all on function migration.plan_of(text) from public;

create function migration.theme_of(p_theme text)
returns text
language sql
immutable
as $body$
    select
        case
            when lower(btrim(p_theme) collate "C") in ('snow', 'forest', 'candy', 'stars')
                then lower(btrim(p_theme) collate "C")
            else 'snow'
        end
$body$;

comment on function migration.theme_of(text) is
'Rule: a theme that still exists, in any case and with spaces around it, is kept; everything else becomes
snow.';

revoke all on function migration.theme_of(text) from public;

create function migration.child_name_of(p_child_name text)
returns text
language sql
immutable
as $body$
    select coalesce(nullif(left(p_child_name, 100), ''), 'Child')
$body$;

comment on function migration.child_name_of(text) is
'Rule: a name is cut after 100 characters; none, or an empty one, becomes "Child".';

revoke all on function migration.child_name_of(text) from public;

create function migration.email_is_usable(p_email text)
returns boolean
language sql
immutable
as $body$
    select p_email ~ '^[^@ \t\r\n]+@[^@ \t\r\n]+$' and char_length(p_email) <= 320
$body$;

comment on function migration.email_is_usable(text) is 'Rule: what account_v2 takes for an address.';

revoke all on function migration.email_is_usable(text) from public;

create function migration.youtube_video_id_of(p_url text)
returns text
language sql
immutable
as $body$
    select
        coalesce(
            substring(p_url from '^[A-Za-z0-9_-]{11}$'),
            substring(
                p_url from
                '^(?:https?://)?(?:www\.|m\.)?(?:youtu\.be/|youtube(?:-nocookie)?\.com/'
                || '(?:embed/|shorts/|live/|v/|watch\?(?:[^#]*&)?v=))([A-Za-z0-9_-]{11})(?:[?&#/].*)?$'
            )
        )
$body$;

comment on function migration.youtube_video_id_of(text) is
'Rule: the video that a YouTube link, or a bare id, means; null for anything else.';

revoke all on function migration.youtube_video_id_of(text) from public;

create function migration.uuid_of(p_text text)
returns uuid
language sql
immutable
as $body$
    select
        case
            when p_text ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then p_text::uuid
        end
$body$;

comment on function migration.uuid_of(text) is
'A uuid written the usual way, in any case; null for anything else.';

revoke all on function migration.uuid_of(text) from public;

create function migration.number_of(p_text text)
returns integer
language sql
immutable
as $body$
    select case when p_text ~ '^[0-9]{1,9}$' then p_text::integer end
$body$;

comment on function migration.number_of(text) is
'A whole number of at most nine digits; null for anything else.';

revoke all on function migration.number_of(text) from public;

create function migration.score_of(p_text text)
returns numeric
language sql
immutable
as $body$
    select case when p_text ~ '^[0-9]{1,3}(\.[0-9]{1,2})?$' then p_text::numeric end
$body$;

comment on function migration.score_of(text) is
'A number from 0 to 999.99 with at most two decimals; null for anything else.';

revoke all on function migration.score_of(text) from public;

create function migration.derived_id(p_origin text)
returns uuid
language sql
immutable
as $body$
    select md5(p_origin)::uuid
$body$;

comment on function migration.derived_id(text) is
'The id of a new row that had none in the old application; the same in every run.';

revoke all on function migration.derived_id(text) from public;

-- Reading the old tables. These functions look the tables up when they are called, so that the cleanup can
-- drop the tables.

create function migration.legacy_rows(p_table text default null)
returns table (legacy_table text, legacy_key text, body jsonb)
language plpgsql
stable
rows 100000
set search_path = ''
set timezone = 'UTC'
as $body$
begin
    -- JSON and arrays as text: a null is not a JSON null, and an array may not begin at 1.
    return query
    select
        'account',
        l.account_id::text,
        to_jsonb(l) || jsonb_build_object('settings_json', l.settings_json::text)
    from public.account as l
    where coalesce(p_table, 'account') = 'account'
    union all
    select 'child', l.child_id::text, to_jsonb(l)
    from public.child as l
    where coalesce(p_table, 'child') = 'child'
    union all
    select 'calendar', l.calendar_id::text, to_jsonb(l)
    from public.calendar as l
    where coalesce(p_table, 'calendar') = 'calendar'
    union all
    select 'calendar_day', l.calendar_day_id::text, to_jsonb(l)
    from public.calendar_day as l
    where coalesce(p_table, 'calendar_day') = 'calendar_day'
    union all
    select 'chat_record', l.chat_id::text, to_jsonb(l)
    from public.chat_record as l
    where coalesce(p_table, 'chat_record') = 'chat_record'
    union all
    select 'chat_message', l.message_id::text, to_jsonb(l)
    from public.chat_message as l
    where coalesce(p_table, 'chat_message') = 'chat_message'
    union all
    select 'analytics_event', l.event_id::text, to_jsonb(l) || jsonb_build_object('payload', l.payload::text)
    from public.analytics_event as l
    where coalesce(p_table, 'analytics_event') = 'analytics_event'
    union all
    select
        'surprise_config',
        l.calendar_id::text,
        to_jsonb(l) || jsonb_build_object('youtube_urls', l.youtube_urls::text)
    from public.surprise_config as l
    where coalesce(p_table, 'surprise_config') = 'surprise_config'
    union all
    select 'advent_days', l.id::text, to_jsonb(l)
    from public.advent_days as l
    where coalesce(p_table, 'advent_days') = 'advent_days';
end
$body$;

comment on function migration.legacy_rows(text) is
'Every row of the legacy tables, or of one of them, in the form that is compared and kept.';

revoke all on function migration.legacy_rows(text) from public;

create function migration.only_calendar()
returns uuid
language plpgsql
stable
set search_path = ''
as $body$
begin
    return (
        select min(l.calendar_id::text)::uuid
        from public.calendar as l
        having count(*) = 1
    );
end
$body$;

comment on function migration.only_calendar() is
'Rule: advent_days belong to the one calendar of the old application; where there are none or several, to
nobody (null).';

revoke all on function migration.only_calendar() from public;

create function migration.legacy_openings()
returns table (calendar_id uuid, day_number integer, opened_at timestamptz)
language plpgsql
stable
rows 100000
set search_path = ''
as $body$
begin
    return query
    select o.calendar_id, o.day_number, min(o.opened_at)
    from (
        select
            coalesce(l.calendar_id, migration.uuid_of(e.payload ->> 'calendar_id')) as calendar_id,
            coalesce(l.day_number, migration.number_of(e.payload ->> 'day_number')) as day_number,
            e.created_at as opened_at
        from public.analytics_event as e
        left join public.calendar_day as l
            on migration.uuid_of(e.payload ->> 'calendar_day_id') = l.calendar_day_id
        where e.event_type = 'day_open'
        union all
        select migration.only_calendar(), d.id, null::timestamptz
        from public.advent_days as d
        where d.is_opened
    ) as o
    where o.calendar_id is not null and o.day_number is not null
    group by o.calendar_id, o.day_number;
end
$body$;

comment on function migration.legacy_openings() is
'Which days were opened, and when they were first opened as far as is known: calendar_day never said it, but
the events and advent_days did.';

revoke all on function migration.legacy_openings() from public;

create function migration.sorted_events()
returns table (
    event_id uuid,
    new_table text,
    account_id uuid,
    calendar_id uuid,
    day_id uuid,
    child_id uuid,
    session_id uuid,
    reason text
)
language plpgsql
stable
rows 100000
set search_path = ''
as $body$
begin
    return query
    with kinds (event_type, new_table) as (
        values
        ('calendar_view', 'public.calendar_analytics'),
        ('calendar_share', 'public.calendar_analytics'),
        ('calendar_publish', 'public.calendar_analytics'),
        ('calendar_unpublish', 'public.calendar_analytics'),
        ('day_open', 'public.day_analytics'),
        ('day_view', 'public.day_analytics'),
        ('day_share', 'public.day_analytics'),
        ('chat_start', 'public.chat_analytics'),
        ('message_sent', 'public.chat_analytics'),
        ('chat_end', 'public.chat_analytics'),
        ('persona_switch', 'public.chat_analytics'),
        ('daily_visit', 'public.user_engagement'),
        ('weekly_active', 'public.user_engagement'),
        ('monthly_active', 'public.user_engagement'),
        ('feature_usage', 'public.user_engagement')
    ),

    named as (
        select
            e.event_id,
            k.new_table,
            c.calendar_id,
            coalesce(d.day_id, door.day_id) as day_id,
            s.session_id,
            jsonb_typeof(e.payload) as payload_type,
            case
                when k.new_table in ('public.calendar_analytics', 'public.day_analytics') then c.account_id
                else coalesce(s.account_id, ch.account_id, c.account_id, a.account_id)
            end as account_id
        from public.analytics_event as e
        left join kinds as k on e.event_type = k.event_type
        left join public.chat_message_v2 as m
            on migration.uuid_of(e.payload ->> 'message_id') = m.message_id
        left join public.chat_session_v2 as s
            on coalesce(m.session_id, migration.uuid_of(e.payload ->> 'chat_id')) = s.session_id
        left join public.child_profile_v2 as ch on migration.uuid_of(e.payload ->> 'child_id') = ch.child_id
        left join public.calendar_day_v2 as d
            on migration.uuid_of(e.payload ->> 'calendar_day_id') = d.day_id
        left join public.advent_calendar_v2 as c
            on coalesce(d.calendar_id, migration.uuid_of(e.payload ->> 'calendar_id')) = c.calendar_id
        left join public.calendar_day_v2 as door
            on
                c.calendar_id = door.calendar_id
                and migration.number_of(e.payload ->> 'day_number') = door.day_number
        left join public.account_v2 as a on migration.uuid_of(e.payload ->> 'account_id') = a.account_id
    )

    select
        n.event_id,
        n.new_table,
        n.account_id,
        n.calendar_id,
        n.day_id,
        ch.child_id,
        n.session_id,
        case
            when n.new_table is null then 'unknown_event_type'
            when n.payload_type is distinct from 'object' then 'payload_is_not_an_object'
            when
                case n.new_table
                    when 'public.day_analytics' then n.day_id
                    when 'public.chat_analytics' then ch.child_id
                    else n.account_id
                end is null
                then 'names_nothing_that_was_moved'
        end as reason
    from named as n
    left join public.child_profile_v2 as ch on n.account_id = ch.account_id;
end
$body$;

comment on function migration.sorted_events() is
'Which of the four analytics tables every legacy event belongs to, by its type and by the legacy keys in its
payload (calendar_day_id, or calendar_id and day_number; message_id, chat_id, child_id, account_id), or the
reason why it belongs to none. To a conversation or a visit, anything that names the family will do.';

revoke all on function migration.sorted_events() from public;

-- The way back: every legacy row as it can be told from where it landed. What equals the legacy row has lost
-- nothing.

create view migration.restored_rows
with (security_invoker = true) as
with landed as (
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'account_id', n.account_id,
            'email', n.email,
            'plan', n.plan,
            'settings_json', n.settings::text,
            'created_at', n.created_at
        ) as body
    from migration.row_mapping as m
    inner join public.account_v2 as n on m.new_key = n.account_id
    where m.part = 'row' and m.legacy_table = 'account'
    union all
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'child_id', n.child_id,
            'account_id', n.account_id,
            'child_name', n.child_name,
            'hero_photo_url', photo.storage_path,
            'chat_persona', n.chat_persona,
            'custom_chat_prompt', n.custom_persona_prompt,
            'theme', n.theme,
            'created_at', n.created_at
        ) as body
    from migration.row_mapping as m
    inner join public.child_profile_v2 as n on m.new_key = n.child_id
    left join public.media_asset as photo on n.hero_photo_asset_id = photo.asset_id
    where m.part = 'row' and m.legacy_table = 'child'
    union all
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'calendar_id', n.calendar_id,
            'child_id', n.child_id,
            'share_uuid', n.share_uuid,
            'is_published', n.is_published,
            'year', n.year,
            'created_at', n.created_at
        ) as body
    from migration.row_mapping as m
    inner join public.advent_calendar_v2 as n on m.new_key = n.calendar_id
    where m.part = 'row' and m.legacy_table = 'calendar'
    union all
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'calendar_day_id', n.day_id,
            'calendar_id', n.calendar_id,
            'day_number', n.day_number,
            'photo_url', photo.storage_path,
            'text_content', n.message,
            'created_at', n.created_at
        ) as body
    from migration.row_mapping as m
    inner join public.calendar_day_v2 as n on m.new_key = n.day_id
    left join public.media_asset as photo on n.photo_asset_id = photo.asset_id
    where m.part = 'row' and m.legacy_table = 'calendar_day'
    union all
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'id', n.day_number,
            'message', n.message,
            'photo_url', photo.storage_path,
            'is_opened', n.is_opened
        ) as body
    from migration.row_mapping as m
    inner join public.calendar_day_v2 as n on m.new_key = n.day_id
    left join public.media_asset as photo on n.photo_asset_id = photo.asset_id
    where m.part = 'row' and m.legacy_table = 'advent_days'
    union all
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'chat_id', n.session_id,
            'child_id', n.child_id,
            'session_id', n.metadata ->> 'legacy_session_id',
            'created_at', n.created_at
        ) as body
    from migration.row_mapping as m
    inner join public.chat_session_v2 as n on m.new_key = n.session_id
    where m.part = 'row' and m.legacy_table = 'chat_record'
    union all
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'message_id', n.message_id,
            'chat_id', n.session_id,
            'sender', n.sender,
            'message_text', n.message_text,
            'timestamp', n.created_at
        ) as body
    from migration.row_mapping as m
    inner join public.chat_message_v2 as n on m.new_key = n.message_id
    where m.part = 'row' and m.legacy_table = 'chat_message'
    union all
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'calendar_id', n.calendar_id,
            'youtube_urls', (
                select array_agg(v.url order by v.place)::text -- every address had a place of its own
                from (
                    select
                        kept.sort_order as place,
                        kept.source_url as url
                    from public.surprise_video as kept
                    where kept.collection_id = n.collection_id
                    union all
                    select
                        migration.number_of(substring(r.part from '[0-9]+')) - 1 as place,
                        r.legacy_row ->> 'url' as url
                    from migration.rejects as r
                    where r.legacy_table = m.legacy_table and r.legacy_key = m.legacy_key and r.part <> 'row'
                ) as v
            )
        ) as body
    from migration.row_mapping as m
    inner join public.surprise_collection_v2 as n on m.new_key = n.collection_id
    where m.part = 'row' and m.legacy_table = 'surprise_config'
    union all
    select
        m.legacy_table,
        m.legacy_key,
        jsonb_build_object(
            'event_id', n.event_id,
            'event_type', n.event_type,
            'payload', n.metadata::text,
            'created_at', n.occurred_at
        ) as body
    from migration.row_mapping as m
    inner join (
        select
            c.event_id,
            c.event_type,
            c.metadata,
            c.occurred_at
        from public.calendar_analytics as c
        union all
        select
            d.event_id,
            d.event_type,
            d.metadata,
            d.occurred_at
        from public.day_analytics as d
        union all
        select
            t.event_id,
            t.event_type,
            t.metadata,
            t.occurred_at
        from public.chat_analytics as t
        union all
        select
            u.event_id,
            u.event_type,
            u.metadata,
            u.occurred_at
        from public.user_engagement as u
    ) as n on m.new_key = n.event_id
    where m.part = 'row' and m.legacy_table = 'analytics_event'
)

select
    l.legacy_table,
    l.legacy_key,
    l.body || coalesce(a.legacy_values, '{}') as body
from landed as l
left join lateral (
    select jsonb_object_agg(v.column_name, v.legacy_value) as legacy_values
    from migration.adjusted_values as v
    where
        v.legacy_table = l.legacy_table
        and v.legacy_key = l.legacy_key
        -- What the family has changed since is the family's word, not the old value.
        and (v.new_value is null or v.new_value = l.body -> v.column_name)
) as a on true
union all
select
    r.legacy_table,
    r.legacy_key,
    r.legacy_row as body
from migration.rejects as r
where r.part = 'row';

comment on view migration.restored_rows is
'The legacy rows as they can be told from the new tables, the adjusted values and the rejects. Set the time
zone to UTC to compare it with legacy_rows().';

create function migration.compare_tables()
returns table (
    legacy_table text,
    legacy_count bigint,
    landed_count bigint,
    legacy_checksum text,
    landed_checksum text
)
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $body$
    with known (legacy_table) as (
        values
        ('account'), ('child'), ('calendar'), ('calendar_day'), ('chat_record'), ('chat_message'),
        ('analytics_event'), ('surprise_config'), ('advent_days')
    ),

    legacy as (
        select
            l.legacy_table,
            count(*) as counted,
            md5(string_agg(md5(l.body::text), '' order by l.legacy_key collate "C")) as checksum -- a key has one row
        from migration.legacy_rows() as l
        group by l.legacy_table
    ),

    digests as (
        select
            m.legacy_table,
            m.legacy_key,
            coalesce(m.legacy_digest, md5(r.body::text)) as digest
        from migration.row_mapping as m
        left join migration.restored_rows as r
            on m.legacy_table = r.legacy_table and m.legacy_key = r.legacy_key
        where m.part = 'row'
    ),

    landed as (
        select
            d.legacy_table,
            count(d.digest) as counted,
            md5(string_agg(d.digest, '' order by d.legacy_key collate "C")) as checksum -- a key has one row
        from digests as d
        group by d.legacy_table
    )

    select
        known.legacy_table,
        coalesce(legacy.counted, 0),
        coalesce(landed.counted, 0),
        coalesce(legacy.checksum, md5('')),
        coalesce(landed.checksum, md5(''))
    from known
    left join legacy on known.legacy_table = legacy.legacy_table
    left join landed on known.legacy_table = landed.legacy_table
    order by known.legacy_table -- each once
$body$;

comment on function migration.compare_tables() is
'Per legacy table, what is there and what has landed: how many rows, and a checksum over all of them. A row
that was verified before counts with the digest of that time, so that families may change what was moved.';

revoke all on function migration.compare_tables() from public;

create function migration.reconcile()
returns void
language sql
set search_path = ''
as $body$
    insert into migration.reconciliation as r (
        run_id, legacy_table, legacy_count, landed_count, legacy_checksum, landed_checksum
    )
    select
        (select max(t.run_id) from migration.transfer_runs as t),
        c.legacy_table,
        c.legacy_count,
        c.landed_count,
        c.legacy_checksum,
        c.landed_checksum
    from migration.compare_tables() as c
    on conflict (run_id, legacy_table) do update set
        legacy_count = excluded.legacy_count,
        landed_count = excluded.landed_count,
        legacy_checksum = excluded.legacy_checksum,
        landed_checksum = excluded.landed_checksum
$body$;

comment on function migration.reconcile() is
'Compares the tables and writes the figures down with the latest run, whatever they say.';

revoke all on function migration.reconcile() from public;

create function migration.refuse_differences()
returns void
language plpgsql
set search_path = ''
as $body$
declare
    differences text;
begin
    select
        string_agg(
            format(
                '%s: %s legacy rows, %s landed, checksums %s',
                c.legacy_table,
                c.legacy_count,
                c.landed_count,
                case when c.legacy_checksum = c.landed_checksum then 'equal' else 'differ' end
            ),
            '; ' order by c.legacy_table
        ) into differences
    from migration.reconciliation as c
    where
        c.run_id = (select max(t.run_id) from migration.transfer_runs as t)
        and (c.legacy_count <> c.landed_count or c.legacy_checksum <> c.landed_checksum);

    if differences is not null then
        raise exception 'the transfer does not agree with the legacy tables'
            using
                errcode = 'ACT01',
                detail = differences,
                hint = 'If legacy rows changed after they were moved, roll the transfer back and repeat it.';
    end if;
end
$body$;

comment on function migration.refuse_differences() is
'Raises ACT01, naming every table whose count or checksum differed when they were last compared.';

revoke all on function migration.refuse_differences() from public;
