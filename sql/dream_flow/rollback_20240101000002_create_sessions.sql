-- sql/dream_flow/rollback_20240101000002_create_sessions.sql
-- Takes the table sessions away, and with it all sessions.
-- Needs: 20240101000002_create_sessions.sql.  Undone by: 20240101000002_create_sessions.sql

do $guard$
begin
    if to_regclass('public.session_assets') is not null then
        raise exception 'roll back 20240101000003_create_session_assets.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.sessions;
