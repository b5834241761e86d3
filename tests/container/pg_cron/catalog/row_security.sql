-- tests/container/pg_cron/catalog/row_security.sql
-- The same on both.

select relname, relrowsecurity, relforcerowsecurity
from pg_class
where relnamespace = 'cron'::regnamespace and relkind = 'r'
order by relname;
