-- sql/sleep_prediction_cache/rollback_improved_schema.sql
-- Takes the cache away, its contexts, predictions and usage, and gives the old predictions back untouched.
-- Needs: improved_schema.sql.  Undone by: improved_schema.sql

begin;

drop view public.prediction_cache_stats;

drop view public.user_children_summary;

drop function public.track_prediction_usage(uuid, boolean, text);

drop function public.save_prediction(
    uuid, text, timestamptz, interval, interval, numeric, text, text, text, integer
);

drop function public.create_sleep_context(uuid, text, uuid[]);

drop function public.find_active_prediction(uuid, text);

drop function private.age_in_months(date, date);

-- Left behind, they would make every later change of a session fail.
drop trigger _300_invalidate_predictions_on_removed_sleep on public.sleep_sessions;

drop trigger _200_invalidate_predictions_on_changed_sleep on public.sleep_sessions;

drop trigger invalidate_predictions_on_new_sleep on public.sleep_sessions;

drop function private.invalidate_predictions();

drop function private.retire_contexts(uuid[], uuid[], timestamptz[]);

drop table public.prediction_usage;

drop function private.count_usage();

drop table public.predictions;

drop function private.admit_prediction();

drop table public.sleep_contexts;

alter table public.sleep_sessions drop constraint sleep_sessions_child_id_id_key;

alter table legacy.predictions set schema public;

drop schema legacy;

commit;
