-- sql/advent_calendar/rollback_migration_data_transfer.sql
-- Takes out of the new tables what was moved into them, if families have added nothing to it since.
-- Needs: migration_data_transfer.sql, legacy tables.  Undone by: migration_data_transfer.sql

do $guard$
declare
    added text;
begin
    if to_regclass('public.account') is null then
        raise exception 'roll back migration_legacy_cleanup.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;

    select string_agg(distinct n.table_name, ', ' order by n.table_name) into added
    from (
        select 'public.child_profile_v2' as table_name, t.child_id as new_key, t.account_id
        from public.child_profile_v2 as t
        union all
        select 'public.advent_calendar_v2', t.calendar_id, t.account_id from public.advent_calendar_v2 as t
        union all
        select 'public.calendar_day_v2', t.day_id, t.account_id from public.calendar_day_v2 as t
        union all
        select 'public.media_asset', t.asset_id, t.account_id from public.media_asset as t
        union all
        select 'public.surprise_collection_v2', t.collection_id, t.account_id
        from public.surprise_collection_v2 as t
        union all
        select 'public.surprise_video', t.video_id, t.account_id from public.surprise_video as t
        union all
        select 'public.chat_session_v2', t.session_id, t.account_id from public.chat_session_v2 as t
        union all
        select 'public.chat_message_v2', t.message_id, t.account_id from public.chat_message_v2 as t
        union all
        select 'public.memory_fragment', t.fragment_id, t.account_id from public.memory_fragment as t
        union all
        select 'public.memory_embedding', t.embedding_id, t.account_id from public.memory_embedding as t
        union all
        select 'public.calendar_analytics', t.event_id, t.account_id from public.calendar_analytics as t
        union all
        select 'public.day_analytics', t.event_id, t.account_id from public.day_analytics as t
        union all
        select 'public.chat_analytics', t.event_id, t.account_id from public.chat_analytics as t
        union all
        select 'public.user_engagement', t.event_id, t.account_id from public.user_engagement as t
        union all
        select 'public.account_session', t.session_id, t.account_id from public.account_session as t
        union all
        select 'public.family_settings', t.settings_id, t.account_id from public.family_settings as t
    ) as n
    where
        n.account_id in (
            select m.new_key from migration.row_mapping as m
            where m.new_table = 'public.account_v2'
        )
        and not exists (
            select from migration.row_mapping as m
            where m.new_table = n.table_name and m.new_key = n.new_key
        );

    if added is not null then
        raise exception 'families that were moved have added to: %', added
            using
                errcode = 'dependent_objects_still_exist',
                hint = 'Rolling back would delete it. Keep it elsewhere and delete it first.';
    end if;
end
$guard$;

-- Everything that was moved belongs to an account that was moved, and goes with it.
delete from public.account_v2 as a
using migration.row_mapping as m
where m.new_table = 'public.account_v2' and a.account_id = m.new_key;

delete from migration.rejects;

delete from migration.adjusted_values;

delete from migration.row_mapping;

delete from migration.transfer_runs;
