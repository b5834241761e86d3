-- Sequences, with the column that owns them.
select
    c.oid as id,
    n.nspname as schema,
    c.relname as name,
    pg_catalog.pg_get_userbyid(c.relowner) as owner,
    coalesce(c.relacl, pg_catalog.acldefault('s', c.relowner))::text[] as acl,
    pg_catalog.format_type(s.seqtypid, null) as type,
    s.seqstart as start,
    s.seqincrement as increment,
    s.seqmin as minimum,
    s.seqmax as maximum,
    s.seqcache as cache,
    s.seqcycle as cycle,
    c.relpersistence as persistence,
    d.refobjid as table_id,
    d.refobjsubid as column_number,
    coalesce(d.deptype = 'i', false) as identity
from pg_catalog.pg_sequence as s
inner join pg_catalog.pg_class as c on s.seqrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
left join pg_catalog.pg_depend as d
    on
        d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and c.oid = d.objid
        and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and d.deptype in ('a', 'i')
where
    c.relpersistence <> 't'
    and c.oid >= 16384
    and n.nspname !~ '^pg_'
order by n.nspname, c.relname;
