-- Which server this is and whether pg_cron's table can be read.
select
    pg_catalog.current_setting('server_version_num')::integer as version_num,
    coalesce(
        pg_catalog.has_table_privilege(pg_catalog.to_regclass('cron.job'), 'select'),
        false
    ) as has_jobs
