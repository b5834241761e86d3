-- Row-level security policies.
select
    p.polrelid as relation,
    p.oid as id,
    p.polname as name,
    p.polcmd as command,
    p.polpermissive as permissive,
    array(
        select
            case
                when member.role = 0 then 'public'
                else pg_catalog.pg_get_userbyid(member.role)
            end as role_name
        from unnest(p.polroles) as member (role)
        order by role_name
    ) as roles,
    pg_catalog.pg_get_expr(p.polqual, p.polrelid) as using_condition,
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as check_condition
from pg_catalog.pg_policy as p
order by p.polname;
