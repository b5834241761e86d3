-- sql/advent_calendar/rollback_0003_init_calendar_domain.sql
-- Takes calendars, their days, and everything that publishes, dates and locks them away.
-- Needs: 0003_init_calendar_domain.sql.  Undone by: 0003_init_calendar_domain.sql

do $guard$
begin
    if to_regclass('public.chat_session_v2') is not null then
        raise exception 'roll back 0004_init_chat_memory.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop function public.published_calendar_days(text);

drop function public.published_calendar(text);

drop function private.published_calendar_id(text);

drop table public.calendar_day_v2;

drop table public.advent_calendar_v2;

drop function private.tg_calendar_day_v2__date_opening();

drop function private.tg_advent_calendar_v2__date_publishing();

drop function private.tg__refuse_when_calendar_is_locked();

drop function private.tg_advent_calendar_v2__refuse_when_locked();

drop function private.refuse_when_locked(uuid, uuid);
