-- tests/container/pg_cron/catalog/policies.sql
-- The same on both.

select tablename, policyname, permissive, roles::text, cmd, qual, with_check
from pg_policies
where schemaname = 'cron'
order by tablename, policyname;
