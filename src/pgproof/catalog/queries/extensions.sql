-- Installed extensions.
select
    e.oid as id,
    e.extname as name,
    n.nspname as schema,
    e.extversion as version,
    pg_catalog.pg_get_userbyid(e.extowner) as owner
from pg_catalog.pg_extension as e
inner join pg_catalog.pg_namespace as n on e.extnamespace = n.oid
order by e.extname;
