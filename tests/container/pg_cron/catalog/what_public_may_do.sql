-- tests/container/pg_cron/catalog/what_public_may_do.sql
-- The same on both.

with granted (kind, name, acl) as (
    select 'relation', relname::text, relacl
    from pg_class
    where relnamespace = 'cron'::regnamespace and relkind in ('r', 'S')
    union all
    select 'function', oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))
    from pg_proc
    where pronamespace = 'cron'::regnamespace
    union all
    select 'schema', nspname::text, nspacl
    from pg_namespace
    where nspname = 'cron'
)

select g.kind, g.name, a.privilege_type
from granted as g
cross join lateral aclexplode(g.acl) as a
where a.grantee = 0
order by g.kind, g.name, a.privilege_type;
