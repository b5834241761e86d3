-- sql/advent_calendar/rollback_0002_init_family_domain.sql
-- Takes the settings of families and their children away.
-- Needs: 0002_init_family_domain.sql.  Undone by: 0002_init_family_domain.sql

do $guard$
begin
    if to_regclass('public.advent_calendar_v2') is not null then
        raise exception 'roll back 0003_init_calendar_domain.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.family_settings;

drop table public.child_profile_v2;
