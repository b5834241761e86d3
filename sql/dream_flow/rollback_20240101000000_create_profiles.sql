-- sql/dream_flow/rollback_20240101000000_create_profiles.sql
-- Takes the table profiles away, and with it all profiles; then the helpers, which nothing else uses by now.
-- Needs: 20240101000000_create_profiles.sql.  Undone by: 20240101000000_create_profiles.sql

do $guard$
begin
    if to_regclass('public.rituals') is not null then
        raise exception 'roll back 20240101000001_create_rituals.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.profiles;

drop function private.update_updated_at_column();

drop schema private;
