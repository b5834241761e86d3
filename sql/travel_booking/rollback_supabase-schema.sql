-- sql/travel_booking/rollback_supabase-schema.sql
-- Takes bookings, payments, admins and helpers away, and all bookings and payments with them: back up first.
-- Needs: supabase-schema.sql.  Undone by: supabase-schema.sql

do $guard$
begin
    if to_regclass('public.trips') is not null then
        raise exception 'roll back enhanced-schema.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.payments;

drop table public.bookings;

drop function private.tg__set_updated_at();

drop function private.unschedule_job(text);

drop function private.schedule_job(text, text, text);

drop function private.require_self_or_admin(uuid);

drop function private.require_admin();

drop function private.is_admin();

drop table private.admins;

drop function private.require_trusted_caller();

drop function private.is_trusted_caller();

drop function private.caller_role();

drop schema private;
