-- sql/dream_flow/rollback_20240101000003_create_session_assets.sql
-- Takes the table session_assets away, and with it the links to all assets; the files stay where they are.
-- Needs: 20240101000003_create_session_assets.sql.  Undone by: 20240101000003_create_session_assets.sql

do $guard$
begin
    if to_regclass('public.session_feedback') is not null then
        raise exception 'roll back 20240101000004_create_session_feedback.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.session_assets;
