-- Living columns of relations and attributes of composite types, in order.
select
    a.attrelid as relation,
    a.attnum as number,
    a.attname as name,
    a.atttypid as type,
    a.atttypmod as modifier,
    a.attndims as dims,
    case when a.atttypmod <> -1 then pg_catalog.format_type(a.atttypid, a.atttypmod) end as type_text,
    a.attnotnull as not_null,
    case when a.atthasdef then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end as expression,
    a.attidentity as identity,
    a.attgenerated as generated,
    case
        when a.attcollation <> t.typcollation then a.attcollation::pg_catalog.regcollation::text
    end as collation,
    a.attacl::text[] as acl,
    not a.attislocal as inherited,
    case when a.attstorage <> t.typstorage then a.attstorage end as storage,
    a.attcompression as compression,
    nullif(a.attstattarget, -1) as statistics,
    -- Without what PostgreSQL 15.20 notes here for itself, another number in every database: pg_attver.
    (
        select array_agg(o.option order by o.place)
        from unnest(a.attoptions || a.attfdwoptions) with ordinality as o (option, place)
        where o.option not like 'pg\_attver=%'
    ) as options,
    c.relkind <> 'v' or pg_catalog.pg_column_is_updatable(a.attrelid, a.attnum, false) as writable
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_class as c on a.attrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
inner join pg_catalog.pg_type as t on a.atttypid = t.oid
left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
where
    a.attnum > 0
    and not a.attisdropped
    and c.relkind in ('r', 'p', 'f', 'v', 'm', 'c')
    and c.relpersistence <> 't'
    and c.oid >= 16384
    and n.nspname !~ '^pg_'
order by a.attrelid, a.attnum;
