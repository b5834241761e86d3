-- sql/travel_booking/rollback_production-schema-complete.sql
-- Takes jobs, logs, reviews, predictions and referrals away, with all that is in them: back up first.
-- Needs: production-schema-complete.sql.  Undone by: production-schema-complete.sql

select private.unschedule_job('create-partition');
select private.unschedule_job('refresh-analytics');

drop function public.verify_audit_log_integrity();

drop function private.audit_log_breaks();

-- Left behind, these triggers would make every payment fail.
drop trigger _900_audit_truncate on public.crypto_payments;
drop trigger _900_audit on public.crypto_payments;
drop trigger _900_audit_truncate on public.payments;
drop trigger _900_audit on public.payments;
drop trigger _900_audit_truncate on public.booking_outcomes;
drop trigger _900_audit on public.booking_outcomes;

drop function private.tg__audit();

drop function private.request_ip();

drop trigger _100_refuse_change on private.audit_anchors;
drop trigger _200_chain on public.audit_log;
drop trigger _100_refuse_change on public.audit_log;

drop function private.tg__refuse_change();

drop function private.tg_audit_log__chain();

drop function private.audit_hash(public.audit_log);

drop table private.audit_anchors;

drop table public.audit_log;

drop function public.get_user_analytics(uuid);

drop view private.spending;

drop function public.calculate_traveler_persona(uuid);

drop function public.refresh_analytics_views();

revoke usage on schema private from service_role;

drop materialized view private.hotel_social_proof;

drop materialized view private.user_booking_stats;

drop function private.persona_for(numeric, bigint);

drop function private.budget_of(jsonb);

drop function public.create_monthly_partition(date);

drop function private.drop_expired_behavior(timestamptz);

drop function private.ensure_behavior_partition(timestamp);

-- With all its partitions, whichever months have passed.
drop table public.user_behavior_log;

drop function private.secure_behavior_partition(regclass);

drop table public.shared_content;

drop function public.calculate_k_factor(uuid);

drop table public.referrals;

drop table public.outcome_predictions;

drop table public.trip_predictions;

drop function public.get_hotel_social_proof(text, text);

drop trigger _200_social_proof_truncate on public.traveler_personas;
drop trigger _200_social_proof_delete on public.traveler_personas;
drop trigger _200_social_proof_update on public.traveler_personas;
drop trigger _200_social_proof_insert on public.traveler_personas;

drop function private.tg_traveler_personas__social_proof();

drop trigger _200_social_proof_truncate on public.booking_outcomes;
drop trigger _200_social_proof_delete on public.booking_outcomes;
drop trigger _200_social_proof_update on public.booking_outcomes;
drop trigger _200_social_proof_insert on public.booking_outcomes;

drop function private.tg_booking_outcomes__social_proof();

drop function private.refresh_social_proof(text[]);

drop table public.social_proof_cache;

drop view private.current_social_proof;

drop view private.verified_reviews;

drop function private.trust_of(smallint, boolean, boolean);

drop function private.take_turn(text);

drop table private.turns;

drop table public.booking_outcomes;

drop table public.traveler_personas;

drop function private.readable_user_ids();
