-- sql/dream_flow/rollback_20240101000006_create_analytics_views.sql
-- Takes the analytics views and their index away. No data is lost.
-- Needs: 20240101000006_create_analytics_views.sql.  Undone by: 20240101000006_create_analytics_views.sql

drop view public.analytics_daily_comprehensive;
drop view public.analytics_daily_persona_mix;
drop view public.analytics_user_personas;
drop view public.analytics_daily_story_stats;
drop view public.analytics_daily_active_users;

drop index public.sessions_utc_date_idx;
