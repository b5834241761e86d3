-- tests/container/pg_cron/catalog/columns.sql
-- The same on both.

select
    c.relname,
    a.attnum,
    a.attname,
    format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid) as default_value
from pg_class as c
inner join pg_attribute as a on a.attrelid = c.oid
left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relnamespace = 'cron'::regnamespace and c.relkind = 'r' and a.attnum > 0
order by c.relname, a.attnum;
