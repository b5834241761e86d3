-- sql/travel_booking/rollback_enhanced-schema.sql
-- Takes travellers, trips and expenses away, with everything in them: back up first.
-- Needs: enhanced-schema.sql.  Undone by: enhanced-schema.sql

do $guard$
begin
    if to_regclass('public.crypto_payments') is not null then
        raise exception 'roll back crypto-payments-schema.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop table public.expenses;

drop table public.trips;

drop table public.users;
