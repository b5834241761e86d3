-- sql/travel_booking/rollback_crypto-payments-schema.sql
-- Takes the job and the crypto payments away, financial records that should be kept: back up first.
-- Needs: crypto-payments-schema.sql.  Undone by: crypto-payments-schema.sql

do $guard$
begin
    if to_regclass('public.audit_log') is not null then
        raise exception 'roll back production-schema-complete.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

select private.unschedule_job('expire-payments');

drop function public.maintain_crypto_payments();

drop table public.crypto_payments;

drop function private.new_crypto_payment_id();
