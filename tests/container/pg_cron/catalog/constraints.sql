-- tests/container/pg_cron/catalog/constraints.sql
-- The same on both.

select conrelid::regclass::text as on_table, conname, pg_get_constraintdef(oid) as definition
from pg_constraint
where connamespace = 'cron'::regnamespace and contype <> 'n' -- 18 keeps a row for "not null", 17 does not
order by 1, 2;
