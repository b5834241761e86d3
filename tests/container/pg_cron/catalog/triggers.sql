-- tests/container/pg_cron/catalog/triggers.sql
-- The same on both.

select c.relname, t.tgname, t.tgtype
from pg_trigger as t
inner join pg_class as c on c.oid = t.tgrelid
where c.relnamespace = 'cron'::regnamespace and not t.tgisinternal
order by c.relname, t.tgname;
