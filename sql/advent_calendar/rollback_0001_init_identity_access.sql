-- sql/advent_calendar/rollback_0001_init_identity_access.sql
-- Takes accounts and their sessions away, then the helpers, which nothing else may use any more.
-- Needs: 0001_init_identity_access.sql.  Undone by: 0001_init_identity_access.sql

do $guard$
begin
    if to_regclass('public.child_profile_v2') is not null then
        raise exception 'roll back 0002_init_family_domain.sql first'
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
        where job.jobname = 'remove-expired-account-sessions';
    end if;
end
$rollback$;

drop function private.remove_expired_account_sessions(integer);

drop function public.ensure_account();

drop table public.account_session;

-- The policies of the table ask the helper, so they go before it.
drop policy delete_own on public.account_v2;
drop policy update_own on public.account_v2;
drop policy select_own on public.account_v2;

drop function private.current_account_id();

drop table public.account_v2;

drop function private.tg__set_updated_at();

drop schema private;
