-- sql/ai_assistant/rollback_all.sql
-- Takes everything away, all data included, newest first: all of it or, if anything is in the way, nothing.
-- Needs: every migration.  Undone by: every migration

begin;

-- 006_create_usage_metrics_table.sql

drop view public.current_day_usage;

drop view public.monthly_usage_summary;

drop function private.monthly_usage_summary();

drop materialized view analytics.monthly_usage_summary;

drop function public.increment_usage_metrics(uuid, uuid, date, bigint, bigint, numeric);

drop trigger _300_fold_usage_into_tenant on public.users;

drop function private.fold_usage_into_tenant();

drop table public.usage_metrics;

-- 005_create_feedback_table.sql

drop event trigger _100_refresh_searches_analytics_no_more; -- noqa: PRS

drop event trigger _100_refresh_searches_analytics_first; -- noqa: PRS

drop function private.search_analytics_no_more();

drop function private.search_analytics_first();

drop view public.message_feedback_summary;

drop function private.message_feedback_summary();

drop function private.readable_tenant_ids();

drop function private.caller_bypasses_rls();

drop materialized view analytics.message_feedback_summary;

drop schema analytics;

drop table public.feedback;

-- 004_create_messages_table.sql

drop table public.messages;

drop function private.touch_conversations();

drop function private.take_tenant_of_conversation();

-- 003_create_conversations_table.sql

drop table public.conversations;

-- 002_create_users_table.sql

drop policy select_member on public.tenants;

drop table public.users;

drop function private.refuse_to_edit_a_colleague();

drop function private.current_user_is_admin();

drop function private.current_tenant_id();

drop function private.current_user_id();

drop function private.current_auth_id();

-- 001_create_tenants_table.sql

drop table public.tenants;

drop function private.set_updated_at();

drop schema private;

commit;
