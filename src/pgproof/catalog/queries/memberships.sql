-- Who is a member of which role.
-- A column that this server's catalog lacks is found one level further out, in older_server.
select
    granted.rolname as role,
    member.rolname as member,
    pg_catalog.pg_get_userbyid(m.grantor) as grantor,
    m.admin_option as admin,
    coalesce((select inherit_option from (select m.*) as this_server), member.rolinherit) as inherit,
    (select set_option from (select m.*) as this_server) as settable
from pg_catalog.pg_auth_members as m
inner join pg_catalog.pg_roles as granted on m.roleid = granted.oid
inner join pg_catalog.pg_roles as member on m.member = member.oid
cross join (
    select
        null::boolean as inherit_option,
        true as set_option
) as older_server
where member.rolname !~ '^pg_'
order by 1, 2, 3;
