-- sql/advent_calendar/rollback_0006_init_analytics_domain.sql
-- Takes the four analytics tables away, with all events.
-- Needs: 0006_init_analytics_domain.sql.  Undone by: 0006_init_analytics_domain.sql

do $guard$
begin
    if to_regnamespace('migration') is not null then
        raise exception 'roll back 0007_init_data_transfer.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.user_engagement;

drop table public.chat_analytics;

drop table public.day_analytics;

drop table public.calendar_analytics;
