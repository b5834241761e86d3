-- Which server this is, and whether the queries that are rarely needed are needed: jobs.sql and others.sql.
select
    pg_catalog.current_setting('server_version_num')::integer as version_num,
    exists(
        select
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        where
            n.nspname = 'cron'
            and c.relname = 'job'
            and pg_catalog.has_schema_privilege(n.oid, 'usage')
            and pg_catalog.has_table_privilege(c.oid, 'select')
    ) as has_jobs,
    (
        exists (
            select from pg_catalog.pg_am
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_cast
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_collation
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_conversion
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_foreign_data_wrapper
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_language
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_opclass
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_operator
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_opfamily
            where oid >= 16384
        )
        or exists (select from pg_catalog.pg_statistic_ext)
        or exists (select from pg_catalog.pg_subscription)
        or exists (
            select from pg_catalog.pg_transform
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_ts_config
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_ts_dict
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_ts_parser
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_ts_template
            where oid >= 16384
        )
        or exists (
            select from pg_catalog.pg_type
            where oid >= 16384 and typtype in ('b', 'p') and typelem = 0
        )
        or exists (select from pg_catalog.pg_user_mappings)
    ) as has_others;
