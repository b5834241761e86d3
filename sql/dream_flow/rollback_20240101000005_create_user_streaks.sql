-- sql/dream_flow/rollback_20240101000005_create_user_streaks.sql
-- Takes the nightly job and all streaks away. They can be computed again, save the longest of deleted days.
-- Needs: 20240101000005_create_user_streaks.sql.  Undone by: 20240101000005_create_user_streaks.sql

do $guard$
begin
    if to_regclass('public.analytics_daily_active_users') is not null then
        raise exception 'roll back 20240101000006_create_analytics_views.sql first'
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
        where job.jobname = 'nightly-recompute-streaks';
    end if;
end
$rollback$;

drop function public.recompute_user_streaks(date);

drop table public.user_streaks;
