-- sql/dream_flow/rollback_20240101000001_create_rituals.sql
-- Takes the table rituals away, and with it all rituals.
-- Needs: 20240101000001_create_rituals.sql.  Undone by: 20240101000001_create_rituals.sql

do $guard$
begin
    if to_regclass('public.sessions') is not null then
        raise exception 'roll back 20240101000002_create_sessions.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.rituals;
