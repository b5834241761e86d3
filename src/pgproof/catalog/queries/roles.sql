-- Roles that are not PostgreSQL's own.
select
    r.oid as id,
    r.rolname as name,
    r.rolsuper as superuser,
    r.rolinherit as inherit,
    r.rolcreaterole as create_role,
    r.rolcreatedb as create_database,
    r.rolcanlogin as login,
    r.rolreplication as replication,
    r.rolbypassrls as bypass_row_security,
    r.rolconnlimit as connection_limit,
    r.rolvaliduntil::text as valid_until,
    pg_catalog.shobj_description(r.oid, 'pg_authid') as comment
from pg_catalog.pg_roles as r
where r.rolname !~ '^pg_'
order by r.rolname;
