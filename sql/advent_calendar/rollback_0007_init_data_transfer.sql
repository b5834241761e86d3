-- sql/advent_calendar/rollback_0007_init_data_transfer.sql
-- Takes the books of the transfer away, once nothing depends on them.
-- Needs: 0007_init_data_transfer.sql.  Undone by: 0007_init_data_transfer.sql

do $guard$
begin
    if to_regclass('public.account') is null then
        raise exception 'roll back migration_legacy_cleanup.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
    if exists (select from migration.transfer_runs) then
        raise exception 'roll back migration_data_transfer.sql first'
            using errcode = 'dependent_objects_still_exist';
    end if;
end
$guard$;

drop function migration.refuse_differences();

drop function migration.reconcile();

drop function migration.compare_tables();

drop view migration.restored_rows;

drop function migration.sorted_events();

drop function migration.legacy_openings();

drop function migration.only_calendar();

drop function migration.legacy_rows(text);

drop function migration.derived_id(text);

drop function migration.score_of(text);

drop function migration.number_of(text);

drop function migration.uuid_of(text);

drop function migration.youtube_video_id_of(text);

drop function migration.email_is_usable(text);

drop function migration.child_name_of(text);

drop function migration.theme_of(text);

drop function migration.plan_of(text);

drop table migration.reconciliation;

drop table migration.rejects;

drop table migration.adjusted_values;

drop table migration.row_mapping;

drop table migration.transfer_runs;

drop schema migration;
