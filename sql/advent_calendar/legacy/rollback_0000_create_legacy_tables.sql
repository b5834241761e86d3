-- sql/advent_calendar/legacy/rollback_0000_create_legacy_tables.sql
-- Takes the nine legacy tables away, with everything in them.
-- Needs: legacy/0000_create_legacy_tables.sql.  Undone by: legacy/0000_create_legacy_tables.sql

do $guard$
begin
    if to_regclass('public.account_v2') is not null then
        raise exception 'roll back 0001_init_identity_access.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.advent_days;

drop table public.surprise_config;

drop table public.analytics_event;

drop table public.chat_message;

drop table public.chat_record;

drop table public.calendar_day;

drop table public.calendar;

drop table public.child;

drop table public.account;
