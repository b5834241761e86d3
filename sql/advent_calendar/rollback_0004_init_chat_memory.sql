-- sql/advent_calendar/rollback_0004_init_chat_memory.sql
-- Takes conversations and memories away, and the job that removes expired ones.
-- Needs: 0004_init_chat_memory.sql.  Undone by: 0004_init_chat_memory.sql

do $guard$
begin
    if to_regclass('public.media_asset') is not null then
        raise exception 'roll back 0005_init_content_domain.sql first'
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
        where job.jobname = 'remove-expired-chat-memory';
    end if;
end
$rollback$;

drop function private.remove_expired_chat_memory(integer);

do $rollback$
begin
    -- Without vector there is no search to take away.
    if to_regtype('extensions.vector') is not null and exists (
        select from pg_catalog.pg_proc as p
        where p.pronamespace = 'public'::regnamespace and p.proname = 'search_memory'
    ) then
        execute 'drop function public.search_memory(extensions.vector, uuid, integer, integer)';
    end if;
end
$rollback$;

drop table public.memory_embedding;

drop table public.memory_fragment;

drop table public.chat_message_v2;

drop table public.chat_session_v2;

drop function private.tg_chat_message_v2__count();
