-- sql/ai_assistant/rollback_005_feedback.sql
-- Takes all feedback and its summary away.
-- Needs: 005_create_feedback_table.sql.  Undone by: 005_create_feedback_table.sql

begin;

do $guard$
begin
    if to_regclass('public.usage_metrics') is not null then
        raise exception 'roll back 006_create_usage_metrics_table.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

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

commit;
