-- Which server this is and whether the jobs of pg_cron can be read.
select
    pg_catalog.current_setting('server_version_num')::integer as version_num,
    exists (
        select
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        where n.nspname = 'cron'
            and c.relname = 'job'
            and pg_catalog.has_schema_privilege(n.oid, 'usage')
            and pg_catalog.has_table_privilege(c.oid, 'select')
    ) as has_jobs
