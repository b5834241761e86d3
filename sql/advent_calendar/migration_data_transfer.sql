-- sql/advent_calendar/migration_data_transfer.sql
-- Moves everything from the legacy tables into the new ones, and proves at the end that nothing is lost.
-- Needs: 0007_init_data_transfer.sql.  Undone by: rollback_migration_data_transfer.sql

-- Each statement moves one table and enters in the same breath where its rows went. So the script may be run
-- in one transaction or without, stopped anywhere, and run again: a row is moved once. The old application
-- must not write meanwhile.

do $guard$
begin
    if to_regclass('public.account') is null then
        raise exception 'the legacy tables are gone; there is nothing left to transfer'
            using errcode = 'object_not_in_prerequisite_state';
    end if;
end
$guard$;

-- Two runs at once queue here.
select pg_advisory_lock(hashtextextended('migration_data_transfer', 0));

insert into migration.transfer_runs default values;

-- Tables that were just filled have no statistics, and a plan for ten rows does not end with 100,000.
analyze
public.account, public.child, public.calendar, public.calendar_day, public.chat_record, public.chat_message,
public.analytics_event, public.surprise_config, public.advent_days;

-- account: an address that is unusable, or taken by another spelling of itself, is replaced by one that
-- nobody can sign in with.

with spelled as (
    select
        l.account_id,
        lower(l.email collate "C") collate "default" as address,
        row_number() over (
            partition by lower(l.email collate "C")
            order by (l.email = lower(l.email collate "C")) desc, l.account_id
        ) as place
    from public.account as l
),

incoming as materialized (
    select
        l.account_id,
        l.email,
        l.plan,
        l.settings_json,
        l.created_at,
        case
            when not migration.email_is_usable(s.address) then l.account_id || '@invalid.invalid'
            when
                s.place > 1 or exists (
                    select from public.account_v2 as a
                    where a.email = s.address
                )
                then l.account_id || '@duplicate.invalid'
            else s.address
        end as new_email,
        migration.plan_of(l.plan) as new_plan,
        case when jsonb_typeof(l.settings_json) = 'object' then l.settings_json else '{}' end as new_settings
    from public.account as l
    inner join spelled as s on l.account_id = s.account_id
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'account' and m.legacy_key = l.account_id::text
    )
),

-- Whoever has confirmed the address at the new application owns the account at once; everybody else when they
-- sign in.
people as (
    select distinct on (i.account_id)
        i.account_id,
        u.id
    from incoming as i
    inner join auth.users as u on i.new_email = lower(u.email collate "C")
    where
        u.email_confirmed_at is not null
        and not exists (
            select from public.account_v2 as a
            where a.auth_provider_id = u.id
        )
    order by i.account_id, u.created_at, u.id
),

moved as (
    insert into public.account_v2 (
        account_id, email, email_verified, auth_provider_id, plan, settings, created_at
    )
    select
        i.account_id,
        i.new_email,
        p.id is not null as email_verified,
        p.id,
        i.new_plan,
        i.new_settings,
        coalesce(i.created_at, now()) as created_at
    from incoming as i
    left join people as p on i.account_id = p.account_id
    returning account_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'account' as legacy_table,
        i.account_id::text,
        v.column_name,
        v.legacy_value,
        v.new_value,
        v.rule
    from incoming as i
    cross join
        lateral (
            values
            (
                'email', to_jsonb(i.email), to_jsonb(i.new_email),
                case
                    when i.new_email like '%@invalid.invalid' then 'an unusable address is replaced'
                    when i.new_email like '%@duplicate.invalid' then 'an address that is taken is replaced'
                    else 'an address is lower case'
                end,
                i.email <> i.new_email
            ),
            (
                'plan', to_jsonb(i.plan), to_jsonb(i.new_plan), 'no plan or an unknown one is free',
                i.plan is distinct from i.new_plan
            ),
            (
                'settings_json', to_jsonb(i.settings_json::text), to_jsonb(i.new_settings::text),
                'settings that are no object are empty', i.settings_json is distinct from i.new_settings
            ),
            ('created_at', null, null, 'no date is the date of the transfer', i.created_at is null)
        ) as v (column_name, legacy_value, new_value, rule, is_adjusted)
    where v.is_adjusted
)

insert into migration.row_mapping (legacy_table, legacy_key, new_table, new_key)
select
    'account' as legacy_table,
    m.account_id::text,
    'public.account_v2' as new_table,
    m.account_id
from moved as m;

-- child, with its photo.

with incoming as materialized (
    select
        l.child_id,
        l.account_id,
        l.child_name,
        l.hero_photo_url,
        l.chat_persona,
        l.custom_chat_prompt,
        l.theme,
        l.created_at,
        migration.child_name_of(l.child_name) as new_name,
        migration.theme_of(l.theme) as new_theme,
        coalesce(l.chat_persona, 'mummy') as new_persona,
        case
            when l.hero_photo_url <> '' then migration.derived_id('child.hero_photo_url/' || l.child_id)
        end as asset_id,
        case
            when
                not exists (
                    select from public.account_v2 as a
                    where a.account_id = l.account_id
                )
                then 'account_is_not_there'
            when
                exists (
                    select from public.child_profile_v2 as c
                    where c.account_id = l.account_id
                )
                then 'account_has_another_child'
        end as reason
    from public.child as l
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'child' and m.legacy_key = l.child_id::text
    )
),

photos as (
    insert into public.media_asset (
        asset_id, account_id, asset_type, storage_path, processing_status, created_at
    )
    select
        i.asset_id,
        i.account_id,
        'photo' as asset_type,
        i.hero_photo_url,
        'completed' as processing_status,
        coalesce(i.created_at, now()) as created_at
    from incoming as i
    where i.reason is null and i.asset_id is not null
    returning asset_id
),

moved as (
    insert into public.child_profile_v2 (
        child_id, account_id, child_name, hero_photo_asset_id, chat_persona, custom_persona_prompt, theme,
        created_at
    )
    select
        i.child_id,
        i.account_id,
        i.new_name,
        i.asset_id,
        i.new_persona,
        i.custom_chat_prompt,
        i.new_theme,
        coalesce(i.created_at, now()) as created_at
    from incoming as i
    where i.reason is null
    returning child_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'child' as legacy_table,
        i.child_id::text,
        v.column_name,
        v.legacy_value,
        v.new_value,
        v.rule
    from incoming as i
    cross join
        lateral (
            values
            (
                'child_name', to_jsonb(i.child_name), to_jsonb(i.new_name), 'a name has 1 to 100 characters',
                i.child_name is distinct from i.new_name
            ),
            (
                'hero_photo_url', to_jsonb(i.hero_photo_url), 'null', 'an empty address is none',
                i.hero_photo_url = ''
            ),
            (
                'chat_persona', to_jsonb(i.chat_persona), to_jsonb(i.new_persona), 'no persona is mummy',
                i.chat_persona is null
            ),
            (
                'theme', to_jsonb(i.theme), to_jsonb(i.new_theme), 'no theme or an unknown one is snow',
                i.theme is distinct from i.new_theme
            ),
            ('created_at', null, null, 'no date is the date of the transfer', i.created_at is null)
        ) as v (column_name, legacy_value, new_value, rule, is_adjusted)
    where i.reason is null and v.is_adjusted
),

rejected as (
    insert into migration.rejects (legacy_table, legacy_key, reason, legacy_row)
    select
        'child' as legacy_table,
        b.legacy_key,
        i.reason,
        b.body
    from incoming as i
    inner join migration.legacy_rows('child') as b on i.child_id::text = b.legacy_key
    where i.reason is not null
    returning legacy_key
)

insert into migration.row_mapping (legacy_table, legacy_key, part, new_table, new_key)
select
    'child' as legacy_table,
    m.child_id::text,
    'row' as part,
    'public.child_profile_v2' as new_table,
    m.child_id
from moved as m
union all
select
    'child' as legacy_table,
    i.child_id::text,
    'hero_photo_url' as part,
    'public.media_asset' as new_table,
    p.asset_id
from photos as p
inner join incoming as i on p.asset_id = i.asset_id
union all
select
    'child' as legacy_table,
    r.legacy_key,
    'row' as part,
    'migration.rejects' as new_table,
    null as new_key
from rejected as r;

-- calendar: a year is never changed, because a child has one calendar a year; one outside the range is
-- rejected, days and all.

with incoming as materialized (
    select
        l.calendar_id,
        l.child_id,
        l.share_uuid,
        l.is_published,
        l.year,
        l.created_at,
        c.account_id,
        c.theme,
        coalesce(l.is_published, false) as new_published,
        case
            when c.child_id is null then 'child_is_not_there'
            when l.year not between 2024 and 2030 then 'year_is_not_2024_to_2030'
            when exists (
                select from public.advent_calendar_v2 as other
                where other.child_id = l.child_id and other.year = l.year
            ) then 'child_has_another_calendar_that_year'
        end as reason
    from public.calendar as l
    left join public.child_profile_v2 as c on l.child_id = c.child_id
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'calendar' and m.legacy_key = l.calendar_id::text
    )
),

moved as (
    insert into public.advent_calendar_v2 (
        calendar_id, account_id, child_id, share_uuid, year, theme, is_published, publish_date_unknown,
        created_at
    )
    select
        i.calendar_id,
        i.account_id,
        i.child_id,
        coalesce(i.share_uuid, gen_random_uuid()) as share_uuid,
        i.year,
        i.theme,
        i.new_published as is_published,
        i.new_published as publish_date_unknown,
        coalesce(i.created_at, now()) as created_at
    from incoming as i
    where i.reason is null
    returning calendar_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'calendar' as legacy_table,
        i.calendar_id::text,
        v.column_name,
        v.legacy_value,
        v.new_value,
        v.rule
    from incoming as i
    cross join
        lateral (
            values
            ('share_uuid', null::jsonb, null::jsonb, 'no share link is a new one', i.share_uuid is null),
            (
                'is_published',
                null,
                'false',
                'not said to be published is not published',
                i.is_published is null
            ),
            ('created_at', null, null, 'no date is the date of the transfer', i.created_at is null)
        ) as v (column_name, legacy_value, new_value, rule, is_adjusted)
    where i.reason is null and v.is_adjusted
),

rejected as (
    insert into migration.rejects (legacy_table, legacy_key, reason, legacy_row)
    select
        'calendar' as legacy_table,
        b.legacy_key,
        i.reason,
        b.body
    from incoming as i
    inner join migration.legacy_rows('calendar') as b on i.calendar_id::text = b.legacy_key
    where i.reason is not null
    returning legacy_key
)

insert into migration.row_mapping (legacy_table, legacy_key, new_table, new_key)
select
    'calendar' as legacy_table,
    m.calendar_id::text,
    'public.advent_calendar_v2' as new_table,
    m.calendar_id
from moved as m
union all
select
    'calendar' as legacy_table,
    r.legacy_key,
    'migration.rejects' as new_table,
    null as new_key
from rejected as r;

-- calendar_day, with its photo. A day that was opened stays opened, at the time of its first event where one
-- tells it.

with incoming as materialized (
    select
        l.calendar_day_id,
        l.calendar_id,
        l.day_number,
        l.photo_url,
        l.text_content,
        l.created_at,
        c.account_id,
        o.calendar_id is not null as is_opened,
        o.opened_at,
        case
            when l.photo_url <> '' then migration.derived_id('calendar_day.photo_url/' || l.calendar_day_id)
        end as asset_id,
        case
            when c.calendar_id is null then 'calendar_is_not_there'
            when exists (
                select from public.calendar_day_v2 as other
                where other.calendar_id = l.calendar_id and other.day_number = l.day_number
            ) then 'calendar_has_another_day_of_that_number'
        end as reason
    from public.calendar_day as l
    left join public.advent_calendar_v2 as c on l.calendar_id = c.calendar_id
    left join migration.legacy_openings() as o
        on l.calendar_id = o.calendar_id and l.day_number = o.day_number
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'calendar_day' and m.legacy_key = l.calendar_day_id::text
    )
),

photos as (
    insert into public.media_asset (
        asset_id, account_id, asset_type, storage_path, processing_status, created_at
    )
    select
        i.asset_id,
        i.account_id,
        'photo' as asset_type,
        i.photo_url,
        'completed' as processing_status,
        coalesce(i.created_at, now()) as created_at
    from incoming as i
    where i.reason is null and i.asset_id is not null
    returning asset_id
),

moved as (
    insert into public.calendar_day_v2 (
        day_id, account_id, calendar_id, day_number, message, photo_asset_id, is_opened, opened_at, created_at
    )
    select
        i.calendar_day_id,
        i.account_id,
        i.calendar_id,
        i.day_number,
        nullif(i.text_content, '') as message,
        i.asset_id,
        i.is_opened,
        i.opened_at,
        coalesce(i.created_at, now()) as created_at
    from incoming as i
    where i.reason is null
    returning day_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'calendar_day' as legacy_table,
        i.calendar_day_id::text,
        v.column_name,
        v.legacy_value,
        v.new_value,
        v.rule
    from incoming as i
    cross join
        lateral (
            values
            ('photo_url', to_jsonb(i.photo_url), 'null'::jsonb, 'an empty address is none', i.photo_url = ''),
            ('text_content', to_jsonb(i.text_content), 'null', 'an empty text is none', i.text_content = ''),
            ('created_at', null, null, 'no date is the date of the transfer', i.created_at is null)
        ) as v (column_name, legacy_value, new_value, rule, is_adjusted)
    where i.reason is null and v.is_adjusted
),

rejected as (
    insert into migration.rejects (legacy_table, legacy_key, reason, legacy_row)
    select
        'calendar_day' as legacy_table,
        b.legacy_key,
        i.reason,
        b.body
    from incoming as i
    inner join migration.legacy_rows('calendar_day') as b on i.calendar_day_id::text = b.legacy_key
    where i.reason is not null
    returning legacy_key
)

insert into migration.row_mapping (legacy_table, legacy_key, part, new_table, new_key)
select
    'calendar_day' as legacy_table,
    m.day_id::text,
    'row' as part,
    'public.calendar_day_v2' as new_table,
    m.day_id
from moved as m
union all
select
    'calendar_day' as legacy_table,
    i.calendar_day_id::text,
    'photo_url' as part,
    'public.media_asset' as new_table,
    p.asset_id
from photos as p
inner join incoming as i on p.asset_id = i.asset_id
union all
select
    'calendar_day' as legacy_table,
    r.legacy_key,
    'row' as part,
    'migration.rejects' as new_table,
    null as new_key
from rejected as r;

-- advent_days: the days of the only calendar, where it has none of its own; nobody's otherwise.

with incoming as materialized (
    select
        l.id,
        l.message,
        l.photo_url,
        l.is_opened,
        c.account_id,
        c.calendar_id,
        o.opened_at,
        o.calendar_id is not null as new_opened,
        migration.derived_id('advent_days/' || l.id || '/' || c.calendar_id) as day_id,
        case
            when l.photo_url <> ''
                then migration.derived_id('advent_days.photo_url/' || l.id || '/' || c.calendar_id)
        end as asset_id,
        case
            when l.id > 24 then 'day_is_not_1_to_24'
            when sole.calendar_id is null then 'calendar_is_unknown'
            when c.calendar_id is null then 'calendar_is_not_there'
            when exists (
                select from public.calendar_day_v2 as other
                where other.calendar_id = c.calendar_id and other.day_number = l.id
            ) then 'calendar_has_another_day_of_that_number'
        end as reason
    from public.advent_days as l
    cross join migration.only_calendar() as sole (calendar_id)
    left join public.advent_calendar_v2 as c on sole.calendar_id = c.calendar_id
    left join migration.legacy_openings() as o on sole.calendar_id = o.calendar_id and l.id = o.day_number
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'advent_days' and m.legacy_key = l.id::text
    )
),

photos as (
    insert into public.media_asset (asset_id, account_id, asset_type, storage_path, processing_status)
    select
        i.asset_id,
        i.account_id,
        'photo' as asset_type,
        i.photo_url,
        'completed' as processing_status
    from incoming as i
    where i.reason is null and i.asset_id is not null
    returning asset_id
),

moved as (
    insert into public.calendar_day_v2 (
        day_id, account_id, calendar_id, day_number, message, photo_asset_id, is_opened, opened_at
    )
    select
        i.day_id,
        i.account_id,
        i.calendar_id,
        i.id,
        nullif(i.message, '') as message,
        i.asset_id,
        i.new_opened,
        i.opened_at
    from incoming as i
    where i.reason is null
    returning day_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'advent_days' as legacy_table,
        i.id::text,
        v.column_name,
        v.legacy_value,
        v.new_value,
        v.rule
    from incoming as i
    cross join
        lateral (
            values
            ('message', to_jsonb(i.message), 'null'::jsonb, 'an empty text is none', i.message = ''),
            ('photo_url', to_jsonb(i.photo_url), 'null', 'an empty address is none', i.photo_url = ''),
            (
                'is_opened', to_jsonb(i.is_opened), to_jsonb(i.new_opened),
                'a day is opened if its row or an event says so', i.is_opened is distinct from i.new_opened
            )
        ) as v (column_name, legacy_value, new_value, rule, is_adjusted)
    where i.reason is null and v.is_adjusted
),

rejected as (
    insert into migration.rejects (legacy_table, legacy_key, reason, legacy_row)
    select
        'advent_days' as legacy_table,
        b.legacy_key,
        i.reason,
        b.body
    from incoming as i
    inner join migration.legacy_rows('advent_days') as b on i.id::text = b.legacy_key
    where i.reason is not null
    returning legacy_key
)

insert into migration.row_mapping (legacy_table, legacy_key, part, new_table, new_key)
select
    'advent_days' as legacy_table,
    i.id::text,
    'row' as part,
    'public.calendar_day_v2' as new_table,
    m.day_id
from moved as m
inner join incoming as i on m.day_id = i.day_id
union all
select
    'advent_days' as legacy_table,
    i.id::text,
    'photo_url' as part,
    'public.media_asset' as new_table,
    p.asset_id
from photos as p
inner join incoming as i on p.asset_id = i.asset_id
union all
select
    'advent_days' as legacy_table,
    r.legacy_key,
    'row' as part,
    'migration.rejects' as new_table,
    null as new_key
from rejected as r;

-- surprise_config: a collection, and a video for every link that is one. Other links are listed one by one.

with incoming as materialized (
    select
        l.calendar_id,
        l.youtube_urls,
        c.account_id,
        migration.derived_id('surprise_config/' || l.calendar_id) as collection_id,
        case
            when c.calendar_id is null then 'calendar_is_not_there'
            when exists (
                select from public.surprise_collection_v2 as other
                where other.calendar_id = l.calendar_id
            ) then 'calendar_has_another_collection'
        end as reason
    from public.surprise_config as l
    left join public.advent_calendar_v2 as c on l.calendar_id = c.calendar_id
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'surprise_config' and m.legacy_key = l.calendar_id::text
    )
),

links as materialized (
    select
        i.calendar_id,
        i.account_id,
        i.collection_id,
        u.url,
        u.place,
        migration.youtube_video_id_of(u.url) as youtube_video_id,
        migration.derived_id('surprise_config/' || i.calendar_id || '/' || u.place) as video_id
    from incoming as i
    cross join lateral unnest(i.youtube_urls) with ordinality as u (url, place)
    where i.reason is null
),

moved as (
    insert into public.surprise_collection_v2 (collection_id, account_id, calendar_id)
    select
        i.collection_id,
        i.account_id,
        i.calendar_id
    from incoming as i
    where i.reason is null
    returning calendar_id, collection_id
),

videos as (
    insert into public.surprise_video (
        video_id, account_id, collection_id, youtube_video_id, source_url, sort_order
    )
    select
        k.video_id,
        k.account_id,
        k.collection_id,
        k.youtube_video_id,
        k.url,
        k.place - 1 as sort_order
    from links as k
    where k.youtube_video_id is not null
    returning video_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'surprise_config' as legacy_table,
        i.calendar_id::text,
        'youtube_urls' as column_name,
        to_jsonb(i.youtube_urls::text) as legacy_value,
        null as new_value,
        'links are numbered from 1 in one row' as rule
    from incoming as i
    where
        i.reason is null
        and (coalesce(array_ndims(i.youtube_urls), 0) <> 1 or array_lower(i.youtube_urls, 1) <> 1)
),

rejected as (
    insert into migration.rejects (legacy_table, legacy_key, part, reason, legacy_row)
    select
        'surprise_config' as legacy_table,
        b.legacy_key,
        'row' as part,
        i.reason,
        b.body
    from incoming as i
    inner join migration.legacy_rows('surprise_config') as b on i.calendar_id::text = b.legacy_key
    where i.reason is not null
    returning legacy_key
),

rejected_links as (
    insert into migration.rejects (legacy_table, legacy_key, part, reason, legacy_row)
    select
        'surprise_config' as legacy_table,
        k.calendar_id::text as legacy_key,
        'youtube_urls[' || k.place || ']' as part,
        'not_a_youtube_video' as reason,
        jsonb_build_object('url', k.url) as legacy_row
    from links as k
    where k.youtube_video_id is null
    returning legacy_key, part
)

insert into migration.row_mapping (legacy_table, legacy_key, part, new_table, new_key)
select
    'surprise_config' as legacy_table,
    m.calendar_id::text,
    'row' as part,
    'public.surprise_collection_v2' as new_table,
    m.collection_id
from moved as m
union all
select
    'surprise_config' as legacy_table,
    k.calendar_id::text,
    'youtube_urls[' || k.place || ']' as part,
    'public.surprise_video' as new_table,
    v.video_id
from videos as v
inner join links as k on v.video_id = k.video_id
union all
select
    'surprise_config' as legacy_table,
    r.legacy_key,
    'row' as part,
    'migration.rejects' as new_table,
    null as new_key
from rejected as r
union all
select
    'surprise_config' as legacy_table,
    r.legacy_key,
    r.part,
    'migration.rejects' as new_table,
    null as new_key
from rejected_links as r;

-- chat_record: every record is a session of its own, whatever its session_id. It is kept as long as a new one
-- would be.

with incoming as materialized (
    select
        l.chat_id,
        l.child_id,
        l.session_id,
        l.created_at,
        c.account_id,
        case when c.child_id is null then 'child_is_not_there' end as reason
    from public.chat_record as l
    left join public.child_profile_v2 as c on l.child_id = c.child_id
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'chat_record' and m.legacy_key = l.chat_id::text
    )
),

moved as (
    insert into public.chat_session_v2 (
        session_id, account_id, child_id, persona_used, metadata, expires_at, created_at
    )
    select
        i.chat_id,
        i.account_id,
        i.child_id,
        'unknown' as persona_used,
        jsonb_strip_nulls(jsonb_build_object('legacy_session_id', i.session_id)) as metadata,
        greatest(i.created_at, now() + interval '30 days') as expires_at,
        coalesce(i.created_at, now()) as created_at
    from incoming as i
    where i.reason is null
    returning session_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'chat_record' as legacy_table,
        i.chat_id::text,
        'created_at' as column_name,
        null as legacy_value,
        null as new_value,
        'no date is the date of the transfer' as rule
    from incoming as i
    where i.reason is null and i.created_at is null
),

rejected as (
    insert into migration.rejects (legacy_table, legacy_key, reason, legacy_row)
    select
        'chat_record' as legacy_table,
        b.legacy_key,
        i.reason,
        b.body
    from incoming as i
    inner join migration.legacy_rows('chat_record') as b on i.chat_id::text = b.legacy_key
    where i.reason is not null
    returning legacy_key
)

insert into migration.row_mapping (legacy_table, legacy_key, new_table, new_key)
select
    'chat_record' as legacy_table,
    m.session_id::text,
    'public.chat_session_v2' as new_table,
    m.session_id
from moved as m
union all
select
    'chat_record' as legacy_table,
    r.legacy_key,
    'migration.rejects' as new_table,
    null as new_key
from rejected as r;

-- chat_message: two messages may be equal to the second and to the letter; both are moved. One without a word
-- is listed.

with incoming as materialized (
    select
        l.message_id,
        l.chat_id,
        l.sender,
        l.message_text,
        l.timestamp as said_at,
        s.account_id,
        coalesce(l.timestamp, s.created_at) as new_said_at,
        case
            when s.session_id is null then 'chat_is_not_there'
            when coalesce(l.message_text, '') = '' then 'message_is_empty'
        end as reason
    from public.chat_message as l
    left join public.chat_session_v2 as s on l.chat_id = s.session_id
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'chat_message' and m.legacy_key = l.message_id::text
    )
),

moved as (
    insert into public.chat_message_v2 (message_id, account_id, session_id, sender, message_text, created_at)
    select
        i.message_id,
        i.account_id,
        i.chat_id,
        i.sender,
        i.message_text,
        i.new_said_at
    from incoming as i
    where i.reason is null
    returning message_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'chat_message' as legacy_table,
        i.message_id::text,
        'timestamp' as column_name,
        null as legacy_value,
        null as new_value,
        'no time is the time that the chat began' as rule
    from incoming as i
    where i.reason is null and i.said_at is null
),

rejected as (
    insert into migration.rejects (legacy_table, legacy_key, reason, legacy_row)
    select
        'chat_message' as legacy_table,
        b.legacy_key,
        i.reason,
        b.body
    from incoming as i
    inner join migration.legacy_rows('chat_message') as b on i.message_id::text = b.legacy_key
    where i.reason is not null
    returning legacy_key
)

insert into migration.row_mapping (legacy_table, legacy_key, new_table, new_key)
select
    'chat_message' as legacy_table,
    m.message_id::text,
    'public.chat_message_v2' as new_table,
    m.message_id
from moved as m
union all
select
    'chat_message' as legacy_table,
    r.legacy_key,
    'migration.rejects' as new_table,
    null as new_key
from rejected as r;

-- analytics_event: sorted into four tables by type and by what the payload names; what fits none is kept
-- whole in the rejects.

with incoming as materialized (
    select
        l.event_id,
        l.event_type,
        l.payload,
        l.created_at,
        coalesce(l.created_at, now()) as occurred_at,
        s.new_table,
        s.account_id,
        s.calendar_id,
        s.day_id,
        s.child_id,
        s.session_id,
        s.reason
    from public.analytics_event as l
    inner join migration.sorted_events() as s on l.event_id = s.event_id
    where not exists (
        select from migration.row_mapping as m
        where m.legacy_table = 'analytics_event' and m.legacy_key = l.event_id::text
    )
),

calendar_events as (
    insert into public.calendar_analytics (
        event_id, account_id, calendar_id, event_type, metadata, occurred_at
    )
    select
        i.event_id,
        i.account_id,
        i.calendar_id,
        i.event_type,
        i.payload,
        i.occurred_at
    from incoming as i
    where i.reason is null and i.new_table = 'public.calendar_analytics'
    returning event_id
),

day_events as (
    insert into public.day_analytics (
        event_id, account_id, day_id, event_type, time_to_open_seconds, metadata, occurred_at
    )
    select
        i.event_id,
        i.account_id,
        i.day_id,
        i.event_type,
        migration.number_of(i.payload ->> 'time_to_open_seconds') as time_to_open_seconds,
        i.payload,
        i.occurred_at
    from incoming as i
    where i.reason is null and i.new_table = 'public.day_analytics'
    returning event_id
),

chat_events as (
    insert into public.chat_analytics (
        event_id, account_id, child_id, session_id, event_type, metadata, occurred_at
    )
    select
        i.event_id,
        i.account_id,
        i.child_id,
        i.session_id,
        i.event_type,
        i.payload,
        i.occurred_at
    from incoming as i
    where i.reason is null and i.new_table = 'public.chat_analytics'
    returning event_id
),

engagement_events as (
    insert into public.user_engagement (
        event_id, account_id, event_type, engagement_score, streak_days, metadata, occurred_at
    )
    select
        i.event_id,
        i.account_id,
        i.event_type,
        coalesce(migration.score_of(i.payload ->> 'engagement_score'), 0) as engagement_score,
        coalesce(migration.number_of(i.payload ->> 'streak_days'), 0) as streak_days,
        i.payload,
        i.occurred_at
    from incoming as i
    where i.reason is null and i.new_table = 'public.user_engagement'
    returning event_id
),

adjusted as (
    insert into migration.adjusted_values (
        legacy_table, legacy_key, column_name, legacy_value, new_value, rule
    )
    select
        'analytics_event' as legacy_table,
        i.event_id::text,
        'created_at' as column_name,
        null as legacy_value,
        null as new_value,
        'no date is the date of the transfer' as rule
    from incoming as i
    where i.reason is null and i.created_at is null
),

rejected as (
    insert into migration.rejects (legacy_table, legacy_key, reason, legacy_row)
    select
        'analytics_event' as legacy_table,
        b.legacy_key,
        i.reason,
        b.body
    from incoming as i
    inner join migration.legacy_rows('analytics_event') as b on i.event_id::text = b.legacy_key
    where i.reason is not null
    returning legacy_key
)

insert into migration.row_mapping (legacy_table, legacy_key, new_table, new_key)
select
    'analytics_event' as legacy_table,
    i.event_id::text,
    i.new_table,
    i.event_id
from incoming as i
inner join (
    select c.event_id from calendar_events as c
    union all
    select d.event_id from day_events as d
    union all
    select t.event_id from chat_events as t
    union all
    select e.event_id from engagement_events as e
) as moved on i.event_id = moved.event_id
union all
select
    'analytics_event' as legacy_table,
    r.legacy_key,
    'migration.rejects' as new_table,
    null as new_key
from rejected as r;

-- Nothing lost: as many rows as before, and every one of them can be told from what landed. The figures stay,
-- whatever they say.

-- The books were filled a moment ago, too.
analyze migration.row_mapping, migration.adjusted_values, migration.rejects;

select migration.reconcile();

select migration.refuse_differences();

update migration.row_mapping as m
set legacy_digest = md5(l.body::text), verified_at = now()
from migration.legacy_rows() as l
where
    m.part = 'row'
    and m.verified_at is null
    and m.legacy_table = l.legacy_table
    and m.legacy_key = l.legacy_key;

update migration.transfer_runs
set finished_at = now()
where run_id = (select max(r.run_id) from migration.transfer_runs as r);

select pg_advisory_unlock(hashtextextended('migration_data_transfer', 0));
