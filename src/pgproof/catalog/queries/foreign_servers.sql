-- Foreign servers.
select
    s.oid as id,
    s.srvname as name,
    w.fdwname as wrapper,
    pg_catalog.pg_get_userbyid(s.srvowner) as owner,
    s.srvtype as type,
    s.srvversion as version,
    s.srvoptions as options,
    coalesce(s.srvacl, pg_catalog.acldefault('S', s.srvowner))::text[] as acl
from pg_catalog.pg_foreign_server as s
inner join pg_catalog.pg_foreign_data_wrapper as w on s.srvfdw = w.oid
order by s.srvname;
