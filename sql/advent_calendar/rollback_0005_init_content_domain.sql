-- sql/advent_calendar/rollback_0005_init_content_domain.sql
-- Takes surprises and media away; the pictures of children and days are forgotten with them.
-- Needs: 0005_init_content_domain.sql.  Undone by: 0005_init_content_domain.sql

do $guard$
begin
    if to_regclass('public.calendar_analytics') is not null then
        raise exception 'roll back 0006_init_analytics_domain.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

do $rollback$
begin
    -- Without pg_cron, or with pg_cron enabled later, there is no job to take away.
    if to_regnamespace('cron') is not null then
        perform cron.unschedule(job.jobid)
        from cron.job as job
        where job.jobname = 'clear-expired-signed-urls';
    end if;
end
$rollback$;

drop function private.clear_expired_signed_urls(integer);

drop function public.published_calendar_media(text);

drop function private.open_address(uuid, uuid);

drop table public.surprise_video;

drop function private.tg_surprise_video__refuse_when_locked();

drop table public.surprise_collection_v2;

drop index public.calendar_day_v2_account_id_music_asset_id_idx;
drop index public.calendar_day_v2_account_id_voice_asset_id_idx;
drop index public.calendar_day_v2_account_id_photo_asset_id_idx;
drop index public.child_profile_v2_account_id_hero_photo_asset_id_idx;

alter table public.calendar_day_v2
drop constraint calendar_day_v2_account_id_music_asset_id_fkey,
drop constraint calendar_day_v2_account_id_voice_asset_id_fkey,
drop constraint calendar_day_v2_account_id_photo_asset_id_fkey;

alter table public.child_profile_v2
drop constraint child_profile_v2_account_id_hero_photo_asset_id_fkey;

-- What referred to an asset must not refer to nothing when the domain is applied again, in locked calendars
-- either.
alter table public.calendar_day_v2 disable trigger _050_refuse_when_locked;

update public.calendar_day_v2 set photo_asset_id = null, voice_asset_id = null, music_asset_id = null
where coalesce(photo_asset_id, voice_asset_id, music_asset_id) is not null;

alter table public.calendar_day_v2 enable trigger _050_refuse_when_locked;

update public.child_profile_v2 set hero_photo_asset_id = null
where hero_photo_asset_id is not null;

drop table public.media_asset;
