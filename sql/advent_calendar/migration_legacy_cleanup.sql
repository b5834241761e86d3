-- sql/advent_calendar/migration_legacy_cleanup.sql
-- Drops the legacy tables, after making sure once more that everything in them has been moved.
-- Needs: migration_data_transfer.sql.  Undone by: rollback_migration_legacy_cleanup.sql

-- In one statement, so that nothing is written between the last look and the end of the tables.
do $migration$
begin
    lock table
        public.account, public.child, public.calendar, public.calendar_day, public.chat_record,
        public.chat_message, public.analytics_event, public.surprise_config, public.advent_days
    in access exclusive mode;

    if not exists (select from migration.transfer_runs as r where r.finished_at is not null) then
        raise exception 'no run of migration_data_transfer.sql has finished'
            using errcode = 'object_not_in_prerequisite_state';
    end if;

    perform migration.reconcile();
    perform migration.refuse_differences();

    drop table public.analytics_event;
    drop table public.chat_message;
    drop table public.chat_record;
    drop table public.surprise_config;
    drop table public.calendar_day;
    drop table public.calendar;
    drop table public.child;
    drop table public.account;
    drop table public.advent_days;
end
$migration$;
