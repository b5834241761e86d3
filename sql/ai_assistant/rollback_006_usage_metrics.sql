-- sql/ai_assistant/rollback_006_usage_metrics.sql
-- Takes all usage away, and with it what bills are made from.
-- Needs: 006_create_usage_metrics_table.sql.  Undone by: 006_create_usage_metrics_table.sql

begin;

drop view public.current_day_usage;

drop view public.monthly_usage_summary;

drop function private.monthly_usage_summary();

drop materialized view analytics.monthly_usage_summary;

drop function public.increment_usage_metrics(uuid, uuid, date, bigint, bigint, numeric);

drop trigger _300_fold_usage_into_tenant on public.users;

drop function private.fold_usage_into_tenant();

drop table public.usage_metrics;

commit;
