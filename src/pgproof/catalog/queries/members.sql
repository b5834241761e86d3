-- Which objects belong to an extension.
select
    d.classid::pg_catalog.regclass::text as catalog,
    d.objid as id,
    e.extname as extension
from pg_catalog.pg_depend as d
inner join pg_catalog.pg_extension as e on d.refobjid = e.oid
where
    d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    and d.deptype = 'e';
