-- Every type that a column or argument may have, with what it is an array of.
select
    t.oid as id,
    n.nspname as schema,
    t.typname as name,
    t.typtype as kind,
    e.oid as element,
    pg_catalog.format_type(t.oid, null) as text
from pg_catalog.pg_type as t
inner join pg_catalog.pg_namespace as n on t.typnamespace = n.oid
left join pg_catalog.pg_type as e on t.typelem = e.oid and t.oid = e.typarray
where n.nspname <> 'pg_toast';
