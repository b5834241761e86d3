-- Names of collations, for columns and domains that do not use the one of their type.
select
    c.oid as id,
    n.nspname as schema,
    c.collname as name
from pg_catalog.pg_collation as c
inner join pg_catalog.pg_namespace as n on c.collnamespace = n.oid
where
    c.oid >= 16384
    or c.oid in (select a.attcollation from pg_catalog.pg_attribute as a)
    or c.oid in (select t.typcollation from pg_catalog.pg_type as t)
    or c.oid in (select r.rngcollation from pg_catalog.pg_range as r)
