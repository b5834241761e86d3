-- tests/container/pg_cron/catalog/extension.sql
-- The same on both.

select e.extversion, e.extrelocatable, e.extnamespace::regnamespace::text as in_schema, c::regclass::text as dumped
from pg_extension as e
cross join unnest(e.extconfig) as c
where e.extname = 'pg_cron'
order by dumped;
