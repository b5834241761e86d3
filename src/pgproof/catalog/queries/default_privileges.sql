-- Privileges that objects will get when a role creates them.
select
    pg_catalog.pg_get_userbyid(d.defaclrole) as role,
    n.nspname as schema,
    d.defaclobjtype as objects,
    d.defaclacl::text[] as acl
from pg_catalog.pg_default_acl as d
left join pg_catalog.pg_namespace as n on d.defaclnamespace = n.oid
order by 1, 2, 3;
