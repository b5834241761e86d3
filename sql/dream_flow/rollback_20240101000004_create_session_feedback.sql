-- sql/dream_flow/rollback_20240101000004_create_session_feedback.sql
-- Takes the table session_feedback away, and with it all feedback.
-- Needs: 20240101000004_create_session_feedback.sql.  Undone by: 20240101000004_create_session_feedback.sql

do $guard$
begin
    if to_regclass('public.user_streaks') is not null then
        raise exception 'roll back 20240101000005_create_user_streaks.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.session_feedback;
