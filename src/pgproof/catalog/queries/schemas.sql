-- Schemas that are not PostgreSQL's own.
select
    n.oid as id,
    n.nspname as name,
    pg_catalog.pg_get_userbyid(n.nspowner) as owner,
    coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))::text[] as acl
from pg_catalog.pg_namespace as n
where
    n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
order by n.nspname;
